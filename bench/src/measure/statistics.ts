import { max, median, medianAbsoluteDeviation, min } from 'simple-statistics';

/** The middle of several rounds, and how far they lie apart. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Median absolute deviation, scaled to agree with a standard deviation where the rounds are normally distributed. */
  readonly deviation: number;
}

/** A row is called noisy when the deviation of a compared metric is above this part of its median. */
export const noisyAbove = 0.1;

/** @throws Error when there is no value. */
export function summarize(values: readonly number[]): Summary {
  const list = [...values];
  return { median: median(list), min: min(list), max: max(list), deviation: 1.4826 * medianAbsoluteDeviation(list) };
}

export function isNoisy(summary: Summary): boolean {
  return summary.median !== 0 && summary.deviation / Math.abs(summary.median) > noisyAbove;
}
