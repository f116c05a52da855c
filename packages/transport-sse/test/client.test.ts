import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonRpcMessage } from '@mcpwire/jsonrpc';
import { SSEClientTransport, type SSEClientTransportOptions } from '@mcpwire/transport-sse/client';
import { afterEach, describe, expect, test } from 'vitest';
import { expectNoLeftovers } from './support/leftovers.js';
import { Observed } from './support/observed.js';
import { messageEvent, openStream, type Script, ScriptedServer } from './support/scripted-server.js';
import { until } from './support/until.js';

expectNoLeftovers();

let servers: ScriptedServer[] = [];
let clients: SSEClientTransport[] = [];
afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await Promise.all(servers.map((server) => server.close()));
  clients = [];
  servers = [];
});

async function serve(script: Script = {}): Promise<ScriptedServer> {
  const server = await ScriptedServer.start(script);
  servers.push(server);
  return server;
}

function create(url: string, options: SSEClientTransportOptions = {}): Observed<SSEClientTransport> {
  const observed = new Observed(new SSEClientTransport(new URL(url), { graceMs: 100, ...options }));
  clients.push(observed.transport);
  return observed;
}

describe('a provider that never says anything', () => {
  const provider = { token: (): Promise<never> => new Promise(() => {}) };

  test.each([
    ['startTimeoutMs', 'timeout'],
    ['close', 'closed'],
    ['signal', 'aborted'],
  ])('is waited for by start until %s', async (how, code) => {
    const server = await serve();
    const { transport } = create(server.url, { authProvider: provider, ...(how === 'startTimeoutMs' && { startTimeoutMs: 50 }) });
    const controller = new AbortController();
    const outcome = transport.start({ signal: controller.signal }).catch((error) => error);
    await sleep(10);
    if (how === 'close') void transport.close();
    if (how === 'signal') controller.abort();
    expect(await Promise.race([outcome, sleep(2_000, 'nothing came')])).toMatchObject({ name: 'TransportError', code });
  });

  test('is waited for by send until close', async () => {
    let isSilent = false;
    const token = (): Promise<string> => (isSilent ? new Promise(() => {}) : Promise.resolve('x'));
    const { client } = await connect({}, { authProvider: { token } });
    isSilent = true;
    const outcome = client.transport.send({ jsonrpc: '2.0', method: 'notifications/x' }).catch((error) => error);
    await sleep(10);
    await client.transport.close();
    expect(await Promise.race([outcome, sleep(2_000, 'nothing came')])).toMatchObject({ name: 'TransportError', code: 'closed' });
  });
});

async function connect(
  script: Script = {},
  options: SSEClientTransportOptions = {},
): Promise<{ server: ScriptedServer; client: Observed<SSEClientTransport> }> {
  const server = await serve(script);
  const client = create(server.url, options);
  await client.transport.start();
  return { server, client };
}

const ping: JsonRpcMessage = { jsonrpc: '2.0', id: 1, method: 'ping' };
const note = (n: number): JsonRpcMessage => ({ jsonrpc: '2.0', method: 'note', params: { n } });
const request = (id: number): JsonRpcMessage => ({ jsonrpc: '2.0', id, method: 'ask' });
const result = (id: number): JsonRpcMessage => ({ jsonrpc: '2.0', id, result: {} });

describe('the endpoint event', () => {
  test.each([
    ['a path', '/messages?sessionId=1', '/messages?sessionId=1'],
    [
      'as the Python SDK writes it',
      '/messages/?session_id=0123456789abcdef0123456789abcdef',
      '/messages/?session_id=0123456789abcdef0123456789abcdef',
    ],
    ['a reference relative to the stream', 'messages?sessionId=1', '/api/messages?sessionId=1'],
    ['only a query', '?sessionId=1', '/api/sse?sessionId=1'],
    ['with credentials and a fragment, which are not sent', 'ORIGIN_WITH_USER/messages#top', '/messages'],
    ['an absolute URL of the same origin', 'ORIGIN/messages?sessionId=1', '/messages?sessionId=1'],
  ])('may be %s', async (_what, endpoint, expected) => {
    const server = await serve({
      stream: (res) =>
        openStream(
          res,
          endpoint.replace('ORIGIN_WITH_USER', server.origin.replace('//', '//user:password@')).replace('ORIGIN', server.origin),
        ),
    });
    const client = create(`${server.origin}/api/sse`);
    await client.transport.start();
    await client.transport.send(ping);
    expect(server.posts.map(({ url }) => url)).toEqual([expected]);
    expect(server.posts[0]?.headers.authorization).toBeUndefined();
    expect(client.transport.endpoint?.href).toBe(server.origin + expected);
  });

  test.each([
    ['another host', 'http://evil.example/messages'],
    ['another host, by its slashes', '//evil.example/messages'],
    ['another port', 'http://127.0.0.1:1/messages'],
    ['another scheme', 'https://127.0.0.1/messages'],
    ['no URL', 'http://['],
    ['nothing', ''],
    ['ten thousand characters', `/${'x'.repeat(10_000)}`],
  ])('that names %s is refused, and nothing is posted', async (_what, endpoint) => {
    const server = await serve({ stream: (res) => openStream(res, endpoint) });
    const client = create(server.url);
    await expect(client.transport.start()).rejects.toMatchObject({ code: 'bad-endpoint' });
    expect(client.closings).toMatchObject([{ kind: 'failed', error: { code: 'bad-endpoint' } }]);
    await expect(client.transport.send(ping)).rejects.toMatchObject({ code: 'peer-gone' });
    expect(server.posts).toEqual([]);
  });

  test('is waited for: messages before it are not for a client that could answer', async () => {
    const { server, client } = await connect({
      stream: (res) => {
        openStream(res);
        res.write(messageEvent(note(0)));
        setTimeout(() => res.write('event: endpoint\ndata: /messages\n\n'), 20);
      },
    });
    server.write(messageEvent(note(1)));
    expect(await client.untilMessages(1)).toEqual([note(1)]);
    expect(client.errorCodes).toEqual(['malformed-message']);
  });
});

describe('start', () => {
  const silent = new ReadableStream<Uint8Array>();
  test.each([
    ['has no response', () => new Promise<never>(() => {}), 'There was no response'],
    // Made on the same tick, so that the response is there whenever the time is up.
    [
      'has no endpoint event',
      async () => new Response(silent, { headers: { 'content-type': 'text/event-stream' } }),
      'no endpoint event came',
    ],
  ] satisfies [string, typeof fetch, string][])('gives up after startTimeoutMs when it %s', async (_what, fetch, message) => {
    const client = create('http://127.0.0.1:9/sse', { startTimeoutMs: 60, fetch });
    const error = await client.transport.start().catch((reason: Error) => reason);
    expect(error).toMatchObject({ code: 'timeout', message: expect.stringContaining(message), details: { limitMs: 60 } });
    expect(client.closings).toHaveLength(1);
  });

  test('is over when its signal aborts', async () => {
    const server = await serve({ stream: () => {} });
    const client = create(server.url);
    const controller = new AbortController();
    const start = client.transport.start({ signal: controller.signal });
    await server.untilSeen(1);
    controller.abort('changed my mind');
    await expect(start).rejects.toMatchObject({ code: 'aborted', cause: 'changed my mind' });
    expect(client.closings).toHaveLength(1);
  });

  test('is over when the transport is closed meanwhile', async () => {
    const server = await serve({ stream: () => {} });
    const client = create(server.url);
    const start = client.transport.start().catch((reason: Error) => reason);
    await server.untilSeen(1);
    await client.transport.close();
    expect(await start).toMatchObject({ code: 'closed' });
    expect(client.closings).toEqual([{ kind: 'closed' }]);
  });

  test.each([
    [400, 'http-status'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'http-status'],
    [405, 'http-status'],
    [503, 'http-status'],
  ])('rejects with the status when the server answers %i', async (status, code) => {
    const server = await serve({ stream: (res) => res.writeHead(status).end('so it is') });
    const client = create(server.url);
    await expect(client.transport.start()).rejects.toMatchObject({ code, details: { status, text: 'so it is' } });
    expect(client.closings).toMatchObject([{ kind: 'failed', error: { code } }]);
  });

  test.each([
    ['JSON', 200, 'application/json'],
    ['a page', 200, 'text/html'],
    ['nothing', 204, undefined],
  ])('rejects with bad-response when the server answers with %s', async (_what, status, contentType) => {
    const server = await serve({ stream: (res) => res.writeHead(status, contentType ? { 'content-type': contentType } : {}).end() });
    await expect(create(server.url).transport.start()).rejects.toMatchObject({ code: 'bad-response', details: { status } });
  });

  test('rejects with peer-gone when nobody listens there', async () => {
    const server = await serve();
    const { url } = server;
    await server.close();
    servers = [];
    const error = await create(url)
      .transport.start()
      .catch((reason: Error) => reason);
    expect(error).toMatchObject({ code: 'peer-gone', message: expect.stringContaining('ECONNREFUSED') });
  });

  test('takes http and https URLs only, and limits that can be', () => {
    expect(() => new SSEClientTransport('ftp://localhost/')).toThrow(TypeError);
    expect(() => new SSEClientTransport('not a URL')).toThrow(TypeError);
    for (const options of [{ maxEventBytes: 0 }, { maxQueuedBytes: -1 }, { maxConcurrentPosts: 0 }, { reconnect: { maxAttempts: 0 } }]) {
      expect(() => new SSEClientTransport('http://localhost/', options)).toThrow(RangeError);
    }
  });
});

describe('send', () => {
  test('posts JSON, with the headers of requestInit, and the revision once it is known', async () => {
    const { server, client } = await connect({}, { requestInit: { headers: { 'X-Key': 'secret', 'Content-Type': 'text/plain' } } });
    await client.transport.send(ping);
    client.transport.setProtocolVersion('2024-11-05');
    await client.transport.send(ping);
    expect(server.seen[0]?.headers).toMatchObject({ accept: 'text/event-stream', 'x-key': 'secret' });
    const [before, after] = server.posts;
    expect(before?.headers).toMatchObject({ 'content-type': 'application/json', 'x-key': 'secret' });
    expect(before?.headers['mcp-protocol-version']).toBeUndefined();
    expect(before?.body).toBe(JSON.stringify(ping));
    expect(after?.headers['mcp-protocol-version']).toBe('2024-11-05');
  });

  test.each([
    [400, 'http-status'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'session-lost'],
    [410, 'session-lost'],
    [413, 'http-status'],
    [500, 'http-status'],
  ])('rejects with the status when the server answers %i; the transport lives on', async (status, code) => {
    const { server, client } = await connect({ post: (res) => res.writeHead(status).end('so it is') });
    const error = await client.transport.send(ping).catch((reason: Error) => reason);
    expect(error).toMatchObject({ code, details: { status, text: 'so it is' } });
    // As the official SDK v2 knows an HTTP error, whichever package it is from.
    const brands = (error as unknown as Record<symbol, Set<string>>)[Symbol.for('mcp.sdk.errorBrands')];
    expect(brands?.has('mcp.SdkHttpError')).toBe(true);
    expect(error).toMatchObject({ data: { status, statusText: '', text: 'so it is' } });
    expect(client.closings).toEqual([]);
    server.script = {};
    await client.transport.send(ping);
  });

  test('reads no more of an error than maxErrorBodyBytes', async () => {
    const { client } = await connect({ post: (res) => res.writeHead(500).end('x'.repeat(10_000_000)) }, { maxErrorBodyBytes: 1000 });
    const error = await client.transport.send(ping).catch((reason: Error) => reason);
    expect((error as unknown as { details: { text: string } }).details.text).toHaveLength(1000);
    expect((error as Error).message.length).toBeLessThan(500);
  });

  test('is not held up by a 202 whose body never ends', async () => {
    const { server, client } = await connect({ post: (res) => res.writeHead(202).write('Acc') });
    await client.transport.send(ping);
    await client.transport.send(ping);
    expect(server.posts).toHaveLength(2);
  });

  test('rejects with timeout when no answer comes within postTimeoutMs', async () => {
    const { client } = await connect({ post: () => {} }, { postTimeoutMs: 50 });
    await expect(client.transport.send(ping)).rejects.toMatchObject({ code: 'timeout' });
  });

  test('that is under way when the stream ends is rejected with peer-gone', async () => {
    const { server, client } = await connect({ post: () => {} });
    const sent = client.transport.send(ping);
    await server.untilSeen(2);
    server.streams[0]?.end();
    await expect(sent).rejects.toMatchObject({ code: 'peer-gone' });
    await client.untilClosed();
  });

  test('uses as many connections as maxConcurrentPosts at most, and all messages leave', async () => {
    let open = 0;
    let most = 0;
    const { server, client } = await connect(
      {
        post: (res) => {
          most = Math.max(most, ++open);
          setTimeout(() => {
            open--;
            res.writeHead(202).end();
          }, 5);
        },
      },
      { maxConcurrentPosts: 4 },
    );
    await Promise.all(Array.from({ length: 40 }, (_, id) => client.transport.send(request(id))));
    expect(most).toBe(4);
    expect(server.posts).toHaveLength(40);
  });
});

describe('redirects', () => {
  const redirectTo =
    (status: number, location: string) =>
    (res: ServerResponse): void => {
      res.writeHead(status, { location }).end();
    };

  test.each([301, 302, 303, 307, 308])(
    '%i of the stream is followed within the origin, and the endpoint is relative to where it led',
    async (status) => {
      const server = await serve({
        stream: (res, req) => (req.url === '/sse' ? redirectTo(status, '/v2/sse')(res) : openStream(res, 'messages')),
      } as Script);
      const client = create(server.url);
      await client.transport.start();
      expect(client.transport.endpoint?.pathname).toBe('/v2/messages');
    },
  );

  test.each([307, 308])('%i of a POST is followed with its body', async (status) => {
    const { server, client } = await connect({
      post: (res, _body, req) => (req.url === '/there' ? res.writeHead(202).end() : res.writeHead(status, { location: '/there' }).end()),
    });
    await client.transport.send(ping);
    expect(server.posts.map(({ url, body }) => [url, body])).toEqual([
      ['/messages?sessionId=1', JSON.stringify(ping)],
      ['/there', JSON.stringify(ping)],
    ]);
  });

  test.each([301, 302, 303])('%i of a POST is not: the method would change', async (status) => {
    const { server, client } = await connect({ post: (res) => res.writeHead(status, { location: '/there' }).end() });
    await expect(client.transport.send(ping)).rejects.toMatchObject({ code: 'http-status', details: { status, location: '/there' } });
    expect(server.posts).toHaveLength(1);
  });

  test('to another origin are not followed, and no token goes there', async () => {
    const other = await serve();
    const server = await serve({ stream: (res) => res.writeHead(307, { location: other.url }).end() });
    const client = create(server.url, { authProvider: { token: async () => 'secret' } });
    await expect(client.transport.start()).rejects.toMatchObject({ code: 'http-status', message: expect.stringContaining('not followed') });
    expect(other.seen).toEqual([]);
  });

  test("to another origin are followed with redirectPolicy 'follow', without credentials", async () => {
    const other = await serve();
    const server = await serve({ stream: (res) => res.writeHead(307, { location: other.url }).end() });
    const client = create(server.url, {
      redirectPolicy: 'follow',
      authProvider: { token: async () => 'secret' },
      requestInit: { headers: { 'x-key': 'secret' } },
    });
    await client.transport.start();
    expect(JSON.stringify(other.seen)).not.toContain('secret');
    expect(client.transport.endpoint?.origin).toBe(other.origin);
  });

  test('in a circle end after five', async () => {
    const server = await serve({ stream: (res) => res.writeHead(302, { location: '/sse' }).end() });
    await expect(create(server.url).transport.start()).rejects.toMatchObject({ code: 'http-status' });
    expect(server.seen).toHaveLength(6);
  });
});

describe('an authProvider', () => {
  /** A server that wants the token `good`, and says so as RFC 9728 has it. */
  const guarded: Script = {
    stream: (res, req) => (req.headers.authorization === 'Bearer good' ? openStream(res, '/messages') : challenge(res)),
    post: (res, _body, req) => (req.headers.authorization === 'Bearer good' ? res.writeHead(202).end() : challenge(res)),
  };
  const challenge = (res: Parameters<NonNullable<Script['post']>>[0]): unknown =>
    res.writeHead(401, { 'www-authenticate': 'Bearer resource_metadata="http://localhost/meta", scope="read write"' }).end('who are you?');

  test("gives each request its token, v2's interface", async () => {
    const { server, client } = await connect(guarded, { authProvider: { token: async () => 'good' } });
    await client.transport.send(ping);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer good', 'Bearer good']);
  });

  test("gives each request its token, v1's and v2's OAuthClientProvider", async () => {
    const provider = { tokens: () => ({ access_token: 'good', token_type: 'Bearer' }), clientInformation: () => undefined };
    const { server, client } = await connect(guarded, { authProvider: provider });
    await client.transport.send(ping);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer good', 'Bearer good']);
  });

  test('is asked for another token when one is refused, knows why, and the request is repeated once', async () => {
    const contexts: unknown[] = [];
    let token = 'stale';
    const { server, client } = await connect(guarded, {
      authProvider: {
        token: async () => token,
        onUnauthorized: async ({ response, serverUrl, fetchFn }) => {
          contexts.push([
            response.status,
            response.headers.get('www-authenticate'),
            await response.text(),
            serverUrl.pathname,
            typeof fetchFn,
          ]);
          await sleep(20);
          token = 'good';
        },
      },
    });
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer stale', 'Bearer good']);
    expect(contexts).toEqual([[401, expect.stringContaining('resource_metadata'), 'who are you?', '/sse', 'function']]);
    token = 'stale again';
    await Promise.all([client.transport.send(ping), client.transport.send(ping), client.transport.send(ping)]);
    // Requests that are refused together wait for one renewal.
    expect(contexts).toHaveLength(2);
  });

  test('whose new token is refused too rejects with unauthorized, and is not asked again', async () => {
    let asked = 0;
    const server = await serve(guarded);
    const client = create(server.url, {
      authProvider: {
        token: async () => 'bad',
        onUnauthorized: async () => {
          asked++;
        },
      },
    });
    const error = await client.transport.start().catch((reason: Error) => reason);
    expect(error).toMatchObject({ code: 'unauthorized', name: 'UnauthorizedError', details: { status: 401 } });
    expect((error as unknown as Record<symbol, unknown>)[Symbol.for('mcp.authSeamEscape')]).toBe(true);
    expect(asked).toBe(1);
    expect(server.seen).toHaveLength(2);
  });

  test('that is an OAuthClientProvider is renewed by the auth function of the SDK', async () => {
    const calls: unknown[] = [];
    let token: string | undefined;
    const provider = { tokens: () => (token === undefined ? undefined : { access_token: token }), clientInformation: () => undefined };
    const { client } = await connect(guarded, {
      authProvider: provider,
      auth: async (given, options) => {
        calls.push([given === provider, String(options.serverUrl), String(options.resourceMetadataUrl), options.scope]);
        token = 'good';
        return 'AUTHORIZED';
      },
    });
    expect(calls).toEqual([[true, expect.stringMatching(/\/sse$/), 'http://localhost/meta', 'read write']]);
    await client.transport.send(ping);
  });

  test('whose user has to authorize first rejects with unauthorized; finishAuth hands over the code', async () => {
    const codes: unknown[] = [];
    const provider = { tokens: () => undefined, clientInformation: () => undefined };
    const server = await serve(guarded);
    const client = create(server.url, {
      authProvider: provider,
      auth: async (_given, options) => {
        codes.push(options.authorizationCode);
        return options.authorizationCode ? 'AUTHORIZED' : 'REDIRECT';
      },
    });
    await expect(client.transport.start()).rejects.toMatchObject({ code: 'unauthorized' });
    await client.transport.finishAuth('the code');
    expect(codes).toEqual([undefined, 'the code']);
  });

  test('that fails rejects with its own error', async () => {
    const failure = new Error('the keychain is locked');
    const server = await serve(guarded);
    const client = create(server.url, {
      authProvider: {
        token: async () => {
          throw failure;
        },
      },
    });
    await expect(client.transport.start()).rejects.toBe(failure);
    expect(server.seen).toEqual([]);
  });
});

describe('what comes on the stream', () => {
  test('is delivered whatever else is there: comments, pings, ids, other line ends, a byte order mark', async () => {
    const { server, client } = await connect({
      stream: (res) => {
        openStream(res);
        res.write(`\uFEFF: hi\r\nevent: endpoint\r\ndata: /messages\r\n\r\n`);
      },
    });
    server.write(`: ping\n\nevent: ping\ndata: 1\n\nid: 7\nretry: 10\ndata: ${JSON.stringify(note(1))}\n\n`);
    server.write(`event: message\rdata: ${JSON.stringify(note(2))}\r\r`);
    // A browser's EventSource takes it so: lines of data are joined.
    server.write('data: {"jsonrpc":"2.0",\ndata: "method":"note","params":{"n":3}}\n\n');
    expect(await client.untilMessages(3)).toEqual([note(1), note(2), note(3)]);
    expect(client.errors).toEqual([]);
  });

  test.each([
    ['no JSON', 'data: Server listening\n\n', 'malformed-message'],
    ['no message', 'data: {}\n\n', 'malformed-message'],
    ['a batch', `data: [${JSON.stringify(ping)}]\n\n`, 'malformed-message'],
    ['no UTF-8', Uint8Array.of(...Buffer.from('data: "'), 0xff, 0xc3, 0x28, ...Buffer.from('"\n\n')), 'malformed-message'],
    ['larger than maxEventBytes', `data: ${JSON.stringify({ ...note(0), params: { text: 'x'.repeat(2000) } })}\n\n`, 'message-too-large'],
  ])('and is %s costs nothing but itself, and is told', async (_what, event, code) => {
    const { server, client } = await connect({}, { maxEventBytes: 1000 });
    server.write(event);
    server.write(messageEvent(note(1)));
    expect(await client.untilMessages(1)).toEqual([note(1)]);
    expect(client.errorCodes).toEqual([code]);
    expect(client.closings).toEqual([]);
  });

  test('is handled in its order by a consumer that takes a microtask for a notification', async () => {
    const { server, client } = await connect();
    const handled: JsonRpcMessage[] = [];
    client.transport.onmessage = (message) => {
      if ('method' in message && !('id' in message)) void Promise.resolve().then(() => handled.push(message));
      else handled.push(message);
    };
    const messages = [note(1), result(1), note(2), note(3), result(2)];
    server.write(messages.map(messageEvent).join(''));
    await until('all are handled', () => handled.length === messages.length);
    expect(handled).toEqual(messages);
  });

  test('together with its end is delivered before onclose', async () => {
    const { server, client } = await connect();
    const calls: string[] = [];
    client.transport.onmessage = () => calls.push('message');
    client.transport.onclose = () => calls.push('close');
    server.streams[0]?.end([note(1), result(1), note(2), result(2)].map(messageEvent).join(''));
    await until('it has ended', () => calls.includes('close'));
    expect(calls).toEqual(['message', 'message', 'message', 'message', 'close']);
  });
});

describe('the order of POSTs', () => {
  /** Answers POSTs after so long, and remembers the order in which they came. */
  const slowly =
    (ms: (body: string) => number): NonNullable<Script['post']> =>
    (res, body) =>
      setTimeout(() => res.writeHead(202).end(), ms(body));
  const bodies = (server: ScriptedServer): string[] => server.posts.map(({ body }) => JSON.parse(body).method ?? 'result');

  test('a server that answers a POST only when it is done with the request does not hold up the answers that it waits for', async () => {
    let answerTheRequest = (): void => {};
    const { server, client } = await connect(
      {
        post: (res, body) => {
          if (!body.includes('"ask"')) res.writeHead(202).end();
          else answerTheRequest = () => res.writeHead(200).end();
        },
      },
      { maxConcurrentPosts: 2 },
    );
    const asking = [client.transport.send(request(1)), client.transport.send(request(2))];
    await server.untilSeen(3);
    await client.transport.send(result(7));
    // Nor, for longer than a second, what may be about it.
    const before = performance.now();
    await client.transport.send(note(1));
    expect(performance.now() - before).toBeGreaterThan(990);
    expect(bodies(server)).toEqual(['ask', 'ask', 'result', 'note']);
    answerTheRequest();
    await client.transport.close();
    await Promise.allSettled(asking);
  });

  test('with maxConcurrentPosts 1 every message waits for the one before it', async () => {
    const { server, client } = await connect(
      { post: slowly((body) => (body.includes('"id":1}') || body.includes('"id":1,') ? 30 : 0)) },
      { maxConcurrentPosts: 1 },
    );
    await Promise.all(Array.from({ length: 10 }, (_, id) => client.transport.send(request(id))));
    expect(server.posts.map(({ body }) => JSON.parse(body).id)).toEqual(Array.from({ length: 10 }, (_, id) => id));
  });
});

describe('close', () => {
  test('lets what is on its way be accepted', async () => {
    const { client } = await connect({ post: (res) => setTimeout(() => res.writeHead(202).end(), 30) }, { graceMs: 2_000 });
    const sent = client.transport.send(ping);
    await client.transport.close();
    await expect(sent).resolves.toBeUndefined();
  });

  test('waits no longer than graceMs, and rejects what was not accepted', async () => {
    const { client } = await connect({ post: () => {} }, { graceMs: 50 });
    const sends = [client.transport.send(ping), client.transport.send(note(1))];
    for (const sent of sends) sent.catch(() => {});
    await client.transport.close();
    const settled = await Promise.allSettled(sends);
    expect(settled).toMatchObject([{ reason: { code: 'closed' } }, { reason: { code: 'closed' } }]);
    expect(client.closings).toEqual([{ kind: 'closed' }]);
  });
});

describe('with a fetch of the caller’s own', () => {
  test('every request goes through it, with what else requestInit says', async () => {
    const server = await serve();
    const calls: Array<[string, string | undefined, unknown]> = [];
    const client = create(server.url, {
      requestInit: { headers: { 'x-key': 'k' }, credentials: 'include' },
      fetch: (url, init) => {
        calls.push([String(url), init?.method, init?.credentials]);
        return fetch(url, init);
      },
    });
    await client.transport.start();
    await client.transport.send(ping);
    server.write(messageEvent(result(1)));
    expect(await client.untilMessages(1)).toEqual([result(1)]);
    expect(calls).toEqual([
      [server.url, 'GET', 'include'],
      [`${server.origin}/messages?sessionId=1`, 'POST', 'include'],
    ]);
    expect(server.posts[0]?.headers['x-key']).toBe('k');
  });

  test('eventSourceInit.fetch opens the stream only', async () => {
    const server = await serve();
    const calls: string[] = [];
    const client = create(server.url, {
      eventSourceInit: {
        fetch: (url: string, init: RequestInit) => {
          calls.push(String(init.method));
          return fetch(url, init);
        },
      },
    });
    await client.transport.start();
    await client.transport.send(ping);
    expect(calls).toEqual(['GET']);
  });
});
