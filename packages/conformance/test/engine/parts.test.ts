import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyBaseline, BaselineError, parseExpectedFailures } from '../../src/baseline.js';
import { checks } from '../../src/checks/index.js';
import { Inbox } from '../../src/inbox.js';
import { LineReader } from '../../src/raw/line-reader.js';
import { createRedactor, isSecretName } from '../../src/redact.js';
import { exitCodeOf, type Report, summarize } from '../../src/report.js';
import { selectChecks } from '../../src/select.js';
import { Transcript } from '../../src/transcript.js';
import { outcome } from '../support.js';

describe('secrets', () => {
  const redact = createRedactor(['s3cret-value', 'ab']);

  test.each([
    ['Authorization: Bearer abc.def-ghi', 'Authorization: [redacted]'],
    ['cookie: sid=1; other=2', 'cookie: [redacted]'],
    ['{"access_token":"abc","x":1}', '{"access_token":"[redacted]","x":1}'],
    ['{"clientSecret": "a\\"b"}', '{"clientSecret": "[redacted]"}'],
    ['https://user:pass@example.com/?api_key=1234&x=1', 'https://user:[redacted]@example.com/?api_key=[redacted]&x=1'],
    ['it says s3cret-value twice: s3cret-value', 'it says [redacted] twice: [redacted]'],
  ])('%s', (text, clean) => expect(redact(text)).toBe(clean));

  test('what merely resembles one stays readable, and so do short values', () => {
    const text = '{"progressToken":"abc","_meta":{"progressToken":7},"nextCursor":"ab"}';
    expect(redact(text)).toBe(text);
  });

  test('are told by the names of headers and variables', () => {
    expect(['Authorization', 'Cookie', 'X-Api-Key', 'GITHUB_TOKEN', 'DB_PASSWORD'].filter(isSecretName)).toHaveLength(5);
    expect(['Accept', 'PATH', 'progressToken', 'HOME'].filter(isSecretName)).toEqual([]);
  });
});

describe('a line', () => {
  const read = (chunks: readonly Uint8Array[]): Inbox => {
    const inbox = new Inbox();
    const reader = new LineReader(inbox);
    for (const chunk of chunks) reader.feed(chunk);
    reader.end();
    return inbox;
  };
  const kinds = (text: string | Uint8Array): string[] => read([Buffer.from(text)]).faults.map(({ kind }) => kind);

  test('is the same however its bytes are cut', () => {
    const text = Buffer.from('{"a":"漢字🙂"}\r\n[{"b":1},{"c":2}]\n{"d":3}\n');
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: text.length })), (cuts) => {
        const ends = [...cuts.sort((a, b) => a - b), text.length];
        const { messages, faults, batches } = read(ends.map((end, index) => text.subarray(ends[index - 1] ?? 0, end)));
        expect(messages.map(({ message }) => message)).toEqual([{ a: '漢字🙂' }, { b: 1 }, { c: 2 }, { d: 3 }]);
        expect(batches).toHaveLength(1);
        expect(faults).toEqual([]);
      }),
    );
  });

  test.each([
    ['hello\n', ['not-json']],
    ['\n', ['empty']],
    ['\r\n', ['empty']],
    ['42\n', ['not-an-object']],
    ['{"a":1}', ['unterminated']],
    [Buffer.from([0x7b, 0xff, 0x0a]), ['not-utf8']],
    ['\ufeff{"a":1}\n', ['not-json']],
    ['{\n  "a": 1\n}\n', ['not-json', 'not-json', 'not-json', 'broken-line']],
  ])('%j is no message', (text, expected) => expect(kinds(text)).toEqual(expected));
});

describe('a transcript', () => {
  test('keeps its beginning and its end, and says how much it dropped', () => {
    const transcript = new Transcript((text) => text);
    for (let index = 0; index < 1_000; index++) transcript.add('sent', `${index}`);
    const texts = transcript.since().map(({ text }) => text);
    expect(texts.length).toBeLessThan(220);
    expect([texts[0], texts.at(-1)]).toEqual(['0', '999']);
    expect(texts.filter((text) => /^… \d+ more …$/.test(text))).toEqual([`… ${1_000 - (texts.length - 1)} more …`]);
    expect(transcript.since(995).map(({ text }) => text)).toEqual(['995', '996', '997', '998', '999']);
  });

  test('keeps the beginning of what is long, and shows bytes that are no text', () => {
    const transcript = new Transcript((text) => text);
    transcript.add('received', Buffer.from('x'.repeat(10_000)));
    transcript.add('received', Buffer.from([0x61, 0xff]));
    const [long, odd] = transcript.since();
    expect(long?.text.length).toBeLessThan(2_100);
    expect(long?.bytes).toBe(10_000);
    expect(odd?.text).toBe('a\\xff');
  });
});

describe('expected failures', () => {
  const known = ['stdio/crlf', 'jsonrpc/ping'];

  test('are read from YAML', () => {
    expect(
      parseExpectedFailures('- check: stdio/crlf\n  reason: later\n- { check: jsonrpc/ping, revision: 2025-03-26, reason: old }\n', known),
    ).toEqual([
      { check: 'stdio/crlf', reason: 'later' },
      { check: 'jsonrpc/ping', revision: '2025-03-26', reason: 'old' },
    ]);
    expect(parseExpectedFailures('# none\n', known)).toEqual([]);
  });

  test.each([
    ['{', 'not YAML'],
    ['a: 1', 'must be a list'],
    ['- check: stdio/crfl\n  reason: x', 'entry 1: there is no check "stdio/crfl"'],
    ['- check: stdio/crlf', 'entry 1 (stdio/crlf) needs a reason'],
    ['- { check: stdio/crlf, reason: x, revision: 2025-03-27 }', 'entry 1 (stdio/crlf): there is no revision "2025-03-27"'],
    ['- { check: stdio/crlf, reason: x, revison: "2025-03-26" }', 'entry 1 has "revison"'],
  ])('%j is refused', (text, message) => {
    expect(() => parseExpectedFailures(text, known)).toThrow(BaselineError);
    expect(() => parseExpectedFailures(text, known)).toThrow(message);
  });

  test('mark what fails as expected; an entry whose check passes is stale, one whose check did not run is not', () => {
    const entries = ['a/fails', 'a/passes', 'a/absent', 'a/unclear'].map((check) => ({ check, reason: 'known' }));
    const outcomes = [
      outcome({ check: 'a/fails', verdict: 'fail' }),
      outcome({ check: 'a/passes' }),
      outcome({ check: 'a/unclear', verdict: 'inconclusive' }),
      outcome({ check: 'a/other', verdict: 'fail' }),
    ];
    const result = applyBaseline(outcomes, entries);
    expect(result.outcomes.map(({ known: reason }) => reason)).toEqual(['known', undefined, undefined, undefined]);
    expect(result.stale.map(({ check }) => check)).toEqual(['a/passes']);
  });
});

describe('the exit code', () => {
  const report = (...outcomes: ReturnType<typeof outcome>[]): Report => ({
    schemaVersion: 1,
    tool: { name: 't', version: '1' },
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 1,
    target: { transport: 'stdio', description: 'x' },
    servers: [],
    supportedRevisions: [],
    summary: summarize(outcomes),
    outcomes,
    staleExpectations: [],
  });
  const fail = outcome({ verdict: 'fail' });
  const warn = outcome({ verdict: 'warn' });
  const unclear = outcome({ verdict: 'inconclusive' });

  test('is 0 when no MUST is broken, 1 when one is, and 3 when something could not be judged', () => {
    expect(exitCodeOf(report(outcome(), outcome({ verdict: 'not-applicable' })))).toBe(0);
    expect(exitCodeOf(report(warn))).toBe(0);
    expect(exitCodeOf(report(fail, unclear))).toBe(1);
    expect(exitCodeOf(report(warn, unclear))).toBe(3);
  });

  test('counts a SHOULD when it is strict, and nothing that was expected', () => {
    expect(exitCodeOf(report(warn), { strict: true })).toBe(1);
    expect(exitCodeOf(report({ ...fail, known: 'later' }))).toBe(0);
    expect(exitCodeOf({ ...report(outcome()), staleExpectations: [{ check: 'x', reason: 'y' }] })).toBe(1);
  });
});

describe('a selection', () => {
  const ids = (options: Parameters<typeof selectChecks>[1]): string[] => selectChecks(checks, options).map(({ id }) => id);

  test('takes globs, names of areas, levels, revisions and transports', () => {
    expect(ids({ only: ['stdio/shutdown-*'] })).toEqual(['stdio/shutdown-exit-on-eof', 'stdio/shutdown-exit-on-sigterm']);
    expect(ids({ only: ['batch'] })).toEqual(ids({ only: ['batch/*'] }));
    expect(ids({ only: ['stdio'], level: 'must' })).not.toContain('stdio/crlf');
    expect(ids({ revision: '2025-06-18' })).not.toContain('batch/receive');
    expect(ids({ transport: 'sse' })).not.toContain('stdio/crlf');
    expect(ids({ only: ['stdio'], skip: ['stdio/*'] })).toEqual([]);
  });
});
