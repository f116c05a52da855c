import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { callOnce } from '../src/load/streaming/call-once.js';
import { StreamingPoster } from '../src/load/streaming/streaming-post.js';
import { createLatencies, percentileUs } from '../src/measure/latencies.js';
import { readMachineClockMs } from '../src/measure/machine-clock.js';
import { Measuring } from './support/measure.js';

const timeoutMs = 60_000;
let measuring: Measuring;
beforeAll(async () => {
  measuring = await Measuring.create();
}, timeoutMs);
afterAll(() => measuring?.end());

const direct = ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1'];

describe.runIf(process.platform !== 'win32')('an answer in pieces', () => {
  const variants = [
    ...['stdio', 'sse', 'http'].flatMap((carrier) => direct.map((target) => [carrier, target] as const)),
    ['http', 'tmcp'] as const,
    ['http', 'mcp-lite'] as const,
    ['http', 'fastmcp'] as const,
  ];
  test.each(variants)(
    'over %s arrives piece by piece: %s',
    async (carrier, target) => {
      const params = { carrier, streams: 3, everyMs: 25, chunks: 5, bytes: 100 };
      const { firstChunkUs, addedUs, gapMs, chunks, waitedForEnd } = await measuring.measure('streaming/chunks', target, params);
      expect((chunks as number) % 15).toBe(0);
      expect(chunks).toBeGreaterThan(0);
      expect(firstChunkUs).toBeGreaterThan(5);
      expect(addedUs).toBeGreaterThan(1);
      expect(gapMs).toBeGreaterThan(0);
      // On a busy machine a chunk may come as late as one that was held back; what is, the measure of a call knows, below.
      expect(waitedForEnd).toBeGreaterThanOrEqual(0);
    },
    timeoutMs,
  );
});

describe('the measure of a call', () => {
  const options = { chunks: 4, bytes: 5, everyMs: 10 };
  const times = async () => ({ first: await createLatencies(), added: await createLatencies(), gap: await createLatencies() });

  test('knows that chunks were held back until the end', async () => {
    const waited = callOnce(
      async (_, onchunk) => {
        const sentAt = Array.from({ length: 4 }, (_, i) => readMachineClockMs() + i * 10);
        await delay(50);
        for (const at of sentAt) onchunk(at, 'chunk');
      },
      options,
      await times(),
    );
    await expect(waited).resolves.toBe(3);
  });

  test('counts the way of each from when it was sent, and the gaps between arrivals', async () => {
    const histograms = await times();
    const waited = await callOnce(
      async (_, onchunk) => {
        for (let i = 0; i < 4; i++) {
          await delay(20);
          onchunk(readMachineClockMs() - 7, 'chunk');
        }
      },
      options,
      histograms,
    );
    expect(waited).toBe(0);
    expect(percentileUs(histograms.added, 50)).toBeGreaterThanOrEqual(7000 * 0.99);
    expect(percentileUs(histograms.gap, 50)).toBeGreaterThan(10_000);
    expect([histograms.first.totalCount, histograms.gap.totalCount, histograms.added.totalCount]).toEqual([1, 3, 4]);
  });

  test('fails when a chunk is missing, or is another than was asked for', async () => {
    const call = (text: string) => callOnce(async (_, onchunk) => onchunk(readMachineClockMs(), text), options, histograms);
    const histograms = await times();
    await expect(call('chunk')).rejects.toThrow('1 chunks arrived where 4 were sent');
    await expect(call('else')).rejects.toThrow('another text');
  });
});

describe('a POST whose reply is a stream', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  async function open(answer: (response: ServerResponse) => void): Promise<StreamingPoster> {
    const server = createServer((request, response) => void request.resume().on('end', () => answer(response)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const poster = new StreamingPoster(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, 1);
    closing.push(
      () => poster.close(),
      () => server.close(),
    );
    return poster;
  }

  test('hands over each message as it comes, before the end', async () => {
    let end = (): void => {};
    const poster = await open((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('id: 1\ndata: \n\ndata: {"id":1}\n\n');
      end = () => response.end('data: {"id":2}\n\n');
    });
    const seen: unknown[] = [];
    await poster.post({}, {}, ({ id }) => {
      seen.push(id);
      end();
    });
    expect(seen).toEqual([1, 2]);
  });

  test.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['a status', (response) => response.writeHead(503).end('busy'), /status 503: busy/],
    ['a connection that ends', (response) => response.destroy(), /other side closed|ECONNRESET/],
  ])('fails on %s', async (_, answer, message) => {
    await expect((await open(answer)).post({}, {}, () => {})).rejects.toThrow(message);
  });
});

describe.runIf(process.platform !== 'win32')('a handler stops', () => {
  const variants: [by: string, carrier: string, target: string][] = [
    ...['stdio', 'sse', 'http'].flatMap((carrier) => direct.map((target): [string, string, string] => ['message', carrier, target])),
    ['message', 'sse', 'fastmcp'],
    ['message', 'http', 'fastmcp'],
    ...[...direct, 'fastmcp'].map((target): [string, string, string] => ['disconnect', 'sse', target]),
    ...['floor', 'mcpwire', 'tmcp'].map((target): [string, string, string] => ['disconnect', 'http', target]),
    ...['floor', 'mcpwire', 'sdk-v2', 'tmcp'].map((target): [string, string, string] => ['disconnect', 'http-2026', target]),
  ];
  test.each(variants)(
    'when its client cancels by %s over %s: %s',
    async (by, carrier, target) => {
      const { cancelled, p50Us, maxUs } = await measuring.measure('streaming/cancel', target, { by, carrier }, 40);
      expect(cancelled).toBeGreaterThanOrEqual(1);
      expect(p50Us).toBeGreaterThan(1);
      expect(maxUs).toBeGreaterThanOrEqual((p50Us as number) * 0.99);
    },
    timeoutMs,
  );

  test(
    'or the measurement fails: in a session of the SDK a lost connection cancels nothing',
    async () => {
      const measured = measuring.measure('streaming/cancel', 'sdk-v1', { by: 'disconnect', carrier: 'http' }, 40);
      await expect(measured).rejects.toThrow('a handler had not stopped after 3000 ms');
    },
    timeoutMs,
  );
});
