import { REVISIONS } from '@mcpwire/protocol';
import { describe, expect, test } from 'vitest';
import { MODERN } from '../src/checks/scope.js';
import { run } from '../src/index.js';
import { faults } from './broken-servers/faults/index.js';
import { expectCaught, stdioServer } from './support.js';

const tools = { probeTool: { name: 'echo', args: { text: 'hello' } }, slowTool: { name: 'slow', args: { ms: 400 } } };

test('the correct server passes every check that applies, in every revision', async () => {
  const report = await run({ target: stdioServer(), ...tools });
  expect(report.supportedRevisions).toHaveLength(5);
  expect(report.outcomes.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable')).toEqual([]);
  expect(report.summary.pass).toBeGreaterThan(250);
}, 90_000);

// The whole table, every server against every check, is made by `pnpm conformance:matrix`.
describe.concurrent('a broken server is caught', () => {
  for (const [name, { is, caughtBy, revision, modernOnly, isAskedForAll }] of Object.entries(faults)) {
    test(`one that ${is} (${name})`, async () => {
      const target = stdioServer('--fault', name, ...(modernOnly ? ['--modern-only'] : []));
      // What the correct server has: the fault is about something else, or about one of these.
      const knownRevisions = isAskedForAll ? undefined : modernOnly ? MODERN : REVISIONS;
      const report = await run({ target, revisions: [revision as never], only: caughtBy, knownRevisions, timeoutMs: 2_500, ...tools });
      expectCaught(report, caughtBy);
    }, 60_000);
  }
});
