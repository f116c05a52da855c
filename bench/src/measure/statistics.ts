import { binomialDistribution, max, median, medianAbsoluteDeviation, min } from 'simple-statistics';

/** The middle of several rounds, and how far they lie apart. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Median absolute deviation, scaled to agree with a standard deviation where the rounds are normally distributed. */
  readonly deviation: number;
  /** The median lies from here to `high` with a confidence of 95 %, as far as so few rounds can tell: see `toInterval`. */
  readonly low: number;
  readonly high: number;
}

/** A row is called noisy when the deviation of a compared metric is above this part of its median. */
export const noisyAbove = 0.1;

/** @throws Error when there is no value. */
export function summarize(values: readonly number[]): Summary {
  const list = [...values];
  const [low, high] = toInterval(list);
  return { median: median(list), min: min(list), max: max(list), deviation: 1.4826 * medianAbsoluteDeviation(list), low, high };
}

const tail = 0.025;

/**
 * The bootstrap's percentile interval of the median, 95 %. It is computed, not drawn by lot: the middle of a resample is at or below the
 * k-th value when more than half of its draws are, which is a binomial chance. With five rounds or fewer it spans all of them.
 * @throws Error when there is no value.
 */
export function toInterval(values: readonly number[]): [low: number, high: number] {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  if (n === 0) throw new Error('an interval needs at least one value');
  // Of an even number, the lower middle bounds below and the upper one above.
  const lowRank = Math.ceil(n / 2);
  const highRank = Math.floor(n / 2) + 1;
  const low = sorted.findIndex((_, i) => chanceOfAtLeast(lowRank, n, (i + 1) / n) > tail);
  const high = sorted.findIndex((_, i) => chanceOfAtLeast(highRank, n, (i + 1) / n) >= 1 - tail);
  return [sorted[low] as number, sorted[high] as number];
}

/** The chance that at least `count` of `n` draws hit, each with the given chance. */
function chanceOfAtLeast(count: number, n: number, chance: number): number {
  if (chance >= 1) return 1;
  const masses = binomialDistribution(n, chance) ?? [];
  // The library ends the list where next to nothing is left.
  return 1 - masses.slice(0, count).reduce((sum, mass) => sum + mass, 0);
}

export function isNoisy(summary: Pick<Summary, 'median' | 'deviation'>): boolean {
  return summary.median !== 0 && summary.deviation / Math.abs(summary.median) > noisyAbove;
}

/** How one figure compares with another over rounds that were measured side by side. */
export interface Ratio extends Pick<Summary, 'median' | 'deviation' | 'low' | 'high'> {
  /** Rounds that it rests on. */
  readonly pairs: number;
}

/** The ratios of the rounds, first with first and so on, in short. Undefined without a pair that can be divided. */
export function pairRatio(values: readonly number[], others: readonly number[]): Ratio | undefined {
  const ratios = values.slice(0, others.length).flatMap((value, i) => {
    const ratio = value / (others[i] as number);
    return Number.isFinite(ratio) ? [ratio] : [];
  });
  if (ratios.length === 0) return undefined;
  const { median: middle, deviation, low, high } = summarize(ratios);
  return { median: middle, deviation, low, high, pairs: ratios.length };
}
