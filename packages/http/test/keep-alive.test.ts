import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BodySink, type HttpHandler, KeepAlive, type KeepAliveOptions } from '../src/index.js';
import { createHttpServer, type HttpServer } from '../src/node.js';
import { Leftovers } from './fixtures/leftovers.js';
import { Raw } from './fixtures/raw.js';
import { until } from './fixtures/until.js';

let leftovers: Leftovers;
let server: HttpServer | undefined;
let keepAlive: KeepAlive | undefined;
const raws: Raw[] = [];

beforeEach(() => {
  leftovers = new Leftovers();
});
afterEach(async () => {
  for (const raw of raws.splice(0)) raw.destroy();
  await server?.close({ graceMs: 0 });
  keepAlive?.close();
  await leftovers.expectNone();
});

async function open(options: KeepAliveOptions, streams: number): Promise<{ sinks: BodySink[]; keeper: KeepAlive }> {
  const keeper = new KeepAlive(options);
  keepAlive = keeper;
  const sinks: BodySink[] = [];
  const handler: HttpHandler = () => ({
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    body(sink) {
      sinks.push(sink);
      keeper.add(sink);
    },
  });
  server = await createHttpServer({ handler });
  for (let i = 0; i < streams; i++) {
    const raw = await Raw.open(server.port);
    raws.push(raw);
    raw.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  }
  await until(() => sinks.length === streams, 'all streams are open');
  return { sinks, keeper };
}

const comments = (raw: Raw | undefined): number => raw?.chunkedBody.split(': keep-alive\n\n').length as number;

describe('streams that are kept alive', () => {
  it('each get a comment an interval, while nothing else is written', async () => {
    const before = performance.now();
    const { keeper } = await open({ intervalMs: 100 }, 40);
    expect(keeper.size).toBe(40);
    await until(() => raws.every((raw) => comments(raw) > 3), 'three comments on every stream');
    expect(Math.max(...raws.map(comments))).toBeLessThanOrEqual((performance.now() - before) / 100 + 2);
  });

  it('get none where something was written meanwhile', async () => {
    const { sinks } = await open({ intervalMs: 200 }, 1);
    for (let i = 0; i < 30; i++) {
      sinks[0]?.write('data: x\n\n');
      await sleep(20);
    }
    expect(comments(raws[0])).toBe(1);
    await until(() => comments(raws[0]) === 2, 'a comment when it is quiet');
  });

  it('are let go when they close, and the timer with the last of them', async () => {
    const { sinks, keeper } = await open({ intervalMs: 50 }, 3);
    keeper.add(sinks[0] as BodySink);
    expect(keeper.size).toBe(3);
    keeper.delete(sinks[0] as BodySink);
    keeper.delete(sinks[0] as BodySink);
    sinks[1]?.end();
    raws[2]?.destroy();
    await until(() => keeper.size === 0, 'all are let go');
    keeper.add(sinks[1] as BodySink);
    expect(keeper.size).toBe(0);
    expect(sinks[0]?.isClosed).toBe(false);
  });

  it('can be let go all at once, and stay open', async () => {
    const { sinks, keeper } = await open({ intervalMs: 20, comment: ':\n\n' }, 2);
    await until(() => raws.every((raw) => raw.chunkedBody.includes(':\n\n')), 'a comment');
    keeper.close();
    expect([keeper.size, sinks.map(({ isClosed }) => isClosed)]).toEqual([0, [false, false]]);
  });

  it('get no comment behind what a slow reader has still to take', async () => {
    const { sinks } = await open({ intervalMs: 20 }, 1);
    const [sink] = sinks as [BodySink];
    raws[0]?.socket.pause();
    while (sink.queuedBytes === 0) {
      sink.write('x'.repeat(100_000));
      await sleep(1);
    }
    const before = sink.writtenBytes;
    await sleep(100);
    expect(sink.writtenBytes).toBe(before);
  });

  it('are cut off when their reader takes nothing for too long, and not while it takes a little', async () => {
    const stalled: BodySink[] = [];
    const { sinks } = await open({ intervalMs: 30, stallTimeoutMs: 300, onstall: (sink) => stalled.push(sink) }, 2);
    const [slow, gone] = sinks as [BodySink, BodySink];
    for (const raw of raws) raw.socket.pause();
    for (let i = 0; i < 300; i++) {
      slow.write('x'.repeat(100_000));
      gone.write('x'.repeat(100_000));
    }
    const sip = setInterval(() => {
      raws[0]?.socket.resume();
      setTimeout(() => raws[0]?.socket.pause(), 2);
    }, 40);
    await until(() => gone.isClosed, 'the stalled one is cut off');
    clearInterval(sip);
    expect(stalled).toEqual([gone]);
    expect(slow.isClosed).toBe(false);
  });

  it('are not kept in an interval that is none', () => {
    expect(() => new KeepAlive({ intervalMs: 0 })).toThrow('intervalMs must be a positive number, not 0');
  });
});
