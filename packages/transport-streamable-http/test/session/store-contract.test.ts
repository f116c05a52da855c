import { describe, expect, test } from 'vitest';
import { createMemoryEventStore } from '../../src/session/memory-event-store.js';
import { createMemorySessionStore } from '../../src/session/memory-session-store.js';
import { eventStoreContract, StoreContractViolation, sessionStoreContract } from '../../src/store-contract.js';
import { brokenEventStores } from './broken/event-stores.js';
import { brokenSessionStores } from './broken/session-stores.js';

describe('the contract as data', () => {
  test('ids are frozen: others refer to them', () => {
    expect([...eventStoreContract, ...sessionStoreContract].map(({ id }) => id)).toMatchInlineSnapshot(`
      [
        "ids/visible-ascii",
        "ids/unique",
        "replay/rest",
        "replay/nothing-missed",
        "replay/later",
        "replay/own-stream",
        "replay/stream-id",
        "replay/waits",
        "replay/send-fails",
        "replay/while-storing",
        "replay/unknown",
        "messages/unchanged",
        "messages/given-as-text",
        "messages/kept-as-they-were",
        "messages/first-event",
        "lookup/stream",
        "lookup/dropped",
        "forget/stream",
        "forget/session",
        "limits/oldest-dropped",
        "limits/dropped-or-unknown",
        "limits/across-streams",
        "records/kept",
        "records/unknown",
        "records/replaced",
        "records/copied",
        "records/apart",
        "delete/gone",
        "delete/unknown",
        "touch/seen",
        "touch/unknown",
        "limits/longest-unused",
        "limits/age",
      ]
    `);
  });

  test('every title is a sentence of its own, and nobody can change a case', () => {
    for (const contract of [eventStoreContract, sessionStoreContract]) {
      expect(new Set(contract.map(({ id }) => id)).size).toBe(contract.length);
      expect(new Set(contract.map(({ title }) => title)).size).toBe(contract.length);
      expect(Object.isFrozen(contract)).toBe(true);
      expect(Object.isFrozen(contract[0])).toBe(true);
    }
  });

  test('a store that hangs breaks it, and the sentence says so', async () => {
    const [first] = eventStoreContract;
    const hanging = { ...createMemoryEventStore(), storeEvent: () => new Promise<string>(() => {}) };
    const error: unknown = await first?.run(() => hanging, { limitMs: 50 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreContractViolation);
    expect(error).toMatchObject({ sentence: 'The store hangs', caseId: first?.id });
  });

  test('a store that cannot be made is no violation', async () => {
    const error: unknown = await sessionStoreContract[0]
      ?.run(() => Promise.reject(new Error('no such database')))
      .catch((thrown: unknown) => thrown);
    expect(error).not.toBeInstanceOf(StoreContractViolation);
    expect(error).toHaveProperty('message', 'no such database');
  });

  test('every store that a case made is disposed of, also when the case fails', async () => {
    let open = 0;
    const create = () => {
      open++;
      return Object.assign(createMemoryEventStore(), {
        storeEvent: () => 'always the same',
        [Symbol.asyncDispose]: async () => {
          open--;
        },
      });
    };
    for (const { run } of eventStoreContract) await run(create).catch(() => {});
    expect(open).toBe(0);
  });
});

describe('the event store in memory', () => {
  for (const { id, title, run } of eventStoreContract) test(`${id}: ${title}`, () => run(createMemoryEventStore));
});

describe('the session store in memory', () => {
  for (const { id, title, run } of sessionStoreContract) test(`${id}: ${title}`, () => run(createMemorySessionStore));
});

/** What a broken store is caught by: each case named, with the sentence it fails with. */
interface Broken<Store, Limits> {
  fault: string;
  create: (limits?: Limits) => Store;
  caughtBy: Record<string, RegExp>;
}

function catches<Store, Limits>(
  contract: ReadonlyArray<{ id: string; run: (create: (limits?: Limits) => Store) => Promise<void> }>,
  broken: ReadonlyArray<Broken<Store, Limits>>,
): void {
  for (const { fault, create, caughtBy } of broken) {
    test(`one that ${fault}`, async () => {
      for (const [id, sentence] of Object.entries(caughtBy)) {
        const found = contract.find((each) => each.id === id);
        if (!found) throw new Error(`There is no case ${id}`);
        const violation: unknown = await found.run(create).then(
          () => 'nothing: the case passed',
          (error: unknown) => error,
        );
        expect(violation, `what ${id} says`).toBeInstanceOf(StoreContractViolation);
        expect((violation as StoreContractViolation).sentence).toMatch(sentence);
        expect((violation as StoreContractViolation).caseId).toBe(id);
      }
    });
  }

  test('every case catches one', () => {
    const caught = new Set(broken.flatMap(({ caughtBy }) => Object.keys(caughtBy)));
    expect(contract.map(({ id }) => id).filter((id) => !caught.has(id))).toEqual([]);
  });
}

describe('a broken event store is caught', () => catches(eventStoreContract, brokenEventStores));
describe('a broken session store is caught', () => catches(sessionStoreContract, brokenSessionStores));
