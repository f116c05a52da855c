import { describe, expect, test } from 'vitest';
import { type ClientTarget, runClient, Unreachable } from '../../src/index.js';
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

test('a client that goes round in circles is ended long before its time is over', async () => {
  const script = `const ping = () => fetch(process.argv.at(-1), { method: 'POST', body: '{"jsonrpc":"2.0","method":"again"}' }).then(ping); ping()`;
  const target: ClientTarget = { transport: 'streamable-http', command: process.execPath, args: ['-e', script] };
  const revisions = ['2025-11-25'] as const;
  await expect(runClient({ client: target, revisions, knownRevisions: revisions })).rejects.toThrow(/went along with no revision/);
}, 40_000);

test('a program that speaks to no server is unreachable, and what it wrote is told', async () => {
  const target: ClientTarget = {
    transport: 'stdio',
    command: process.execPath,
    args: ['-e', 'console.error("no such option"); process.exit(1)'],
  };
  await expect(runClient({ client: target })).rejects.toThrow(/said nothing to the server.*\n.*\nno such option/);
  await expect(runClient({ client: { ...target, command: 'no-such-program-anywhere' } })).rejects.toThrow(Unreachable);
}, 60_000);
