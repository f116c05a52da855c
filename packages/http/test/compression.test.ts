import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as zlib from 'node:zlib';
import { brotliDecompressSync, createBrotliDecompress, createGunzip, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BodySink, chunksOf, type HttpHandler, type HttpResponse, readBytes, readText } from '../src/index.js';
import { type ContentCoding, compressed } from '../src/node.js';
import { adapters, type Served } from './fixtures/adapters.js';
import { Leftovers } from './fixtures/leftovers.js';
import { until } from './fixtures/until.js';

const [plain] = adapters;
const hasZstd = 'createZstdCompress' in zlib;
const text = JSON.stringify({ items: Array.from({ length: 500 }, (_, i) => ({ id: i, name: `item number ${i}` })) });
const json = { 'content-type': 'application/json' };

let leftovers: Leftovers;
let served: Served | undefined;
beforeEach(() => {
  leftovers = new Leftovers();
});
afterEach(async () => {
  await served?.dispose();
  served = undefined;
  await leftovers.expectNone();
});

async function ask(handler: HttpHandler, acceptEncoding?: string, path = '/') {
  served ??= await (plain as (typeof adapters)[number]).serve(handler);
  return served.client.request({
    url: served.url + path,
    headers: acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding },
  });
}

describe('compressed responses', () => {
  it('are encoded as the client likes it best', async () => {
    const handler = compressed(() => ({ status: 200, headers: json, body: text }), { codings: ['br', 'gzip'] });
    const gzip = await ask(handler, 'gzip');
    expect([gzip.headers['content-encoding'], gzip.headers.vary]).toEqual(['gzip', 'accept-encoding']);
    expect(gunzipSync(await readBytes(gzip.body)).toString()).toBe(text);
    const br = await ask(handler, 'gzip, br');
    expect(br.headers['content-encoding']).toBe('br');
    const bytes = await readBytes(br.body);
    expect(Number(br.headers['content-length'])).toBe(bytes.length);
    expect(bytes.length).toBeLessThan(text.length / 4);
    expect(brotliDecompressSync(bytes).toString()).toBe(text);
    const none = await ask(handler);
    expect([none.headers['content-encoding'], none.headers.vary, await readText(none.body)]).toEqual([undefined, 'accept-encoding', text]);
  });

  const asItIs: [string, HttpResponse][] = [
    ['is small', { status: 200, headers: json, body: 'small' }],
    ['is encoded already', { status: 200, headers: { ...json, 'content-encoding': 'identity' }, body: text }],
    ['must not be transformed', { status: 200, headers: { ...json, 'cache-control': 'public, no-transform' }, body: text }],
    ['is a picture', { status: 200, headers: { 'content-type': 'image/png' }, body: text }],
    ['does not say what it is', { status: 200, body: text }],
    ['is part of something', { status: 206, headers: json, body: text }],
    ['is nothing', { status: 204 }],
  ];
  it.each(asItIs)('are left as they are where the body %s', async (_why, response) => {
    const { headers, body } = await ask(
      compressed(() => response),
      'gzip, br, zstd',
    );
    expect(headers['content-encoding']).toBe(response.headers?.['content-encoding']);
    expect(await readText(body)).toBe(response.body ?? '');
  });

  it('say in Vary and ETag that they differ', async () => {
    const handler = compressed(({ path }) => ({
      status: 200,
      headers: { ...json, etag: '"1"', vary: path === '/any' ? '*' : 'Origin' },
      body: text,
    }));
    const { headers, body } = await ask(handler, 'gzip');
    await readBytes(body);
    expect([headers.vary, headers.etag]).toEqual(['Origin, accept-encoding', 'W/"1"']);
    const any = await ask(handler, undefined, '/any');
    await readBytes(any.body);
    expect([any.headers.vary, any.headers.etag]).toEqual(['*', '"1"']);
  });

  it('are not made with a coding that Node lacks', () => {
    expect(() => compressed(() => ({ status: 200 }), { codings: ['deflate' as ContentCoding] })).toThrow(
      /codings: Node v\d+.* has no deflate, only /,
    );
  });
});

const decoders: [ContentCoding, () => zlib.Gunzip | zlib.BrotliDecompress][] = [
  ['gzip', () => createGunzip()],
  ['br', () => createBrotliDecompress()],
];
if (hasZstd) decoders.push(['zstd', (zlib as unknown as { createZstdDecompress: () => zlib.Gunzip }).createZstdDecompress]);

describe.each(decoders)('a stream compressed with %s', (coding, createDecoder) => {
  const events = { 'content-type': 'text/event-stream' };

  async function open(write: (sink: BodySink) => void | Promise<void>) {
    const { headers, body } = await ask(
      compressed(() => ({ status: 200, headers: events, body: write })),
      coding,
    );
    expect(headers['content-encoding']).toBe(coding);
    const decoder = createDecoder();
    let decoded = '';
    let ended = false;
    decoder.on('data', (chunk: Buffer) => {
      decoded += chunk.toString();
    });
    decoder.on('end', () => {
      ended = true;
    });
    decoder.on('error', () => {});
    const reading = (async () => {
      for await (const chunk of chunksOf(body)) decoder.write(chunk);
      decoder.end();
    })();
    reading.catch(() => {});
    return { reading, decoded: () => decoded, ended: () => ended, body };
  }

  it('lets no event wait for the next', async () => {
    let sink: BodySink | undefined;
    const stream = await open((opened) => {
      sink = opened;
    });
    let expected = '';
    for (let i = 0; i < 5; i++) {
      const event = `data: {"number":${i}}\n\n`;
      expected += event;
      expect(sink?.write(event)).toBe(true);
      await until(() => stream.decoded() === expected, `event ${i} arrives`);
    }
    sink?.write(Buffer.from('data: bytes\n\n'));
    sink?.end('data: last\n\n');
    await until(() => stream.ended(), 'the end');
    expect(stream.decoded()).toBe(`${expected}data: bytes\n\ndata: last\n\n`);
    await until(() => served?.inFlight === 0, 'nothing stays in flight');
  });

  it('learns from one event for the next', async () => {
    const event = (i: number): string =>
      `data: {"jsonrpc":"2.0","id":${i},"result":{"content":[{"type":"text","text":"${randomBytes(9).toString('hex')}"}]}}\n\n`;
    let written = 0;
    const { body } = await ask(
      compressed(() => ({
        status: 200,
        headers: events,
        async body(sink) {
          for (let i = 0; i < 100; i++) {
            const text = event(i);
            written += text.length;
            sink.write(text);
            await sleep(1);
          }
        },
      })),
      coding,
    );
    expect((await readBytes(body)).length).toBeLessThan(written / 2);
  });

  it('ends when its writer’s promise resolves, and is cut off when it rejects', async () => {
    const whole = await open(async (sink) => {
      sink.write('a');
      await sleep(5);
      sink.write('b');
    });
    await until(() => whole.ended(), 'the end');
    expect(whole.decoded()).toBe('ab');
    await served?.dispose();
    served = undefined;
    const broken = await open(async (sink) => {
      sink.write('a');
      await sleep(20);
      throw new Error('broken');
    });
    await expect(broken.reading).rejects.toThrow();
    expect(broken.ended()).toBe(false);
  });

  it('holds its writer back while nobody reads, and lets it go on when somebody does', async () => {
    // Random, so that it stays as long as it is.
    const pieces = 400;
    const length = 40_000;
    let sink: BodySink | undefined;
    let most = 0;
    let written = 0;
    const { headers, body } = await ask(
      compressed(() => ({
        status: 200,
        headers: events,
        async body(opened) {
          sink = opened;
          for (; written < pieces && !opened.isClosed; written++) {
            const room = opened.write(randomBytes((length * 3) / 4).toString('base64'));
            most = Math.max(most, opened.queuedBytes);
            if (!room) await opened.drained();
          }
        },
      })),
      coding,
    );
    expect(headers['content-encoding']).toBe(coding);
    let before = -1;
    while (before !== written) {
      before = written;
      await sleep(100);
    }
    expect(written).toBeLessThan(pieces);
    expect(most).toBeLessThan(64 * 1024 + 3 * length);
    const bytes = await readBytes(body, { maxBytes: 100_000_000 });
    const decoder = createDecoder();
    decoder.end(bytes);
    let decoded = 0;
    for await (const chunk of decoder) decoded += (chunk as Buffer).length;
    expect(decoded).toBe(pieces * length);
    expect(sink?.isClosed).toBe(true);
  });

  it('tells its writer when the client goes', async () => {
    let aborted: boolean | undefined;
    const stream = await open((sink) => {
      sink.onclose = (value) => {
        aborted = value;
      };
      sink.write('a');
    });
    await until(() => stream.decoded() === 'a', 'the first event');
    stream.body.cancel();
    await until(() => aborted === true, 'the writer hears of it');
    await until(() => served?.inFlight === 0, 'nothing stays in flight');
  });

  it('is told when the server is about to stop', async () => {
    const stream = await open((sink) => {
      sink.write('open');
      sink.onclosing = () => sink.end(' goodbye');
    });
    await until(() => stream.decoded() === 'open', 'the first event');
    await served?.close();
    await until(() => stream.ended(), 'the end');
    expect(stream.decoded()).toBe('open goodbye');
  });

  it('can be cut off', async () => {
    let sink: BodySink | undefined;
    const stream = await open((opened) => {
      sink = opened;
      opened.write('a');
    });
    await until(() => stream.decoded() === 'a', 'the first event');
    sink?.destroy();
    await expect(stream.reading).rejects.toThrow();
  });
});
