import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareReports, worseThan } from '../src/compare/compare.js';
import { toCompareText } from '../src/compare/text.js';
import type { Report, Row } from '../src/report/report.js';
import { toJson } from '../src/report/write-report.js';
import { BenchCopy } from './support/bench-copy.js';
import { createReport } from './support/report.js';
import { createRow } from './support/rows.js';

const at = { scenario: 'stdio/pipelined', params: { bytes: 100, window: 1024 } };

function row(messagesPerSecond: number, cpuUsPerMessage: number, deviation = 1, target = 'mcpwire'): Row {
  return createRow({ ...at, target, metrics: { messagesPerSecond, cpuUsPerMessage, p50Us: 10 }, deviation });
}

function compare(before: Row[], after: Row[], all = false) {
  return compareReports(createReport({ rows: before }), createReport({ rows: after }), { all });
}

describe('a figure that changed', () => {
  test('is called better or worse by what is better for it: more messages, less CPU time', () => {
    const { differences } = compare([row(1000, 400)], [row(900, 300)]);
    expect(differences.map(({ metric, verdict, change }) => [metric.key, verdict, change])).toEqual([
      ['messagesPerSecond', 'worse', -0.1],
      ['cpuUsPerMessage', 'better', -0.25],
    ]);
  });

  test('is within the noise where the intervals overlap, however far the medians lie apart', () => {
    const { differences } = compare([row(1000, 400, 200)], [row(700, 100, 200)]);
    expect(differences.map(({ verdict }) => verdict)).toEqual(['same', 'same']);
    expect(worseThan({ differences }, 0)).toEqual([]);
  });

  test('stands with the main figures, and with all of them where that is asked for', () => {
    expect(compare([row(1, 1)], [row(1, 1)]).differences.map(({ metric }) => metric.key)).toEqual(['messagesPerSecond', 'cpuUsPerMessage']);
    expect(compare([row(1, 1)], [row(1, 1)], true).differences.map(({ metric }) => metric.key)).toContain('p50Us');
  });

  test('is held against all rounds of an older result that has no intervals', () => {
    const older: Row = { ...row(1000, 400), spread: { messagesPerSecond: { min: 850, max: 1010, deviation: 5 } } };
    const [rate] = compare([older], [row(900, 400)]).differences;
    expect(rate).toMatchObject({ before: { interval: [850, 1010] }, verdict: 'same' });
  });
});

test('rows that only one report has are named, not compared', () => {
  const comparison = compare([row(1, 1, 0, 'floor'), row(1, 1)], [row(1, 1), row(1, 1, 0, 'sdk-v2')]);
  expect(comparison.differences.every(({ target }) => target === 'mcpwire')).toBe(true);
  expect(comparison.onlyBefore).toEqual([expect.stringContaining('floor')]);
  expect(comparison.onlyAfter).toEqual([expect.stringContaining('sdk-v2')]);
});

test('what speaks against a comparison is said: machine, Node, profile, versions, load, an interrupted run', () => {
  const before = createReport({});
  const machine = { ...before.machine, cpu: 'another', node: 'v22.0.0', loadAverage: 9 };
  const targets = before.targets.map((target) => ({ ...target, version: '9.9.9' }));
  const after: Report = { ...before, machine, targets, profile: 'full', interrupted: true };
  const text = compareReports(before, after, { all: false }).warnings.join('\n');
  for (const part of [
    'cpu was',
    'node was',
    'another profile: quick, then full',
    'version of mcpwire',
    'busy machine',
    'the second was interrupted',
  ])
    expect(text).toContain(part);
  expect(compareReports(before, before, { all: false }).warnings).toEqual([]);
});

test('the table shows both sides with their intervals, the change and the verdict', () => {
  const text = toCompareText(compare([row(1000, 400)], [row(800, 401)]), false);
  expect(text).toMatch(/mcpwire +messages\/s +1,000 \[999 to 1,001\] +800 \[799 to 801\] +−20\.0 % +worse/);
  expect(text).toMatch(/CPU per message, µs .* within the noise/);
  expect(text).toContain('Of 2 figures 0 are better, 1 worse, and 1 within the noise');
});

test('a table that is too wide for the terminal goes without the intervals, which are what makes it so', () => {
  const text = toCompareText(compare([row(1000, 400)], [row(800, 401)]), false, 76);
  expect(text).toMatch(/mcpwire +messages\/s +1,000 +800 +−20\.0 % +worse/);
  expect(text).not.toContain('[');
  expect(text.split('\n').filter((line) => line.length > 76)).toEqual([]);
});

test('figures of microseconds that are thousands are told in milliseconds, on both sides alike', () => {
  const { differences } = compare([row(1000, 40_000)], [row(1000, 50_000)]);
  expect(toCompareText({ ...compare([], []), differences }, false)).toMatch(/CPU per message, ms +40 \[40\.0 to 40\.0\] +50 \[/);
});

test('a smoke run is no evidence, and where no order is known none is said to agree', () => {
  const smoke = createReport({ profile: 'smoke', rows: [row(1, 1), row(1, 1, 1, 'sdk-v2')] });
  const comparison = compareReports(smoke, smoke, { all: false });
  expect(comparison.warnings.join()).toContain('smoke');
  expect(toCompareText(comparison, false)).toMatch(/can't be held against each other: \d+ pairs/);
});

describe('bench compare', () => {
  let directory: string;
  let bench: BenchCopy;
  beforeAll(async () => {
    bench = await BenchCopy.create();
    directory = await mkdtemp(join(tmpdir(), 'bench-compare-'));
  });
  afterAll(async () => {
    await bench.remove();
    await rm(directory, { recursive: true });
  });
  const save = async (name: string, content: Report | string): Promise<string> => {
    const path = join(directory, name);
    await writeFile(path, typeof content === 'string' ? content : toJson(content));
    return path;
  };

  test('exits with 1 past --fail-over, names what is worse, and with 0 below it', { timeout: 120_000 }, async () => {
    const before = await save('before.json', createReport({ rows: [row(1000, 400)] }));
    const after = await save('after.json', createReport({ rows: [row(800, 400)] }));
    const failed = await bench.run('compare', before, after, '--fail-over', '10%');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain(
      'mcpwire in stdio/pipelined (100 B, 1024 in flight): messages/s is worse: −20.0 %, more than the 10 % allowed',
    );
    expect((await bench.run('compare', before, after, '--fail-over', '25')).code).toBe(0);
    expect((await bench.run('compare', after, before, '--fail-over', '10%')).code).toBe(0);
    expect((await bench.run('compare', before, after)).code).toBe(0);
    const asJson = await bench.run('compare', before, after, '--json', '--fail-over', '10%');
    expect(JSON.parse(asJson.stdout)).toMatchObject({ failures: [{ verdict: 'worse', change: -0.2 }] });
  });

  test('compares what a run has written with itself: nothing is beyond the noise', { timeout: 60_000 }, async () => {
    const baseline = join(bench.results, 'baselines/linux-x64-2-cores.json');
    const run = await bench.run('compare', baseline, baseline, '--fail-over', '0%');
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/Of \d{2,} figures 0 are better, 0 worse/);
  });

  test('holds a single report against the committed result of its class of machines', { timeout: 60_000 }, async () => {
    const committed = join(bench.results, 'baselines/linux-x64-2-cores.json');
    const run = await bench.run('compare', committed, '--fail-over', '0%');
    expect(run.code).toBe(0);
    expect(run.stderr).toContain('held against the committed result of linux-x64-2-cores');
    const report = createReport({ rows: [row(1000, 400)] });
    const other = await save('other-class.json', { ...report, machine: { ...report.machine, os: 'Darwin 25.0 arm64', cores: 8 } });
    const refused = await bench.run('compare', other);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(/no result of darwin-arm64-8-cores is committed .*linux-x64-2-cores\.json.*name two reports/);
  });

  test('refuses what is no report, with exit code 2 and the reason', { timeout: 120_000 }, async () => {
    const good = await save('good.json', createReport({ rows: [row(1, 1)] }));
    const { rows: _, ...without } = createReport({});
    const cases: [string, RegExp][] = [
      [join(directory, 'absent.json'), /there is no file .*absent\.json/],
      [directory, /can't be read/],
      [await save('half.json', toJson(createReport({})).slice(0, 200)), /half\.json is no JSON, or only a part of it/],
      [await save('other.json', '{"name":"x"}'), /no report of this bench: it has no schemaVersion/],
      [await save('newer.json', '{"schemaVersion":2}'), /has schemaVersion 2, and this bench reads 1/],
      [await save('without.json', JSON.stringify(without)), /no report of this bench: .*'rows'/],
    ];
    for (const [path, message] of cases) {
      const run = await bench.run('compare', good, path);
      expect([path, run.code, run.stdout]).toEqual([path, 2, '']);
      expect(run.stderr).toMatch(message);
      expect(run.stderr).not.toContain('    at ');
    }
    const percent = await bench.run('compare', good, good, '--fail-over', 'much');
    expect(percent.code).toBe(2);
    expect(percent.stderr).toContain('percentage');
    expect((await bench.run('compare', good, good, '--targets', 'mcpwir')).stderr).toContain('Nearest: mcpwire');
  });
});
