import { defineCase, type EventStoreCase } from '../event-case.js';
import { note, numberOf, replay, storeNotes, verifyNotReplayed } from '../stored-notes.js';
import { verifySame } from '../verify.js';

/** Streams that nobody comes back for. */
export const forgetCases: readonly EventStoreCase[] = [
  defineCase(
    {
      id: 'forget/stream',
      title: 'a stream that was deleted cannot be replayed; others can, and it can begin anew',
      needs: ['deleteStream'],
    },
    async (create) => {
      const store = await create();
      const gone = await storeNotes(store, 'gone', 3);
      const other = await storeNotes(store, 'other', 3);
      await store.deleteStream?.('gone');
      await store.deleteStream?.('never there');
      await verifyNotReplayed(store, gone[0] as string, 'A stream is replayed after it was deleted');
      verifySame((await replay(store, other[0] as string)).sent.map(numberOf), [1, 2], 'With one stream another was deleted');
      const anew = await storeNotes(store, 'gone', 2);
      verifySame((await replay(store, anew[0] as string)).sent.map(numberOf), [1], 'A stream that was deleted cannot begin anew');
      await verifyNotReplayed(store, gone[0] as string, 'An event that was deleted can be resumed from, once its stream has begun anew');
    },
  ),

  defineCase(
    { id: 'forget/session', title: 'all streams of a session can be deleted at once, and no other is', needs: ['deleteSession'] },
    async (create) => {
      const store = await create();
      const ids = new Map<string, string>();
      for (const sessionId of ['a', 'aa', 'a:b', 'b', undefined]) {
        for (const streamId of [`1 of ${sessionId}`, `2 of ${sessionId}`]) {
          ids.set(streamId, await store.storeEvent(streamId, note(0), { sessionId }));
          await store.storeEvent(streamId, note(1), { sessionId });
        }
      }
      await store.deleteSession?.('a');
      await store.deleteSession?.('never there');
      for (const [streamId, id] of ids) {
        if (streamId.endsWith(' of a')) await verifyNotReplayed(store, id, 'A stream is replayed after its session was deleted');
        else verifySame((await replay(store, id)).sent.map(numberOf), [1], `With the session "a" the stream "${streamId}" was deleted`);
      }
    },
  ),
];
