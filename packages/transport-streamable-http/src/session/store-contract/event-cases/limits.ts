import { defineCase, type EventStoreCase } from '../event-case.js';
import { codeOf, numberOf, range, replay, storeNotes, verifyNotReplayed } from '../stored-notes.js';
import { verifySame } from '../verify.js';

/** What is dropped. */
export const limitsCases: readonly EventStoreCase[] = [
  defineCase(
    {
      id: 'limits/oldest-dropped',
      title: 'past the limit the oldest events are dropped, and a replay that would lack some is an error',
      needs: ['maxEvents'],
    },
    async (create) => {
      const store = await create({ maxEvents: 10 });
      const ids = await storeNotes(store, 'stream', 40);
      await verifyNotReplayed(store, ids[0] as string, 'A replay leaves out events that were dropped, and says nothing');
      await verifyNotReplayed(store, ids[20] as string, 'A replay leaves out events that were dropped, and says nothing');
      verifySame((await replay(store, ids[35] as string)).sent.map(numberOf), range(36, 40), 'Events within the limit were dropped');
    },
  ),

  defineCase(
    {
      id: 'limits/dropped-or-unknown',
      title: "the error tells an event that was dropped, 'event-dropped', from one that never was, 'event-unknown'",
      needs: ['maxEvents'],
    },
    async (create) => {
      const store = await create({ maxEvents: 10 });
      const ids = await storeNotes(store, 'stream', 40);
      const droppedCode = codeOf(await verifyNotReplayed(store, ids[0] as string, 'A dropped event is replayed'));
      const unknownCode = codeOf(await verifyNotReplayed(store, 'never-given-out', 'An unknown event is replayed'));
      verifySame(droppedCode, 'event-dropped', 'The error for a dropped event is no EventStoreError with that code');
      verifySame(unknownCode, 'event-unknown', 'The error for an unknown event is no EventStoreError with that code');
    },
  ),

  defineCase(
    {
      id: 'limits/across-streams',
      title: 'the limit holds for all streams together, and what is dropped is the oldest of all',
      needs: ['maxEvents'],
    },
    async (create) => {
      const store = await create({ maxEvents: 10 });
      const [old = ''] = await storeNotes(store, 'old', 3);
      const [busy = ''] = await storeNotes(store, 'busy', 10);
      await verifyNotReplayed(store, old, 'Events beyond the limit are kept, because another stream is the busy one');
      verifySame((await replay(store, busy)).sent.map(numberOf), range(1, 10), 'Events were dropped though others are older');
    },
  ),
];
