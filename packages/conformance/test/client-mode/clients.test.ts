import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ClientTarget, clientChecks, runClient, Unreachable } from '../../src/index.js';
import { faults } from './faults.js';
import { renderClients } from './matrix-table.js';
import { clientWith } from './run-fault.js';

// Both at once: much of the time, each waits.
describe.concurrent('a correct client passes every check that applies, in every revision', () => {
  for (const [transport, revisions] of [
    ['stdio', 5],
    ['streamable-http', 4],
  ] as const) {
    test(`over ${transport}`, async () => {
      const report = await runClient({ client: clientWith(transport) });
      expect(report.supportedRevisions).toHaveLength(revisions);
      expect(report.outcomes.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable')).toEqual([]);
      // What cannot apply to it: it sends no trace context, and speaks both eras.
      const known = ['client/meta-trace-format', 'client/stdio-modern-probes', 'client/cancellation-known-requests'];
      const spared = report.outcomes.filter(({ verdict }) => verdict === 'not-applicable').map(({ check }) => check);
      expect(spared.filter((check) => !known.includes(check))).toEqual([]);
      expect(report.summary.pass).toBeGreaterThan(180);
    }, 120_000);
  }
});

test('every check of clients catches a broken one; the document says which', () => {
  const caught = new Set(Object.values(faults).flatMap(({ caughtBy }) => caughtBy));
  expect(clientChecks.filter(({ id }) => !caught.has(id)).map(({ id }) => id)).toEqual([]);
  const document = readFileSync(new URL('../../client-matrix.md', import.meta.url), 'utf8');
  const remedy = 'run `node packages/conformance/test/client-mode/matrix.js --write` after a build';
  expect(document === renderClients(clientChecks, faults), remedy).toBe(true);
});

test('a program that speaks to no server is unreachable, and what it wrote is told', async () => {
  const target: ClientTarget = {
    transport: 'stdio',
    command: process.execPath,
    args: ['-e', 'console.error("no such option"); process.exit(1)'],
  };
  await expect(runClient({ client: target })).rejects.toThrow(/said nothing to the server.*\n.*\nno such option/);
  await expect(runClient({ client: { ...target, command: 'no-such-program-anywhere' } })).rejects.toThrow(Unreachable);
}, 60_000);
