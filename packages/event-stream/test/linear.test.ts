import { describe, expect, test } from 'vitest';
import { createEventStreamDecoder } from '../src/index.js';
import { bytes, cut } from './streams.js';

/** A stream of about `size` bytes, and how it is cut. Each was quadratic in some decoder that was looked at. */
const shapes: Array<{ title: string; stream: (size: number) => string; sizes: number[] }> = [
  { title: 'one long line, a byte at a time', stream: (size) => `data: ${'x'.repeat(size)}\n\n`, sizes: [1] },
  { title: 'one long line in pieces', stream: (size) => `data: ${'x'.repeat(20 * size)}\n\n`, sizes: [1460] },
  { title: 'one event of many lines, a byte at a time', stream: (size) => `${'data: x\n'.repeat(size / 8)}\n`, sizes: [1] },
  { title: 'many events at once', stream: (size) => 'data: x\n\n'.repeat(size / 3), sizes: [] },
  { title: 'many events that end in CR, and one LF far behind', stream: (size) => `${'data: x\r\r'.repeat(size / 3)}\n`, sizes: [] },
  { title: 'many events that end in LF, and one CR far behind', stream: (size) => `${'data: x\n\n'.repeat(size / 3)}\r`, sizes: [] },
  { title: 'many ids without data', stream: (size) => 'id: x\n\n'.repeat(size / 3), sizes: [] },
  { title: 'one block of many lines that mean nothing', stream: (size) => `${'x\n'.repeat(size)}\n`, sizes: [] },
  { title: 'a long comment, a byte at a time', stream: (size) => `:${'x'.repeat(size)}\n`, sizes: [1] },
];

describe('the work is linear in the bytes', () => {
  for (const { title, stream, sizes } of shapes) {
    test(title, { timeout: 60_000 }, () => {
      const small = 24_000;
      const times = 8;
      decodeMs(stream(small), sizes);
      // Linear work would give 8, quadratic work 64. Shared machines stutter, so the best of a few runs is taken.
      let ratio = Number.POSITIVE_INFINITY;
      for (let attempt = 0; attempt < 5 && ratio > 24; attempt++) {
        ratio = Math.min(ratio, decodeMs(stream(times * small), sizes) / decodeMs(stream(small), sizes));
      }
      expect(ratio).toBeLessThan(24);
    });
  }
});

test('a flood of lines that mean nothing is reported once', () => {
  const errors: unknown[] = [];
  const decoder = createEventStreamDecoder({ onevent: () => {}, onerror: ({ code }) => errors.push(code) });
  for (const chunk of cut(bytes('x\nretry: y\n'.repeat(10_000)), [1000])) decoder.feed(chunk);
  decoder.feed(bytes('\n'));
  expect(errors).toEqual(['ignored-line']);
});

function decodeMs(stream: string, sizes: readonly number[]): number {
  const chunks = [...cut(bytes(stream), sizes)];
  const decoder = createEventStreamDecoder({ onevent: () => {}, onerror: () => {} });
  const start = performance.now();
  for (const chunk of chunks) decoder.feed(chunk);
  decoder.end();
  return performance.now() - start;
}
