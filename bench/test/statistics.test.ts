import { describe, expect, test } from 'vitest';
import { isNoisy, summarize } from '../src/measure/statistics.js';

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
    expect(summary).toEqual({ median: 7, min: 7, max: 7, deviation: 0 });
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
