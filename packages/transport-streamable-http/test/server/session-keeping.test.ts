// How many sessions there are, how long, where they are kept, and how they end.

import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestHandler } from '@mcpwire/jsonrpc';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { describe, expect, test } from 'vitest';
import { createStreamableHTTPHandler, type LegacyContext, type SessionRecord, type SessionStore } from '../../src/server.js';
import { createMemorySessionStore } from '../../src/session/memory-session-store.js';
import { Endpoint } from '../support/endpoint.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import { connect, initializeRequest, LegacyClient } from '../support/legacy.js';
import { adapters } from '../support/modern.js';
import { until } from '../support/until.js';

expectNoLeftovers();

const ping = { jsonrpc: '2.0', id: 'p', method: 'ping' };

describe.each(adapters)('over $name', (adapter) => {
  const endpoint = new Endpoint(adapter);

  async function open(): Promise<LegacyClient> {
    const client = new LegacyClient(endpoint.served);
    await client.initialize();
    return client;
  }

  describe('maxSessions', () => {
    test('is kept to by closing the session that is idle for longest', async () => {
      await endpoint.serve({}, { maxSessions: 3 });
      const [first, second, third] = [await open(), await open(), await open()];
      const stream = await first.get();
      const fourth = await open();
      expect(endpoint.handler.sessions.size).toBe(3);
      expect((await second.exchange(ping)).status).toBe(404);
      for (const client of [first, third, fourth]) expect((await client.exchange(ping)).status).toBe(200);
      expect(stream.ending).toBeUndefined();
      expect(endpoint.transports.map(({ closeReason }) => closeReason?.kind)).toEqual([undefined, 'closed', undefined, undefined]);
    });

    test('refuses with 503 and Retry-After when none is idle, and makes nothing', async () => {
      await endpoint.serve({}, { maxSessions: 2 });
      const clients = [await open(), await open()];
      const streams = await Promise.all(clients.map((client) => client.get()));
      for (let i = 0; i < 3; i++) {
        const { status, headers, json } = await new LegacyClient(endpoint.served).exchange(initializeRequest());
        expect([status, headers['retry-after'], json.error?.code]).toEqual([503, '10', -32603]);
      }
      expect(endpoint.transports).toHaveLength(2);
      await clients[0]?.delete();
      expect((await open()).sessionId).toBeDefined();
      expect(streams[1]?.ending).toBeUndefined();
    });
  });

  test('a session that is idle for sessionIdleMs is closed; one with an open stream or a request in flight is not', async () => {
    let answer = (): void => {};
    const slow: RequestHandler = () =>
      new Promise((resolve) => {
        answer = () => resolve({ done: true });
      });
    await endpoint.serve({ slow }, { sessionIdleMs: 120 });
    const [idle, listening, busy] = [await open(), await open(), await open()];
    const stream = await listening.get();
    const answered = busy.call('slow');
    await until(() => endpoint.handler.sessions.size === 2, 'the idle one is closed');
    await sleep(300);
    expect(endpoint.handler.sessions.size).toBe(2);
    answer();
    expect((await answered).json.result).toEqual({ done: true });
    expect((await listening.exchange(ping)).status).toBe(200);
    stream.close();
    await until(() => endpoint.handler.sessions.size === 0, 'the others are closed when they are idle');
    expect((await idle.exchange(ping)).status).toBe(404);
  });

  describe('close', () => {
    test('lets what is in flight be answered, ends the streams that owe nothing, and takes nothing new', async () => {
      let answer = (): void => {};
      const slow: RequestHandler = () =>
        new Promise((resolve) => {
          answer = () => resolve({ done: true });
        });
      await endpoint.serve({ slow });
      const [busy, listening] = [await open(), await open()];
      const stream = await listening.get();
      const own = await busy.get();
      const answered = busy.call('slow');
      await until(() => endpoint.transports[0]?.inFlight === 1, 'the request arrives');
      let closed = false;
      const closing = endpoint.handler.close({ graceMs: 5_000 }).then(() => {
        closed = true;
      });
      expect(await stream.untilEnded()).toEqual({});
      expect(await own.untilEnded()).toEqual({});
      expect((await busy.exchange(ping)).status).toBe(503);
      expect((await new LegacyClient(endpoint.served).exchange(initializeRequest())).status).toBe(503);
      // What a handler may be waiting for still comes through.
      expect((await busy.exchange({ jsonrpc: '2.0', id: 1, result: {} })).status).toBe(202);
      expect(closed).toBe(false);
      answer();
      expect((await answered).json.result).toEqual({ done: true });
      await closing;
      expect(endpoint.handler.sessions.size).toBe(0);
    });

    test('answers what is not done after graceMs with an error', async () => {
      await endpoint.serve({ hang: () => new Promise(() => {}) });
      const client = await open();
      const answered = client.call('hang');
      await until(() => endpoint.transport.inFlight === 1, 'the request arrives');
      await endpoint.handler.close({ graceMs: 50 });
      expect((await answered).json.error?.code).toBe(-31002);
    });
  });

  describe('with a session store', () => {
    test('a session goes on in another process, whose server is told of its handshake', async () => {
      const sessionStore = createMemorySessionStore();
      await endpoint.serve({}, { sessionStore });
      const client = await open();
      // Another process, with a handler of its own and the same store.
      const contexts: LegacyContext[] = [];
      const heard: unknown[] = [];
      const onsession = async (transport: Parameters<typeof connect>[0], context: LegacyContext): Promise<void> => {
        contexts.push(context);
        const peer = await connect(transport, {
          initialize: (params) => {
            heard.push(params.clientInfo);
            return { protocolVersion: params.protocolVersion, capabilities: {}, serverInfo: { name: 'other', version: '0' } };
          },
        });
        peer.handleNotification('notifications/initialized', () => {
          heard.push('initialized');
        });
      };
      await endpoint.serve({}, { sessionStore, onsession });
      const elsewhere = new LegacyClient(endpoint.served);
      Object.assign(elsewhere, { sessionId: client.sessionId, version: client.version });
      const answers = await Promise.all([1, 2, 3].map((n) => elsewhere.call('echo', { n })));
      expect(answers.map(({ status, json }) => [status, json.result])).toEqual([1, 2, 3].map((n) => [200, { n }]));
      expect(heard).toEqual([{ name: 'test', version: '0' }, 'initialized']);
      expect(contexts.map(({ restored }) => restored)).toMatchObject([{ id: client.sessionId, protocolVersion: '2025-11-25' }]);
      expect(endpoint.handler.sessions.size).toBe(1);
      // Its end is the session's end.
      expect((await elsewhere.delete()).status).toBe(200);
      expect(sessionStore.sessionCount).toBe(0);
      expect((await elsewhere.exchange(ping)).status).toBe(404);
    });

    test('the official SDK’s server is ready in a session that was brought back', async () => {
      const sessionStore = createMemorySessionStore();
      let initialized = 0;
      const onsession = (transport: Parameters<typeof connect>[0]): Promise<void> => {
        const server = new Server({ name: 'sdk', version: '0' }, { capabilities: {} });
        server.oninitialized = () => {
          initialized++;
          expect(server.getClientVersion()?.name).toBe('test');
        };
        return server.connect(transport as Parameters<Server['connect']>[0]);
      };
      await endpoint.serve({}, { sessionStore, onsession });
      const client = await open();
      await endpoint.serve({}, { sessionStore, onsession });
      const elsewhere = Object.assign(new LegacyClient(endpoint.served), { sessionId: client.sessionId, version: client.version });
      expect((await elsewhere.exchange(ping)).json).toEqual({ jsonrpc: '2.0', id: 'p', result: {} });
      expect(initialized).toBe(2);
    });

    test('a session that was given up for being idle is brought back when its client comes again', async () => {
      const sessionStore = createMemorySessionStore();
      await endpoint.serve({}, { sessionStore, sessionIdleMs: 60 });
      const client = await open();
      await until(() => endpoint.handler.sessions.size === 0, 'it is given up');
      expect(sessionStore.sessionCount).toBe(1);
      expect((await client.exchange(ping)).status).toBe(200);
      expect(endpoint.transports).toHaveLength(2);
    });

    test('another principal’s session is not brought back for whoever knows its id', async () => {
      const record: SessionRecord = {
        id: 'alices',
        principalId: 'alice',
        protocolVersion: '2025-11-25',
        initialize: {},
        createdAtMs: 0,
        lastSeenAtMs: Date.now(),
      };
      const sessionStore = createMemorySessionStore();
      sessionStore.set(record.id, record);
      const client = await endpoint.serve({}, { sessionStore });
      expect((await client.exchange(ping, { 'mcp-session-id': 'alices' })).status).toBe(404);
      expect(endpoint.transports).toHaveLength(0);
    });

    test('a server that refuses the handshake leaves 500 to the client, the record to the store, and nothing here', async () => {
      const sessionStore = createMemorySessionStore();
      sessionStore.set('kept', { id: 'kept', protocolVersion: '2025-11-25', initialize: {}, createdAtMs: 0, lastSeenAtMs: Date.now() });
      const refuse: RequestHandler = () => {
        throw new Error('no more');
      };
      const client = await endpoint.serve({ initialize: refuse }, { sessionStore });
      expect((await client.exchange(ping, { 'mcp-session-id': 'kept' })).status).toBe(500);
      expect([endpoint.handler.sessions.size, sessionStore.sessionCount]).toEqual([0, 1]);
      expect(endpoint.errors.map(({ message }) => message)).toContain('no more');
    });

    test('a store that fails costs nobody a session that is open, and is told of', async () => {
      const fail = () => Promise.reject(new Error('store down'));
      const sessionStore: SessionStore = { get: fail, set: fail, delete: fail, touch: fail };
      await endpoint.serve({}, { sessionStore });
      const client = await open();
      expect((await client.exchange(ping)).status).toBe(200);
      expect((await client.exchange(ping, { 'mcp-session-id': 'unknown' })).status).toBe(500);
      expect((await client.delete()).status).toBe(200);
      await sleep(0);
      expect(new Set(endpoint.errors.map(({ message }) => message))).toEqual(new Set(['store down']));
    });

    test('a session that was ended at another node is soon noticed to be over', async () => {
      const sessionStore = createMemorySessionStore();
      await endpoint.serve({}, { sessionStore, sessionIdleMs: 800 });
      const client = await open();
      const { handler: first } = endpoint;
      const stream = await client.get();
      await endpoint.serve({}, { sessionStore });
      const elsewhere = Object.assign(new LegacyClient(endpoint.served), { sessionId: client.sessionId, version: client.version });
      expect((await elsewhere.delete()).status).toBe(200);
      let status = 200;
      for (let n = 0; n < 100 && status === 200; n++) {
        await sleep(20);
        ({ status } = await client.exchange(ping));
      }
      expect(status).toBe(404);
      await stream.untilEnded();
      expect(endpoint.transports[0]?.closeReason).toEqual({ kind: 'peer-gone' });
      expect(first.sessions.size).toBe(0);
    });

    test('close keeps what is stored, so that a restart loses no session', async () => {
      const sessionStore = createMemorySessionStore();
      await endpoint.serve({}, { sessionStore });
      const client = await open();
      await endpoint.handler.close({ graceMs: 0 });
      expect(sessionStore.sessionCount).toBe(1);
      await endpoint.serve({}, { sessionStore });
      const again = Object.assign(new LegacyClient(endpoint.served), { sessionId: client.sessionId, version: client.version });
      expect((await again.exchange(ping)).status).toBe(200);
    });
  });
});

test('options that make no sense are refused where they are written', () => {
  const onsession = (): void => {};
  expect(() => createStreamableHTTPHandler({})).toThrow(TypeError);
  expect(() => createStreamableHTTPHandler({ onsession, supportedProtocolVersions: ['2026-07-28'] })).toThrow(TypeError);
  expect(() => createStreamableHTTPHandler({ onsession, subscriptions: true })).toThrow(/subscriptions needs onrequest/);
  expect(() => createStreamableHTTPHandler({ onsession, allowedHosts: ['http://x'] })).toThrow(TypeError);
  for (const path of ['mcp', '/mcp?x', '/mcp#x', '', 'http://localhost/mcp']) {
    expect(() => createStreamableHTTPHandler({ onsession, path })).toThrow('path must be a path such as /mcp');
  }
  for (const option of ['maxSessions', 'sessionIdleMs', 'maxInFlight', 'maxQueuedBytes', 'maxBodyBytes', 'maxBatchLength'] as const) {
    expect(() => createStreamableHTTPHandler({ onsession, [option]: 0 })).toThrow(option);
    expect(() => createStreamableHTTPHandler({ onsession, [option]: Number.NaN })).toThrow(RangeError);
  }
  for (const option of ['maxBacklogBytes', 'retryMs', 'keepAliveMs', 'stallTimeoutMs', 'bodyTimeoutMs', 'maxWaitingSends'] as const) {
    expect(() => createStreamableHTTPHandler({ onsession, [option]: -1 })).toThrow(option);
  }
  expect(() => createStreamableHTTPHandler({ onsession, replyMode: 'xml' as 'sse' })).toThrow('replyMode');
});
