import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEventStreamDecoder, encodeEvent } from '../src/index.js';
import { anySizes, anyStream, bytes, cut, decode } from './streams.js';

describe('maxEventBytes', () => {
  test('drops the events that are larger, keeps those that are not, and tells of each, however the stream is cut', () => {
    const sizes = fc.array(fc.nat({ max: 40 }), { maxLength: 12 });
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 10, max: 40 }),
        anySizes,
        fc.constantFrom('\n', '\r\n', '\r'),
        (lengths, maxEventBytes, cuts, lineEnd) => {
          const events = lengths.map((length, index) =>
            encodeEvent({ id: `${index}`, data: 'x'.repeat(length) }).replaceAll('\n', lineEnd),
          );
          const fits = events.map((event) => event.length - lineEnd.length <= maxEventBytes);
          const decoded = decode(cut(bytes(events.join('')), cuts), { maxEventBytes });
          expect(decoded.events.map(({ id }) => Number(id))).toEqual([...fits.keys()].filter((index) => fits[index]));
          expect(decoded.errors.map(({ code }) => code)).toEqual(fits.filter((fit) => !fit).map(() => 'event-too-large'));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('means the same for any stream, however it is cut', () => {
    fc.assert(
      fc.property(anyStream(), anySizes, fc.integer({ min: 1, max: 30 }), (stream, sizes, maxEventBytes) => {
        const whole = decode([stream], { maxEventBytes });
        const parts = decode(cut(stream, sizes), { maxEventBytes });
        expect({ ...parts, errors: parts.errors.map(({ code }) => code) }).toEqual({
          ...whole,
          errors: whole.errors.map(({ code }) => code),
        });
      }),
      { numRuns: 3000 },
    );
  });

  test('says at once which limit was passed and what to do, and the id of a dropped event is not kept', () => {
    const errors: string[] = [];
    const decoder = createEventStreamDecoder({ onevent: () => {}, onerror: ({ message }) => errors.push(message), maxEventBytes: 100 });
    decoder.feed(bytes('id: 1\ndata: a\n\nid: 2\n'));
    decoder.feed(bytes(`data: ${'x'.repeat(200)}`));
    expect(errors).toEqual(['An event of 212 bytes or more was skipped: maxEventBytes is 100. Raise it, or send less in one event.']);
    decoder.feed(bytes('x'.repeat(10_000)));
    decoder.feed(bytes('\n\n'));
    expect(errors).toHaveLength(1);
    expect(decoder.lastEventId).toBe('1');
  });

  test('bounds what an endless line, an endless event and an endless comment can make a reader hold', () => {
    for (const [start, more] of [
      ['data: ', 'x'.repeat(1000)],
      ['data: ', `${'x'.repeat(100)}\ndata: `],
      ['x', 'y\n'],
      [': ', 'x'.repeat(1000)],
    ] as const) {
      let told = 0;
      const decoder = createEventStreamDecoder({
        onevent: () => {},
        onerror: ({ code }) => {
          told += code === 'event-too-large' ? 1 : 0;
        },
        maxEventBytes: 4096,
      });
      decoder.feed(bytes(start));
      for (let turn = 0; turn < 5000; turn++) {
        decoder.feed(bytes(more));
        expect(decoder.pendingBytes).toBeLessThanOrEqual(4096);
      }
      expect(told).toBe(1);
    }
  });

  test('keep-alive comments never add up to an event that is too large', () => {
    const errors: unknown[] = [];
    const decoder = createEventStreamDecoder({ onevent: () => {}, onerror: (error) => errors.push(error), maxEventBytes: 20 });
    for (let turn = 0; turn < 1000; turn++) decoder.feed(bytes(turn % 2 ? ':\r\n' : ': ping\n\n'));
    expect(errors).toEqual([]);
    expect(decoder.pendingBytes).toBe(0);
  });

  test('between events a decoder holds nothing, however large the last one was', () => {
    const decoder = createEventStreamDecoder({ onevent: () => {}, onerror: () => {} });
    decoder.feed(bytes(`data: ${'x'.repeat(1_000_000)}`));
    expect(decoder.pendingBytes).toBe(1_000_006);
    decoder.feed(bytes('\n\n'));
    expect(decoder.pendingBytes).toBe(0);
  });

  test('must be a positive number', () => {
    for (const maxEventBytes of [0, -1, Number.NaN]) {
      expect(() => createEventStreamDecoder({ onevent: () => {}, onerror: () => {}, maxEventBytes })).toThrow(
        /maxEventBytes must be a positive number/,
      );
    }
  });
});
