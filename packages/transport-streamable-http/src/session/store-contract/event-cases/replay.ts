import { defineCase, type EventStoreCase } from '../event-case.js';
import { note, numberOf, range, replay, STRANGE_STREAM_IDS, storeNotes } from '../stored-notes.js';
import { show, verifyFails, verifySame } from '../verify.js';

/** What comes after an event. */
export const replayCases: readonly EventStoreCase[] = [
  defineCase({ id: 'replay/rest', title: 'a replay sends what came after the event, once and in order' }, async (create) => {
    const store = await create();
    const ids = await storeNotes(store, 'stream', 50);
    for (const after of [0, 1, 24, 48]) {
      const { sent } = await replay(store, ids[after] as string);
      verifySame(sent.map(numberOf), range(after + 1, 50), `The replay after event ${after} of 50 is not the rest of the stream`);
      verifySame(
        sent.map(({ id }) => id),
        ids.slice(after + 1),
        'A replayed event does not have the id it was stored under',
      );
    }
  }),

  defineCase({ id: 'replay/nothing-missed', title: 'a replay after the last event sends nothing' }, async (create) => {
    const store = await create();
    const ids = await storeNotes(store, 'stream', 5);
    verifySame((await replay(store, ids[4] as string)).sent, [], 'A replay after the last event sends something');
  }),

  defineCase({ id: 'replay/later', title: 'after a replay the stream goes on, and can be replayed again' }, async (create) => {
    const store = await create();
    const first = await storeNotes(store, 'stream', 3);
    await replay(store, first[0] as string);
    const second = await storeNotes(store, 'stream', 3, 3);
    const { sent } = await replay(store, first[1] as string);
    verifySame(sent.map(numberOf), range(2, 6), 'A second replay is not the rest of the stream');
    verifySame(
      (await replay(store, second[1] as string)).sent.map(numberOf),
      [5],
      'A replay from a later event is not the rest of the stream',
    );
  }),

  defineCase({ id: 'replay/own-stream', title: 'a replay sends nothing of other streams' }, async (create) => {
    const store = await create();
    const ids = new Map<string, string>();
    for (let n = 0; n < 5; n++) {
      for (const [at, streamId] of STRANGE_STREAM_IDS.entries()) {
        const id = await store.storeEvent(streamId, note(at * 100 + n));
        if (n === 0) ids.set(streamId, id);
      }
    }
    for (const [at, streamId] of STRANGE_STREAM_IDS.entries()) {
      const { sent } = await replay(store, ids.get(streamId) as string);
      const expected = range(at * 100 + 1, at * 100 + 5);
      verifySame(sent.map(numberOf), expected, `The replay of the stream ${show(streamId)} is not the rest of that stream`);
    }
  }),

  defineCase({ id: 'replay/stream-id', title: 'a replay returns the id of its stream, as it was given' }, async (create) => {
    const store = await create();
    for (const streamId of STRANGE_STREAM_IDS) {
      const id = await store.storeEvent(streamId, note(0));
      verifySame((await replay(store, id)).streamId, streamId, 'The replay returns another stream id');
    }
  }),

  defineCase({ id: 'replay/waits', title: 'a replay sends one event at a time: it waits for each send' }, async (create) => {
    const store = await create();
    const ids = await storeNotes(store, 'stream', 10);
    let sending = 0;
    let most = 0;
    const numbers: unknown[] = [];
    await store.replayEventsAfter(ids[0] as string, {
      send: async (_id, message) => {
        most = Math.max(most, ++sending);
        await new Promise((resolve) => setTimeout(resolve, 1));
        numbers.push(numberOf({ message }));
        sending--;
      },
    });
    verifySame(numbers, range(1, 10), 'The replay was over before everything was sent');
    verifySame(most, 1, 'The replay did not wait for a send before the next');
  }),

  defineCase({ id: 'replay/send-fails', title: 'a send that fails ends the replay, which rejects' }, async (create) => {
    const store = await create();
    const ids = await storeNotes(store, 'stream', 5);
    let sends = 0;
    const send = async (): Promise<void> => {
      if (++sends === 2) throw new Error('the connection is gone');
    };
    await verifyFails(async () => await store.replayEventsAfter(ids[0] as string, { send }), 'The replay hides that a send failed');
    verifySame(sends, 2, 'The replay went on after a send had failed');
    verifySame((await replay(store, ids[0] as string)).sent.length, 4, 'Events are gone because a send failed');
  }),

  defineCase({ id: 'replay/while-storing', title: 'what is stored during a replay neither disturbs it nor gets lost' }, async (create) => {
    const store = await create();
    const ids = await storeNotes(store, 'stream', 5);
    const sent: unknown[] = [];
    let next = 5;
    await store.replayEventsAfter(ids[0] as string, {
      send: async (_id, message) => {
        sent.push(numberOf({ message }));
        if (next < 8) await storeNotes(store, 'stream', 1, next++);
      },
    });
    // Those of meanwhile may be among them or not.
    verifySame(sent, range(1, Math.max(5, sent.length + 1)), 'The replay is not in order, or sends an event twice');
    const { sent: again } = await replay(store, ids[0] as string);
    verifySame(again.map(numberOf), range(1, 8), 'What was stored during a replay is not where it belongs');
  }),

  defineCase({ id: 'replay/unknown', title: 'a replay after an id that no event has is an error, and sends nothing' }, async (create) => {
    const store = await create();
    const [id = ''] = await storeNotes(store, 'stream', 3);
    for (const unknown of ['', 'stream', '_', `${id}0`, id.slice(0, -1), id.toUpperCase() + id, 'x'.repeat(10_000), '__proto__', '%00']) {
      const sent: unknown[] = [];
      const call = async (): Promise<string> =>
        await store.replayEventsAfter(unknown, {
          send: (_id, message) => {
            sent.push(message);
          },
        });
      await verifyFails(call, `A replay after ${show(unknown)}, which no event has for its id, is no error`);
      verifySame(sent, [], `A replay after ${show(unknown)}, which no event has for its id, sends something`);
    }
  }),
];
