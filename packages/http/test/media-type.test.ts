import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptQuality, accepts, isMediaType, parseMediaType, preferredMediaType } from '../src/index.js';

const JSON_TYPE = 'application/json';
const EVENTS = 'text/event-stream';

describe('Content-Type', () => {
  it.each([
    ['application/json', true],
    ['Application/JSON', true],
    ['application/json; charset=utf-8', true],
    ['application/json;charset="UTF-8"', true],
    ['application/json ;\tcharset=utf8;', true],
    ['application/json; profile="a,b;c=\\"d\\""', true],
    ['application/json; charset=utf-16', false],
    ['application/json, application/json', false],
    ['application/json; charset', false],
    ['application/json; =x', false],
    ['application/json; a="unclosed', false],
    ['application/jsonp', false],
    ['application/json/x', false],
    ['text/plain', false],
    ['application', false],
    ['', false],
    [undefined, false],
  ])('%j says application/json: %s', (value, says) => expect(isMediaType(value, JSON_TYPE)).toBe(says));

  it('is read with its parameters', () => {
    const parsed = parseMediaType('Text/Plain; A=1; b="two \\"2\\", etc."; a=3');
    expect(parsed?.essence).toBe('text/plain');
    expect([...(parsed?.parameters ?? [])]).toEqual([
      ['a', '1'],
      ['b', 'two "2", etc.'],
    ]);
  });
});

describe('Accept', () => {
  it.each([
    ['application/json, text/event-stream', 1, 1],
    ['APPLICATION/json,Text/Event-Stream', 1, 1],
    ['*/*', 1, 1],
    ['*', 1, 1],
    ['application/*', 1, 0],
    ['text/*;q=0.5, application/json;q=0.9', 0.9, 0.5],
    ['application/json;q=0', 0, 0],
    ['*/*, application/json;q=0', 0, 1],
    ['application/json;q=0, */*;q=0.1', 0, 0.1],
    ['application/json; charset=utf-8, text/event-stream;charset=utf-8', 1, 1],
    ['application/json; charset=utf-16', 0, 0],
    ['application/json;version=2', 0, 0],
    ['application/json;q=1.5, text/event-stream;q=abc', 0, 0],
    ['application/json;q=.5', 0.5, 0],
    ['application/json;q=0.2, application/json;q=0.7', 0.7, 0],
    ['text/html', 0, 0],
    ['text/html;a="application/json, text/event-stream"', 0, 0],
    [', ,application/json,,', 1, 0],
    ['', 1, 1],
    [' ', 1, 1],
    [undefined, 1, 1],
    ['nonsense', 0, 0],
  ])('%j wants JSON with %d and events with %d', (accept, json, events) => {
    expect([acceptQuality(accept, JSON_TYPE), acceptQuality(accept, EVENTS)]).toEqual([json, events]);
    expect([accepts(accept, JSON_TYPE), accepts(accept, EVENTS)]).toEqual([json > 0, events > 0]);
  });

  it('prefers by weight, and then by the order of the offers', () => {
    const offers = [JSON_TYPE, EVENTS];
    expect(preferredMediaType('text/event-stream, application/json', offers)).toBe(JSON_TYPE);
    expect(preferredMediaType('text/event-stream, application/json;q=0.9', offers)).toBe(EVENTS);
    expect(preferredMediaType('text/html', offers)).toBeUndefined();
    expect(preferredMediaType(undefined, [...offers].reverse())).toBe(EVENTS);
  });

  const tokenText = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/);
  const quoted = fc.string({ maxLength: 12 }).map((text) => `"${text.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&')}"`);
  const other = fc
    .tuple(tokenText, tokenText, fc.array(fc.tuple(tokenText, fc.oneof(tokenText, quoted)), { maxLength: 3 }))
    .map(([type, subtype, parameters]) => `x-${type}/${subtype}${parameters.map(([name, value]) => `; x-${name}=${value}`).join('')}`);
  const blank = fc.constantFrom('', ' ', '\t', '  ');
  const weight = fc.integer({ min: 1, max: 1000 }).map((thousandths) => thousandths / 1000);

  it('finds what it looks for among anything else, in any case, with any blanks', () => {
    fc.assert(
      fc.property(
        fc.array(other, { maxLength: 5 }),
        fc.array(other, { maxLength: 5 }),
        weight,
        blank,
        blank,
        fc.boolean(),
        (before, after, q, b1, b2, upper) => {
          const name = upper ? JSON_TYPE.toUpperCase() : JSON_TYPE;
          const accept = [...before, `${b1}${name}${b2};${b1}q=${q.toFixed(3)}${b2}`, ...after].join(`${b2},${b1}`);
          expect(acceptQuality(accept, JSON_TYPE)).toBeCloseTo(q, 3);
          expect(acceptQuality(accept, EVENTS)).toBe(0);
        },
      ),
    );
  });

  it('gives a weight from 0 to 1 for anything whatever, and takes it as it takes it again', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z/*;,q=.01" \\]*$/)), (accept) => {
        const quality = acceptQuality(accept, JSON_TYPE);
        expect(quality).toBeGreaterThanOrEqual(0);
        expect(quality).toBeLessThanOrEqual(1);
        expect(acceptQuality(accept, JSON_TYPE)).toBe(quality);
        parseMediaType(accept);
      }),
    );
  });

  it('takes time in proportion to the length of what a stranger sends', () => {
    for (const unit of ['a/b;', 'a/b,', '"\\', ';;;;', ' \t', 'q=0.', ',,,,', 'a/b;c="']) {
      const cost = (count: number): number => {
        const text = unit.repeat(count);
        let least = Number.POSITIVE_INFINITY;
        // The least of several: a busy machine takes the processor away in the midst of one.
        for (let i = 0; i < 15; i++) {
          const start = performance.now();
          acceptQuality(`${text}${i}`, JSON_TYPE);
          least = Math.min(least, performance.now() - start);
        }
        return least;
      };
      cost(4_000);
      const [small, large] = [cost(8_000), cost(64_000)];
      expect(large, unit).toBeLessThan(40 * small + 10);
    }
  });
});
