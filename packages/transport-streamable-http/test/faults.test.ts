// What goes wrong between our client and our server: connections cut at each point, readers that stall, clients that are slow or vanish,
// and a server that is killed and started again.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHttpServer, type HttpServerOptions } from '@mcpwire/http/node';
import { Peer, type RequestHandler, type Transport } from '@mcpwire/jsonrpc';
import { MetaKey } from '@mcpwire/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { StreamableHTTPClientTransport, type StreamableHTTPClientTransportOptions } from '../src/client.js';
import {
  createMemoryEventStore,
  createStreamableHTTPHandler,
  type SessionTransport,
  type StreamableHTTPHandlerOptions,
} from '../src/server.js';
import { type CutRule, CuttingRelay } from './support/cutting-relay.js';
import { expectNoLeftovers } from './support/leftovers.js';
import { ServerProcess } from './support/server-process.js';
import { sleep, until } from './support/until.js';

expectNoLeftovers();

const toEnd: (() => unknown)[] = [];
// Registered behind the check for leftovers, so that it runs before it.
afterEach(async () => {
  for (const end of toEnd.splice(0).reverse()) await end();
});

const clientInfo = { name: 'test', version: '1' };
const envelope = { [MetaKey.ProtocolVersion]: '2026-07-28', [MetaKey.ClientInfo]: clientInfo, [MetaKey.ClientCapabilities]: {} };
const quick = { initialReconnectionDelay: 10, maxReconnectionDelay: 50, maxRetries: 20 };

interface Scene {
  readonly relay: CuttingRelay;
  readonly port: number;
  readonly sessions: SessionTransport[];
  /** Names of requests whose handlers were aborted. */
  readonly aborted: string[];
}

/** Our server behind a relay. */
async function serve(options: StreamableHTTPHandlerOptions = {}, http: Partial<HttpServerOptions> = {}): Promise<Scene> {
  const sessions: SessionTransport[] = [];
  const aborted: string[] = [];
  const count: RequestHandler = async (_params, context) => {
    context.signal.addEventListener('abort', () => aborted.push('count'));
    // Apart from each other, so that a cut lies between them.
    for (let n = 1; n <= 5 && !context.signal.aborted; n++) {
      await context.progress(n, 5);
      await sleep(10);
    }
    return { counted: 5 };
  };
  const accept = async (transport: Transport): Promise<void> => {
    const peer = new Peer(transport);
    peer.handle('initialize', ({ protocolVersion }) => ({ protocolVersion, capabilities: {}, serverInfo: clientInfo }));
    peer.handle('echo', ({ n }) => ({ n }));
    peer.handle('count', count);
    await peer.start();
  };
  const onsession = (transport: SessionTransport): Promise<void> => {
    sessions.push(transport);
    return accept(transport);
  };
  const handler = createStreamableHTTPHandler({ onsession, onrequest: accept, onerror: () => {}, retryMs: 10, ...options });
  const server = await createHttpServer({ onerror: () => {}, ...http, handler });
  const relay = await CuttingRelay.to(server.port);
  toEnd.push(async () => {
    await relay.close();
    await handler.close({ graceMs: 0 });
    await server.close({ graceMs: 0 });
  });
  return { relay, port: server.port, sessions, aborted };
}

interface Client {
  readonly peer: Peer;
  readonly transport: StreamableHTTPClientTransport;
  /** Data of the server's notifications/message. */
  readonly heard: unknown[];
}

async function connect(url: string, options: StreamableHTTPClientTransportOptions = {}, era = 'legacy'): Promise<Client> {
  const transport = new StreamableHTTPClientTransport(`${url}/mcp`, { reconnectionOptions: quick, ...options });
  const peer = new Peer(transport);
  const heard: unknown[] = [];
  peer.handleNotification('notifications/message', ({ data }) => {
    heard.push(data);
  });
  toEnd.push(() => peer.close());
  await peer.start();
  if (era === 'modern') transport.setProtocolVersion('2026-07-28');
  else {
    await peer.request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
    await peer.notify('notifications/initialized');
  }
  return { peer, transport, heard };
}

/** Cuts behind a part of what comes, or behind the end of the event that it is in. */
function behind(part: string, wholeEvent = false): CutRule {
  return (text) => {
    const at = text.indexOf(part);
    if (at < 0 || !wholeEvent) return at < 0 ? undefined : at + part.length;
    const end = text.indexOf('\n\n', at);
    return end < 0 ? undefined : end + 2;
  };
}

/** Where the reply to `count` is cut, and how much of the progress is there before. */
const cuts: [point: string, rule: CutRule, before: number[] | undefined][] = [
  ['before the headers', (text) => (text === '' ? undefined : 0), undefined],
  ['inside the headers', behind('text/event-'), undefined],
  ['inside an event', behind('"progress":2'), [1]],
  ['between events', behind('"progress":2', true), [1, 2]],
  ['inside the response', behind('"counted"'), [1, 2, 3, 4, 5]],
];

describe.each(['legacy', 'legacy with an event store', 'modern'])('the connection is cut, %s:', (kind) => {
  const era = kind === 'modern' ? 'modern' : 'legacy';
  const hasStore = kind.includes('store');
  const params = era === 'modern' ? { _meta: envelope } : {};

  async function begin(rule: CutRule): Promise<{ scene: Scene; client: Client; seen: number[]; answer: Promise<unknown> }> {
    const scene = await serve({ replyMode: 'sse', ...(hasStore && { eventStore: createMemoryEventStore() }) });
    // The only stream is the reply that is cut.
    const client = await connect(scene.relay.url, { listen: false }, era);
    const seen: number[] = [];
    scene.relay.cutOnce(rule);
    const answer = client.peer.request('count', params, { onprogress: ({ progress }) => seen.push(progress) });
    answer.catch(() => {});
    return { scene, client, seen, answer };
  }

  /** Whatever happened, the client goes on. */
  async function goesOn({ peer }: Client): Promise<void> {
    expect(await peer.request('echo', { ...params, n: 7 })).toEqual({ n: 7 });
  }

  test.each(cuts)('%s', async (_point, rule, before) => {
    const { scene, client, seen, answer } = await begin(rule);
    if (hasStore && before) {
      // The rest is in the store, and the client comes back for it.
      expect(await answer).toEqual({ counted: 5 });
      expect(seen).toEqual([1, 2, 3, 4, 5]);
    } else {
      // Without an event there is nothing to come back to, and whether the server has the request is not known.
      await expect(answer).rejects.toMatchObject({ code: before ? -31002 : 'peer-gone' });
      expect(seen).toEqual(before ?? []);
    }
    expect(scene.relay.hasCut).toBe(true);
    if (era === 'modern' && before?.length !== 5) await until(() => scene.aborted.length === 1, 'the handler is aborted');
    await goesOn(client);
  });

  test('behind the response: nobody minds', async () => {
    const { scene, client, seen, answer } = await begin(behind('"counted"', true));
    expect(await answer).toEqual({ counted: 5 });
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    await until(() => scene.relay.hasCut, 'the cut');
    await goesOn(client);
  });
});

describe('the standing stream is cut inside an event', () => {
  async function cutStanding(options: StreamableHTTPHandlerOptions): Promise<Client> {
    const scene = await serve(options);
    const client = await connect(scene.relay.url);
    const [session] = scene.sessions as [SessionTransport];
    await until(() => !session.isIdle, 'the standing stream is open');
    scene.relay.cutOnce(behind('"data":20'));
    for (let n = 0; n < 40; n++) {
      await session.send({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: n } });
      await sleep(2);
    }
    await until(() => client.heard.includes(39), 'the last one arrives');
    expect(scene.relay.hasCut).toBe(true);
    return client;
  }

  test('with a store every message arrives exactly once, and in order', async () => {
    const { heard } = await cutStanding({ eventStore: createMemoryEventStore() });
    expect(heard).toEqual(Array.from({ length: 40 }, (_, n) => n));
  });

  test('without one those on their way are lost, and none of the others', async () => {
    const { heard } = await cutStanding({});
    expect(heard.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(heard).not.toContain(20);
    const rest = heard.slice(20) as number[];
    expect(rest).toEqual(Array.from({ length: rest.length }, (_, n) => 40 - rest.length + n));
    expect(rest.length).toBeGreaterThan(5);
  });
});

describe('a reader that stalls', () => {
  test('is disconnected after stallTimeoutMs, comes back for the rest, and disturbs nobody', { timeout: 60_000 }, async () => {
    const scene = await serve({ eventStore: createMemoryEventStore(), keepAliveMs: 50, stallTimeoutMs: 400 });
    const stalled = await connect(scene.relay.url);
    const other = await connect(`http://127.0.0.1:${scene.port}`);
    const [session] = scene.sessions as [SessionTransport];
    await until(() => !session.isIdle, 'the standing stream is open');
    scene.relay.stall();
    const text = 'x'.repeat(100_000);
    const sends = Array.from({ length: 200 }, (_, n) =>
      session.send({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: n, text } }),
    );
    for (let n = 0; n < 50; n++) expect(await other.peer.request('echo', { n })).toEqual({ n });
    await until(() => session.isIdle, 'it is disconnected');
    // All are in the store, and nobody waits any more.
    await Promise.all(sends);
    expect(stalled.heard.length).toBeLessThan(200);
    scene.relay.resume();
    await until(() => stalled.heard.length >= 200, 'the rest', 30_000);
    expect(stalled.heard).toEqual(Array.from({ length: 200 }, (_, n) => n));
  });

  test('without a store has its waiting messages rejected or kept for its next stream, and the session goes on', async () => {
    const scene = await serve({ keepAliveMs: 50, stallTimeoutMs: 200, maxQueuedBytes: 100_000 });
    const client = await connect(scene.relay.url);
    const [session] = scene.sessions as [SessionTransport];
    await until(() => !session.isIdle, 'the standing stream is open');
    scene.relay.stall();
    const params = { level: 'info', data: 0, text: 'x'.repeat(100_000) };
    const sends = Array.from({ length: 200 }, () => session.send({ jsonrpc: '2.0', method: 'notifications/message', params }));
    await until(() => session.isIdle, 'it is disconnected');
    await Promise.allSettled(sends);
    scene.relay.resume();
    expect(await client.peer.request('echo', { n: 1 })).toEqual({ n: 1 });
    await until(() => !session.isIdle, 'the standing stream is open again');
    await session.send({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'later' } });
    await until(() => client.heard.includes('later'), 'what is said then');
  });
});

describe('a client that is slow', () => {
  /** Sends what it says, and nothing more. @returns what came back until the server closed the connection */
  function raw(port: number, text: string): Promise<string> {
    return new Promise((resolve) => {
      const socket = connectSocket(port, '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.on('data', (chunk) => {
        answer += String(chunk);
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(answer));
      toEnd.push(() => socket.destroy());
    });
  }

  test('with its headers gets 408 and is disconnected, and others are served meanwhile', async () => {
    const scene = await serve({}, { headersTimeoutMs: 300 });
    const many = Array.from({ length: 50 }, () => raw(scene.port, 'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-'));
    const client = await connect(scene.relay.url);
    for (let n = 0; n < 20; n++) expect(await client.peer.request('echo', { n })).toEqual({ n });
    for (const answer of await Promise.all(many)) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(await client.peer.request('echo', { n: 1 })).toEqual({ n: 1 });
  });

  test('with its body gets 408, as JSON-RPC, and is disconnected', async () => {
    const scene = await serve({ bodyTimeoutMs: 300 });
    const head = 'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n';
    const many = Array.from({ length: 50 }, () => raw(scene.port, `${head}{"jsonrpc":`));
    const client = await connect(scene.relay.url);
    for (let n = 0; n < 20; n++) expect(await client.peer.request('echo', { n })).toEqual({ n });
    for (const answer of await Promise.all(many)) {
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))).toMatchObject({ jsonrpc: '2.0', error: { message: /300 ms/ } });
    }
  });
});

describe('a client that vanished without a word', () => {
  async function vanish(keepAliveMs: number): Promise<SessionTransport> {
    const scene = await serve({ keepAliveMs });
    const client = await connect(scene.relay.url, { listen: false });
    const [session] = scene.sessions as [SessionTransport];
    const headers = {
      accept: 'text/event-stream',
      'mcp-session-id': client.transport.sessionId as string,
      'mcp-protocol-version': '2025-11-25',
    };
    const stream = httpRequest(`${scene.relay.url}/mcp`, { headers, agent: false });
    stream.on('error', () => {});
    stream.end();
    // Its headers have come too: the server has nothing more to say.
    const [response] = (await once(stream, 'response')) as [IncomingMessage];
    response.on('error', () => {}).resume();
    expect(session.isIdle).toBe(false);
    scene.relay.vanish();
    return session;
  }

  test('is found by the keep-alive comments, so that its session can be given up', async () => {
    const session = await vanish(100);
    await until(() => session.isIdle, 'it is found');
  });

  test('is not found without them, as long as there is nothing to say', async () => {
    const session = await vanish(0);
    await sleep(400);
    expect(session.isIdle).toBe(false);
  });
});

describe('a server that is killed and started again', () => {
  async function start(port?: number, folder?: string): Promise<ServerProcess> {
    const server = await ServerProcess.start(port, folder);
    toEnd.push(() => server.kill());
    return server;
  }

  test('without stores has lost the session: session-lost, for every message', async () => {
    const before = await start();
    const { peer } = await connect(new URL(before.url).origin);
    const hanging = peer.request('hang');
    hanging.catch(() => {});
    await before.kill();
    await expect(hanging).rejects.toThrow();
    await expect(peer.request('pid')).rejects.toMatchObject({ code: 'peer-gone' });
    await start(before.port);
    await expect(peer.request('pid')).rejects.toMatchObject({ code: 'session-lost' });
    await expect(peer.notify('note')).rejects.toMatchObject({ code: 'session-lost' });
  });

  test('is gone on with in a new session by a client that reestablishes it, which its user is told', async () => {
    const before = await start();
    const { peer, transport, heard } = await connect(new URL(before.url).origin, { reestablish: true });
    const { sessionId } = transport;
    const told: unknown[] = [];
    transport.onsessionreestablished = ({ lostSessionId }) => told.push(lostSessionId);
    const first = await peer.request('pid');
    await before.kill();
    await start(before.port);
    expect(await peer.request('pid')).not.toEqual(first);
    expect(told).toEqual([sessionId]);
    expect(transport.sessionId).not.toBe(sessionId);
    await peer.request('say', { from: 0, to: 3 });
    await until(() => heard.length === 3, 'what it says by itself');
  });

  test('goes on with the session when its stores survive, and no message is lost or doubled', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mcpwire-killed-'));
    toEnd.push(() => rmSync(folder, { recursive: true }));
    const before = await start(0, folder);
    const { peer, transport, heard } = await connect(new URL(before.url).origin);
    const { sessionId } = transport;
    await peer.request('say', { from: 0, to: 10 });
    await until(() => heard.length === 10, 'what the first said');
    await before.kill();
    await start(before.port, folder);
    await peer.request('say', { from: 10, to: 20 });
    expect(transport.sessionId).toBe(sessionId);
    await until(() => heard.length >= 20, 'what the second said');
    expect(heard).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });
});
