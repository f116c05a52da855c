import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Agent } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient as createFetchClient } from '../src/client-fetch.js';
import { createHttpClient, type NodeHttpClientOptions } from '../src/client-node.js';
import { chunksOf, discardBody, type HttpClient, isHttpClientError, readBytes, readText } from '../src/index.js';
import { createHttpServer } from '../src/node.js';
import { certificate } from './fixtures/certificate.js';
import { Leftovers } from './fixtures/leftovers.js';
import { until } from './fixtures/until.js';

let leftovers: Leftovers;
const cleanups: (() => unknown)[] = [];
beforeEach(() => {
  leftovers = new Leftovers();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await leftovers.expectNone();
});

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serve = (listener: RequestListener): Promise<string> => listen(createServer(listener));

/** A server that says exactly this to whoever connects and sends something. */
const say = (...texts: string[]): Promise<string> =>
  listen(
    createTcpServer((socket) => {
      socket.once('data', async () => {
        for (const text of texts) {
          if (text === 'CLOSE') socket.destroy();
          else socket.write(text, 'latin1');
          await sleep(10);
        }
      });
    }),
  );

/** An address where nobody listens. */
async function closedPort(): Promise<string> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/`;
}

const clients: [string, (options?: NodeHttpClientOptions) => HttpClient][] = [
  ['undici', (options) => createHttpClient(options)],
  ['fetch', (options) => createFetchClient(options)],
  ['a fetch of the caller’s', (options) => createHttpClient({ ...options, fetch: (input, init) => fetch(input, init) })],
];

describe.each(clients)('a client over %s', (_name, create) => {
  function make(options?: NodeHttpClientOptions): HttpClient {
    const client = create(options);
    cleanups.push(() => client.close());
    return client;
  }

  it('sends the method, the path, the headers and the body', async () => {
    const seen: unknown[] = [];
    const url = await serve(async (req, res) => {
      let text = '';
      for await (const chunk of req) text += String(chunk);
      seen.push([req.method, req.url, req.headers['x-a'], req.headers['content-length'], text]);
      res.end();
    });
    const client = make();
    for (const body of ['täxt', new TextEncoder().encode('täxt')]) {
      await discardBody((await client.request({ url: new URL(`${url}/a?b=c`), method: 'PUT', headers: { 'X-A': '1' }, body })).body);
    }
    await discardBody((await client.request({ url })).body);
    expect(seen).toEqual([
      ['PUT', '/a?b=c', '1', '5', 'täxt'],
      ['PUT', '/a?b=c', '1', '5', 'täxt'],
      ['GET', '/', undefined, undefined, ''],
    ]);
  });

  it('gives the status, the headers in lower case and the body, for whatever status', async () => {
    const url = await serve((req, res) => {
      const status = Number(req.url?.slice(1));
      res.writeHead(status, { 'X-Thing': 'yes', 'X-Many': ['a', 'b'] });
      res.end(status === 204 ? undefined : 'body');
    });
    const client = make();
    for (const status of [200, 204, 400, 404, 500, 503]) {
      const response = await client.request({ url: `${url}/${status}` });
      expect([response.status, response.headers['x-thing'], response.headers['x-many']]).toEqual([status, 'yes', 'a, b']);
      expect(await readText(response.body)).toBe(status === 204 ? '' : 'body');
    }
  });

  it.each([301, 302, 303, 307, 308])('follows no redirect: %d is the response', async (status) => {
    let requests = 0;
    const url = await serve((_req, res) => {
      requests++;
      res.writeHead(status, { location: '/elsewhere' });
      res.end();
    });
    const response = await make().request({ url, method: 'POST', body: 'x' });
    await discardBody(response.body);
    expect([response.status, response.headers.location, requests]).toEqual([status, '/elsewhere', 1]);
  });

  it('gives each chunk of a stream when it comes', async () => {
    let res: ServerResponse | undefined;
    const url = await serve((_req, response) => {
      res = response;
      response.writeHead(200);
      response.flushHeaders();
    });
    const { body } = await make().request({ url });
    const chunks = chunksOf(body);
    for (const text of ['a', 'b', 'c']) {
      res?.write(text);
      expect(Buffer.from((await chunks.next()).value as Uint8Array).toString()).toBe(text);
    }
    res?.end();
    expect((await chunks.next()).done).toBe(true);
  });

  it('holds the server back while nobody reads, or the reader has paused, and loses nothing', async () => {
    const total = 24 * 1024 * 1024;
    let sent = 0;
    const url = await serve(async (_req, res) => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      while (sent < total) {
        sent += chunk.length;
        if (!res.write(chunk)) await new Promise((resolve) => res.once('drain', resolve));
      }
      res.end();
    });
    const { body } = await make().request({ url });
    const stuck = async (): Promise<number> => {
      let before = -1;
      while (before !== sent) {
        before = sent;
        await sleep(100);
      }
      return sent;
    };
    expect(await stuck()).toBeLessThan(total);
    let received = 0;
    let ended = false;
    const flow = body.read({
      onchunk(chunk) {
        received += chunk.length;
        if (received > 4 * 1024 * 1024 && received < 5 * 1024 * 1024) flow.pause();
      },
      onend() {
        ended = true;
      },
      onerror: () => {},
    });
    await stuck();
    expect([received < 6 * 1024 * 1024, ended]).toEqual([true, false]);
    flow.resume();
    // It may stop at each chunk in the window.
    await until(() => {
      flow.resume();
      return ended;
    }, 'the end');
    expect(received).toBe(total);
  });

  it('can be told to stop at each point: before it begins, before the headers, in the body, after the end', async () => {
    let gone = 0;
    const url = await serve((req, res) => {
      res.on('close', () => gone++);
      if (req.url === '/headers') res.write('half');
      if (req.url === '/whole') res.end('whole');
    });
    const client = make();
    await expect(client.request({ url, signal: AbortSignal.abort('why') })).rejects.toMatchObject({ code: 'aborted', cause: 'why' });

    const waiting = new AbortController();
    const pending = client.request({ url, signal: waiting.signal });
    pending.catch(() => {});
    await sleep(50);
    waiting.abort(new Error('enough'));
    await expect(pending).rejects.toMatchObject({ name: 'HttpClientError', code: 'aborted', cause: { message: 'enough' } });
    await until(() => gone === 1, 'the server hears of it');

    for (const reads of [true, false]) {
      const streaming = new AbortController();
      const { body } = await client.request({ url: `${url}/headers`, signal: streaming.signal });
      const chunks = chunksOf(body);
      if (reads) await chunks.next();
      streaming.abort();
      if (reads) await expect(chunks.next()).rejects.toMatchObject({ code: 'aborted' });
      else await expect(readText(body)).rejects.toMatchObject({ code: 'aborted' });
    }
    await until(() => gone === 3, 'the server hears of it');

    const done = new AbortController();
    const { body } = await client.request({ url: `${url}/whole`, signal: done.signal });
    expect(await readText(body)).toBe('whole');
    done.abort();
  });

  it('takes its listener off the signal when it is done', async () => {
    const url = await serve((req, res) => {
      if (req.url === '/cut') {
        res.write('x');
        setTimeout(() => res.destroy(), 10);
      } else res.end('x');
    });
    const client = make();
    const { signal } = new AbortController();
    const added: string[] = [];
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      added.push('on');
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      added.push('off');
      removeEventListener.apply(signal, args);
    };
    await readText((await client.request({ url, signal })).body);
    await expect(readText((await client.request({ url: `${url}/cut`, signal })).body)).rejects.toThrow();
    (await client.request({ url, signal })).body.cancel();
    await client.request({ url: await closedPort(), signal }).catch(() => {});
    const ons = added.filter((what) => what === 'on').length;
    expect(ons).toBeGreaterThan(0);
    expect(added.length).toBeGreaterThanOrEqual(2 * ons);
  });

  it('gives the rest of a body up on cancel, and the server hears of it', async () => {
    let closed = false;
    const url = await serve((_req, res) => {
      res.on('close', () => {
        closed = true;
      });
      res.write('x');
    });
    const { body } = await make().request({ url });
    for await (const _ of chunksOf(body)) break;
    await until(() => closed, 'the server hears of it');
  });

  it('says what went wrong, by a code', async () => {
    const client = make({ headersTimeoutMs: 200 });
    const url = await closedPort();
    const refused = await client.request({ url }).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      name: 'HttpClientError',
      code: 'connect-failed',
      message: expect.stringContaining(`GET ${url} failed: `),
    });
    expect(isHttpClientError(refused)).toBe(true);
    await expect(client.request({ url: 'http://nowhere.invalid/' })).rejects.toMatchObject({ code: 'connect-failed' });
    await expect(client.request({ url: await say('CLOSE') })).rejects.toMatchObject({ code: 'connection-lost' });
    await expect(client.request({ url: await say('this is no HTTP\r\n\r\n') })).rejects.toMatchObject({ code: 'bad-response' });
    await expect(client.request({ url: await say(`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`) })).rejects.toMatchObject({
      code: 'bad-response',
    });
    await expect(client.request({ url: await say() })).rejects.toMatchObject({
      code: 'headers-timeout',
      message: 'No response came within headersTimeoutMs, 200 ms.',
    });
    await expect(client.request({ url: await say(), headersTimeoutMs: 50 })).rejects.toMatchObject({ code: 'headers-timeout' });
    await expect(client.request({ url: '/relative' })).rejects.toMatchObject({ code: expect.stringMatching(/bad-request|request-failed/) });
  });

  it.each([
    ['in a body with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'],
    ['in a body of chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
    ['in a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf'],
  ])('notices that the connection is cut %s', async (_where, text) => {
    const { status, body } = await make().request({ url: await say(text, 'CLOSE') });
    expect(status).toBe(200);
    const chunks = chunksOf(body);
    expect(Buffer.from((await chunks.next()).value as Uint8Array).toString()).toBe('half');
    await expect(chunks.next()).rejects.toMatchObject({ code: expect.stringMatching(/connection-lost|bad-response/) });
  });

  it('notices chunks that are none', async () => {
    const { body } = await make().request({ url: await say('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', 'zz\r\n') });
    await expect(readText(body)).rejects.toMatchObject({ code: expect.stringMatching(/bad-response|connection-lost/) });
  });

  it('reads no more of a response than it is told', async () => {
    let closed = 0;
    const url = await serve((req, res) => {
      res.on('close', () => closed++);
      if (req.url === '/length') {
        res.writeHead(200, { 'content-length': 1_000_000 });
        res.write('x');
      } else res.write('x'.repeat(200));
    });
    const client = make();
    for (const path of ['/length', '/chunks']) {
      const { body } = await client.request({ url: url + path });
      await expect(readBytes(body, { maxBytes: 100 })).rejects.toMatchObject({
        code: 'body-too-large',
        message: 'The response body is larger than maxBytes, 100.',
      });
    }
    const { body } = await client.request({ url: `${url}/chunks` });
    await expect(readBytes(body, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'body-timeout' });
    await until(() => closed === 3, 'the server hears of it');
    const bad = await client.request({ url: await say('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\xff') });
    await expect(readText(bad.body)).rejects.toMatchObject({ code: 'body-not-utf8' });
  });

  it('runs no clock on a body: a stream may be quiet', async () => {
    const url = await serve((_req, res) => {
      res.write('a');
      setTimeout(() => res.end('b'), 500);
    });
    const { body } = await make({ headersTimeoutMs: 100 }).request({ url });
    expect(await readText(body)).toBe('ab');
  });

  it('breaks off what is under way when it is closed, and takes nothing after', async () => {
    const url = await serve((req, res) => void (req.url === '/stream' && res.write('x')));
    const client = make();
    const pending = client.request({ url });
    const { body } = await client.request({ url: `${url}/stream` });
    const chunks = chunksOf(body);
    await chunks.next();
    const [, , whole] = await Promise.allSettled([client.close(), pending, chunks.next()]);
    await expect(pending).rejects.toMatchObject({ code: 'closed' });
    expect(whole).toMatchObject({ status: 'rejected', reason: { code: 'closed' } });
    await expect(client.request({ url })).rejects.toMatchObject({ code: 'closed' });
    await client.close();
  });

  it('makes no connection per request', async () => {
    const sockets = new Set<Socket>();
    const url = await serve((req: IncomingMessage, res) => {
      sockets.add(req.socket);
      req.resume().on('end', () => res.end('x'));
    });
    const client = make();
    for (let i = 0; i < 20; i++) expect(await readText((await client.request({ url, method: 'POST', body: 'x' })).body)).toBe('x');
    // undici leaves a connection alone for a turn after each response, so that two take turns.
    expect(sockets.size).toBeLessThan(4);
  });
});

describe('a client over a fetch that heeds no signal', () => {
  it('lets its caller go all the same', async () => {
    let cancelled = false;
    const deaf: typeof fetch = async (input) => {
      if (String(input).endsWith('/never')) return new Promise(() => {});
      return new Response(
        new ReadableStream({
          cancel() {
            cancelled = true;
          },
        }),
      );
    };
    const client = createFetchClient({ fetch: deaf, headersTimeoutMs: 50 });
    await expect(client.request({ url: 'http://localhost/never' })).rejects.toMatchObject({ code: 'headers-timeout' });
    const controller = new AbortController();
    const { body } = await client.request({ url: 'http://localhost/stream', signal: controller.signal });
    const reading = readText(body);
    controller.abort();
    await expect(reading).rejects.toMatchObject({ code: 'aborted' });
    expect(cancelled).toBe(true);
  });

  it('says that a browser hides where a redirect leads', async () => {
    const opaque: typeof fetch = async () => Object.defineProperty(new Response(null), 'type', { value: 'opaqueredirect' });
    await expect(createFetchClient({ fetch: opaque }).request({ url: 'http://localhost/' })).rejects.toMatchObject({
      code: 'redirect-hidden',
    });
  });
});

describe('a client over undici', () => {
  function make(options?: NodeHttpClientOptions): HttpClient {
    const client = createHttpClient(options);
    cleanups.push(() => client.close());
    return client;
  }

  it('trusts only what it is told to trust', async () => {
    const tls = await certificate();
    const server = await createHttpServer({ handler: () => ({ status: 200, body: 'x' }), tls });
    cleanups.push(() => server.close({ graceMs: 0 }));
    await expect(make().request({ url: server.url })).rejects.toMatchObject({ code: 'connect-failed' });
    expect(await readText((await make({ tls: { ca: tls.cert } }).request({ url: server.url })).body)).toBe('x');
  });

  it('passes informational responses over', async () => {
    const url = await serve((_req, res) => {
      res.writeEarlyHints({ link: '</x>; rel=preload' });
      res.end('final');
    });
    const { status, body } = await make().request({ url });
    expect([status, await readText(body)]).toEqual([200, 'final']);
  });

  it('takes a dispatcher of its caller, and leaves it open', async () => {
    const url = await serve((_req, res) => void res.end('x'));
    const dispatcher = new Agent();
    const client = createHttpClient({ dispatcher });
    expect(await readText((await client.request({ url })).body)).toBe('x');
    await client.close();
    expect(dispatcher.destroyed).toBe(false);
    await dispatcher.destroy();
  });

  it('opens no more connections than it is told', async () => {
    let most = 0;
    let open = 0;
    const url = await serve((_req, res) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        res.end('x');
      }, 5);
    });
    const client = make({ maxConnections: 3 });
    await Promise.all(Array.from({ length: 30 }, async () => readText((await client.request({ url })).body)));
    expect(most).toBe(3);
  });

  it('goes through the proxy that the environment names, and past it where it says so', async () => {
    const tls = await certificate();
    const target = await createHttpServer({ handler: ({ headers }) => ({ status: 200, body: `target of ${headers.host}` }), tls });
    cleanups.push(() => target.close({ graceMs: 0 }));
    const tunnels: string[] = [];
    const proxy = createServer((req, res) => {
      tunnels.push(`${req.method} ${req.url}`);
      res.end('from the proxy');
    });
    proxy.on('connect', (req, socket) => {
      tunnels.push(`CONNECT ${req.url}`);
      void import('node:net').then(({ connect }) => {
        const upstream = connect(target.port, '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          upstream.pipe(socket).pipe(upstream);
        });
        upstream.on('error', () => socket.destroy());
        socket.on('error', () => upstream.destroy());
        socket.on('close', () => upstream.destroy());
      });
    });
    const proxyUrl = await listen(proxy);
    const before = { ...process.env };
    Object.assign(process.env, { https_proxy: proxyUrl, http_proxy: proxyUrl, no_proxy: '127.0.0.1' });
    try {
      const options = { tls: { ca: tls.cert } };
      const client = make(options);
      expect(await readText((await client.request({ url: `https://localhost:${target.port}/` })).body)).toBe(
        `target of localhost:${target.port}`,
      );
      expect(tunnels).toEqual([`CONNECT localhost:${target.port}`]);
      expect(await readText((await client.request({ url: target.url })).body)).toBe(`target of 127.0.0.1:${target.port}`);
      const direct = make({ ...options, proxyFromEnvironment: false });
      expect(await readText((await direct.request({ url: `https://localhost:${target.port}/` })).body)).toBe(
        `target of localhost:${target.port}`,
      );
      expect(tunnels.length).toBe(1);
    } finally {
      process.env = before;
    }
  });

  it('gives a body as it was sent: what is encoded stays so', async () => {
    const url = await serve((_req, res) => {
      res.writeHead(200, { 'content-encoding': 'gzip' });
      res.end(gzipSync('x'));
    });
    const { headers, body } = await make().request({ url });
    expect(headers['content-encoding']).toBe('gzip');
    expect(Buffer.from(await readBytes(body)).equals(gzipSync('x'))).toBe(true);
  });
});
