import { setTimeout as sleep } from 'node:timers/promises';
import { bearerAuthentication, crossOrigin, HttpError, type Principal } from '@mcpwire/http';
import { toNodeHandler } from '@mcpwire/http/node';
import type { JsonRpcMessage } from '@mcpwire/jsonrpc';
import { createSSEHandler } from '@mcpwire/transport-sse/server';
import express from 'express';
import { afterEach, describe, expect, test } from 'vitest';
import { post, RawStream, send } from './support/http.js';
import { expectNoLeftovers } from './support/leftovers.js';
import { echo, SseServer } from './support/sse-server.js';
import { until } from './support/until.js';

expectNoLeftovers();

let server: SseServer;
let streams: RawStream[] = [];
afterEach(async () => {
  for (const stream of streams) stream.close();
  streams = [];
  await server?.close();
});

function open(url: string = server.url, headers: Record<string, string> = {}): RawStream {
  const stream = new RawStream(url, headers);
  streams.push(stream);
  return stream;
}

const ping: JsonRpcMessage = { jsonrpc: '2.0', id: 1, method: 'ping' };
const ids = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('a client that connects', () => {
  test('gets an event stream that no proxy holds back, and the endpoint as its first event', async () => {
    server = await SseServer.start({ onconnect: async (transport) => void transport });
    const stream = open();
    const endpoint = new URL(await stream.endpoint());
    expect(stream.status).toBe(200);
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(endpoint.pathname).toBe('/messages');
    expect(endpoint.searchParams.get('sessionId')).toMatch(ids);
    expect(stream.text).toBe(`event: endpoint\ndata: ${endpoint.pathname}${endpoint.search}\n\n`);
  });

  test('posts and is answered by 202 Accepted, with the answer as a message event', async () => {
    server = await SseServer.start({ onconnect: echo });
    const stream = open();
    const answer = await post(await stream.endpoint(), ping);
    expect(answer).toMatchObject({ status: 202, body: 'Accepted' });
    await stream.until('"result"');
    expect(stream.messages).toEqual([{ jsonrpc: '2.0', id: 1, result: { method: 'ping' } }]);
    // Events have no ids: nothing could be resumed from one.
    expect(stream.text).not.toMatch(/^id:/m);
  });

  test('has a session of its own: ids are random, and an answer goes to the one who asked', async () => {
    server = await SseServer.start({ onconnect: echo });
    const [one, other] = [open(), open()];
    const [endpointOfOne, endpointOfOther] = [await one.endpoint(), await other.endpoint()];
    expect(endpointOfOne).not.toBe(endpointOfOther);
    await post(endpointOfOne, { ...ping, id: 'one' });
    await post(endpointOfOther, { ...ping, id: 'other' });
    await Promise.all([one.until('"one"'), other.until('"other"')]);
    expect(one.text).not.toContain('"other"');
    expect(other.text).not.toContain('"one"');
    expect(server.handler.connections.size).toBe(2);
  });

  test('gets what was sent before its stream was open, after the endpoint', async () => {
    server = await SseServer.start({
      async onconnect(transport) {
        await transport.start();
        await transport.send({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'hello' } });
        // Started above: the helper's second start is not wanted.
        Object.defineProperty(transport, 'start', { value: async () => {} });
      },
    });
    const stream = open();
    await stream.until('hello');
    expect(stream.text).toMatch(/^event: endpoint\n.*\n\nevent: message\n/);
  });

  test('ends its session by leaving: the transport is told once, later sends are rejected, and POSTs are answered with 404', async () => {
    server = await SseServer.start();
    const stream = open();
    const endpoint = await stream.endpoint();
    const client = await server.client();
    stream.close();
    expect(await client.untilClosed()).toEqual({ kind: 'peer-gone' });
    await expect(client.transport.send(ping)).rejects.toMatchObject({ code: 'peer-gone' });
    expect(await post(endpoint, ping)).toMatchObject({ status: 404 });
    expect(server.handler.connections.size).toBe(0);
    await client.transport.close();
    expect(client.closings).toHaveLength(1);
  });

  test('is told apart by what its POSTs carry: headers, URL and a web Request, made when asked for', async () => {
    server = await SseServer.start();
    const endpoint = await open().endpoint();
    await post(endpoint, ping, { 'x-test': 'a value' });
    const client = await server.client();
    const context = client.contexts[0];
    expect(context?.requestInfo?.headers['x-test']).toBe('a value');
    expect(context?.requestInfo?.url?.href).toBe(endpoint);
    const request = context?.request as Request;
    expect(request).toBeInstanceOf(Request);
    expect([request.method, request.url, request.headers.get('x-test')]).toEqual(['POST', endpoint, 'a value']);
    expect(context?.authInfo).toBeUndefined();
  });
});

describe('requests that are not for the two endpoints', () => {
  test.each([
    ['GET', '/', 404, undefined],
    ['GET', '/sse/', 404, undefined],
    ['POST', '/sse', 405, 'GET'],
    ['DELETE', '/sse', 405, 'GET'],
    ['HEAD', '/sse', 405, 'GET'],
    ['OPTIONS', '/messages', 405, 'POST'],
    ['GET', '/messages', 405, 'POST'],
  ])('%s %s is answered with %i', async (method, path, status, allow) => {
    server = await SseServer.start();
    const answer = await send(server.origin + path, method);
    expect(answer.status).toBe(status);
    expect(answer.headers.allow).toBe(allow);
    expect(server.clients).toEqual([]);
  });

  test('both endpoints may have one path', async () => {
    server = await SseServer.start({ ssePath: '/mcp', messagePath: '/mcp', onconnect: echo });
    const stream = open(`${server.origin}/mcp`);
    expect(await post(await stream.endpoint(), ping)).toMatchObject({ status: 202 });
    expect(await send(`${server.origin}/mcp`, 'PUT')).toMatchObject({ status: 405, headers: { allow: 'GET, POST' } });
  });
});

describe('the endpoint that clients are told', () => {
  test.each([
    ['a path of its own', { messagePath: '/mcp/messages/' }, '/mcp/messages/?sessionId=ID'],
    ['as the Python SDK writes it', { messagePath: '/messages/', sessionIdParam: 'session_id' }, '/messages/?session_id=ID'],
    ['a relative reference', { endpoint: 'messages' }, 'messages?sessionId=ID'],
    [
      'an absolute URL, with its origin',
      { endpoint: 'https://mcp.example.com/api/messages' },
      'https://mcp.example.com/api/messages?sessionId=ID',
    ],
    ['with a query of its own', { endpoint: '/messages?tenant=a&sessionId=x&b=%20' }, '/messages?tenant=a&b=%20&sessionId=ID'],
    [
      'for each client',
      { endpoint: ({ headers }: { headers: Record<string, string | undefined> }) => `${headers['x-forwarded-prefix']}/messages` },
      '/behind/messages?sessionId=ID',
    ],
  ])('may be %s', async (_what, options, expected) => {
    server = await SseServer.start(options);
    const stream = open(server.url, { 'x-forwarded-prefix': '/behind' });
    await stream.endpoint();
    const id = [...server.handler.connections.keys()][0] as string;
    expect(stream.text).toBe(`event: endpoint\ndata: ${expected.replace('ID', id)}\n\n`);
  });

  test('is below the path that Express has mounted the handler at', async () => {
    const handler = createSSEHandler({ onconnect: (transport) => transport.start() });
    const app = express();
    app.use('/api/mcp', toNodeHandler(handler));
    const listening = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => listening.once('listening', resolve));
    const { port } = listening.address() as { port: number };
    const stream = open(`http://127.0.0.1:${port}/api/mcp/sse`);
    const endpoint = await stream.endpoint();
    expect(new URL(endpoint).pathname).toBe('/api/mcp/messages');
    expect(await post(endpoint, ping)).toMatchObject({ status: 202 });
    await handler.close({ graceMs: 0 });
    listening.closeAllConnections();
    await new Promise((resolve) => listening.close(resolve));
  });

  test('takes the body that a parser in front has read', async () => {
    const seen: JsonRpcMessage[] = [];
    const handler = createSSEHandler({
      onconnect(transport) {
        transport.onmessage = (message) => seen.push(message);
        return transport.start();
      },
    });
    const app = express();
    app.use(express.json());
    app.use(toNodeHandler(handler));
    const listening = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => listening.once('listening', resolve));
    const { port } = listening.address() as { port: number };
    const endpoint = await open(`http://127.0.0.1:${port}/sse`).endpoint();
    expect(await post(endpoint, ping)).toMatchObject({ status: 202 });
    expect(await post(endpoint, { no: 'message' })).toMatchObject({ status: 400 });
    expect(seen).toEqual([ping]);
    await handler.close({ graceMs: 0 });
    listening.closeAllConnections();
    await new Promise((resolve) => listening.close(resolve));
  });
});

describe('onconnect', () => {
  test('may refuse a client with a status of its own', async () => {
    server = await SseServer.start({
      onconnect: async () => {
        await sleep(1);
        throw new HttpError('refused', 403, 'Not today.');
      },
    });
    const answer = await send(server.url, 'GET');
    expect(answer).toMatchObject({ status: 403, body: 'Not today.\n' });
    expect(server.clients[0]?.closings).toMatchObject([{ kind: 'failed' }]);
    expect(server.handler.connections.size).toBe(0);
    expect(server.errors).toEqual([]);
  });

  test('that fails is answered with 500, which says nothing of the inside', async () => {
    server = await SseServer.start({
      onconnect: () => {
        throw new Error('the password of the database is wrong');
      },
    });
    const answer = await send(server.url, 'GET');
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain('password');
    expect(server.errors.map((error) => error.message)).toEqual(['the password of the database is wrong']);
    expect(server.handler.connections.size).toBe(0);
  });
});

describe('sessions and who opened them', () => {
  const tokens: Record<string, Principal> = {
    anna: { id: 'issuer anna', token: 'anna', clientId: 'app', scopes: ['read'], expiresAtMs: 4_102_444_800_500, extra: { sub: 'anna' } },
    ben: { id: 'issuer ben', token: 'ben', clientId: 'app' },
  };
  const authenticate = bearerAuthentication({ verify: (token) => tokens[token] });
  const as = (name: string): Record<string, string> => ({ authorization: `Bearer ${name}` });

  test('both endpoints want credentials', async () => {
    server = await SseServer.start({ authenticate });
    expect(await send(server.url, 'GET')).toMatchObject({ status: 401 });
    const endpoint = await open(server.url, as('anna')).endpoint();
    expect(await post(endpoint, ping)).toMatchObject({ status: 401 });
    expect(await post(endpoint, ping, as('nobody'))).toMatchObject({ status: 401 });
    expect((await server.client()).messages).toEqual([]);
  });

  test("another principal's session is as good as none", async () => {
    server = await SseServer.start({ authenticate });
    const endpoint = await open(server.url, as('anna')).endpoint();
    const [others, unknown] = [await post(endpoint, ping, as('ben')), await post(`${server.origin}/messages?sessionId=x`, ping, as('ben'))];
    expect(others.status).toBe(404);
    expect(others.body).toBe(unknown.body);
    expect((await server.client()).messages).toEqual([]);
    expect(await post(endpoint, ping, as('anna'))).toMatchObject({ status: 202 });
  });

  test("the principal is the SDK's authInfo", async () => {
    server = await SseServer.start({ authenticate });
    const endpoint = await open(server.url, as('anna')).endpoint();
    await post(endpoint, ping, as('anna'));
    const { contexts } = await server.client();
    expect(contexts[0]?.authInfo).toEqual({
      token: 'anna',
      clientId: 'app',
      scopes: ['read'],
      expiresAt: 4_102_444_800,
      extra: { sub: 'anna' },
    });
  });
});

describe('pages of other sites', () => {
  test.each([
    ['a foreign Origin with a good Host', { origin: 'https://evil.example' }, 403],
    ['a foreign Host with a good Origin', { host: 'evil.example', origin: 'http://localhost:3000' }, 403],
    ['a foreign Host without an Origin', { host: 'evil.example' }, 403],
    ['an Origin that is null', { origin: 'null' }, 403],
    ['a good Origin', { origin: 'http://localhost:3000' }, 202],
  ])('%s: %s is answered on both endpoints', async (_what, headers, status) => {
    server = await SseServer.start();
    const endpoint = await open().endpoint();
    expect((await post(endpoint, ping, headers as Record<string, string>)).status).toBe(status);
    if (status === 403) {
      const answer = await send(server.url, 'GET', headers as Record<string, string>);
      expect(answer.status).toBe(403);
      expect(answer.body).not.toContain('evil');
      expect(server.clients).toHaveLength(1);
    }
  });

  test('that are allowed read the stream too, with crossOrigin around the handler', async () => {
    const allowed = { allowedOrigins: ['https://app.example'] };
    server = await SseServer.start(allowed, {}, (handler) => crossOrigin(handler, allowed));
    const stream = open(server.url, { origin: 'https://app.example' });
    await stream.endpoint();
    expect(stream.headers['access-control-allow-origin']).toBe('https://app.example');
  });
});

describe('a client that goes while onconnect is at work', () => {
  test('leaves no session, although onconnect never comes to an end', async () => {
    const reasons: unknown[] = [];
    server = await SseServer.start({
      onconnect: async (transport) => {
        transport.onclose = (reason) => reasons.push(reason?.kind);
        await transport.start();
        await new Promise(() => {});
      },
    });
    const stream = open();
    await until('it is connecting', () => server.handler.connections.size === 1);
    stream.close();
    await until('its session is over', () => server.handler.connections.size === 0);
    expect(reasons).toEqual(['peer-gone']);
  });

  test('or just before it ends, leaves none either, and one that stays has its stream', async () => {
    const finish: (() => void)[] = [];
    server = await SseServer.start({
      onconnect: () => new Promise<void>((resolve) => finish.push(resolve)),
    });
    const [leaving, staying] = [open(), open()];
    await until('both are connecting', () => finish.length === 2);
    leaving.close();
    await until('one session is over', () => server.handler.connections.size === 1);
    for (const resolve of finish) resolve();
    await staying.endpoint();
    staying.close();
    await until('the other is over', () => server.handler.connections.size === 0);
  });
});

describe('a server that is full', () => {
  test('answers 503 with Retry-After, and takes new clients when one has left', async () => {
    server = await SseServer.start({ maxSessions: 2 });
    const [first] = [open(), open()];
    await until('both are connected', () => server.handler.connections.size === 2);
    const refused = await send(server.url, 'GET');
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '30' } });
    expect(refused.body).toContain('maxSessions is 2');
    first?.close();
    await until('one has left', () => server.handler.connections.size === 1);
    await open().endpoint();
  });

  test('closes the session that was idle longest, if that was long enough', async () => {
    server = await SseServer.start({ maxSessions: 2, sessionIdleMs: 50 });
    const [idle, used] = [open(), open()];
    const [, endpointOfUsed] = [await idle.endpoint(), await used.endpoint()];
    await sleep(60);
    await post(endpointOfUsed, ping);
    await open().endpoint();
    await idle.untilEnded();
    expect(used.ended).toBe(false);
    expect(server.handler.connections.size).toBe(2);
  });
});

describe('a server that stops', () => {
  test('answers what it was asked, ends the streams, and takes nobody any more', async () => {
    server = await SseServer.start();
    const [asking, idle] = [open(), open()];
    await idle.endpoint();
    await post(await asking.endpoint(), ping);
    await until('both are connected', () => server.clients.length === 2);
    const owing = server.clients.find((client) => client.messages.length > 0);
    const closed = server.handler.close({ graceMs: 5_000 });
    await idle.untilEnded();
    expect(asking.ended).toBe(false);
    expect(await send(server.url, 'GET')).toMatchObject({ status: 503 });
    await owing?.transport.send({ jsonrpc: '2.0', id: 1, result: {} });
    await closed;
    await asking.untilEnded();
    expect(asking.messages).toEqual([{ jsonrpc: '2.0', id: 1, result: {} }]);
    expect(owing?.closings).toEqual([{ kind: 'closed' }]);
  });

  test('does not wait longer than graceMs for answers', async () => {
    server = await SseServer.start();
    const stream = open();
    await post(await stream.endpoint(), ping);
    await server.handler.close({ graceMs: 50 });
    expect((await server.client()).closings).toEqual([{ kind: 'closed' }]);
    await stream.untilEnded();
  });

  test("does the same when only the HTTP server's close is called", async () => {
    server = await SseServer.start();
    const stream = open();
    await stream.endpoint();
    await server.close(2_000);
    await stream.untilEnded();
    expect((await server.client()).closings).toEqual([{ kind: 'closed' }]);
  });
});

describe('options that cannot be', () => {
  const onconnect = (): void => {};
  test.each([
    ['ssePath', { ssePath: 'sse' }],
    ['messagePath', { messagePath: '/messages?x' }],
    ['endpoint', { endpoint: '/messages\r\ndata: x' }],
    ['sessionIdParam', { sessionIdParam: 'session id' }],
    ['maxSessions', { maxSessions: 0 }],
    ['keepAliveMs', { keepAliveMs: -1 }],
    ['maxQueuedBytes', { maxQueuedBytes: 0 }],
    ['maxWaitingSends', { maxWaitingSends: -1 }],
    ['maxBodyBytes', { maxBodyBytes: Number.NaN }],
    ['bodyTimeoutMs', { bodyTimeoutMs: -1 }],
    ['allowedHosts', { allowedHosts: ['http://localhost'] }],
  ])('%s: they are refused where they are written', (_name, options) => {
    expect(() => createSSEHandler({ onconnect, ...options })).toThrow(/must|is no|is not/);
  });
});
