import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type ClientTarget, clientChecks, runClient, Unreachable } from '../../src/index.js';
import { loadRequirements } from '../../src/requirements/index.js';
import { faults } from './faults.js';

const program = fileURLToPath(new URL('./client.js', import.meta.url));

function client(transport: ClientTarget['transport'], ...args: string[]): ClientTarget {
  return { transport, command: process.execPath, args: [program, ...args] };
}

describe('a correct client passes every check that applies, in every revision', () => {
  test.each([
    ['stdio', 5],
    ['streamable-http', 4],
  ] as const)(
    'over %s',
    async (transport, revisions) => {
      const report = await runClient({ client: client(transport) });
      expect(report.supportedRevisions).toHaveLength(revisions);
      expect(report.outcomes.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable')).toEqual([]);
      expect(report.summary.pass).toBeGreaterThan(170);
    },
    120_000,
  );
});

/** One of each kind: a client is started several times for each. All of them are run, against every check, by matrix.mjs. */
const SAMPLE = new Set([
  'no-initialized',
  'deaf-to-ping',
  'cancels-initialize',
  'logs-to-stdin',
  'no-session-header',
  'hasty',
  'null-header',
]);

describe('a broken client is caught', () => {
  for (const [name, { is, caughtBy, transport, revision }] of Object.entries(faults).filter(([each]) => SAMPLE.has(each))) {
    test(`one that ${is} (${name})`, async () => {
      const target = client(transport, '--fault', name);
      const report = await runClient({ client: target, revisions: [revision as never], only: caughtBy, timeoutMs: 2_500 });
      const broken = report.outcomes.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn');
      expect([...new Set(broken.map(({ check }) => check))].sort()).toEqual([...caughtBy].sort());
      for (const { reason, remedy, requirements } of broken) {
        expect(reason).toBeTruthy();
        expect(remedy).toBeTruthy();
        expect(requirements.length).toBeGreaterThan(0);
      }
    }, 90_000);
  }
});

test('each check names requirements of a client, and is the one that they name', () => {
  for (const { id, spec, revisions } of clientChecks) {
    const rows = revisions.flatMap((revision) => spec.flatMap((row) => loadRequirements(revision).byId.get(row) ?? []));
    expect(rows, id).not.toEqual([]);
    for (const row of rows) expect(row.sides, `${id}: ${row.id}`).toContain('client');
    expect(
      rows.some(({ clientChecks: named }) => named.includes(id)),
      id,
    ).toBe(true);
  }
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
