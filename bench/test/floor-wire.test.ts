import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineFeed, createLineWriter } from '../src/targets/stdio/floor-wire.js';

// The floor may do without limits, but not without being right: what is compared with it has to do at least its work.
test('the floor reads any lines back, wherever they are cut', () => {
  const line = fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), fc.array(fc.nat({ max: 40 })), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      const read: string[] = [];
      const feed = createLineFeed((text) => read.push(text));
      let from = 0;
      for (const cut of cuts) {
        feed(bytes.subarray(from, from + cut));
        from += cut;
      }
      feed(bytes.subarray(from));
      expect(read).toEqual(lines);
    }),
  );
});

test('the floor writes every line once, in order, those of a tick together', async () => {
  const output = new PassThrough();
  const written: string[] = [];
  output.setEncoding('utf8').on('data', (text: string) => written.push(text));
  const write = createLineWriter(output);
  write('1');
  write('2');
  await new Promise(setImmediate);
  write('x'.repeat(70_000));
  write('3');
  await new Promise(setImmediate);
  expect(written.join('')).toBe(`1\n2\n${'x'.repeat(70_000)}\n3\n`);
  expect(written[0]).toBe('1\n2\n');
});
