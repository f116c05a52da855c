import { setImmediate as nextTick } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BodySink, HttpRequest } from '../src/index.js';
import { createHttpServer, type HttpServer } from '../src/node.js';
import { Leftovers } from './fixtures/leftovers.js';
import { Raw } from './fixtures/raw.js';
import { until } from './fixtures/until.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let leftovers: Leftovers;
let server: HttpServer | undefined;
let raw: Raw | undefined;
const told: unknown[] = [];

beforeEach(() => {
  leftovers = new Leftovers();
  told.length = 0;
});
afterEach(async () => {
  raw?.destroy();
  await server?.close({ graceMs: 0 });
  await leftovers.expectNone();
});

interface Opened {
  readonly sink: BodySink;
  readonly seen: WeakRef<HttpRequest>;
}

/** A stream that stands open with its first event sent. `keep` is given the request. */
async function open(keep: (request: HttpRequest) => void = () => {}): Promise<Opened> {
  let opened: Opened | undefined;
  server = await createHttpServer({
    onerror: (error, { path }) => told.push(`${path}: ${error.message}`),
    handler(request) {
      keep(request);
      const seen = new WeakRef(request);
      return {
        status: 200,
        body(sink) {
          opened = { sink, seen };
          sink.write(': open\n\n');
        },
      };
    },
  });
  raw = await Raw.open(server.port);
  raw.send('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await until(() => raw?.chunkedBody === ': open\n\n', 'the first event');
  return opened as unknown as Opened;
}

async function isCollected(seen: WeakRef<HttpRequest>): Promise<boolean> {
  for (let i = 0; i < 50 && seen.deref() !== undefined; i++) {
    await nextTick();
    collect();
  }
  return seen.deref() === undefined;
}

describe('a stream that stands open', () => {
  it('holds on to nothing of its request, and is told of its end all the same', async () => {
    const { sink, seen } = await open();
    sink.onclose = (aborted) => told.push(aborted);
    expect(await isCollected(seen)).toBe(true);
    expect(server?.inFlight).toBe(1);
    raw?.destroy();
    await until(() => told.length > 0, 'the end');
    expect([told, server?.inFlight]).toEqual([[true], 0]);
  });

  it('keeps the request whose end somebody waits for', async () => {
    const { seen } = await open((request) => {
      request.onclose = (aborted) => told.push(aborted);
    });
    expect(await isCollected(seen)).toBe(false);
    raw?.destroy();
    await until(() => told.length > 0, 'the end');
    expect(told).toEqual([true]);
  });

  it('tells a request of its end that was kept, and asked only later', async () => {
    let kept: HttpRequest | undefined;
    const { sink } = await open((request) => {
      kept = request;
    });
    const request = kept as unknown as HttpRequest;
    request.onclose = (aborted) => told.push(aborted);
    const { signal } = request;
    expect([request.isClosed, signal.aborted]).toEqual([false, false]);
    raw?.destroy();
    await until(() => told.length > 0, 'the end');
    expect([told, request.isClosed, signal.aborted, sink.isClosed]).toEqual([[true], true, true, true]);
  });

  it('shows a kept request that it is over', async () => {
    let kept: HttpRequest | undefined;
    const { sink } = await open((request) => {
      kept = request;
    });
    sink.end();
    await until(() => server?.inFlight === 0, 'the end');
    expect([kept?.isClosed, kept?.signal.aborted]).toEqual([true, false]);
  });

  it('tells one listener of all that the callbacks are told, after them', async () => {
    const { sink } = await open();
    sink.onclosing = () => told.push('closing');
    sink.onclose = () => told.push('close');
    sink.listener = {
      onsinkdrain: () => told.push('listener: drain'),
      onsinkclosing: () => {
        told.push('listener: closing');
        sink.end();
      },
      onsinkclose: (aborted) => told.push(`listener: close ${aborted}`),
    };
    while (sink.write('x'.repeat(1000)));
    await until(() => told.length > 0, 'room');
    await server?.close();
    expect(told).toEqual(['listener: drain', 'closing', 'listener: closing', 'close', 'listener: close false']);
    expect(sink.listener).toBeUndefined();
  });

  it('is cut off when its onclosing throws, and onerror is told which request it was', async () => {
    const { sink } = await open();
    sink.onclosing = () => {
      throw new Error('no goodbye');
    };
    sink.onclose = (aborted) => told.push(aborted);
    await server?.close();
    expect(told).toEqual(['/events: no goodbye', true]);
  });
});

describe('closing a server', () => {
  it('closes the connections that have sent nothing, or half a request', async () => {
    server = await createHttpServer({ handler: () => ({ status: 204 }) });
    const idle = await Raw.open(server.port);
    const half = await Raw.open(server.port);
    half.send('POST / HTTP/1.1\r\nHost: loc');
    raw = await Raw.open(server.port);
    raw.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await raw.untilStatus();
    await server.close();
    for (const connection of [idle, half, raw]) await connection.untilClosed();
  });
});
