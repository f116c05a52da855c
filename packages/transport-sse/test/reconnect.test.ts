import { setTimeout as sleep } from 'node:timers/promises';
import { type JsonRpcMessage, Peer } from '@mcpwire/jsonrpc';
import {
  type Reconnection,
  type ReconnectOptions,
  SSEClientTransport,
  type SSEClientTransportOptions,
} from '@mcpwire/transport-sse/client';
import { afterEach, describe, expect, test } from 'vitest';
import { ReconnectPolicy } from '../src/client/reconnect-policy.js';
import { expectNoLeftovers } from './support/leftovers.js';
import { Observed } from './support/observed.js';
import { messageEvent, openStream, type Script, ScriptedServer } from './support/scripted-server.js';
import { SseServer } from './support/sse-server.js';
import { until } from './support/until.js';

expectNoLeftovers();

const cleanUps: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const quick: ReconnectOptions = { initialDelayMs: 20, maxDelayMs: 40, maxAttempts: 20, windowMs: 60_000 };
const request = (id: number): JsonRpcMessage => ({ jsonrpc: '2.0', id, method: 'ask' });

async function serve(script: Script = {}, port = 0): Promise<ScriptedServer> {
  const server = await ScriptedServer.start(script, port);
  cleanUps.push(() => server.close());
  return server;
}

function create(
  url: string,
  options: SSEClientTransportOptions = {},
): { client: Observed<SSEClientTransport>; reconnections: Reconnection[] } {
  const client = new Observed(new SSEClientTransport(url, { graceMs: 100, reconnect: quick, ...options }));
  cleanUps.push(() => client.transport.close());
  const reconnections: Reconnection[] = [];
  client.transport.onreconnect = (reconnection) => {
    reconnections.push(reconnection);
  };
  return { client, reconnections };
}

/** Each stream with an endpoint of its own, as sessions are. */
function sessionsOf(): Script {
  let session = 0;
  return { stream: (res) => openStream(res, `/messages?sessionId=${++session}`) };
}

describe('a client that reconnects', () => {
  test('says that the session is new, where it posts to now, and what was lost', async () => {
    const server = await serve(sessionsOf());
    const { client, reconnections } = create(server.url);
    await client.transport.start();
    await client.transport.send(request(1));
    await client.transport.send(request(2));
    server.write(messageEvent({ jsonrpc: '2.0', id: 1, result: {} }));
    await client.untilMessages(1);
    server.streams[0]?.end();
    await until('it is told', () => reconnections.length > 0);
    expect(reconnections).toEqual([
      {
        newSession: true,
        endpoint: new URL('/messages?sessionId=2', server.origin),
        attempts: 1,
        downMs: expect.any(Number),
        lostRequests: 1,
      },
    ]);
    // What the old session had not answered is answered here, so that nobody waits for it.
    expect(client.messages[1]).toMatchObject({ id: 2, error: { code: -31002, message: expect.stringContaining('ask') } });
    await client.transport.send(request(3));
    expect(server.posts.map(({ url }) => url)).toEqual(['/messages?sessionId=1', '/messages?sessionId=1', '/messages?sessionId=2']);
    expect(client.closings).toEqual([]);
    expect(client.errorCodes).toEqual(['peer-gone']);
  });

  test('rejects what is sent meanwhile, and what was on its way, with session-lost', async () => {
    const server = await serve({ ...sessionsOf(), post: () => {} });
    const { client, reconnections } = create(server.url, { reconnect: { ...quick, initialDelayMs: 100, maxDelayMs: 100 } });
    await client.transport.start();
    const onItsWay = client.transport.send(request(1));
    onItsWay.catch(() => {});
    await server.untilSeen(2);
    server.streams[0]?.end();
    await expect(onItsWay).rejects.toMatchObject({ code: 'session-lost' });
    await expect(client.transport.send(request(2))).rejects.toMatchObject({ code: 'session-lost' });
    expect(client.transport.endpoint).toBeUndefined();
    await until('it is back', () => reconnections.length > 0);
    expect(reconnections[0]?.lostRequests).toBe(0);
  });

  test('makes its handshake anew in onreconnect, against a server that was killed and started again', async () => {
    let server = await SseServer.start({ onconnect: answerAll });
    const { port } = server;
    const transport = new SSEClientTransport(server.url, { reconnect: quick, graceMs: 100 });
    const peer = new Peer(transport);
    const handshakes: unknown[] = [];
    const handshake = async (): Promise<void> => {
      handshakes.push(await peer.request('initialize', { protocolVersion: '2024-11-05' }));
    };
    transport.onreconnect = handshake;
    await peer.start();
    await handshake();
    const lost = peer.request('never').catch((error: unknown) => error);
    await until('it has come', () => server.clients[0]?.messages.some((message) => 'method' in message && message.method === 'never'));
    await server.close();
    expect(await lost).toMatchObject({ code: -31002 });
    await sleep(60);
    server = await SseServer.start({ onconnect: answerAll }, { port });
    await until('the handshake is made again', () => handshakes.length === 2);
    expect(await peer.request('ping')).toEqual({ method: 'ping' });
    expect(server.handler.connections.size).toBe(1);
    await peer.close();
    await server.close();
  });

  test('never spins: a server that drops each stream at once sees a few attempts, and then the transport ends', async () => {
    const server = await serve({
      stream: (res) => {
        openStream(res, '/messages');
        res.end();
      },
    });
    const { client, reconnections } = create(server.url, {
      reconnect: { maxAttempts: 4, windowMs: 60_000, initialDelayMs: 10, maxDelayMs: 40 },
    });
    await client.transport.start();
    const reason = await client.untilClosed();
    expect(reason).toMatchObject({ kind: 'peer-gone', error: { code: 'peer-gone', message: expect.stringContaining('4 of 4 attempts') } });
    expect(server.seen).toHaveLength(5);
    expect(reconnections).toHaveLength(4);
    expect(client.closings).toHaveLength(1);
    await sleep(100);
    expect(server.seen).toHaveLength(5);
  });

  test('gives up when the budget is used up by attempts that fail', async () => {
    const server = await serve(sessionsOf());
    const { client, reconnections } = create(server.url, { reconnect: { ...quick, maxAttempts: 3 } });
    await client.transport.start();
    server.script = { stream: (res) => res.writeHead(503).end() };
    server.streams[0]?.end();
    expect(await client.untilClosed()).toMatchObject({
      kind: 'peer-gone',
      error: { cause: { code: 'http-status', details: { status: 503 } } },
    });
    expect(reconnections).toEqual([]);
    expect(server.seen).toHaveLength(4);
  });

  test.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [204, 'bad-response'],
  ])('gives up at once when the server answers %i', async (status, code) => {
    const server = await serve(sessionsOf());
    const { client } = create(server.url);
    await client.transport.start();
    server.script = { stream: (res) => res.writeHead(status).end() };
    server.streams[0]?.end();
    expect(await client.untilClosed()).toMatchObject({ kind: 'peer-gone', error: { cause: { code } } });
    expect(server.seen).toHaveLength(2);
  });

  test('waits as long as the server asks for by retry, within maxDelayMs', async () => {
    const server = await serve(sessionsOf());
    const { client, reconnections } = create(server.url, { reconnect: { ...quick, maxDelayMs: 200 } });
    await client.transport.start();
    server.write('retry: 150\n\n');
    await sleep(20);
    server.streams[0]?.end();
    await until('it is back', () => reconnections.length > 0);
    expect(reconnections[0]?.downMs).toBeGreaterThan(100);
  });

  test('closes at once while it waits, and while it connects', async () => {
    const server = await serve(sessionsOf());
    const waiting = create(server.url, { reconnect: { initialDelayMs: 60_000, maxDelayMs: 60_000 } }).client;
    await waiting.transport.start();
    server.streams[0]?.end();
    await until('it waits', () => waiting.errors.length > 0);
    await waiting.transport.close();
    expect(waiting.closings).toEqual([{ kind: 'closed' }]);

    const connecting = create(server.url).client;
    await connecting.transport.start();
    server.script = { stream: () => {} };
    server.streams[1]?.end();
    await server.untilSeen(3);
    await connecting.transport.close();
    expect(connecting.closings).toEqual([{ kind: 'closed' }]);
    expect(connecting.errors).toHaveLength(1);
  });

  test('tells onerror when onreconnect throws, and goes on', async () => {
    const server = await serve(sessionsOf());
    const { client } = create(server.url);
    const thrown = new Error('no handshake');
    client.transport.onreconnect = async () => {
      throw thrown;
    };
    await client.transport.start();
    server.streams[0]?.end();
    await until('it is told', () => client.errorCodes.includes('handler-failed'));
    expect(client.errors.at(-1)?.cause).toBe(thrown);
    await client.transport.send(request(1));
  });

  test('does not when its first start fails: nothing was lost yet', async () => {
    const server = await serve({ stream: (res) => res.writeHead(503).end() });
    const { client } = create(server.url);
    await expect(client.transport.start()).rejects.toMatchObject({ code: 'http-status' });
    await sleep(60);
    expect(server.seen).toHaveLength(1);
  });
});

describe('the budget', () => {
  test('doubles the wait with each attempt of a window, up to the longest', () => {
    const policy = new ReconnectPolicy({ initialDelayMs: 100, maxDelayMs: 1_000, maxAttempts: 6, windowMs: 10_000 });
    expect([0, 1, 2, 3, 4, 5, 6].map((now) => policy.next(0, now, 0))).toEqual([100, 200, 400, 800, 1_000, 1_000, undefined]);
  });

  test('is given back with time, and by nothing else', () => {
    const policy = new ReconnectPolicy({ maxAttempts: 2, windowMs: 1_000, initialDelayMs: 10 });
    expect([policy.next(0, 0, 0), policy.next(0, 500, 0), policy.next(0, 999, 0)]).toEqual([10, 20, undefined]);
    expect(policy.next(0, 1_000, 0)).toBe(20);
    expect(policy.next(0, 1_001, 0)).toBeUndefined();
  });

  test('spreads clients out over a quarter of the wait', () => {
    const delays = [0, 0.5, 1].map((random) => new ReconnectPolicy({ initialDelayMs: 100 }).next(0, 0, random));
    expect(delays).toEqual([100, 87.5, 75]);
  });
});

function answerAll(transport: { onmessage?: unknown; send(message: JsonRpcMessage): Promise<void> }): void {
  const observe = transport.onmessage as ((message: JsonRpcMessage) => void) | undefined;
  transport.onmessage = (message: JsonRpcMessage) => {
    observe?.(message);
    if (!('method' in message && 'id' in message) || message.method === 'never') return;
    void transport.send({ jsonrpc: '2.0', id: message.id as number, result: { method: message.method } });
  };
}
