import { describe, expect, test } from 'vitest';
import { encode, type JsonRpcMessage, NdjsonDecoder, type TransportError } from '../src/index.js';
import { usedBytes } from './fixtures/memory-use.js';

const MiB = 1024 * 1024;
const chunkBytes = 64 * 1024;

/** A line of about so many bytes, in chunks, made anew each time so that nothing else keeps it. */
function* chunks(bytes: number, character = 'x'): Generator<Uint8Array> {
  const text = character.repeat(Math.floor(bytes / Buffer.byteLength(character)));
  const line = Buffer.from(encode({ jsonrpc: '2.0', method: 'x', params: { text } }));
  for (let at = 0; at < line.length; at += chunkBytes) yield line.subarray(at, at + chunkBytes);
}

function decoder(options: { maxMessageBytes?: number } = {}): { decoder: NdjsonDecoder; counts: { messages: number; errors: number } } {
  const counts = { messages: 0, errors: 0 };
  return {
    counts,
    decoder: new NdjsonDecoder({
      ...options,
      onmessage: () => {
        counts.messages++;
      },
      onerror: () => {
        counts.errors++;
      },
    }),
  };
}

describe('the cost of a long message', () => {
  /** The fewest milliseconds that any of the rounds took for each size; rounds alternate, so that other load hits both. */
  test('is linear: 64 MiB in chunks of 64 KiB cost at most 10 times as much as 8 MiB', { timeout: 120_000 }, () => {
    const sizes = [8, 64];
    const lines = sizes.map((size) => [...chunks(size * MiB - 100)]);
    const fewest = sizes.map(() => Number.POSITIVE_INFINITY);
    const began = performance.now();
    // A decoder that scans or copies again what it has had takes 64 times as long, in every round.
    for (let round = 0; round < 20; round++) {
      for (const [n, line] of lines.entries()) {
        const { decoder: decoding, counts } = decoder();
        const before = performance.now();
        for (const chunk of line) decoding.feed(chunk);
        fewest[n] = Math.min(fewest[n] as number, performance.now() - before);
        expect(counts).toEqual({ messages: 1, errors: 0 });
      }
      if (round >= 2 && (fewest[1] as number) <= 10 * (fewest[0] as number)) break;
      if (performance.now() - began > 30_000) break;
    }
    expect((fewest[1] as number) / (fewest[0] as number)).toBeLessThanOrEqual(10);
  });

  test('is linear also in single bytes, and in lines without end', { timeout: 120_000 }, () => {
    const cases: [what: string, run: (bytes: number) => void][] = [
      ['single bytes', (bytes) => feedSingly(bytes, {})],
      ['single bytes over the limit', (bytes) => feedSingly(bytes, { maxMessageBytes: 1000 })],
    ];
    for (const [what, run] of cases) {
      let fewest = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      for (let round = 0; round < 20; round++) {
        fewest = fewest.map((least, n) => {
          const before = performance.now();
          run(([128, 1024][n] as number) * 1024);
          return Math.min(least, performance.now() - before);
        });
        if (round >= 2 && (fewest[1] as number) <= 16 * (fewest[0] as number)) break;
      }
      expect((fewest[1] as number) / (fewest[0] as number), what).toBeLessThanOrEqual(16);
    }

    function feedSingly(bytes: number, options: { maxMessageBytes?: number }): void {
      const { decoder: decoding } = decoder(options);
      const byte = Uint8Array.of(0x20);
      for (let n = 0; n < bytes; n++) decoding.feed(byte);
      decoding.feed(Uint8Array.of(0x0a));
    }
  });
});

/** In a function of its own: the frame of a test that awaits would hold the last chunk. */
function feedAll(decoding: NdjsonDecoder, pieces: Iterable<Uint8Array>): void {
  for (const chunk of pieces) decoding.feed(chunk);
}

describe('memory', () => {
  test.each(['x', '€'])('of a message of 64 MiB (of %s) is free once it is delivered, with the next one begun', async (character) => {
    const { decoder: decoding, counts } = decoder();
    feedAll(decoding, chunks(MiB, character));
    const before = await usedBytes();
    feedAll(decoding, chunks(64 * MiB - 100, character));
    decoding.feed(Buffer.from('{"jsonrpc":"2.0","meth'));
    expect(counts).toEqual({ messages: 2, errors: 0 });
    expect(decoding.pendingBytes).toBe(22);
    expect((await usedBytes()) - before).toBeLessThan(MiB);
    decoding.feed(Buffer.from('od":"after"}\n'));
    expect(counts).toEqual({ messages: 3, errors: 0 });
  });

  test('of a line over the limit is never taken, however long it is', async () => {
    const { decoder: decoding, counts } = decoder({ maxMessageBytes: MiB });
    const chunk = Buffer.alloc(chunkBytes, 'x');
    const before = await usedBytes();
    for (let fed = 0; fed < 512 * MiB; fed += chunkBytes) decoding.feed(chunk);
    expect(decoding.pendingBytes).toBe(512 * MiB);
    expect((await usedBytes()) - before).toBeLessThan(MiB);
    decoding.feed(Buffer.from(`\n${encode({ jsonrpc: '2.0', method: 'after' })}`));
    expect(counts).toEqual({ messages: 1, errors: 1 });
  });

  test('of an unfinished line stays near its length', async () => {
    const { decoder: decoding } = decoder();
    const chunk = Buffer.alloc(chunkBytes, 'x');
    const before = await usedBytes();
    for (let fed = 0; fed < 32 * MiB; fed += chunkBytes) decoding.feed(chunk);
    const used = (await usedBytes()) - before;
    expect(used).toBeGreaterThan(31 * MiB);
    expect(used).toBeLessThan(36 * MiB);
    expect(decoding.pendingBytes).toBe(32 * MiB);
  });

  test('of a bad line is not held by its error', async () => {
    const errors: TransportError[] = [];
    const decoding = new NdjsonDecoder({ onmessage: () => {}, onerror: (error) => errors.push(error) });
    const bad: ((size: number) => Buffer)[] = [
      (size) => Buffer.alloc(size, 'x'),
      (size) => Buffer.from(`"${'x'.repeat(size)}"`),
      (size) => Buffer.from(`{"jsonrpc":"2.0","method":"${'x'.repeat(size)}`),
      (size) => Buffer.alloc(size, 0xff),
    ];
    const feedBad = (size: number): void => {
      for (const line of bad) {
        decoding.feed(line(size));
        decoding.feed(Buffer.from('\n'));
        // In one chunk with its newline it takes another path.
        decoding.feed(Buffer.concat([line(size), Buffer.from('\n')]));
      }
    };
    feedBad(1000);
    const before = await usedBytes();
    feedBad(4 * MiB);
    expect(errors).toHaveLength(16);
    expect((await usedBytes()) - before).toBeLessThan(MiB);
  });

  test('of a chunk is not held by a small message in it', async () => {
    const kept: JsonRpcMessage[] = [];
    const decoding = new NdjsonDecoder({
      onmessage: (message) => {
        if ('id' in message) kept.push(message);
      },
      onerror: () => {},
    });
    const filler = encode({ jsonrpc: '2.0', method: 'filler' }).repeat(1500);
    const before = await usedBytes();
    for (let id = 0; id < 500; id++)
      decoding.feed(Buffer.from(filler + encode({ jsonrpc: '2.0', id, method: `a method with a long name, number ${id}` })));
    expect(kept).toHaveLength(500);
    expect((await usedBytes()) - before).toBeLessThan(2 * MiB);
  });
});
