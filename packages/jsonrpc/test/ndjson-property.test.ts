import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encode } from '../src/index.js';
import { decode } from './fixtures/decode.js';
import { cut, messages } from './fixtures/messages.js';

const utf8 = new TextEncoder();
const lists = fc.array(messages, { maxLength: 20 });
const places = fc.array(fc.nat(), { maxLength: 30 });

test('any messages, encoded and cut anywhere, decode to themselves', () => {
  fc.assert(
    fc.property(lists, places, (list, cuts) => {
      const { messages: found, errors, decoder } = decode().feed(...cut(utf8.encode(list.map(encode).join('')), cuts));
      expect(errors).toEqual([]);
      expect(found.map((message) => JSON.stringify(message))).toEqual(list.map((message) => JSON.stringify(message)));
      expect(decoder.pendingBytes).toBe(0);
    }),
    { numRuns: 500 },
  );
});

test('so they do with any line ends, and with blank lines between them', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(messages, fc.constantFrom('\n', '\r\n', '\n\n', '\r\n\r\n', '\n \t\r\n', ' \n'))),
      places,
      (list, cuts) => {
        const text = list.map(([message, end]) => JSON.stringify(message) + end).join('');
        const { messages: found, errors } = decode().feed(...cut(utf8.encode(text), cuts));
        expect(errors).toEqual([]);
        expect(found.map((message) => JSON.stringify(message))).toEqual(list.map(([message]) => JSON.stringify(message)));
      },
    ),
    { numRuns: 300 },
  );
});

test('so they do when cut between every two bytes', () => {
  fc.assert(
    fc.property(fc.array(messages, { maxLength: 4 }), (list) => {
      const bytes = utf8.encode(list.map(encode).join(''));
      const { messages: found, errors } = decode().feed(...Array.from(bytes, (byte) => Uint8Array.of(byte)));
      expect(errors).toEqual([]);
      expect(found.map((message) => JSON.stringify(message))).toEqual(list.map((message) => JSON.stringify(message)));
    }),
    { numRuns: 200 },
  );
});

test('so they do when they are long, and cut around multiples of 4 KiB, where the decoder may begin a piece of its own', () => {
  const text = fc.tuple(
    fc.string({ unit: fc.constantFrom('x', 'é', '€', '😀'), minLength: 1, maxLength: 7 }),
    fc.integer({ min: 20_000, max: 150_000 }),
  );
  const nearby = fc.tuple(fc.nat({ max: 80 }), fc.integer({ min: -4, max: 4 })).map(([n, offset]) => Math.max(0, n * 4096 + offset));
  fc.assert(
    fc.property(text, fc.array(nearby, { maxLength: 8 }), ([unit, length], cuts) => {
      const message = { jsonrpc: '2.0' as const, method: unit.repeat(Math.ceil(length / unit.length)) };
      const { messages: found, errors } = decode().feed(...cut(utf8.encode(encode(message)), cuts));
      expect(errors).toEqual([]);
      expect(found).toEqual([message]);
    }),
    { numRuns: 200 },
  );
});

/** Bytes that make lines now and then, and JSON. */
const noise = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.uint8Array({ maxLength: 12 }) },
      { weight: 3, arbitrary: fc.constantFrom('\n', '\r\n', '\r', ' ', '\t').map((text) => utf8.encode(text)) },
      {
        weight: 2,
        arbitrary: fc
          .constantFrom('{"jsonrpc":"2.0","method":"é"}', '[]', '[1]', '[{}]', '{', '"', '1', '€', '\uFEFF')
          .map((text) => utf8.encode(text)),
      },
      { weight: 1, arbitrary: messages.map((message) => utf8.encode(encode(message))) },
    ),
    { maxLength: 40 },
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

/** The lines of `bytes`, as a reader of the specification would cut them. */
function linesOf(bytes: Uint8Array): number[][] {
  const lines: number[][] = [[]];
  for (const byte of bytes) {
    if (byte === 0x0a) lines.push([]);
    else lines.at(-1)?.push(byte);
  }
  return lines.map((line) => (line.at(-1) === 0x0d ? line.slice(0, -1) : line));
}

test('random bytes never throw, and each line is a message, an error, or blank', () => {
  fc.assert(
    fc.property(noise, places, fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constant(1_000_000)), (bytes, cuts, maxMessageBytes) => {
      const decoded = decode({ maxMessageBytes, batches: true });
      let unfinished = 0;
      for (const chunk of cut(bytes, cuts)) {
        decoded.decoder.feed(chunk);
        for (const byte of chunk) unfinished = byte === 0x0a ? 0 : unfinished + 1;
        expect(decoded.decoder.pendingBytes).toBe(unfinished);
      }
      decoded.decoder.end();
      expect(decoded.decoder.pendingBytes).toBe(0);
      const lines = linesOf(bytes);
      const tooLong = lines.filter((line) => line.length > maxMessageBytes);
      const blank = lines.filter(
        (line) => line.length <= maxMessageBytes && line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d),
      );
      expect(decoded.messages.length + decoded.batches.length + decoded.errors.length).toBe(lines.length - blank.length);
      expect(decoded.errors.filter(({ code }) => code === 'message-too-large').map(({ details }) => details?.bytes)).toEqual(
        tooLong.map(({ length }) => length),
      );
      for (const { details } of decoded.errors) expect(utf8.encode(details?.excerpt as string).length).toBeLessThanOrEqual(200);
    }),
    { numRuns: 2000 },
  );
});

test('what comes of any bytes does not depend on where they are cut', () => {
  fc.assert(
    fc.property(noise, places, fc.constantFrom(5, 30, 1_000_000), (bytes, cuts, maxMessageBytes) => {
      const outcomes = [[bytes], cut(bytes, cuts), Array.from(bytes, (byte) => Uint8Array.of(byte))].map((chunks) => {
        const { decoder, messages: found, batches, errors } = decode({ maxMessageBytes, batches: true }).feed(...chunks);
        decoder.end();
        // A line that is given up early has a shorter excerpt.
        return JSON.stringify([found, batches.length, errors.map(({ code, details }) => [code, details?.bytes])]);
      });
      expect(new Set(outcomes).size).toBe(1);
    }),
    { numRuns: 1000 },
  );
});
