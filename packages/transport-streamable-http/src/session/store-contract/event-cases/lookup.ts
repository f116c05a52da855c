import { defineCase, type EventStoreCase } from '../event-case.js';
import { note, STRANGE_STREAM_IDS, storeNotes } from '../stored-notes.js';
import { show, verifySame } from '../verify.js';

/** From an event to its stream. */
export const lookupCases: readonly EventStoreCase[] = [
  defineCase(
    {
      id: 'lookup/stream',
      title: 'the stream of an event is found, and that of an unknown id is undefined',
      needs: ['getStreamIdForEventId'],
    },
    async (create) => {
      const store = await create();
      for (const streamId of STRANGE_STREAM_IDS) {
        const id = await store.storeEvent(streamId, note(0));
        verifySame(await store.getStreamIdForEventId?.(id), streamId, 'An event is said to be of another stream');
      }
      for (const unknown of ['', 'nothing', '__proto__', 'x'.repeat(10_000)]) {
        verifySame(
          await store.getStreamIdForEventId?.(unknown),
          undefined,
          `There is a stream for ${show(unknown)}, which no event has for its id`,
        );
      }
    },
  ),

  defineCase(
    {
      id: 'lookup/dropped',
      title: 'no stream is found for an event after which nothing can be replayed any more',
      needs: ['getStreamIdForEventId', 'maxEvents'],
    },
    async (create) => {
      const store = await create({ maxEvents: 10 });
      const ids = await storeNotes(store, 'stream', 40);
      const sentence = 'A stream is found for an event after which it cannot be replayed';
      for (const n of [0, 20]) verifySame(await store.getStreamIdForEventId?.(ids[n] as string), undefined, sentence);
      verifySame(await store.getStreamIdForEventId?.(ids[35] as string), 'stream', 'No stream is found for an event that is there');
    },
  ),
];
