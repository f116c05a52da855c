import { readFileSync } from 'node:fs';
import { REVISIONS } from '@mcpwire/protocol';
import { describe, expect, test } from 'vitest';
import { checks } from '../src/checks/index.js';
import { MODERN } from '../src/checks/scope.js';
import { run } from '../src/index.js';
import { faults } from './broken-servers/faults/index.js';
import { render } from './broken-servers/matrix-table.js';
import { stdioServer } from './support.js';

const tools = { probeTool: { name: 'echo', args: { text: 'hello' } }, slowTool: { name: 'slow', args: { ms: 400 } } };

test('the correct server passes every check that applies, in every revision', async () => {
  const report = await run({ target: stdioServer(), ...tools });
  expect(report.supportedRevisions).toHaveLength(5);
  expect(report.outcomes.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable')).toEqual([]);
  expect(report.summary.pass).toBeGreaterThan(250);
}, 90_000);

// The whole table, every server against every check, is made by broken-servers/matrix.js.
describe.concurrent('a broken server is caught', () => {
  for (const [name, { is, caughtBy, revision, modernOnly, isAskedForAll }] of Object.entries(faults)) {
    test(`one that ${is} (${name})`, async () => {
      const target = stdioServer('--fault', name, ...(modernOnly ? ['--modern-only'] : []));
      // What the correct server has: the fault is about something else, or about one of these.
      const knownRevisions = isAskedForAll ? undefined : modernOnly ? MODERN : REVISIONS;
      const report = await run({ target, revisions: [revision as never], only: caughtBy, knownRevisions, timeoutMs: 2_500, ...tools });
      const broken = report.outcomes.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn');
      expect([...new Set(broken.map(({ check }) => check))].sort()).toEqual([...caughtBy].sort());
      for (const { reason, remedy, exchanges, requirements } of broken) {
        expect(reason).toBeTruthy();
        expect(remedy).toBeTruthy();
        expect(requirements.length).toBeGreaterThan(0);
        expect(exchanges?.flatMap(({ entries }) => entries).length, reason).toBeGreaterThan(0);
      }
    }, 60_000);
  }
});

test('every check over stdio catches a broken server; the document says which', () => {
  const caught = new Set(Object.values(faults).flatMap(({ caughtBy }) => caughtBy));
  expect(checks.filter(({ id, transports }) => transports.includes('stdio') && !caught.has(id)).map(({ id }) => id)).toEqual([]);
  expect(readFileSync(new URL('./broken-servers/matrix.md', import.meta.url), 'utf8')).toBe(render(checks, faults));
});
