import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../src/client-node.js';
import { type BodySink, guarded, type HttpHandler, readBodyText, readText } from '../src/index.js';
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../src/node.js';
import { certificate } from './fixtures/certificate.js';
import { Leftovers } from './fixtures/leftovers.js';
import { Raw } from './fixtures/raw.js';
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

async function serve(handler: HttpHandler, options?: Partial<HttpServerOptions>): Promise<HttpServer> {
  const server = await createHttpServer({ handler, http2: true, onerror: () => {}, ...options });
  cleanups.push(() => server.close({ graceMs: 0 }));
  return server;
}

function session(server: HttpServer): ClientHttp2Session {
  const opened = connect(server.url);
  opened.on('error', () => {});
  cleanups.push(() => opened.destroy());
  return opened;
}

function answer(stream: ClientHttp2Stream): Promise<{ status: number | undefined; headers: IncomingHttpHeaders; text: string }> {
  return new Promise((resolve, reject) => {
    let headers: IncomingHttpHeaders & IncomingHttpStatusHeader = {};
    let text = '';
    stream.setEncoding('utf8');
    stream.on('response', (received) => {
      headers = received;
    });
    stream.on('data', (chunk: string) => {
      text += chunk;
    });
    stream.on('end', () => resolve({ status: headers[':status'], headers, text }));
    stream.on('error', reject);
  });
}

describe('an HTTP/2 server', () => {
  it('takes :authority for Host, and two that differ for none that is allowed', async () => {
    const server = await serve(guarded(({ headers }) => ({ status: 200, body: headers.host })));
    const opened = session(server);
    const ask = async (headers: Record<string, string>): Promise<unknown> =>
      (await answer(opened.request({ ':path': '/', ...headers }))).status;
    expect(await ask({ ':authority': 'localhost:1' })).toBe(200);
    expect(await ask({ ':authority': 'evil.example' })).toBe(403);
    expect(await ask({ ':authority': 'localhost', host: 'evil.example' })).toBe(403);
    expect(await ask({ ':authority': 'evil.example', host: 'localhost' })).toBe(403);
    expect(await ask({ ':authority': 'localhost', host: 'localhost' })).toBe(200);
  });

  it('sends no header that belongs to one connection, and shows none that begins with a colon', async () => {
    let seen: object = {};
    const server = await serve(({ headers }) => {
      seen = headers;
      return { status: 200, headers: { connection: 'keep-alive', 'keep-alive': 'x', upgrade: 'x', 'x-kept': 'yes' } };
    });
    const { headers } = await answer(session(server).request({ ':path': '/' }));
    expect(headers['x-kept']).toBe('yes');
    expect([headers.connection, headers['keep-alive'], headers.upgrade]).toEqual([undefined, undefined, undefined]);
    expect(Object.keys(seen).filter((name) => name.startsWith(':'))).toEqual([]);
  });

  it('hears of each of many streams that are reset, and of what is still open when the connection goes', async () => {
    let arrivals = 0;
    let aborts = 0;
    const server = await serve(({ signal }) => {
      arrivals++;
      signal.addEventListener('abort', () => aborts++);
      return { status: 200, body: (sink) => void sink.write('x') };
    });
    const opened = session(server);
    for (let round = 0; round < 10; round++) {
      const streams = Array.from({ length: 20 }, () => opened.request({ ':path': '/' }));
      for (const stream of streams) stream.on('error', () => {}).resume();
      await until(() => arrivals === 20 * (round + 1), 'all arrive');
      if (round < 9) for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL);
    }
    await until(() => aborts === 180, 'the handlers hear of it');
    opened.destroy();
    await until(() => aborts === 200 && server.inFlight === 0, 'the last ones do, too');
  });

  it('holds a writer back for a stream whose window is full, and serves the others over the same connection', async () => {
    let sink: BodySink | undefined;
    const server = await serve(({ path }) => {
      if (path === '/other') return { status: 200, body: 'other' };
      return {
        status: 200,
        async body(stream) {
          sink = stream;
          while (!stream.isClosed) if (!stream.write('x'.repeat(10_000))) await stream.drained();
        },
      };
    });
    const opened = session(server);
    const stalled = opened.request({ ':path': '/stalled' });
    stalled.on('error', () => {}).pause();
    await until(() => (sink?.queuedBytes ?? 0) > 64 * 1024, 'the window is full');
    expect((await answer(opened.request({ ':path': '/other' }))).text).toBe('other');
    expect(sink?.queuedBytes).toBeLessThan(100_000);
    stalled.close(constants.NGHTTP2_CANCEL);
    await until(() => server.inFlight === 0, 'nothing stays in flight');
  });

  it('carries no more streams at once than it says', async () => {
    const server = await serve(() => ({ status: 200 }), { maxConcurrentStreams: 7 });
    const opened = session(server);
    await answer(opened.request({ ':path': '/' }));
    expect(opened.remoteSettings.maxConcurrentStreams).toBe(7);
  });

  it('refuses headers past the limit, and lives on', async () => {
    const server = await serve(() => ({ status: 200, body: 'fine' }), { maxHeaderBytes: 4096 });
    const opened = session(server);
    const large = opened.request({ ':path': '/', 'x-large': 'y'.repeat(8_000) });
    const refused = await answer(large).then(
      ({ status }) => status,
      (error: NodeJS.ErrnoException) => error.code,
    );
    expect(refused).not.toBe(200);
    expect((await answer(session(server).request({ ':path': '/' }))).text).toBe('fine');
  });

  it('asks for a body that waits for 100 Continue only when it is wanted', async () => {
    const server = await serve(async (request) => ({
      status: 200,
      body: request.path === '/read' ? await readBodyText(request) : 'unread',
    }));
    const opened = session(server);
    const wanted = opened.request({ ':path': '/read', ':method': 'POST', expect: '100-continue' });
    wanted.on('continue', () => wanted.end('body'));
    expect((await answer(wanted)).text).toBe('body');
    let continued = false;
    const unwanted = opened.request({ ':path': '/', ':method': 'POST', expect: '100-continue' });
    unwanted.on('continue', () => {
      continued = true;
    });
    expect([(await answer(unwanted)).text, continued]).toEqual(['unread', false]);
  });

  it('lets go of a connection that says nothing, and keeps one with a quiet stream', async () => {
    const server = await serve(() => ({ status: 200, body: (sink) => void setTimeout(() => sink.end('late'), 300) }), {
      keepAliveTimeoutMs: 60,
    });
    const silent = await Raw.open(server.port);
    cleanups.push(() => silent.destroy());
    expect((await answer(session(server).request({ ':path': '/' }))).text).toBe('late');
    await silent.untilClosed();
  });

  it('cuts off what speaks another protocol', async () => {
    const server = await serve(() => ({ status: 200 }));
    const raw = await Raw.open(server.port);
    cleanups.push(() => raw.destroy());
    raw.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await raw.untilClosed();
    expect((await answer(session(server).request({ ':path': '/' }))).status).toBe(200);
  });

  it('says goodbye when it is closed, once what is in flight is answered', async () => {
    let release = (): void => {};
    const server = await serve(async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return { status: 200, body: 'answered' };
    });
    const opened = session(server);
    let goodbyes = 0;
    opened.on('goaway', () => goodbyes++);
    const slow = answer(opened.request({ ':path': '/' }));
    await until(() => server.inFlight === 1, 'the request arrives');
    const closing = server.close();
    const late = answer(opened.request({ ':path': '/' }));
    expect((await late).status).toBe(503);
    release();
    expect(await slow).toMatchObject({ status: 200, text: 'answered' });
    await closing;
    await until(() => goodbyes > 0 && opened.destroyed, 'GOAWAY, and the end');
  });
});

describe('a server with TLS', () => {
  it.each([true, false])('lets go of a client that never finishes its handshake (HTTP/2: %s)', async (http2) => {
    const server = await serve(() => ({ status: 200 }), { tls: await certificate(), http2, headersTimeoutMs: 100 });
    const raw = await Raw.open(server.port);
    cleanups.push(() => raw.destroy());
    raw.send('\x16\x03\x01');
    await raw.untilClosed();
  });

  it('gives a client of HTTP/1.1 on the HTTP/2 port the same limits', async () => {
    const tls = await certificate();
    const server = await serve(
      guarded(() => ({ status: 200 })),
      { tls, headersTimeoutMs: 200, maxHeaderBytes: 2048 },
    );
    const speak = async (text: string): Promise<string> => {
      const socket = connectTls({ port: server.port, host: '127.0.0.1', ca: tls.cert, ALPNProtocols: ['http/1.1'] });
      cleanups.push(() => socket.destroy());
      let received = '';
      socket.on('data', (chunk: Buffer) => {
        received += chunk.toString('latin1');
      });
      socket.on('error', () => {});
      socket.write(text);
      await until(() => received !== '', 'an answer');
      return received.split('\r\n', 1)[0] as string;
    };
    expect(await speak('GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n')).toBe('HTTP/1.1 403 Forbidden');
    expect(await speak(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(4000)}\r\n\r\n`)).toBe(
      'HTTP/1.1 431 Request Header Fields Too Large',
    );
    expect(await speak('GET / HTTP/1.1\r\nHost: localhost\r\nX: ')).toBe('HTTP/1.1 408 Request Timeout');
  });

  it('is stopped by what is half open', async () => {
    const server = await serve(() => ({ status: 200 }), { tls: await certificate() });
    const socket = connectTcp(server.port, '127.0.0.1');
    socket.on('error', () => {});
    cleanups.push(() => socket.destroy());
    await sleep(20);
    const before = performance.now();
    await server.close();
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});

describe('a client of a server with HTTP/2', () => {
  it('sends a burst of requests over one connection, beside an open stream', async () => {
    const tls = await certificate();
    const connections = new Set<unknown>();
    let sink: BodySink | undefined;
    const server = await serve(
      async (request) => {
        connections.add((request.native as { request: { stream: { session: object } } }).request.stream.session);
        if (request.path === '/stream') {
          return {
            status: 200,
            body(stream) {
              sink = stream;
              stream.write('open');
            },
          };
        }
        await sleep(20);
        return { status: 200, body: await readBodyText(request) };
      },
      { tls },
    );
    const client = createHttpClient({ tls: { ca: tls.cert } });
    cleanups.push(() => client.close());
    const stream = client.request({ url: `${server.url}/stream` });
    const burst = Array.from({ length: 60 }, async (_, i) =>
      readText((await client.request({ url: server.url, method: 'POST', body: String(i) })).body),
    );
    expect(await Promise.all(burst)).toEqual(Array.from({ length: 60 }, (_, i) => String(i)));
    expect(connections.size).toBe(1);
    sink?.end();
    expect(await readText((await stream).body)).toBe('open');
  });

  it('sends nothing twice when the connection breaks', async () => {
    const tls = await certificate();
    const seen = new Map<string, number>();
    const server = await serve(
      async (request) => {
        const text = await readBodyText(request);
        seen.set(text, (seen.get(text) ?? 0) + 1);
        if (Number(text) % 10 === 9) {
          await sleep(10);
          (request.native as { request: { stream: { session: ClientHttp2Session } } }).request.stream.session.destroy();
        }
        return new Promise(() => {});
      },
      { tls },
    );
    const client = createHttpClient({ tls: { ca: tls.cert } });
    cleanups.push(() => client.close());
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, i) => client.request({ url: server.url, method: 'POST', body: String(i) })),
    );
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    await sleep(50);
    expect([...seen.values()].every((times) => times === 1)).toBe(true);
    expect(seen.size).toBeGreaterThan(0);
  });

  it('gives up waiting for the first connection when it is told to', async () => {
    const silent = await new Promise<{ port: number; close: () => void }>((resolve) => {
      void import('node:net').then(({ createServer }) => {
        const sockets = new Set<{ destroy(): void }>();
        const listening = createServer((socket) => sockets.add(socket.on('error', () => {})));
        listening.listen(0, '127.0.0.1', () =>
          resolve({
            port: (listening.address() as { port: number }).port,
            close() {
              for (const socket of sockets) socket.destroy();
              listening.close();
            },
          }),
        );
      });
    });
    cleanups.push(() => silent.close());
    const client = createHttpClient();
    const url = `https://127.0.0.1:${silent.port}/`;
    const controller = new AbortController();
    const first = client.request({ url, signal: controller.signal });
    const second = client.request({ url, signal: controller.signal });
    const third = client.request({ url });
    for (const request of [first, second, third]) request.catch(() => {});
    await sleep(20);
    controller.abort();
    await expect(first).rejects.toMatchObject({ code: 'aborted' });
    await expect(second).rejects.toMatchObject({ code: 'aborted' });
    await client.close();
    await expect(third).rejects.toMatchObject({ code: 'closed' });
  });
});
