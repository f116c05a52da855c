import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { preferredEncoding } from '../src/index.js';

const offers = ['br', 'gzip'] as const;

describe('Accept-Encoding', () => {
  it.each([
    ['gzip, br', 'br'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['gzip;q=1.0, br;q=0.9', 'gzip'],
    ['gzip;q=0, *', 'br'],
    ['br;q=0, gzip;q=0', undefined],
    ['*', 'br'],
    ['*;q=0', undefined],
    ['identity', undefined],
    ['identity;q=1, gzip;q=0.5', undefined],
    ['identity;q=0.5, gzip', 'gzip'],
    ['identity;q=0, deflate', undefined],
    ['deflate', undefined],
    ['gzip;q=5', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j gets %s', (header, coding) => expect(preferredEncoding(header, offers)).toBe(coding));

  it('never chooses what is refused or not offered, and always the heaviest', () => {
    const member = fc.tuple(fc.constantFrom('gzip', 'br', 'zstd', 'deflate', 'identity', '*'), fc.integer({ min: 0, max: 10 }));
    fc.assert(
      fc.property(fc.uniqueArray(member, { selector: ([coding]) => coding }), (members) => {
        const weights = new Map<string, number>(members.map(([coding, tenths]) => [coding, tenths / 10]));
        const chosen = preferredEncoding(members.map(([coding, tenths]) => `${coding};q=${tenths / 10}`).join(', '), offers);
        const weightOf = (coding: string): number => weights.get(coding) ?? weights.get('*') ?? 0;
        if (chosen === undefined) {
          for (const offer of offers) expect(weightOf(offer) === 0 || weightOf(offer) < (weights.get('identity') ?? 0)).toBe(true);
        } else {
          expect(weightOf(chosen)).toBeGreaterThan(0);
          for (const offer of offers) expect(weightOf(offer)).toBeLessThanOrEqual(weightOf(chosen));
        }
      }),
    );
  });

  it('survives anything', () => {
    fc.assert(fc.property(fc.string(), (header) => [...offers, undefined].includes(preferredEncoding(header, offers))));
  });
});
