import type { SessionRecord, SessionStore } from '../session-store.js';
import { defineStoreCase, type StoreCase } from './case.js';
import { verifySame, verifyWorks } from './verify.js';
import { StoreContractViolation } from './violation.js';

/** What a session store may have beside what it must: a method, and limits that `createStore` takes. */
export type SessionStoreAbility = 'maxAgeMs' | 'maxSessions' | 'touch';

export interface SessionStoreLimits {
  /** Past it the sessions that were used longest ago are dropped. */
  maxSessions?: number | undefined;
  /** A session that was not used for so long is dropped. */
  maxAgeMs?: number | undefined;
}

export type SessionStoreCase = StoreCase<SessionStore, SessionStoreLimits, SessionStoreAbility>;

/** What every session store must do. Leave out the cases that need what yours lacks. */
export const sessionStoreContract: readonly SessionStoreCase[] = Object.freeze([
  defineCase({ id: 'records/kept', title: 'a record is returned as it was set, whatever its id' }, async (create) => {
    const store = await create();
    const records = STRANGE_IDS.map((id, n) => ({ ...recordOf(id), principalId: n % 2 ? `user ${n} ☃` : undefined }));
    for (const record of records) await store.set(record.id, record);
    for (const record of records) verifySame(await store.get(record.id), record, 'The store returns another record than was set');
  }),

  defineCase({ id: 'records/unknown', title: 'an id that was never set has no record' }, async (create) => {
    const store = await create();
    await store.set('known', recordOf('known'));
    for (const id of ['unknown', 'know', 'known ', '__proto__', 'constructor', '*', '']) {
      verifySame(await store.get(id), undefined, `There is a record for ${JSON.stringify(id)}, which was never set`);
    }
  }),

  defineCase({ id: 'records/replaced', title: 'a record that is set again replaces the one before, whole' }, async (create) => {
    const store = await create();
    await store.set('s', { ...recordOf('s'), principalId: 'someone' });
    const second = { ...recordOf('s'), protocolVersion: '2025-06-18', initialize: {} };
    await store.set('s', second);
    verifySame(await store.get('s'), second, 'Something is left of the record before');
  }),

  defineCase(
    { id: 'records/copied', title: 'changing what was set, or what was returned, does not change what is kept' },
    async (create) => {
      const store = await create();
      const initialize = { capabilities: { roots: { listChanged: true } } };
      await store.set('s', { ...recordOf('s'), initialize });
      initialize.capabilities.roots.listChanged = false;
      const first = (await store.get('s'))?.initialize as typeof initialize | undefined;
      verifySame(first?.capabilities.roots.listChanged, true, 'A kept record changes with the object it was set from');
      if (first) first.capabilities.roots.listChanged = false;
      const second = (await store.get('s'))?.initialize as typeof initialize | undefined;
      verifySame(second?.capabilities.roots.listChanged, true, 'A kept record changes with an object that was returned');
    },
  ),

  defineCase({ id: 'records/apart', title: 'records that are set at once do not get into each other' }, async (create) => {
    const store = await create();
    const records = Array.from({ length: 200 }, (_, n) => ({ ...recordOf(`s${n}`), createdAtMs: n }));
    await Promise.all(records.map((record) => store.set(record.id, record)));
    const found = await Promise.all(records.map(({ id }) => store.get(id)));
    verifySame(found, records, 'A record is another one, after several were set at once');
  }),

  defineCase({ id: 'delete/gone', title: 'a deleted session has no record, and others have theirs' }, async (create) => {
    const store = await create();
    for (const id of ['a', 'ab', 'b']) await store.set(id, recordOf(id));
    await store.delete('a');
    verifySame(await store.get('a'), undefined, 'There is a record after it was deleted');
    for (const id of ['ab', 'b']) verifySame((await store.get(id))?.id, id, 'With one record another was deleted');
  }),

  defineCase({ id: 'delete/unknown', title: 'deleting what is not there is no error, also twice' }, async (create) => {
    const store = await create();
    await verifyWorks(() => store.delete('never there'), 'Deleting what was never there is an error');
    await store.set('s', recordOf('s'));
    await store.delete('s');
    await verifyWorks(() => store.delete('s'), 'Deleting a session a second time is an error');
  }),

  defineCase({ id: 'touch/seen', title: 'touch sets lastSeenAtMs to now, and nothing else', needs: ['touch'] }, async (create) => {
    const store = await create();
    const record = { ...recordOf('s'), lastSeenAtMs: Date.now() - 1000 };
    await store.set('s', record);
    await store.set('other', { ...record, id: 'other' });
    await store.touch?.('s');
    const touched = await store.get('s');
    verifySame(
      { ...touched, lastSeenAtMs: 0 },
      { ...record, lastSeenAtMs: 0 },
      'Touch changes something of the record beside lastSeenAtMs',
    );
    const ageMs = Date.now() - (touched?.lastSeenAtMs ?? 0);
    // Half a second of difference between the clocks of two machines.
    if (!(Math.abs(ageMs) < 500)) {
      throw new StoreContractViolation('A touched record is not seen now', { expected: 'lastSeenAtMs is now', actual: `${ageMs} ms ago` });
    }
    verifySame((await store.get('other'))?.lastSeenAtMs, record.lastSeenAtMs, 'With one record another was touched');
  }),

  defineCase(
    { id: 'touch/unknown', title: 'touching what is not there is no error, and makes nothing', needs: ['touch'] },
    async (create) => {
      const store = await create();
      await store.set('s', recordOf('s'));
      await store.delete('s');
      for (const id of ['s', 'never there']) {
        await store.touch?.(id);
        verifySame(await store.get(id), undefined, 'Touch makes a record');
      }
    },
  ),

  defineCase(
    { id: 'limits/longest-unused', title: 'past the limit the sessions unused for longest are dropped', needs: ['maxSessions', 'touch'] },
    async (create) => {
      const store = await create({ maxSessions: 3 });
      for (const id of ['a', 'b', 'c']) await store.set(id, recordOf(id));
      // So that a clock of milliseconds sees the difference.
      await new Promise((resolve) => setTimeout(resolve, 5));
      await store.touch?.('a');
      await new Promise((resolve) => setTimeout(resolve, 5));
      await store.set('d', { ...recordOf('d'), lastSeenAtMs: Date.now() });
      verifySame(await store.get('b'), undefined, 'More sessions are kept than the limit, or the wrong one was dropped');
      for (const id of ['a', 'c', 'd']) verifySame((await store.get(id))?.id, id, 'A session was dropped that was used after another');
    },
  ),

  defineCase({ id: 'limits/age', title: 'a session that was not used for too long is dropped', needs: ['maxAgeMs'] }, async (create) => {
    const store = await create({ maxAgeMs: 1000 });
    await store.set('old', { ...recordOf('old'), lastSeenAtMs: Date.now() - 1500 });
    await store.set('new', recordOf('new'));
    verifySame((await store.get('new'))?.id, 'new', 'A session was dropped before its time');
    verifySame(await store.get('old'), undefined, 'A session is kept beyond its age');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    verifySame(await store.get('new'), undefined, 'A session is kept beyond its age');
  }),
]);

function defineCase(
  spec: { id: string; title: string; needs?: readonly SessionStoreAbility[] },
  body: (create: (limits?: SessionStoreLimits) => Promise<SessionStore>) => Promise<void>,
): SessionStoreCase {
  return defineStoreCase<SessionStore, SessionStoreLimits, SessionStoreAbility>(spec, body);
}

function recordOf(id: string): SessionRecord {
  const now = Date.now();
  return {
    id,
    protocolVersion: '2025-11-25',
    initialize: {
      protocolVersion: '2025-11-25',
      capabilities: { elicitation: {}, roots: { listChanged: true } },
      clientInfo: { name: 'Straße ☃', version: '1.0.0', list: [null, 1, 'two', [], {}] },
    },
    createdAtMs: now,
    lastSeenAtMs: now,
  };
}

/** Ids are visible ASCII; that is all that is said of them. */
const STRANGE_IDS: readonly string[] = [
  '0',
  '__proto__',
  'constructor',
  'a',
  'A',
  'a:b',
  'a/../b',
  '*',
  '{tag}',
  '"quoted"\\',
  '%00',
  "';--",
  'x'.repeat(1000),
];
