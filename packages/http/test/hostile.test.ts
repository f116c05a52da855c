import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BodySink, guarded, type HttpHandler, readBody, readBodyText } from '../src/index.js';
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../src/node.js';
import { Leftovers } from './fixtures/leftovers.js';
import { Raw } from './fixtures/raw.js';
import { until } from './fixtures/until.js';

let leftovers: Leftovers;
let server: HttpServer | undefined;
const raws: Raw[] = [];
const errors: Error[] = [];

beforeEach(() => {
  leftovers = new Leftovers();
  errors.length = 0;
});
afterEach(async () => {
  for (const raw of raws.splice(0)) raw.destroy();
  await server?.close({ graceMs: 0 });
  server = undefined;
  await leftovers.expectNone();
});

async function serve(handler: HttpHandler, options?: Partial<HttpServerOptions>): Promise<() => Promise<Raw>> {
  const started = await createHttpServer({ handler, onerror: (error) => void errors.push(error), ...options });
  server = started;
  return async () => {
    const raw = await Raw.open(started.port);
    raws.push(raw);
    return raw;
  };
}

const echo: HttpHandler = async (request) => ({ status: 200, body: await readBodyText(request, { maxBodyBytes: 100_000 }) });

/** The server still serves. */
async function expectAlive(open: () => Promise<Raw>): Promise<void> {
  const raw = await open();
  raw.send('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nok');
  expect(await raw.untilStatus()).toEqual([200]);
  await until(() => raw.received.endsWith('ok'), 'the echo');
}

describe('a request that breaks the rules', () => {
  it.each([
    ['is no HTTP', 'hello\r\n\r\n', 400],
    ['has no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['has a header without a name', 'GET / HTTP/1.1\r\nHost: localhost\r\n: x\r\n\r\n', 400],
    ['has a blank in a header name', 'GET / HTTP/1.1\r\nHost: localhost\r\nX y: z\r\n\r\n', 400],
    ['has a NUL in a header', 'GET / HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n', 400],
    ['has a bare CR in a header', 'GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n', 400],
    ['has two lengths', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx', 400],
    [
      'has a length and chunks',
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['has a length that is no number', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1e3\r\n\r\n', 400],
    ['has a negative length', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n', 400],
    ['has chunks of no size', 'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n', 400],
    ['has too many headers', `GET / HTTP/1.1\r\nHost: localhost\r\n${'X: y\r\n'.repeat(1000)}\r\n`, 431],
    ['has too long a header', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
    ['has too long a path', `GET /${'y'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431],
    ['asks for what nobody offers', 'GET / HTTP/1.1\r\nHost: localhost\r\nExpect: magic\r\n\r\n', 417],
  ])('because it %s is answered and the server lives on', async (_why, text, status) => {
    const open = await serve(echo);
    const raw = await open();
    raw.send(text);
    expect(await raw.untilStatus()).toEqual([status]);
    if (status === 400) await raw.untilClosed();
    await expectAlive(open);
  });

  it('to connect or to speak TLS is cut off, and one to upgrade is served as it is', async () => {
    const open = await serve(echo);
    const tunnel = await open();
    tunnel.send('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n');
    await tunnel.untilClosed();
    const tls = await open();
    tls.send('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03');
    await tls.untilClosed();
    const upgrade = await open();
    upgrade.send('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    expect(await upgrade.untilStatus()).toEqual([200]);
  });

  it('with two hosts, in whatever form, passes no guard', async () => {
    const open = await serve(guarded(({ headers }) => ({ status: 200, body: headers.host })));
    for (const text of [
      'GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\n\r\n',
      'GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\n\r\n',
      'GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nOrigin: http://evil.example\r\n\r\n',
      'GET / HTTP/1.0\r\n\r\n',
    ]) {
      const raw = await open();
      raw.send(text);
      expect([text, await raw.untilStatus()]).toEqual([text, [403]]);
    }
  });

  it('drops none of many small headers, because a lost Origin would open the door', async () => {
    const open = await serve(
      guarded(() => ({ status: 200 })),
      { maxHeaderBytes: 64 * 1024 },
    );
    const raw = await open();
    raw.send(`GET / HTTP/1.1\r\nHost: localhost\r\n${'X: y\r\n'.repeat(990)}Origin: http://evil.example\r\n\r\n`);
    expect(await raw.untilStatus()).toEqual([403]);
    const more = await open();
    more.send(`GET / HTTP/1.1\r\nHost: localhost\r\n${'X: y\r\n'.repeat(9000)}Origin: http://evil.example\r\n\r\n`);
    expect(await more.untilStatus()).toEqual([431]);
  });
});

describe('a request that is unusual', () => {
  it('in absolute form is served by its path', async () => {
    const open = await serve(guarded(({ url, headers }) => ({ status: 200, body: `${url} ${headers.host}` })));
    const raw = await open();
    raw.send('GET http://localhost:1?x=1 HTTP/1.1\r\nHost: localhost:1\r\n\r\n');
    await until(() => raw.received.endsWith('/?x=1 localhost:1'), 'the path');
  });

  it('of HTTP/1.0 gets a body without chunks, and the end of the connection', async () => {
    const open = await serve(() => ({
      status: 200,
      async body(sink) {
        sink.write('a');
        await sleep(5);
        sink.write('b');
      },
    }));
    const raw = await open();
    raw.send('GET / HTTP/1.0\r\n\r\n');
    await raw.untilClosed();
    expect(raw.received).toMatch(/\r\n\r\nab$/);
    expect(raw.received).not.toMatch(/chunked/i);
  });

  it('pipelined with others is answered in order', async () => {
    const open = await serve(async ({ path }) => {
      await sleep(path === '/0' ? 30 : 0);
      return { status: 200, body: path };
    });
    const raw = await open();
    raw.send([0, 1, 2, 3].map((i) => `GET /${i} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join(''));
    await raw.untilStatus(4);
    expect([...raw.received.matchAll(/\r\n\r\n\/(\d)/g)].map(([, i]) => i)).toEqual(['0', '1', '2', '3']);
  });

  it('that waits for 100 Continue is told to go on when its body is asked for', async () => {
    const open = await serve(echo);
    const raw = await open();
    raw.send('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n');
    expect(await raw.untilStatus()).toEqual([100]);
    raw.send('body');
    expect(await raw.untilStatus(2)).toEqual([100, 200]);
  });

  it('that waits for 100 Continue with too large a body is refused before it sends it', async () => {
    const open = await serve(echo);
    const raw = await open();
    raw.send('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000000\r\nExpect: 100-continue\r\n\r\n');
    expect(await raw.untilStatus()).toEqual([413]);
    await raw.untilClosed();
    expect(raw.received).toMatch(/connection: close/i);
  });
});

describe('a body', () => {
  it('that breaks off is told to whoever reads it, and to nobody else', async () => {
    const faults: unknown[] = [];
    const open = await serve(async (request) => {
      await readBody(request).catch((error: unknown) => faults.push(error));
      return { status: 200 };
    });
    for (const head of ['Content-Length: 10\r\n\r\nabc', 'Transfer-Encoding: chunked\r\n\r\n5\r\nab']) {
      for (const leave of ['end', 'destroy'] as const) {
        const raw = await open();
        const before = faults.length;
        raw.send(`POST / HTTP/1.1\r\nHost: localhost\r\n${head}`);
        await until(() => server?.inFlight === 1, 'the request arrives');
        await sleep(20);
        raw.socket[leave]();
        await until(() => faults.length > before, `the reader hears of ${leave}`);
        await until(() => server?.inFlight === 0, 'nothing stays in flight');
      }
    }
    expect(faults).toMatchObject(Array.from({ length: 4 }, () => ({ code: 'body-truncated', status: 400 })));
    expect(errors).toEqual([]);
  });

  it('that is longer than it says counts as the next request, and that is none', async () => {
    const open = await serve(echo);
    const raw = await open();
    raw.send('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nokTOO MUCH\r\n\r\n');
    await raw.untilClosed();
    // Where both come in one packet, the refusal overtakes the answer.
    expect(raw.statuses.at(-1)).toBe(400);
    await expectAlive(open);
  });

  it.each([
    ['its length', 'Content-Length: 100000000\r\n\r\n', 'x'.repeat(64 * 1024)],
    ['its chunks', 'Transfer-Encoding: chunked\r\n\r\n', `10000\r\n${'x'.repeat(0x10000)}\r\n`],
  ])('past the limit by %s is answered with 413, not kept, and cut off while it still comes', async (_what, head, chunk) => {
    const open = await serve(echo);
    const raw = await open();
    raw.send(`POST / HTTP/1.1\r\nHost: localhost\r\n${head}`);
    const sent = await raw.flood(chunk, 5_000);
    await raw.untilClosed();
    expect(raw.statuses).toEqual([413]);
    expect(raw.received).toMatch(/connection: close/i);
    // What the kernel holds on both sides, what may be thrown away while the client reads, and what was read before.
    expect(sent).toBeLessThan(16 * 1024 * 1024);
    await until(() => server?.inFlight === 0, 'nothing stays in flight');
    await expectAlive(open);
  });

  it('past the limit lets a client that reads only after it has sent have its answer', async () => {
    const open = await serve(echo);
    const raw = await open();
    raw.socket.pause();
    raw.send(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 600000\r\n\r\n${'x'.repeat(600_000)}`);
    await until(() => raw.socket.writableLength === 0, 'all is sent');
    await sleep(700);
    raw.socket.resume();
    await raw.untilClosed();
    expect([raw.statuses, raw.error]).toEqual([[413], undefined]);
  });

  it('that trickles in is answered with 408 when its time is up, and the connection is closed', async () => {
    const open = await serve(async (request) => ({ status: 200, body: await readBody(request, { bodyTimeoutMs: 100 }) }));
    const raw = await open();
    raw.send('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n');
    const trickle = setInterval(() => raw.send('x'), 20);
    expect(await raw.untilStatus()).toEqual([408]);
    await raw.untilClosed();
    clearInterval(trickle);
    expect(raw.received).toMatch(/did not arrive within 100 ms/);
  });
});

describe('a client that wastes time', () => {
  it('with its headers is answered with 408', async () => {
    const open = await serve(echo, { headersTimeoutMs: 200 });
    const raw = await open();
    raw.send('GET / HTTP/1.1\r\nHost: localhost\r\n');
    const trickle = setInterval(() => raw.send('X: y\r\n'), 30);
    await raw.untilClosed();
    clearInterval(trickle);
    expect(raw.statuses).toEqual([408]);
  });

  it('with its body, before a handler that does not read, is answered with 408', async () => {
    const open = await serve(() => new Promise(() => {}), { headersTimeoutMs: 100, requestTimeoutMs: 200 });
    const raw = await open();
    raw.send('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nx');
    await raw.untilClosed();
    expect(raw.statuses).toEqual([408]);
    await until(() => server?.inFlight === 0, 'nothing stays in flight');
  });

  it('between requests is let go when the keep-alive time is up', async () => {
    const open = await serve(echo, { keepAliveTimeoutMs: 50 });
    const raw = await open();
    raw.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await raw.untilStatus();
    await raw.untilClosed();
  });

  it('while it is being answered keeps its connection, however quiet that is', async () => {
    const open = await serve(() => ({ status: 200, body: (sink) => void setTimeout(() => sink.end('late'), 400) }), {
      keepAliveTimeoutMs: 50,
      headersTimeoutMs: 50,
      requestTimeoutMs: 50,
    });
    const raw = await open();
    raw.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until(() => raw.received.includes('late'), 'the late answer');
  });

  it('cannot open more connections than are allowed', async () => {
    const open = await serve(echo, { maxConnections: 2 });
    const [first, second] = [await open(), await open()];
    const third = await open();
    await third.untilClosed();
    for (const raw of [first, second]) {
      raw.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
      expect(await raw.untilStatus()).toEqual([200]);
    }
  });
});

describe('a client that goes', () => {
  it('half-way, having said all it has to say, gets no answer and holds nothing', async () => {
    let aborted = false;
    const open = await serve(({ signal }) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return new Promise(() => {});
    });
    const raw = await open();
    raw.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until(() => server?.inFlight === 1, 'the request arrives');
    raw.socket.end();
    await until(() => aborted && server?.inFlight === 0, 'the handler hears of it');
    await raw.untilClosed();
  });

  it('a thousand times leaves nothing behind', async () => {
    let aborts = 0;
    let arrivals = 0;
    const open = await serve(({ signal }) => {
      arrivals++;
      signal.addEventListener('abort', () => aborts++);
      return { status: 200, body: (sink) => void sink.write('x') };
    });
    for (let round = 0; round < 20; round++) {
      const some = await Promise.all(Array.from({ length: 50 }, open));
      for (const raw of some) raw.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await until(() => arrivals === 50 * (round + 1), 'all arrive');
      for (const raw of some) raw.destroy();
    }
    await until(() => server?.inFlight === 0, 'nothing stays in flight');
    expect(aborts).toBe(1000);
  });
});

describe('readers that take nothing', () => {
  it('cost no more than the mark each, while writers heed it', async () => {
    const sinks: BodySink[] = [];
    const readers = 50;
    const piece = 'x'.repeat(16 * 1024);
    const open = await serve(() => ({
      status: 200,
      async body(sink) {
        sinks.push(sink);
        for (let written = 0; written < 10 * 1024 * 1024 && !sink.isClosed; written += piece.length) {
          if (!sink.write(piece)) await sink.drained();
        }
      },
    }));
    for (let i = 0; i < readers; i++) {
      const raw = await open();
      raw.socket.pause();
      raw.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    }
    await until(() => sinks.length === readers, 'all are served');
    await sleep(300);
    for (const sink of sinks) expect(sink.queuedBytes).toBeLessThan(64 * 1024 + 2 * piece.length);
    const stuck = sinks.map(({ writtenBytes }) => writtenBytes);
    await sleep(100);
    expect(sinks.map(({ writtenBytes }) => writtenBytes)).toEqual(stuck);
  });

  it('show what is queued for them, while a writer does not heed it', async () => {
    let sink: BodySink | undefined;
    const open = await serve(() => ({
      status: 200,
      body(opened) {
        sink = opened;
      },
    }));
    const raw = await open();
    raw.socket.pause();
    raw.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until(() => sink !== undefined, 'the stream is open');
    let total = 0;
    for (let i = 0; i < 400; i++) {
      sink?.write(i % 2 ? 'y'.repeat(64 * 1024) : new Uint8Array(64 * 1024).fill(0x7a));
      total += 64 * 1024;
      if (i % 40 === 0) await sleep(1);
    }
    await sleep(50);
    const queued = sink?.queuedBytes as number;
    expect(queued).toBeGreaterThan(total - 16 * 1024 * 1024);
    expect(queued).toBeLessThanOrEqual(total + 1024);
    sink?.end('the end');
    expect(sink?.isClosed).toBe(true);
    raw.socket.resume();
    await until(() => raw.received.endsWith('the end\r\n0\r\n\r\n'), 'every byte');
    expect(raw.chunkedBody.length).toBe(total + 'the end'.length);
  });
});
