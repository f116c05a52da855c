import { ContractViolation, transportContract } from '@mcpwire/conformance/contract';
import { describe, expect, test } from 'vitest';
import { brokenTransports } from './broken/index.js';
import { createRelayFixture } from './broken/relay-fixture.js';

/** Where the fault is a hang, how long it takes to be found: long enough to get to the hang first, be it behind 16 MiB. */
const hangLimitMs = (id: string): number => (id === 'content/16-mib' ? 8_000 : 2_000);
const byId = new Map(transportContract.map((contractCase) => [contractCase.id, contractCase]));

describe.concurrent('a broken transport is caught', () => {
  for (const { fault, wrap, caughtBy } of brokenTransports) {
    test(`one that ${fault}`, async () => {
      const fixture = createRelayFixture(`a transport that ${fault}`, wrap);
      const found = await Promise.all(
        Object.entries(caughtBy).map(async ([id, sentence]) => {
          const contractCase = byId.get(id);
          if (!contractCase) throw new Error(`There is no case ${id}`);
          const violation = await contractCase.run(fixture, sentence.source.includes('in vain') ? { limitMs: hangLimitMs(id) } : {}).then(
            () => undefined,
            (error: unknown) => error,
          );
          return [id, violation] as const;
        }),
      );
      for (const [id, violation] of found) {
        if (!(violation instanceof ContractViolation))
          throw new Error(`Case ${id} did not catch a transport that ${fault}`, { cause: violation });
        expect(violation.sentence, id).toMatch(caughtBy[id] as RegExp);
        expect(violation.caseId).toBe(id);
      }
      // Longer than any case has, so that a case has the last word.
    }, 75_000);
  }
});

test('every case catches a broken transport; the table says which', async () => {
  const rows = transportContract.map(({ id }) => {
    const faults = brokenTransports.filter(({ caughtBy }) => id in caughtBy).map(({ fault }) => fault);
    expect(faults, `Case ${id} catches nothing, so nothing shows that it can fail`).not.toEqual([]);
    return `- \`${id}\` catches a transport that ${faults.join('; one that ')}`;
  });
  const table = ['# What each case catches', '', 'Written by `broken.test.ts`.', '', ...rows, ''].join('\n');
  await expect(table).toMatchFileSnapshot('./broken/caught.md');
});
