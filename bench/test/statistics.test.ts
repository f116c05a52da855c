import { median } from 'simple-statistics';
import { describe, expect, test } from 'vitest';
import { isNoisy, summarize, toInterval } from '../src/measure/statistics.js';

describe('a summary of rounds', () => {
  test('has their median, least and greatest, in whatever order they came', () => {
    expect(summarize([30, 10, 20])).toMatchObject({ median: 20, min: 10, max: 30 });
    expect(summarize([4, 1, 3, 2])).toMatchObject({ median: 2.5, min: 1, max: 4 });
  });

  test('leaves the list as it was', () => {
    const rounds = [3, 1, 2];
    summarize(rounds);
    expect(rounds).toEqual([3, 1, 2]);
  });

  test('of a single round is that round, and not noisy', () => {
    const summary = summarize([7]);
    expect(summary).toEqual({ median: 7, min: 7, max: 7, deviation: 0, low: 7, high: 7 });
    expect(isNoisy(summary)).toBe(false);
  });

  test('of no round is refused', () => {
    expect(() => summarize([])).toThrow();
  });

  test('is not noisy for one outlier among steady rounds', () => {
    expect(isNoisy(summarize([100, 101, 99, 100, 500]))).toBe(false);
  });

  test('is noisy when the rounds scatter', () => {
    expect(isNoisy(summarize([100, 60, 140, 80, 125]))).toBe(true);
  });
});

describe('the interval of a median', () => {
  test('spans all rounds where there are five or fewer, and leaves the outermost out where there are more', () => {
    expect(toInterval([5, 1, 3, 2, 4])).toEqual([1, 5]);
    expect(toInterval([7, 6, 5, 4, 3, 2, 1])).toEqual([2, 6]);
  });

  test('agrees with a bootstrap by lot, and grows narrower with more rounds', () => {
    const values = Array.from({ length: 41 }, (_, i) => (i * 17) % 41);
    let seed = 1;
    const random = (): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const medians = Array.from({ length: 4000 }, () => median(values.map(() => values[Math.floor(random() * values.length)] as number)));
    medians.sort((a, b) => a - b);
    const [low, high] = toInterval(values);
    expect(Math.abs(low - (medians[100] as number))).toBeLessThanOrEqual(1);
    expect(Math.abs(high - (medians[3899] as number))).toBeLessThanOrEqual(1);
  });

  test('of nothing is an error', () => {
    expect(() => toInterval([])).toThrow('at least one value');
  });
});
