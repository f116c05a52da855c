import { parse, serialize } from 'parse5';
import { describe, expect, test } from 'vitest';
import { evaluateClaims } from '../src/claims/evaluate.js';
import { stdioClaims } from '../src/claims/stdio.js';
import { evaluateGoals, type GoalVerdict } from '../src/goals/evaluate.js';
import { goals } from '../src/goals/goals.js';
import { toHtml } from '../src/report/html/page.js';
import { toMarkdown } from '../src/report/markdown.js';
import { type Gap, type Report, schemaVersion } from '../src/report/report.js';
import { toText } from '../src/report/text.js';
import { toJson } from '../src/report/write-report.js';
import { createRow } from './support/rows.js';

const hostile = '<script>alert("&")</script> | `x`\nnext';
const at = { scenario: 'stdio/pipelined', params: { bytes: 100, window: 1024 } };
const rows = [
  createRow({ ...at, target: 'floor', metrics: { messagesPerSecond: 400_000, cpuUsPerMessage: 4 } }),
  createRow({ ...at, target: 'mcpwire', metrics: { messagesPerSecond: 350_000, cpuUsPerMessage: 4.4 } }),
  createRow({ ...at, target: 'sdk-v2', metrics: { messagesPerSecond: 100_000, cpuUsPerMessage: 14 }, noisy: true }),
  {
    ...createRow({ scenario: 'stdio/pipe-buffer', params: { chunkBytes: 1024 }, target: 'floor', metrics: { acceptedBytes: 65_536 } }),
    facts: { descriptor: hostile },
  },
];
const report: Report = {
  schemaVersion,
  startedAt: '2030-01-02T03:04:05.678Z',
  durationSeconds: 61.5,
  command: `bench ${hostile}`,
  profile: 'quick',
  interrupted: true,
  machine: { cpu: hostile, cores: 2, loadAverage: 0.1, memoryGiB: 8, os: 'Linux', node: 'v20.19.0', v8: '11' },
  pinning: { reason: hostile },
  targets: [
    { name: 'floor', title: 'floor', role: 'floor', about: hostile },
    { name: 'mcpwire', title: 'mcpwire', role: 'own', about: 'ours', version: '0.1.0' },
    { name: 'sdk-v2', title: 'SDK v2', role: 'peer', about: 'theirs', version: '2.4.0' },
    { name: 'sdk-v1', title: 'SDK v1', role: 'peer', about: 'theirs' },
  ],
  rows,
  gaps: [{ ...at, target: 'sdk-v1', kind: 'unavailable', reason: hostile }],
  goals: evaluateGoals(goals, rows),
  claims: evaluateClaims(stdioClaims, rows),
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const ansi = /\u001b\[\d+m/g;

const undecided: GoalVerdict = {
  title: 'A goal in the noise',
  target: 'mcpwire',
  limit: 'not above sdk-v2',
  verdict: 'undecided',
  measured: 1.1,
  interval: [0.9, 1.35],
  required: 1,
  unit: '×',
  against: 'sdk-v2',
  noisy: true,
};

test('an undecided goal is neither reached nor missed, and shows what noise leaves open', () => {
  const noisy: Report = { ...report, goals: [...report.goals, undecided] };
  const text = toText(noisy, false);
  expect(text).toMatch(/undecided +A goal in the noise +not above sdk-v2 +1\.10 × ~ \(0\.900 to 1\.35\)/);
  expect(text).toMatch(/of \d+ goals reached, 1 undecided for noise/);
  expect(toMarkdown(noisy)).toMatch(/\| A goal in the noise +\| not above sdk-v2 +\| +1\.10 × \(0\.900 to 1\.35\) \| undecided \(noisy\)/);
  const page = toHtml(noisy);
  expect(page).toContain('<span class="chip undecided">undecided</span>');
  expect(page).toContain('<div class="tile undecided">');
  expect(page).toContain('.chip.undecided');
});

describe('the page', () => {
  const page = toHtml(report);

  test('is well-formed HTML', () => {
    const errors: string[] = [];
    const document = parse(page, { onParseError: (error) => errors.push(`${error.code} at line ${error.startLine}`) });
    expect(errors).toEqual([]);
    expect(serialize(document)).toContain('<table');
  });

  test('refers to nothing outside itself, and runs no script', () => {
    expect(page).not.toMatch(/https?:/);
    expect(page).not.toMatch(/<(script|link|iframe|img)\b/);
    expect(page).not.toMatch(/\s(src|srcset|xlink:href|action)\s*=/);
    // Its own chapters are all that it leads to.
    expect(page).not.toMatch(/\shref\s*=(?!"#)/);
    expect(page).not.toMatch(/@import|url\(/);
  });

  test('escapes what comes from outside', () => {
    expect(page).not.toContain('<script>');
    expect(page).not.toContain('alert("');
    expect(page).toContain('&lt;script&gt;alert(&quot;&amp;&quot;)');
  });

  test('puts the answer before the charts, and figures behind each chart', () => {
    expect(page.indexOf('goals reached')).toBeLessThan(page.indexOf('<svg'));
    expect(page).toContain('3.50 ×');
    for (const figure of ['400,000', '350,000', '100,000']) expect(page).toContain(`>${figure}<`);
  });

  test('draws each chart for a phone and for a wide page, with its figures in words', () => {
    expect(page.match(/<svg class="narrow"/g)).toHaveLength(2);
    expect(page.match(/<svg class="wide"/g)).toHaveLength(2);
    expect(page).toContain('aria-label="messages/s, 100 B, 1024 in flight: floor 400,000, mcpwire 350,000, sdk-v2 100,000"');
  });

  test('has no colour that does not follow light and dark', () => {
    const known = new Set([...page.matchAll(/svg \[fill="(#[0-9a-f]{6})"\]/g)].map(([, color]) => color));
    const used = [...page.matchAll(/<(?:path|text|g|rect|line|polyline|polygon)\b[^>]*\s(?:fill|stroke)="(#[0-9a-f]+|rgb[^"]*)"/g)].map(
      ([, color]) => color,
    );
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((color) => !known.has(color))).toEqual([]);
  });
});

describe('the Markdown', () => {
  const markdown = toMarkdown(report);

  test('has a table for each case, with ratios to the floor and to the reference', () => {
    expect(markdown).toContain('### 100 B, 1024 in flight');
    expect(markdown).toMatch(/\| mcpwire +\| \*\*350,000\*\* \|[^|]+\| +0\.88 \| +3\.50 \|/);
    expect(markdown).toMatch(/\| sdk-v2 ~ /);
  });

  test('keeps its tables whole, whatever stands in a cell', () => {
    const floor = markdown.split('\n').find((line) => line.startsWith('| floor ') && line.includes('| – '));
    expect(floor).toContain('&lt;script&gt;');
    expect(floor?.match(/(?<!\\)\|/g)).toHaveLength(4);
  });

  test('names what was not measured with its reason, and escapes it', () => {
    expect(markdown).toMatch(/^- \*\*unavailable\*\*: &lt;script&gt;.*\n {2}- sdk-v1 in stdio\/pipelined \(100 B, 1024 in flight\)$/m);
  });
});

describe('the table for the terminal', () => {
  test('marks the best that is no floor, and says what is noisy, missing and interrupted', () => {
    const text = toText(report, false);
    expect(text).toMatch(/^ +mcpwire +★ 350,000/m);
    expect(text).toMatch(/^ +sdk-v2 ~ +100,000/m);
    expect(text).toMatch(/unavailable {2}sdk-v1 in stdio\/pipelined/);
    expect(text).toContain('Interrupted');
    expect(text).toMatch(/reached +Messages per second, 100 B, 1024 in flight +at least 2\.5 × sdk-v2 +3\.50 ×/);
    expect(text).not.toContain('\u001b');
  });

  test('goes on below where it is too wide for the terminal, each part with its names', () => {
    const text = toText(report, false, 48);
    const lines = text.split('\n');
    const tables = lines.slice(0, lines.indexOf('Not measured')).filter((line) => !line.includes('script'));
    expect(tables.filter((line) => line.length > 48)).toEqual([]);
    expect(lines.filter((line) => /^ {4}mcpwire /.test(line)).length).toBeGreaterThan(1);
    for (const figure of ['350,000', '4.40', '3.50']) expect(text).toContain(figure);
    expect(toText(report, true, 48).replaceAll(ansi, '')).toBe(text);
  });

  test('has no blanks at the end of a line', () => {
    expect(toText(report, false)).not.toMatch(/ $/m);
  });

  test('names each reason for what was not measured once, with all that it is true of', () => {
    const skipped = (scenario: string, target: string, bytes: number): Gap => ({
      scenario,
      target,
      params: { bytes },
      kind: 'skipped',
      reason: 'no time',
    });
    const gaps = [skipped('stdio/large', 'floor', 1), skipped('stdio/large', 'mcpwire', 2), skipped('import', 'floor', 1), ...report.gaps];
    const text = toText({ ...report, gaps }, false);
    expect(text.match(/no time/g)).toHaveLength(1);
    expect(text).toContain('  skipped  no time\n    floor, mcpwire in stdio/large (2 cases)\n    floor in import (1 B)\n');
    expect(text.indexOf('unavailable')).toBeLessThan(text.indexOf('skipped'));
  });

  test('has colours where they are wanted', () => {
    expect(toText(report, true)).toContain('\u001b[');
  });
});

test('the JSON is the report itself, a row a line', () => {
  const json = toJson(report);
  expect(JSON.parse(json)).toEqual(report);
  expect(json.split('\n').filter((line) => line.startsWith('    {"scenario":'))).toHaveLength(rows.length + 1);
});
