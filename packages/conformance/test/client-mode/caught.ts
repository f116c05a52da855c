import { describe, expect, test } from 'vitest';
import type { ClientTarget } from '../../src/index.js';
import { faults } from './faults.js';
import { brokenChecks, runClientFault } from './run-fault.js';

/** A test for each broken client over a transport: the checks that are there for its fault see it, and nothing else is said. The matrix runs all checks on each. */
export function describeFaults(transport: ClientTarget['transport']): void {
  const chosen = Object.entries(faults).filter(([, fault]) => fault.transport === transport);
  // Several at a time: each waits for processes most of the time.
  describe.concurrent(`a broken client is caught over ${transport}`, () => {
    for (const [name, fault] of chosen) {
      const { is, caughtBy, alongside = [] } = fault;
      test(`one that ${is} (${name})`, async () => {
        const report = await runClientFault(name, fault, { only: [...caughtBy, ...alongside] });
        expect(brokenChecks(report).sort()).toEqual([...caughtBy].sort());
        for (const { verdict, reason, remedy, requirements, exchanges } of report.outcomes) {
          if (verdict !== 'fail' && verdict !== 'warn') continue;
          expect(reason).toBeTruthy();
          expect(remedy).toBeTruthy();
          expect(requirements.length).toBeGreaterThan(0);
          expect(exchanges?.flatMap(({ entries }) => entries).length, reason).toBeGreaterThan(0);
        }
      }, 90_000);
    }
  });
}
