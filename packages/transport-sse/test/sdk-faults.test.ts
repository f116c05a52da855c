// Where the official SDK's HTTP+SSE transports go wrong, ours do this.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SSEClientTransport } from '@mcpwire/transport-sse/client';
import { SSEServerTransport } from '@mcpwire/transport-sse/node';
import { afterEach, describe, expect, test } from 'vitest';
import { post, RawStream } from './support/http.js';
import { expectNoLeftovers } from './support/leftovers.js';
import { Observed } from './support/observed.js';
import { SseServer } from './support/sse-server.js';
import { until } from './support/until.js';

expectNoLeftovers();

const cleanUps: Array<() => unknown> = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' } as const;

/** A program around our drop-in, as it is written for the SDK's class. */
async function dropIn(
  endpoint: string,
  options?: ConstructorParameters<typeof SSEServerTransport>[2],
): Promise<{ url: string; transport: () => Promise<Observed<SSEServerTransport>>; res: () => ServerResponse }> {
  let observed: Observed<SSEServerTransport> | undefined;
  let response!: ServerResponse;
  const server = createServer(async (req, res) => {
    if (req.method === 'GET') {
      response = res;
      observed = new Observed(new SSEServerTransport(endpoint, res, options));
      await observed.transport.start().catch(() => {});
    } else await observed?.transport.handlePostMessage(req, res);
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
    async transport() {
      await until('a client has come', () => observed);
      return observed as Observed<SSEServerTransport>;
    },
    res: () => response,
  };
}

function open(url: string, headers: Record<string, string> = {}): RawStream {
  const stream = new RawStream(url, headers);
  cleanUps.push(() => stream.close());
  return stream;
}

describe('fault 33, the client', () => {
  test('close fires onclose once, however often it is called', async () => {
    const server = await SseServer.start();
    cleanUps.push(() => server.close());
    const client = new Observed(new SSEClientTransport(new URL(server.url)));
    await client.transport.start();
    await client.transport.close();
    await client.transport.close();
    expect(client.closings).toEqual([{ kind: 'closed' }]);
  });

  test('a stream that ends ends the transport: it never posts to a session that nobody has made a handshake in', async () => {
    const server = await SseServer.start();
    cleanUps.push(() => server.close());
    const client = new Observed(new SSEClientTransport(new URL(server.url)));
    await client.transport.start();
    await (await server.client()).transport.close();
    expect((await client.untilClosed())?.kind).toBe('peer-gone');
    await expect(client.transport.send(ping)).rejects.toMatchObject({ code: 'peer-gone' });
    await sleep(50);
    expect(server.clients).toHaveLength(1);
  });

  test('a second endpoint event changes nothing, and is told', async () => {
    const server = await SseServer.start({}, {}, (handler) => async (request) => {
      const response = await handler(request);
      const { body } = response;
      if (typeof body !== 'function') return response;
      return {
        ...response,
        body: (sink) => {
          void body(sink);
          setTimeout(() => sink.write('event: endpoint\ndata: /messages?sessionId=another\n\n'), 5);
        },
      };
    });
    cleanUps.push(() => server.close());
    const client = new Observed(new SSEClientTransport(new URL(server.url)));
    await client.transport.start();
    const before = client.transport.endpoint?.href;
    await until('it is told', () => client.errors.length > 0);
    expect(client.errorCodes).toEqual(['bad-endpoint']);
    expect(client.transport.endpoint?.href).toBe(before);
    await client.transport.send(ping);
    await client.transport.close();
  });

  test('start does not wait for an endpoint event for ever', async () => {
    const server = createServer((_req, res) => res.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanUps.push(() => server.close());
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/sse`);
    const client = new Observed(new SSEClientTransport(url, { startTimeoutMs: 50 }));
    await expect(client.transport.start()).rejects.toMatchObject({ code: 'timeout', details: { limitMs: 50 } });
    expect(client.closings).toMatchObject([{ kind: 'failed' }]);
    server.closeAllConnections();
  });
});

describe('fault 34, the server', () => {
  test('a client that does not read holds send back, and memory stays under maxQueuedBytes', async () => {
    const { url, transport } = await dropIn('/messages', { maxQueuedBytes: 1024 * 1024 });
    const stream = open(url);
    await stream.endpoint();
    stream.pause();
    const client = (await transport()).transport;
    const params = { text: 'x'.repeat(64 * 1024) };
    let accepted = 0;
    const sends = Array.from({ length: 1000 }, () => client.send({ jsonrpc: '2.0', method: 'n', params }).then(() => accepted++));
    for (const each of sends) each.catch(() => {});
    let before = -1;
    // What the kernel takes differs; then nothing more is accepted.
    await until('sends are held back', async () => {
      before = accepted;
      await sleep(300);
      return accepted === before;
    });
    expect(accepted).toBeLessThan(500);
    stream.close();
    const settled = await Promise.allSettled(sends);
    expect(settled.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(500);
  });

  test('an idle stream gets comments', async () => {
    const { url } = await dropIn('/messages', { keepAliveMs: 30 });
    await open(url).until(/(: keep-alive\n\n){3}/);
  });

  test('proxies are told not to gather the stream', async () => {
    const { url } = await dropIn('/messages');
    const stream = open(url);
    await stream.endpoint();
    expect(stream.headers).toMatchObject({ 'x-accel-buffering': 'no', 'cache-control': 'no-cache, no-transform' });
  });

  test('onclose fires once when this side closes, though the response closes too', async () => {
    const { url, transport, res } = await dropIn('/messages');
    await open(url).endpoint();
    const client = await transport();
    const responseClosed = once(res(), 'close');
    await client.transport.close();
    await responseClosed;
    await sleep(20);
    expect(client.closings).toEqual([{ kind: 'closed' }]);
  });

  test('a bad POST is answered without a word of it', async () => {
    const { url } = await dropIn('/messages');
    const endpoint = await open(url).endpoint();
    const answer = await post(endpoint, '<script>alert(1)</script>');
    expect(answer.status).toBe(400);
    expect(answer.body).not.toContain('script');
  });

  test.each([
    ['https://mcp.example.com/messages', 'https://mcp.example.com/messages?sessionId='],
    ['https://mcp.example.com:8443/api/messages?tenant=a', 'https://mcp.example.com:8443/api/messages?tenant=a&sessionId='],
    ['/api/messages?tenant=a', '/api/messages?tenant=a&sessionId='],
  ])('the endpoint %s keeps its origin, path and query', async (endpoint, expected) => {
    const { url, transport } = await dropIn(endpoint);
    const stream = open(url);
    await stream.until('\n\n');
    const { sessionId } = (await transport()).transport;
    expect(stream.text).toBe(`event: endpoint\ndata: ${expected}${sessionId}\n\n`);
  });

  test('headers, URL and web Request of a POST are made only for who asks', async () => {
    const { url, transport } = await dropIn('/messages');
    const endpoint = await open(url).endpoint();
    await post(endpoint, ping);
    const [context] = (await transport()).contexts;
    const names = Object.keys(context as object);
    expect(names).toEqual([]);
    const getters = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(context));
    for (const name of ['requestInfo', 'request', 'authInfo']) expect(getters[name]?.get).toBeTypeOf('function');
  });
});
