import { parse as parseHtml } from 'parse5';
import { describe, expect, test } from 'vitest';
import { create } from 'xmlbuilder2';
import { parse as parseYaml } from 'yaml';
import type { Outcome } from '../../src/index.js';
import { createBadge } from '../../src/report/badge.js';
import { reporters } from '../../src/report/index.js';
import { showEntry } from '../../src/report/words.js';
import { REPORT_SCHEMA_VERSION, type Report, summarize } from '../../src/report.js';
import { outcome } from '../support.js';

/** What a server could send to break a report, or whoever reads it. */
const HOSTILE = '</code><script>alert(1)</script> ]]> "quoted" `ticks` | @everyone [x](javascript:1) # \u001b[31mred\u0000 \ud800 \u2028';

const entries = [
  { atMs: 0, kind: 'sent', text: '{"jsonrpc":"2.0","id":1,"method":"ping"}\n', bytes: 41 },
  { atMs: 1.5, kind: 'received', text: `{"id":"${HOSTILE}"}\n`, bytes: 200 },
] as const;
const failed = outcome({
  check: 'jsonrpc/ping',
  verdict: 'fail',
  reason: `it says ${HOSTILE}`,
  expected: { result: {} },
  received: { id: HOSTILE },
  remedy: 'Answer pings.',
  exchanges: [{ entries }],
});
const outcomes = [
  failed,
  { ...failed, revision: '2026-07-28' } as Outcome,
  outcome({ check: 'stdio/crlf', verdict: 'warn', level: 'should', reason: 'a line was ignored', remedy: 'Skip it.' }),
  outcome({ check: 'stdio/empty-lines', verdict: 'fail', reason: 'known', known: 'see the tracker' }),
  outcome({ check: 'batch/receive', verdict: 'inconclusive', reason: 'the control failed' }),
  outcome({ check: 'progress/stops', verdict: 'not-applicable', reason: 'the server reported no progress' }),
  outcome(),
];
const report: Report = {
  schemaVersion: REPORT_SCHEMA_VERSION,
  tool: { name: '@mcpwire/conformance', version: '1.2.3' },
  startedAt: '2026-01-02T03:04:05.678Z',
  durationMs: 1_234,
  target: { transport: 'stdio', description: `node ${HOSTILE}` },
  servers: [{ revision: '2025-11-25', name: `n ${HOSTILE}`, version: '1' }],
  supportedRevisions: ['2025-11-25'],
  summary: summarize(outcomes),
  outcomes,
  staleExpectations: [{ check: 'stdio/white-space', reason: 'once' }],
};
const render = (name: string, strict = false): string => reporters[name]?.(report, { color: false, strict }) ?? '';

describe('the text report', () => {
  const text = render('text');

  test('has the failures first, and all that is needed to mend them', () => {
    expect(text.indexOf('FAIL jsonrpc/ping (2025-11-25, 2026-07-28)')).toBeLessThan(text.indexOf('WARN stdio/crlf'));
    for (const part of [
      'MUST NOT   A message fills exactly one line. https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#stdio',
      'expected   {"result":{}}',
      'to do      Answer pings.',
      '→ {"jsonrpc":"2.0","id":1,"method":"ping"}',
      'expected fail stdio/empty-lines',
      'stale stdio/white-space',
      'not applicable: the server reported no progress',
      '--explain jsonrpc/ping tells what it is about, --only jsonrpc/ping --revision 2025-11-25 judges it alone',
      'all       3 failed, 1 warned, 1 inconclusive, 1 not applicable, 1 passed (1 expected)',
    ]) {
      expect(text).toContain(part);
    }
  });

  test('shows of HTTP what matters: the request or status line, the fields that are not on every message, the body', () => {
    const show = (text: string): string => showEntry({ kind: 'sent', atMs: 1, text, bytes: text.length }, 320);
    expect(
      show(
        'POST /mcp HTTP/1.1\r\nHost: a\r\nAccept: application/json, text/event-stream\r\nOrigin: http://b\r\nMcp-Session-Id: 1\r\n\r\n{"id":1}',
      ),
    ).toBe('     1 ms → POST /mcp [Origin: http://b; Mcp-Session-Id: 1; …] {"id":1}');
    expect(show('POST /mcp HTTP/1.1\r\nAccept: text/html\r\n\r\n')).toBe('     1 ms → POST /mcp [Accept: text/html]');
    expect(show(`HTTP/1.1 200 OK\r\nDate: now\r\nX-Powered-By: ${'x'.repeat(400)}\r\n\r\ndata: {}\n\n`)).toMatch(
      /^ {5}1 ms → 200 OK \[…\] data: {} \(\d+ bytes\)$/,
    );
    expect(show('{"text":"GET / HTTP/1.1\\r\\n"}\n')).toBe('     1 ms → {"text":"GET / HTTP/1.1\\r\\n"}');
  });

  test('lets nothing through to the terminal that the server sent', () => {
    expect(text).not.toMatch(/\p{Cc}(?<![\n])/u);
  });
});

test('the JSON report is the report', () => {
  expect(JSON.parse(render('json'))).toEqual(JSON.parse(JSON.stringify(report)));
});

describe('the JUnit report', () => {
  const { testsuites } = create(render('junit')).end({ format: 'object' }) as Record<string, Record<string, never>>;

  test('is XML that can be read, with the counts that build servers show', () => {
    expect(testsuites).toMatchObject({ '@tests': '7', '@failures': '2', '@errors': '1', '@skipped': '2' });
    expect(render('junit')).toContain('<failure type="must"');
    expect(render('junit')).toContain('&lt;script&gt;');
  });

  test('counts warnings as failures when it is strict', () => {
    expect(create(render('junit', true)).end({ format: 'object' })).toMatchObject({ testsuites: { '@failures': '3' } });
  });
});

describe('the HTML report', () => {
  const html = render('html');
  const names: string[] = [];
  const walk = (node: { nodeName?: string; childNodes?: unknown[]; attrs?: { name: string; value: string }[] }): void => {
    names.push(node.nodeName ?? '', ...(node.attrs ?? []).map(({ name, value }) => `${name}=${value}`));
    for (const child of node.childNodes ?? []) walk(child as never);
  };
  walk(parseHtml(html) as never);

  test('is one page: no script, nothing loaded, and what the server sent is text', () => {
    expect(names).not.toContain('script');
    expect(names.filter((name) => /^(src|onerror|onclick)=/.test(name))).toEqual([]);
    expect(names.filter((name) => name.startsWith('href=') && !name.startsWith('href=https://modelcontextprotocol.io/'))).toEqual([]);
    expect(html).toContain('&lt;script&gt;alert(1)');
  });

  test('has the checks by the pages of the specification, with their transcripts folded, in light and dark', () => {
    expect(html).toContain('<h2>basic/transports</h2>');
    expect(names.filter((name) => name === 'class=bytes')).toHaveLength(2);
    expect(html).toContain('prefers-color-scheme: dark');
  });
});

test('the Markdown report neither formats, nor links, nor mentions what the server sent', () => {
  const markdown = render('markdown');
  expect(markdown).toContain('| **all** | 3 | 1 | 1 | 1 | 1 |');
  expect(markdown.replace(/`+[^`]*`+|```[\s\S]*?```/g, '')).not.toMatch(/(?<!\\)<script|@everyone|(?<!\\)\[x\]/);
});

describe('the TAP report', () => {
  const lines = render('tap').split('\n');

  test('has a line for each outcome', () => {
    expect(lines.slice(0, 2)).toEqual(['TAP version 14', '1..7']);
    expect(lines.filter((line) => /^(not )?ok /.test(line)).map((line) => line.replace(/ - .*?( # (SKIP|TODO).*)?$/, '$1'))).toEqual([
      'not ok 1',
      'not ok 2',
      'ok 3',
      'not ok 4 # TODO see the tracker',
      'not ok 5',
      'ok 6 # SKIP the server reported no progress',
      'ok 7',
    ]);
  });

  test('has YAML below what did not pass', () => {
    const start = lines.indexOf('  ---');
    const yaml = parseYaml(lines.slice(start + 1, lines.indexOf('  ...')).join('\n')) as Record<string, unknown>;
    expect(yaml).toMatchObject({ verdict: 'fail', level: 'must', remedy: 'Answer pings.' });
  });
});

test('the badge is an SVG that says what the exit code says', () => {
  expect(createBadge(report, { strict: false })).toMatch(/^<svg [\s\S]*3 of 5 broken/);
  expect(
    createBadge({ ...report, outcomes: [outcome()], summary: summarize([outcome()]), staleExpectations: [] }, { strict: false }),
  ).toContain('1 checks');
});
