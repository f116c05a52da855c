import { once } from 'node:events';
import { createServer as createHttp1Server, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { SSEClientTransport } from '@mcpwire/transport-sse/client';
import { SSEServerTransport, type SSEServerTransportOptions } from '@mcpwire/transport-sse/node';
import { H2CClient } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { post, RawStream, send } from './support/http.js';
import { expectNoLeftovers } from './support/leftovers.js';
import { Observed } from './support/observed.js';
import { until } from './support/until.js';

expectNoLeftovers();

const cleanUps: Array<() => unknown> = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' } as const;

interface Program {
  url: string;
  /** The latest client's transport, and what came of its start. */
  client: () => Observed<SSEServerTransport>;
  started: () => Promise<unknown>;
  posted: Array<Promise<unknown>>;
}

/** A program with routes of its own. `before` is what middleware in front does. */
async function serve(
  options: SSEServerTransportOptions = {},
  before: (req: IncomingMessage) => void = () => {},
  autoStart = true,
): Promise<Program> {
  let observed: Observed<SSEServerTransport> | undefined;
  let start: Promise<unknown> = Promise.resolve();
  const posted: Array<Promise<unknown>> = [];
  const server = createHttp1Server((req, res) => {
    before(req);
    if (req.method !== 'POST') {
      observed = new Observed(new SSEServerTransport('/messages', res, options));
      if (autoStart) start = observed.transport.start().catch((error: unknown) => error);
      else res.writeHead(200).write('not yet');
    } else posted.push((observed as Observed<SSEServerTransport>).transport.handlePostMessage(req, res).catch((error: unknown) => error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(async () => {
    await observed?.transport.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sse`,
    client: () => observed as Observed<SSEServerTransport>,
    started: () => start,
    posted,
  };
}

function open(url: string, headers: Record<string, string> = {}): RawStream {
  const stream = new RawStream(url, headers);
  cleanUps.push(() => stream.close());
  return stream;
}

describe('SSEServerTransport', () => {
  test('has its session id from the start, and it is in the endpoint', async () => {
    const { url, client } = await serve();
    const stream = open(url);
    const endpoint = new URL(await stream.endpoint());
    expect(client().transport.sessionId).toMatch(/^[0-9a-f-]{36}$/);
    expect(endpoint.searchParams.get('sessionId')).toBe(client().transport.sessionId);
  });

  test('is told what a middleware of the SDK found out about the sender', async () => {
    const auth = { token: 't', clientId: 'app', scopes: [] };
    const { url, client } = await serve({}, (req) => Object.assign(req, { auth }));
    await post(await open(url).endpoint(), ping);
    expect(client().contexts[0]?.authInfo).toBe(auth);
  });

  test('takes POSTs from the client that opened the stream, and from no other', async () => {
    const { url, client } = await serve({}, (req) => Object.assign(req, { auth: { clientId: req.headers['x-client'] } }));
    const endpoint = await open(url, { 'x-client': 'anna' }).endpoint();
    expect(await post(endpoint, ping, { 'x-client': 'ben' })).toMatchObject({ status: 404 });
    expect(client().messages).toEqual([]);
    expect(await post(endpoint, ping, { 'x-client': 'anna' })).toMatchObject({ status: 202 });
  });

  test('takes what a body parser in front has read, be it an object, text or bytes', async () => {
    let parsed: unknown;
    const server = createHttp1Server(async (req, res) => {
      if (req.method === 'GET') {
        observed = new Observed(new SSEServerTransport('/messages', res));
        await observed.transport.start();
      } else {
        for await (const _ of req) {
          // Read before, as by a parser.
        }
        await observed?.transport.handlePostMessage(req, res, parsed);
      }
    });
    let observed: Observed<SSEServerTransport> | undefined;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const stream = open(`http://127.0.0.1:${(server.address() as AddressInfo).port}/sse`);
    const endpoint = await stream.endpoint();
    for (parsed of [ping, JSON.stringify(ping), Buffer.from(JSON.stringify(ping))]) {
      expect(await post(endpoint, 'whatever')).toMatchObject({ status: 202 });
    }
    expect(observed?.messages).toEqual([ping, ping, ping]);
    parsed = { hello: 'world' };
    expect(await post(endpoint, 'whatever')).toMatchObject({ status: 400 });
    await observed?.transport.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  test('handleMessage takes a message that came by another way, and rejects what is none', async () => {
    const { url, client } = await serve();
    await open(url).endpoint();
    await client().transport.handleMessage(ping, { authInfo: 'somebody' });
    expect(client().messages).toEqual([ping]);
    expect(client().contexts[0]?.authInfo).toBe('somebody');
    await expect(client().transport.handleMessage({ hello: 'world' })).rejects.toMatchObject({ code: -32600 });
    expect(client().errorCodes).toEqual(['malformed-message']);
  });

  test('before start answers a POST with 500, and tells the program', async () => {
    const { url, posted } = await serve({}, () => {}, false);
    const stream = open(url);
    await stream.until('not yet');
    expect(await post(url, ping)).toMatchObject({ status: 500 });
    expect(await posted[0]).toMatchObject({ code: 'not-started' });
  });

  test('after close answers a POST with 404, and throws nothing', async () => {
    const { url, client, posted } = await serve();
    const endpoint = await open(url).endpoint();
    await client().transport.close();
    expect(await post(endpoint, ping)).toMatchObject({ status: 404 });
    expect(await posted[0]).toBeUndefined();
  });

  test.each([
    ['that was begun already', 'GET', (res: ServerResponse) => res.writeHead(200).flushHeaders()],
    ['to HEAD', 'HEAD', () => {}],
  ])('does not start on a response %s', async (_what, method, spoil) => {
    let started: Promise<unknown> = Promise.resolve();
    let observed: Observed<SSEServerTransport> | undefined;
    const server = createHttp1Server((_req, res) => {
      observed = new Observed(new SSEServerTransport('/messages', res));
      spoil(res);
      started = observed.transport.start().catch((error: unknown) => error);
      void started.then(() => res.end());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await send(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, method);
    expect(await started).toMatchObject({ code: 'write-failed' });
    expect(observed?.closings).toMatchObject([{ kind: 'failed' }]);
    server.close();
    await once(server, 'close');
  });
});

describe('enableDnsRebindingProtection', () => {
  const own = (url: string): string => new URL(url).host;

  test('is off, as in the SDK, unless it is turned on', async () => {
    const { url } = await serve({ allowedHosts: ['example.com'], allowedOrigins: ['https://example.com'] });
    const endpoint = await open(url).endpoint();
    expect(await post(endpoint, ping, { origin: 'https://evil.example' })).toMatchObject({ status: 202 });
  });

  test.each([
    ['a foreign Host', { host: 'evil.example' }],
    ['a foreign Origin', { origin: 'https://evil.example' }],
  ])('keeps out %s on both endpoints, and repeats nothing of it', async (_what, headers) => {
    const options: SSEServerTransportOptions = { enableDnsRebindingProtection: true, allowedOrigins: ['http://localhost:5173'] };
    const { url, client, started } = await serve(options);
    // The port is known only now.
    options.allowedHosts = [own(url)];
    const endpoint = await open(url, { origin: 'http://localhost:5173' }).endpoint();
    const good = client();
    const refused = await post(endpoint, ping, headers as Record<string, string>);
    expect(refused.status).toBe(403);
    expect(refused.body).not.toContain('evil');
    expect(good.errorCodes).toEqual(['forbidden']);
    expect(await post(endpoint, ping)).toMatchObject({ status: 202 });

    const answer = await send(url, 'GET', headers as Record<string, string>);
    expect(answer.status).toBe(403);
    expect(answer.body).not.toContain('evil');
    expect(await started()).toMatchObject({ code: 'forbidden' });
    expect(client().closings).toMatchObject([{ kind: 'failed' }]);
    await good.transport.close();
  });
});

test('it runs over HTTP/2 as well', async () => {
  let observed: Observed<SSEServerTransport> | undefined;
  const server = createHttp2Server(async (req, res) => {
    if (req.method === 'GET') {
      observed = new Observed(new SSEServerTransport('/messages', res));
      await observed.transport.start();
    } else await observed?.transport.handlePostMessage(req, res);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const dispatcher = new H2CClient(url, { pipelining: 10 });
  const client = new Observed(new SSEClientTransport(`${url}/sse`, { http: { dispatcher } }));
  await client.transport.start();
  await client.transport.send(ping);
  await observed?.transport.send({ jsonrpc: '2.0', id: 1, result: {} });
  expect(await client.untilMessages(1)).toEqual([{ jsonrpc: '2.0', id: 1, result: {} }]);
  expect(observed?.contexts[0]?.requestInfo?.url?.pathname).toBe('/messages');
  await client.transport.close();
  await until('the server is told', () => observed?.closings.length === 1);
  await dispatcher.destroy();
  server.close();
  await once(server, 'close');
});
