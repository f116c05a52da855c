// Resumption, polling, and what a store has to do with it: basic/transports "Resumability and Redelivery", over each adapter.

import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonRpcMessage, RequestHandler } from '@mcpwire/jsonrpc';
import { describe, expect, test } from 'vitest';
import type { StreamableHTTPHandlerOptions } from '../../src/server.js';
import type { EventStore } from '../../src/session/event-store.js';
import { createMemoryEventStore } from '../../src/session/memory-event-store.js';
import { Endpoint } from '../support/endpoint.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import type { LegacyClient, Stream } from '../support/legacy.js';
import { adapters } from '../support/modern.js';
import { until } from '../support/until.js';

expectNoLeftovers();

const note = (data: unknown): JsonRpcMessage => ({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data } });
const dataOf = (stream: Stream): unknown[] => stream.messages.map(({ id, params }) => id ?? params?.data);

describe.each(adapters)('over $name', (adapter) => {
  const endpoint = new Endpoint(adapter);

  /** A tool that goes on when the test says so. */
  function gate(): { handler: RequestHandler; next: () => void } {
    let open = (): void => {};
    const step = (): Promise<void> =>
      new Promise((resolve) => {
        open = resolve;
      });
    const handler: RequestHandler = async (_, context) => {
      await context.notify('notifications/message', { data: 1 });
      await step();
      await context.notify('notifications/message', { data: 2 });
      await context.notify('notifications/message', { data: 3 });
      await step();
      return {};
    };
    return { handler, next: () => open() };
  }

  async function serve(handlers: Record<string, RequestHandler>, options: StreamableHTTPHandlerOptions = {}): Promise<LegacyClient> {
    return endpoint.serve(handlers, { eventStore: createMemoryEventStore(), ...options });
  }

  test('a stream begins with an event that has an id and no data, for clients that know of it', async () => {
    const { handler: work, next } = gate();
    const client = await serve({ work }, { retryMs: 1_234 });
    await client.initialize('2025-11-25');
    const stream = await client.stream({ jsonrpc: '2.0', id: 'w', method: 'work' });
    await stream.untilEvents(2);
    expect(stream.events[0]).toMatchObject({ data: '', id: expect.stringMatching(/^[\x21-\x7e]+$/) });
    expect(stream.retryMs).toBe(1_234);
    const listening = await client.get();
    await listening.untilEvents(1);
    expect(listening.events[0]?.data).toBe('');
    next();
    await stream.untilMessages(3);
    next();
    await stream.untilEnded();
    expect(new Set(stream.events.map(({ id }) => id)).size).toBe(5);
  });

  test('a client of an earlier revision gets no such event: it would not know what to make of it', async () => {
    const { handler: work, next } = gate();
    const client = await serve({ work });
    await client.initialize('2025-06-18');
    const stream = await client.stream({ jsonrpc: '2.0', id: 'w', method: 'work' });
    await stream.untilEvents(1);
    expect(stream.messages).toHaveLength(1);
    next();
    await stream.untilMessages(3);
    next();
    await stream.untilEnded();
    expect(stream.events.every(({ data, id }) => data !== '' && id !== undefined)).toBe(true);
  });

  test('without a store events have no ids', async () => {
    const { handler: work, next } = gate();
    const client = await endpoint.serve({ work });
    await client.initialize();
    const stream = await client.stream({ jsonrpc: '2.0', id: 'w', method: 'work' });
    await stream.untilMessages(1);
    next();
    await stream.untilMessages(3);
    next();
    await stream.untilEnded();
    expect(stream.text).not.toContain('id:');
    // And there is nothing that a client could come back for.
    const again = await client.get({ 'last-event-id': 'whatever' });
    expect(again.status).toBe(200);
  });

  test('a client that lost its connection gets the rest of that stream, and of no other', async () => {
    const { handler: work, next } = gate();
    const client = await serve({ work });
    await client.initialize();
    const listening = await client.get();
    const stream = await client.stream({ jsonrpc: '2.0', id: 'w', method: 'work' });
    await stream.untilMessages(1);
    stream.close();
    await until(() => endpoint.transport.inFlight === 1, 'the request is still worked on');
    await sleep(20);
    next();
    await endpoint.transport.send(note('elsewhere'));
    await sleep(20);
    const resumed = await client.get({ 'last-event-id': stream.lastEventId });
    await resumed.untilMessages(2);
    next();
    await resumed.untilMessages(3);
    expect(dataOf(resumed)).toEqual([2, 3, 'w']);
    expect(await resumed.untilEnded()).toEqual({});
    expect(endpoint.transport.inFlight).toBe(0);
    await listening.untilMessages(1);
    expect(dataOf(listening)).toEqual(['elsewhere']);
  });

  test('an answer that was given while nobody was connected is there for the client that comes back', async () => {
    const { handler: work, next } = gate();
    const client = await serve({ work });
    await client.initialize();
    const stream = await client.stream({ jsonrpc: '2.0', id: 'w', method: 'work' });
    await stream.untilMessages(1);
    stream.close();
    await sleep(20);
    next();
    await sleep(5);
    next();
    await until(() => endpoint.transport.inFlight === 0, 'the request is answered');
    expect(endpoint.errors).toEqual([]);
    for (let i = 0; i < 2; i++) {
      const resumed = await client.get({ 'last-event-id': stream.lastEventId });
      expect(await resumed.untilEnded()).toEqual({});
      expect(dataOf(resumed)).toEqual([2, 3, 'w']);
    }
  });

  test('the stream of a GET is resumed likewise, and what waited is not sent twice', async () => {
    const client = await serve({});
    await client.initialize();
    const stream = await client.get();
    await endpoint.transport.send(note(1));
    await stream.untilMessages(1);
    stream.close();
    await until(() => endpoint.transport.isIdle, 'the server notices');
    await endpoint.transport.send(note(2));
    await endpoint.transport.send(note(3));
    const resumed = await client.get({ 'last-event-id': stream.lastEventId });
    await resumed.untilMessages(2);
    await endpoint.transport.send(note(4));
    await resumed.untilMessages(3);
    expect(dataOf(resumed)).toEqual([2, 3, 4]);
  });

  test('a client that comes back while its old connection seems to live takes it over', async () => {
    const { handler: work, next } = gate();
    const client = await serve({ work });
    await client.initialize();
    const stream = await client.stream({ jsonrpc: '2.0', id: 'w', method: 'work' });
    await stream.untilMessages(1);
    const resumed = await client.get({ 'last-event-id': stream.lastEventId });
    await stream.untilEnded();
    next();
    await resumed.untilMessages(2);
    const third = await client.get({ 'last-event-id': stream.lastEventId });
    await resumed.untilEnded();
    await third.untilMessages(2);
    next();
    await third.untilEnded();
    expect(dataOf(third)).toEqual([2, 3, 'w']);
    expect(dataOf(resumed)).toEqual([2, 3]);
  });

  test('a client that comes back again and again, and reads nothing, makes the server fetch and hold little each time', async () => {
    const store = createMemoryEventStore();
    let fetchedBytes = 0;
    const eventStore: EventStore = {
      storeEvent: (streamId, message, details) => store.storeEvent(streamId, message, details),
      getStreamIdForEventId: (eventId) => store.getStreamIdForEventId?.(eventId),
      replayEventsAfter: (lastEventId, replay) =>
        store.replayEventsAfter(lastEventId, {
          send: (eventId, message) => {
            fetchedBytes += 64 * 1024;
            return replay.send(eventId, message);
          },
        }),
    };
    const client = await endpoint.serve({}, { eventStore });
    await client.initialize();
    const stream = await client.get();
    await endpoint.transport.send(note(0));
    await stream.untilMessages(1);
    const after = { accept: 'text/event-stream', 'last-event-id': stream.lastEventId };
    stream.close();
    await until(() => endpoint.transport.isIdle, 'the server notices');
    const text = 'x'.repeat(64 * 1024);
    for (let n = 1; n <= 400; n++) await endpoint.transport.send(note(text));

    for (let round = 1; round <= 3; round++) {
      fetchedBytes = 0;
      const controller = new AbortController();
      await client.send('GET', undefined, after, controller.signal);
      let before = -1;
      while (fetchedBytes > before) {
        before = fetchedBytes;
        await sleep(50);
      }
      // What the connection took by itself is the kernel's, and more than nothing.
      expect(fetchedBytes).toBeGreaterThan(0);
      expect(fetchedBytes).toBeLessThan(12 * 1024 * 1024);
      controller.abort();
    }
    const whole = await client.get(after);
    await whole.untilEvents(400);
    await endpoint.transport.send(note('then'));
    await whole.untilEvents(401);
    expect(whole.messages.at(-1)?.params?.data).toBe('then');
  });

  describe('what the server says while nobody is connected, past maxBacklogBytes, is in the store', () => {
    const numbers = Array.from({ length: 20 }, (_, n) => n);

    test('and reaches the client that resumes: nothing is reported as dropped', async () => {
      const client = await serve({}, { maxBacklogBytes: 300 });
      await client.initialize();
      const stream = await client.get();
      await endpoint.transport.send(note('first'));
      await stream.untilMessages(1);
      stream.close();
      await until(() => endpoint.transport.isIdle, 'the server notices');
      for (const n of numbers) await endpoint.transport.send(note(n));
      await endpoint.transport.send({ jsonrpc: '2.0', id: 'r', method: 'ping' });
      expect(endpoint.errors).toEqual([]);
      const resumed = await client.get({ 'last-event-id': stream.lastEventId });
      await endpoint.transport.send(note('live'));
      await resumed.untilMessages(22);
      expect(dataOf(resumed)).toEqual([...numbers, 'r', 'live']);
      expect(endpoint.errors).toEqual([]);
    });

    test('and the client that opens its first stream, too, which begins with what retry it should use', async () => {
      const client = await serve({}, { maxBacklogBytes: 300, retryMs: 70 });
      await client.initialize();
      for (const n of numbers) await endpoint.transport.send(note(n));
      const stream = await client.get();
      await endpoint.transport.send(note('live'));
      await stream.untilMessages(21);
      expect(dataOf(stream)).toEqual([...numbers, 'live']);
      expect(stream.retryMs).toBe(70);
      stream.close();
      await until(() => endpoint.transport.isIdle, 'the server notices');
      // What was sent is not sent again.
      for (const n of numbers) await endpoint.transport.send(note(`again ${n}`));
      const next = await client.get();
      await next.untilMessages(20);
      expect(dataOf(next)).toEqual(numbers.map((n) => `again ${n}`));
      expect(endpoint.errors).toEqual([]);
    });

    test('unless it was dropped from the store meanwhile, and that is reported', async () => {
      const client = await endpoint.serve({}, { maxBacklogBytes: 300, eventStore: createMemoryEventStore({ maxEvents: 5 }) });
      await client.initialize();
      for (const n of numbers) await endpoint.transport.send(note(n));
      const stream = await client.get();
      await stream.untilEnded();
      expect(endpoint.errors).toMatchObject([{ code: 'event-dropped' }]);
      await endpoint.transport.send(note('later'));
      const next = await client.get();
      await next.untilMessages(1);
      expect(dataOf(next)).toEqual(['later']);
    });
  });

  test('an event that nobody knows is refused with 400, and one that was dropped with 410', async () => {
    const client = await endpoint.serve({}, { eventStore: createMemoryEventStore({ maxEvents: 3 }) });
    await client.initialize();
    const stream = await client.get();
    for (let n = 0; n < 6; n++) await endpoint.transport.send(note(n));
    await stream.untilMessages(6);
    const unknown = await client.get({ 'last-event-id': 'never-given' });
    expect(unknown.status).toBe(400);
    const dropped = await client.get({ 'last-event-id': stream.events[1]?.id });
    expect(dropped.status).toBe(410);
    expect(stream.ending).toBeUndefined();
  });

  test('closeSSEStream closes the connection and not the stream: retry first, and the client polls for the rest', async () => {
    let proceed = (): void => {};
    const work: RequestHandler = async (_, context) => {
      context.message?.closeSSEStream?.();
      await new Promise<void>((resolve) => {
        proceed = resolve;
      });
      await context.notify('notifications/message', { data: 'later' });
      return {};
    };
    const client = await serve({ work }, { retryMs: 50 });
    await client.initialize('2025-11-25');
    const stream = await client.stream({ jsonrpc: '2.0', id: 'w', method: 'work' });
    expect(await stream.untilEnded()).toEqual({});
    expect(stream.text.endsWith('retry: 50\n\n')).toBe(true);
    expect(stream.events).toHaveLength(1);
    expect(endpoint.transport.inFlight).toBe(1);
    const resumed = await client.get({ 'last-event-id': stream.lastEventId });
    proceed();
    await resumed.untilEnded();
    expect(dataOf(resumed)).toEqual(['later', 'w']);
  });

  test('closeStandaloneSSEStream does the same with the stream of a GET', async () => {
    const close: RequestHandler = (_, context) => {
      context.message?.closeStandaloneSSEStream?.();
      return {};
    };
    const client = await serve({ close });
    await client.initialize('2025-11-25');
    const stream = await client.get();
    await stream.untilEvents(1);
    await client.call('close');
    expect(await stream.untilEnded()).toEqual({});
    expect(stream.retryMs).toBe(1_000);
    await endpoint.transport.send(note(1));
    const resumed = await client.get({ 'last-event-id': stream.lastEventId });
    await resumed.untilMessages(1);
    expect(dataOf(resumed)).toEqual([1]);
  });

  test('no handler is offered what its client cannot follow: without a store, or before 2025-11-25', async () => {
    const offered: unknown[] = [];
    const look: RequestHandler = (_, context) => {
      offered.push(context.message?.closeSSEStream, context.message?.closeStandaloneSSEStream);
      return {};
    };
    const without = await endpoint.serve({ look });
    await without.initialize();
    await without.call('look');
    const before = await serve({ look });
    await before.initialize('2025-06-18');
    await before.call('look');
    expect(offered).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('a store that fails costs no message: it goes out without an id, and that is told', async () => {
    const failing: EventStore = {
      storeEvent: () => Promise.reject(new Error('disk full')),
      replayEventsAfter: () => Promise.reject(new Error('disk full')),
    };
    const { handler: work, next } = gate();
    const client = await endpoint.serve({ work }, { eventStore: failing });
    await client.initialize();
    const stream = await client.stream({ jsonrpc: '2.0', id: 'w', method: 'work' });
    await stream.untilMessages(1);
    next();
    await stream.untilMessages(3);
    next();
    await stream.untilEnded();
    expect(dataOf(stream)).toEqual([1, 2, 3, 'w']);
    expect(stream.events.every(({ id }) => id === undefined)).toBe(true);
    expect(endpoint.errors.every(({ message }) => message.includes('disk full'))).toBe(true);
    expect(endpoint.errors.length).toBeGreaterThanOrEqual(4);
    expect((await client.get({ 'last-event-id': 'x' })).status).toBe(400);
  });

  test('an id from a store that would end a line is not written', async () => {
    let n = 0;
    const evil: EventStore = { storeEvent: () => `${n++}\ndata: injected`, replayEventsAfter: () => '' };
    const client = await endpoint.serve({}, { eventStore: evil, replyMode: 'sse' });
    await client.initialize('2025-06-18');
    const { text, messages } = await client.call('echo', { n: 1 }, {}, 'e');
    expect(text).not.toContain('injected');
    expect(messages).toEqual([{ jsonrpc: '2.0', id: 'e', result: { n: 1 } }]);
  });

  test('a store of the shape that the SDK’s have, all promises and nothing optional, serves as well', async () => {
    const events: { id: string; streamId: string; message: JsonRpcMessage }[] = [];
    const store: EventStore = {
      async storeEvent(streamId, message) {
        await sleep(1);
        const id = `${streamId}_${events.length}`;
        events.push({ id, streamId, message });
        return id;
      },
      async replayEventsAfter(lastEventId, { send }) {
        const at = events.findIndex(({ id }) => id === lastEventId);
        const streamId = events[at]?.streamId;
        if (streamId === undefined) return '';
        for (const event of events.slice(at + 1)) if (event.streamId === streamId) await send(event.id, event.message);
        return streamId;
      },
    };
    const { handler: work, next } = gate();
    const client = await endpoint.serve({ work }, { eventStore: store });
    await client.initialize();
    const stream = await client.stream({ jsonrpc: '2.0', id: 'w', method: 'work' });
    await stream.untilMessages(1);
    stream.close();
    await sleep(20);
    next();
    const resumed = await client.get({ 'last-event-id': stream.lastEventId });
    await resumed.untilMessages(2);
    next();
    await resumed.untilEnded();
    expect(dataOf(resumed)).toEqual([2, 3, 'w']);
    expect((await client.get({ 'last-event-id': 'unknown' })).status).toBe(400);
  });

  test('a session that has ended is forgotten by the store', async () => {
    const store = createMemoryEventStore();
    const client = await endpoint.serve({}, { eventStore: store });
    await client.initialize();
    const stream = await client.get();
    await endpoint.transport.send(note(1));
    await stream.untilMessages(1);
    const { lastEventId } = stream;
    expect(store.getStreamIdForEventId?.(lastEventId as string)).toBeDefined();
    await client.delete();
    expect(store.getStreamIdForEventId?.(lastEventId as string)).toBeUndefined();
  });

  test('every message arrives once and in order, however often the connection is cut', async () => {
    const total = 3_000;
    let sent = 0;
    const client = await endpoint.serve({}, { eventStore: createMemoryEventStore() });
    await client.initialize();
    let stream = await client.get();
    const received: unknown[] = [];
    let lastEventId: string | undefined;
    const sending = (async () => {
      while (sent < total) {
        await endpoint.transport.send(note(sent++));
        if (sent % 25 === 0) await sleep(0);
      }
    })();
    let cuts = 0;
    const collect = (): void => {
      for (const { id, data } of stream.events.splice(0)) {
        lastEventId = id ?? lastEventId;
        if (data !== '') received.push(JSON.parse(data).params.data);
      }
    };
    while (received.length < total) {
      await until(
        () => stream.events.length > 0,
        () => `more than ${received.length} of ${total} after ${cuts} cuts`,
      );
      collect();
      if (received.length >= total || cuts >= 60) continue;
      cuts++;
      stream.close();
      await stream.untilEnded();
      collect();
      stream = await client.get({ 'last-event-id': lastEventId });
      expect(stream.status).toBe(200);
    }
    await sending;
    expect(received).toEqual(Array.from({ length: total }, (_, n) => n));
    expect(cuts).toBeGreaterThan(10);
  });
});
