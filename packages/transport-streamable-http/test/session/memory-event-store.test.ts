import type { JsonRpcMessage } from '@mcpwire/jsonrpc';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { toAsyncEventStore } from '../../src/session/event-store.js';
import { isEventStoreError } from '../../src/session/event-store-error.js';
import { createMemoryEventStore, type MemoryEventStore } from '../../src/session/memory-event-store.js';
import { heapUsed } from '../support/heap.js';

function note(data: unknown): JsonRpcMessage {
  return { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data } };
}

/** What a replay sends, as the `data` of notes; or the code of the error it ends with. */
function replay(store: MemoryEventStore, lastEventId: string): unknown {
  const sent: unknown[] = [];
  try {
    void store.replayEventsAfter(lastEventId, {
      send: (_id, message) => {
        sent.push('method' in message ? message.params?.data : message);
      },
    });
  } catch (error) {
    return isEventStoreError(error) ? error.code : error;
  }
  return sent;
}

afterEach(() => {
  vi.useRealTimers();
});

test('everything happens at once: no promise where none is needed', () => {
  const store = createMemoryEventStore();
  const id = store.storeEvent('stream', note(1));
  store.storeEvent('stream', note(2));
  expect(id).toBeTypeOf('string');
  expect(store.replayEventsAfter(id, { send: () => {} })).toBe('stream');
});

test('an id tells nothing of its stream, and cannot be made up from another', () => {
  const store = createMemoryEventStore();
  const [a, b] = ['secret-session/1', 'secret-session/2'].map((streamId) => store.storeEvent(streamId, note(1))) as [string, string];
  expect(a).not.toContain('secret');
  // The parts that differ: the number, which can be guessed, and twelve characters, which cannot.
  expect(a.slice(0, 8)).toBe(b.slice(0, 8));
  const forged = a.slice(0, 8) + b.slice(8, 10) + a.slice(10);
  expect(store.getStreamIdForEventId(forged)).toBeUndefined();
  expect(replay(store, `${a.slice(0, 9)}.aaaaaaaaaaaa-0`)).not.toBeInstanceOf(Array);
});

describe('the limits', () => {
  test('a thousand events more than maxEvents are not kept, and the count says so', () => {
    const store = createMemoryEventStore({ maxEvents: 100 });
    for (let n = 0; n < 1100; n++) store.storeEvent(`stream ${n % 7}`, note(n));
    expect(store.eventCount).toBe(100);
  });

  test('maxBytes bounds what is kept, in memory too', () => {
    const maxBytes = 1024 * 1024;
    const store = createMemoryEventStore({ maxBytes });
    for (let n = 0; n < 2000; n++) {
      store.storeEvent(`stream ${n}`, note('x'.repeat(10_000)));
      expect(store.storedBytes).toBeLessThanOrEqual(maxBytes);
    }
    // Two bytes a character: fifty such events, not a hundred.
    expect(store.eventCount).toBeGreaterThan(40);
    expect(store.eventCount).toBeLessThan(60);
  });

  test('an event that is larger than maxBytes by itself is not kept, and a resume before it is told so', () => {
    const store = createMemoryEventStore({ maxBytes: 10_000 });
    const first = store.storeEvent('stream', note(1));
    const id = store.storeEvent('stream', note('x'.repeat(10_000)));
    expect(store.eventCount).toBe(0);
    expect(replay(store, first)).toBe('event-dropped');
    store.storeEvent('stream', note(3));
    expect(replay(store, id)).toEqual([3]);
  });

  test('events older than maxAgeMs are dropped', () => {
    vi.useFakeTimers();
    const store = createMemoryEventStore({ maxAgeMs: 1000 });
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) {
      ids.push(store.storeEvent('stream', note(n)));
      vi.advanceTimersByTime(600);
    }
    expect(replay(store, ids[0] as string)).toBe('event-dropped');
    expect(replay(store, ids[1] as string)).toEqual([2]);
    expect(store.eventCount).toBe(1);
  });

  test('a client that has missed nothing resumes, however long its stream was quiet', () => {
    vi.useFakeTimers();
    const store = createMemoryEventStore({ maxAgeMs: 1000 });
    store.storeEvent('stream', note(1));
    const last = store.storeEvent('stream', note(2));
    vi.advanceTimersByTime(60_000);
    store.storeEvent('another', note(0));
    expect(store.eventCount).toBe(1);
    expect(replay(store, last)).toEqual([]);
    store.storeEvent('stream', note(3));
    expect(replay(store, last)).toEqual([3]);
  });

  test('of streams that are over and dropped, nothing is left', () => {
    const store = createMemoryEventStore({ maxEvents: 10 });
    const ids: string[] = [];
    for (let n = 0; n < 100; n++) ids.push(store.storeEvent(`stream ${n}`, { jsonrpc: '2.0', id: n, result: {} }));
    expect(store.storedBytes).toBeLessThan(10 * 1000);
    expect(replay(store, ids[0] as string)).toBe('event-dropped');
    expect(replay(store, ids[99] as string)).toEqual([]);
  });

  test('of streams that may go on, a tenth as many as maxEvents are remembered without events', () => {
    const store = createMemoryEventStore({ maxEvents: 50 });
    const ids: string[] = [];
    for (let n = 0; n < 100; n++) ids.push(store.storeEvent(`stream ${n}`, note(n)));
    expect(ids.map((id) => replay(store, id))).toEqual([...Array(45).fill('event-dropped'), ...Array(55).fill([])]);
  });

  test('deleting takes back all that was counted', () => {
    const store = createMemoryEventStore({ maxEvents: 20 });
    for (let n = 0; n < 1000; n++) store.storeEvent(`stream ${n % 40}`, note(n), { sessionId: `session ${n % 4}` });
    for (let n = 0; n < 4; n++) store.deleteSession(`session ${n}`);
    expect([store.eventCount, store.storedBytes]).toEqual([0, 0]);
    for (let n = 0; n < 100; n++) store.storeEvent(`stream ${n % 3}`, note(n));
    for (let n = 0; n < 3; n++) store.deleteStream(`stream ${n}`);
    expect([store.eventCount, store.storedBytes]).toEqual([0, 0]);
  });

  test('a limit that is none is refused', () => {
    expect(() => createMemoryEventStore({ maxEvents: 0 })).toThrow('maxEvents must be a positive number (Infinity for no limit), not 0');
    expect(() => createMemoryEventStore({ maxBytes: Number.NaN })).toThrow(RangeError);
    expect(() => createMemoryEventStore({ maxAgeMs: -1 })).toThrow(RangeError);
  });
});

describe('fault 17: the store is bounded, streams may have any name, and a replay reads one stream', () => {
  /** The best of several: other processes only ever add to it. */
  function best(times: number, run: () => void): number {
    let ms = Number.POSITIVE_INFINITY;
    for (let n = 0; n < times; n++) {
      const start = performance.now();
      run();
      ms = Math.min(ms, performance.now() - start);
    }
    return ms;
  }

  function filled(events: number): MemoryEventStore {
    const store = createMemoryEventStore({ maxEvents: events, maxBytes: Number.POSITIVE_INFINITY });
    for (let n = 0; n < events; n++) store.storeEvent(`other ${n % 100}`, note(n));
    return store;
  }

  test('storing and dropping costs the same in a store that is a hundred times as large', () => {
    const [small, large] = [filled(1_000), filled(100_000)].map((store) =>
      best(5, () => {
        for (let n = 0; n < 2_000; n++) store.storeEvent(`other ${n % 100}`, note(n));
      }),
    ) as [number, number];
    expect(large).toBeLessThan(small * 15 + 5);
  });

  test('a replay of three events costs the same in a store that is a hundred times as large', () => {
    const [small, large] = [filled(1_000), filled(100_000)].map((store) => {
      const first = store.storeEvent('_GET_stream_of_one', note(0));
      for (let n = 1; n <= 3; n++) store.storeEvent('_GET_stream_of_one', note(n));
      expect(store.replayEventsAfter(first, { send: () => {} })).toBe('_GET_stream_of_one');
      return best(7, () => {
        for (let n = 0; n < 200; n++) void store.replayEventsAfter(first, { send: () => {} });
      });
    }) as [number, number];
    // A look at each of 100,000 events, 200 times, would take some tens of milliseconds.
    expect(large).toBeLessThan(small * 5 + 5);
  });

  test('one long stream is dropped from, and replayed, in time that grows with its length', () => {
    const [short, long] = [2_000, 64_000].map((events) =>
      best(3, () => {
        const store = createMemoryEventStore({ maxEvents: events / 2 });
        let middle = '';
        for (let n = 0; n < events; n++) {
          const id = store.storeEvent('stream', note(n));
          if (n === events / 2) middle = id;
        }
        let sent = 0;
        void store.replayEventsAfter(middle, {
          send: () => {
            sent++;
          },
        });
        expect(sent).toBe(events / 2 - 1);
      }),
    ) as [number, number];
    expect(long).toBeLessThan(short * 32 * 8 + 20);
  });
});

test('a replay that waits ends with an error when what it has yet to send is dropped meanwhile', async () => {
  const store = createMemoryEventStore({ maxEvents: 10 });
  const first = store.storeEvent('stream', note(0));
  for (let n = 1; n < 10; n++) store.storeEvent('stream', note(n));
  const sent: string[] = [];
  const replaying = store.replayEventsAfter(first, {
    send: async (id) => {
      sent.push(id);
      for (let n = 0; n < 20; n++) store.storeEvent('another', note(n));
    },
  });
  await expect(replaying).rejects.toMatchObject({ name: 'EventStoreError', code: 'event-dropped' });
  expect(sent).toHaveLength(1);
});

test('as an AsyncEventStore it has what the SDK asks for, each value in a promise', async () => {
  const store = toAsyncEventStore(createMemoryEventStore());
  const stored = store.storeEvent('stream', note(1));
  expect(stored).toBeInstanceOf(Promise);
  await store.storeEvent('stream', note(2));
  const sent: JsonRpcMessage[] = [];
  const send = async (_id: string, message: JsonRpcMessage): Promise<void> => {
    sent.push(message);
  };
  await expect(store.replayEventsAfter(await stored, { send })).resolves.toBe('stream');
  expect(sent).toEqual([note(2)]);
  await expect(store.getStreamIdForEventId?.(await stored)).resolves.toBe('stream');
  await expect(store.replayEventsAfter('unknown', { send })).rejects.toMatchObject({ code: 'event-unknown' });
});

test('a store without a look-up gets none as an AsyncEventStore: the SDK asks whether there is one', () => {
  const { storeEvent, replayEventsAfter } = createMemoryEventStore();
  expect('getStreamIdForEventId' in toAsyncEventStore({ storeEvent, replayEventsAfter })).toBe(false);
});

test.each([1, 2, 100])('what a store holds takes no more memory than it counts: %i events in each stream', (perStream) => {
  const before = heapUsed();
  const store = createMemoryEventStore({ maxEvents: 50_000 });
  for (let n = 0; n < 50_000; n++) {
    store.storeEvent(`session/${Math.floor(n / perStream)}`, note('x'.repeat(n % 50)), { sessionId: `session ${n % 100}` });
  }
  const taken = heapUsed() - before;
  expect(store.eventCount).toBe(50_000);
  expect(taken).toBeLessThan(store.storedBytes);
  expect(taken).toBeGreaterThan(store.storedBytes / 5);
});
