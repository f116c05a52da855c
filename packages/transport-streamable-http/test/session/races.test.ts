// What comes while something else is waited for: a session that ends while a store is asked, an endpoint that closes while one is opened.

import { authenticated } from '@mcpwire/http';
import { createHttpServer } from '@mcpwire/http/node';
import type { JsonRpcMessage, Transport } from '@mcpwire/jsonrpc';
import { afterEach, describe, expect, test } from 'vitest';
import {
  createStreamableHTTPHandler,
  type EventStore,
  type SessionRecord,
  type SessionStore,
  type SessionTransport,
} from '../../src/server.js';
import { createMemoryEventStore } from '../../src/session/memory-event-store.js';
import { createMemorySessionStore } from '../../src/session/memory-session-store.js';
import { Endpoint } from '../support/endpoint.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import { connect, initializeRequest, LegacyClient } from '../support/legacy.js';
import { adapters } from '../support/modern.js';
import { sleep, until } from '../support/until.js';

expectNoLeftovers();

const ping = { jsonrpc: '2.0', id: 'p', method: 'ping' };
const record = (id: string, principalId?: string): SessionRecord => ({
  id,
  ...(principalId !== undefined && { principalId }),
  protocolVersion: '2025-11-25',
  initialize: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '0' } },
  createdAtMs: Date.now(),
  lastSeenAtMs: Date.now(),
});

/** Holds whoever passes, until it is opened. */
class Gate {
  waiting = 0;
  #isOpen = false;
  #open!: () => void;
  readonly #opened = new Promise<void>((resolve) => {
    this.#open = resolve;
  });

  async pass<T>(value: T): Promise<Awaited<T>> {
    if (this.#isOpen) return await value;
    this.waiting++;
    await this.#opened;
    return await value;
  }

  open(): void {
    this.#isOpen = true;
    this.#open();
  }
}

describe.each(adapters)('over $name', (adapter) => {
  const endpoint = new Endpoint(adapter);
  const gates: Gate[] = [];
  const createGate = (): Gate => {
    const gate = new Gate();
    gates.push(gate);
    return gate;
  };
  afterEach(() => {
    for (const gate of gates.splice(0)) gate.open();
  });

  /** A client that goes on with a session of an earlier process. */
  const clientOf = (id: string): LegacyClient => Object.assign(new LegacyClient(endpoint.served), { sessionId: id, version: '2025-11-25' });

  describe('a session that is brought back', () => {
    test('is not opened behind the endpoint’s close, although its store was asked before', async () => {
      const memory = createMemorySessionStore();
      await memory.set('s', record('s'));
      const gate = createGate();
      await endpoint.serve(
        {},
        {
          sessionStore: {
            get: (id) => gate.pass(memory.get(id)),
            set: (id, value) => memory.set(id, value),
            delete: (id) => memory.delete(id),
          },
        },
      );
      const answer = clientOf('s').exchange(ping);
      await until(() => gate.waiting === 1, 'the store is asked');
      await endpoint.handler.close({ graceMs: 0 });
      gate.open();
      const { status, headers } = await answer;
      expect([status, headers['retry-after']]).toEqual([503, '1']);
      expect(endpoint.handler.sessions.size).toBe(0);
      expect(endpoint.transports).toEqual([]);
      expect(await memory.get('s')).toBeDefined();
    });

    test('and closed before its server is connected answers at once, and is not waited for', async () => {
      const memory = createMemorySessionStore();
      await memory.set('s', record('s'));
      const gate = createGate();
      await endpoint.serve(
        {},
        {
          sessionStore: memory,
          onsession: async (transport) => {
            await gate.pass(undefined);
            await connect(transport).catch(() => {});
          },
        },
      );
      const answer = clientOf('s').exchange(ping);
      await until(() => gate.waiting === 1, 'the session is being opened');
      await endpoint.handler.close({ graceMs: 0 });
      gate.open();
      expect((await answer).status).toBe(503);
      expect(await memory.get('s')).toBeDefined();
      expect(endpoint.errors).toEqual([]);
    });
  });

  test('a session whose client goes while its onsession is at work is none', async () => {
    const gate = createGate();
    const transports: SessionTransport[] = [];
    const client = await endpoint.serve(
      {},
      {
        onsession: async (transport) => {
          transports.push(transport);
          await gate.pass(undefined);
          await connect(transport).catch(() => {});
        },
      },
    );
    const controller = new AbortController();
    const opening = client.send('POST', initializeRequest(), {}, controller.signal).catch(() => 'gone');
    await until(() => gate.waiting === 1, 'the session is being opened');
    controller.abort();
    expect(await opening).toBe('gone');
    await sleep(20);
    gate.open();
    await until(() => endpoint.handler.sessions.size === 0, 'it is over');
    expect(transports.map(({ closeReason }) => closeReason?.kind)).toEqual(['peer-gone']);
    expect(endpoint.errors).toEqual([]);
  });

  test('a request that is served by itself, whose client goes before there is a server for it, is dropped', async () => {
    const gate = createGate();
    const transports: Transport[] = [];
    const seen: unknown[] = [];
    const client = await endpoint.serve(
      {},
      {
        onrequest: async (transport) => {
          transports.push(transport);
          await gate.pass(undefined);
          const echo = (params: unknown): unknown => seen.push(params);
          await connect(transport, { echo }).catch(() => {});
        },
      },
    );
    const controller = new AbortController();
    const body = { jsonrpc: '2.0', id: 1, method: 'echo' };
    const asking = client.send('POST', body, { 'mcp-protocol-version': '2025-11-25' }, controller.signal).catch(() => 'gone');
    await until(() => gate.waiting === 1, 'it is being served');
    controller.abort();
    expect(await asking).toBe('gone');
    await sleep(20);
    gate.open();
    await until(() => transports[0]?.closeReason !== undefined, 'its transport is closed');
    expect([transports[0]?.closeReason?.kind, seen, endpoint.errors]).toEqual(['peer-gone', [], []]);
  });

  test.each([
    ['its client has gone', 'client'],
    ['its server closes it', 'server'],
  ])('a session that is over because %s, while its record is being kept, leaves none in the store', async (_, who) => {
    const memory = createMemorySessionStore();
    const gate = createGate();
    const kept: string[] = [];
    const store: SessionStore = {
      get: (id) => memory.get(id),
      set: async (id, value) => {
        await gate.pass(undefined);
        kept.push(id);
        await memory.set(id, value);
      },
      delete: (id) => memory.delete(id),
    };
    const client = await endpoint.serve({}, { sessionStore: store });
    const controller = new AbortController();
    const opening = client.send('POST', initializeRequest(), {}, controller.signal);
    const outcome = opening.then(
      ({ status }) => status,
      () => 'gone',
    );
    await until(() => gate.waiting === 1, 'the record is being kept');
    if (who === 'client') controller.abort();
    else await endpoint.transport.close();
    expect(await outcome).toBe(who === 'client' ? 'gone' : 200);
    await until(() => endpoint.served.inFlight === 0, 'the server has seen it');
    gate.open();
    await until(() => kept.length === 1, 'the store has it');
    await until(() => endpoint.handler.sessions.size === 0, 'the session is over');
    await until(() => memory.sessionCount === 0, 'the store has it no more');
  });

  test('a client that comes back to a session that ends meanwhile is told so, and no stream is left open', async () => {
    const memory = createMemoryEventStore();
    const gate = createGate();
    const eventStore: EventStore = {
      storeEvent: (...event) => memory.storeEvent(...event),
      getStreamIdForEventId: (id) => gate.pass(memory.getStreamIdForEventId?.(id)),
      replayEventsAfter: (...replay) => memory.replayEventsAfter(...replay),
    };
    const client = await endpoint.serve({}, { eventStore });
    await client.initialize();
    const first = await client.get();
    await first.untilEvents(1);
    first.close();
    const second = client.get({ 'last-event-id': first.lastEventId });
    await until(() => gate.waiting === 1, 'the store is asked');
    expect((await client.delete()).status).toBe(200);
    gate.open();
    const { status } = await second;
    expect(status).toBe(404);
  });

  test('the events of a session go with it, and so do those that still wait for a slow store', async () => {
    const memory = createMemoryEventStore();
    const slow = createGate();
    const stored: JsonRpcMessage[] = [];
    const eventStore: EventStore = {
      storeEvent: async (streamId, message, details) => {
        await slow.pass(undefined);
        stored.push(message);
        return memory.storeEvent(streamId, message, details);
      },
      getStreamIdForEventId: (id) => memory.getStreamIdForEventId?.(id),
      replayEventsAfter: (...replay) => memory.replayEventsAfter(...replay),
      deleteSession: (id) => memory.deleteSession?.(id),
    };
    const client = await endpoint.serve({}, { eventStore });
    // A revision whose streams begin with no event of their own.
    await client.initialize('2025-06-18');
    const { transport } = endpoint;
    for (let n = 0; n < 3; n++) transport.send({ jsonrpc: '2.0', method: 'notifications/message', params: { n } }).catch(() => {});
    await until(() => slow.waiting === 1, 'the first waits for the store');
    expect((await client.delete()).status).toBe(200);
    slow.open();
    await until(() => stored.length === 3, 'all have been stored');
    await until(
      () => memory.eventCount === 0,
      () => `the store is empty; it has ${memory.eventCount} events`,
    );
  });

  test('an endpoint may be closed twice, and each call waits for no longer than the sessions take', async () => {
    let answer = (): void => {};
    const work = (): Promise<object> =>
      new Promise((resolve) => {
        answer = () => resolve({ done: true });
      });
    const client = await endpoint.serve({ work });
    await client.initialize();
    const answered = client.call('work');
    await until(() => endpoint.peer.inFlightRequests === 1, 'the request is there');
    let closed = 0;
    const count = (): number => closed++;
    void endpoint.handler.close({ graceMs: 60_000 }).then(count);
    void endpoint.handler.close({ graceMs: 60_000 }).then(count);
    answer();
    expect((await answered).json.result).toEqual({ done: true });
    await until(
      () => closed === 2,
      () => `both are done; ${closed} is`,
    );
  });
});

test('a session is not lost to its owner because somebody else asks for it at the same moment', async () => {
  const memory = createMemorySessionStore();
  await memory.set('s', record('s', 'alice'));
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let asked = 0;
  const handler = createStreamableHTTPHandler({
    onsession: (transport) => connect(transport),
    sessionStore: {
      get: async (id) => {
        asked++;
        await held;
        return memory.get(id);
      },
      set: (id, value) => memory.set(id, value),
      delete: (id) => memory.delete(id),
    },
  });
  const server = await createHttpServer({ handler: authenticated(handler, ({ headers }) => ({ id: String(headers['x-user']) })) });
  const postAs = async (user: string): Promise<number> => {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-session-id': 's',
      'x-user': user,
      connection: 'close',
    };
    const response = await fetch(server.url, { method: 'POST', headers, body: JSON.stringify(ping) });
    await response.text();
    return response.status;
  };
  const mallory = postAs('mallory');
  await until(() => asked === 1, 'the store is asked for one');
  const alice = postAs('alice');
  await sleep(20);
  release();
  expect([await mallory, await alice]).toEqual([404, 200]);
  await handler.close({ graceMs: 0 });
  await server.close({ graceMs: 0 });
});
