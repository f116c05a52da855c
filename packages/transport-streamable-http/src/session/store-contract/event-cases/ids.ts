import { defineCase, type EventStoreCase } from '../event-case.js';
import { note, STRANGE_STREAM_IDS } from '../stored-notes.js';
import { show, verifySame } from '../verify.js';
import { StoreContractViolation } from '../violation.js';

/** Ids of events. */
export const idsCases: readonly EventStoreCase[] = [
  defineCase(
    { id: 'ids/visible-ascii', title: 'an id is visible ASCII of at most 512 characters, whatever the stream is called' },
    async (create) => {
      const store = await create();
      for (const streamId of STRANGE_STREAM_IDS) {
        const id = await store.storeEvent(streamId, note(1));
        if (typeof id !== 'string' || !/^[\x21-\x7e]{1,512}$/.test(id)) {
          throw new StoreContractViolation('An event id cannot be sent', {
            expected: '1 to 512 characters from ! to ~',
            actual: `${show(id)} in the stream ${show(streamId)}`,
          });
        }
      }
    },
  ),

  defineCase(
    { id: 'ids/unique', title: 'no two events have the same id, in whatever streams, and be they stored at once' },
    async (create) => {
      const store = await create();
      const stored = Array.from({ length: 600 }, (_, n) => store.storeEvent(`stream-${n % 3}`, note(0)));
      const ids = await Promise.all(stored);
      verifySame(new Set(ids).size, ids.length, 'Events share an id');
    },
  ),
];
