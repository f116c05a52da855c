// Sessions outlive the process that opened them: SDK clients and SDK servers, whose server is restarted or replaced by another node.
import { createHttpServer, type HttpServer } from '@mcpwire/http/node';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createStreamableHTTPHandler, type StreamableHTTPHandler } from '../../src/server.js';
import type { EventStore } from '../../src/session/event-store.js';
import { createMemoryEventStore } from '../../src/session/memory-event-store.js';
import { createMemorySessionStore } from '../../src/session/memory-session-store.js';
import type { SessionStore } from '../../src/session/session-store.js';
import { RedisEventStore, RedisSessionStore } from '../fixtures/redis-store.js';
import { connectClient } from '../interop/clients.js';
import { createTestServer, type Generation, type TestServer } from '../interop/servers.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import { hasRedisServer, type RedisServer, startRedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';

expectNoLeftovers();

interface Stores {
  sessionStore: SessionStore;
  eventStore: EventStore;
}

interface Node {
  handler: StreamableHTTPHandler;
  http: HttpServer;
  servers: TestServer[];
  stop(): Promise<void>;
}

const errors: Error[] = [];

async function startNode(generation: Generation, stores: Stores, port = 0): Promise<Node> {
  const servers: TestServer[] = [];
  const onerror = (error: Error): void => void errors.push(error);
  const handler = createStreamableHTTPHandler({
    onsession(transport) {
      const server = createTestServer(generation);
      servers.push(server);
      return server.connect(transport);
    },
    ...stores,
    retryMs: 10,
    onerror,
  });
  const http = await createHttpServer({ handler, onerror, port });
  return {
    handler,
    http,
    servers,
    async stop() {
      await handler.close({ graceMs: 0 });
      await http.close({ graceMs: 0 });
    },
  };
}

function restarts(title: string, createStores: () => Stores): void {
  test.each(['v1', 'v2'] as const)(`fault 20: a session goes on after its server (SDK %s) was restarted, ${title}`, async (generation) => {
    const stores = createStores();
    const before = await startNode(generation, stores);
    const client = await connectClient(generation === 'v1' ? 'v1' : 'v2 legacy', before.http.url, { revision: '2025-11-25' });
    const { sessionId } = client;
    expect(await client.call('echo', { text: 'before' })).toBe('before');
    await before.stop();
    // Its sockets must have seen the end of the connections, or it would write into one of them.
    await until(() => client.errors.length > 0, 'the client sees that the server is gone');
    await new Promise((resolve) => setTimeout(resolve, 20));

    const after = await startNode(generation, stores, Number(new URL(before.http.url).port));
    expect(await client.call('echo', { text: 'after' })).toBe('after');
    expect(client.sessionId).toBe(sessionId);
    // The server knows again what its client can do, and reaches it by the GET stream that the client has opened anew.
    const [server] = after.servers;
    await server?.journal.log?.('a word');
    await until(() => client.logs.length === 1, 'the log message arrives');
    await client.close();
    await after.stop();
    expect(errors.splice(0)).toEqual([]);
  });

  test(`fault 20: a session opened at one node is served by another, ${title}`, async () => {
    const stores = createStores();
    const [a, b] = [await startNode('v1', stores), await startNode('v1', stores)];
    const client = await connectClient('v1', a.http.url, { revision: '2025-11-25' });
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-session-id': client.sessionId ?? '',
      'mcp-protocol-version': '2025-11-25',
    };
    const post = async (url: string, id: number): Promise<unknown> => {
      const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'echo', arguments: { text: `${id}` } } });
      const response = await fetch(url, { method: 'POST', headers, body });
      return [response.status, (await response.text()).includes(`"text":"${id}"`)];
    };
    for (let id = 100; id < 110; id++) expect(await post(id % 2 ? a.http.url : b.http.url, id)).toEqual([200, true]);
    // Ended at one, it is unknown to every node that has not brought it back, and to the store.
    const unknown = await startNode('v1', stores);
    await client.terminate();
    await client.close();
    expect(await post(unknown.http.url, 200)).toEqual([404, false]);
    for (const node of [a, b, unknown]) await node.stop();
    expect(errors.splice(0)).toEqual([]);
  });
}

describe('with stores in memory that both share', () => {
  restarts('in memory', () => ({ sessionStore: createMemorySessionStore(), eventStore: createMemoryEventStore() }));

  test('without a session store it is lost with its process: 404', async () => {
    const before = await startNode('v1', { sessionStore: createMemorySessionStore(), eventStore: createMemoryEventStore() });
    const client = await connectClient('v1', before.http.url, { revision: '2025-11-25' });
    await before.stop();
    const after = await startNode(
      'v1',
      { sessionStore: createMemorySessionStore(), eventStore: createMemoryEventStore() },
      Number(new URL(before.http.url).port),
    );
    await expect(client.call('echo', { text: 'after' })).rejects.toThrow(/Session not found/);
    await client.close();
    await after.stop();
  });
});

describe.skipIf(!hasRedisServer())('with stores over Redis', () => {
  let server: RedisServer;
  let redis: Redis;
  let prefixes = 0;

  beforeAll(async () => {
    server = await startRedisServer();
    redis = new Redis({ path: server.path });
    await redis.ping();
  });
  afterAll(async () => {
    await redis.quit();
    await server[Symbol.asyncDispose]();
  });

  restarts('over Redis', () => {
    const prefix = `restore${++prefixes}:`;
    return { sessionStore: new RedisSessionStore(redis, `${prefix}s:`), eventStore: new RedisEventStore(redis, `${prefix}e:`) };
  });
});

afterEach(() => {
  errors.length = 0;
});
