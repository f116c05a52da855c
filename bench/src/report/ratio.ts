import { pairRatio, type Ratio } from '../measure/statistics.js';
import type { Row } from './report.js';

/**
 * How many times as much of a figure one row has as another: the median of the ratios of rounds that were measured side by side, so that what the machine
 * did to both cancels out. Of results that kept no rounds it is the ratio of the medians, with all that their intervals leave open.
 * Undefined where one has no such figure, or nothing can be divided by.
 */
export function ratioOf(row: Row, base: Row, key: string): Ratio | undefined {
  const value = row.metrics[key];
  const other = base.metrics[key];
  if (value === undefined || other === undefined || other === 0) return undefined;
  const paired = pairRatio(row.samples?.[key] ?? [], base.samples?.[key] ?? []);
  if (paired !== undefined) return paired;
  const [low, high] = intervalOf(row, key);
  const [otherLow, otherHigh] = intervalOf(base, key);
  const part = Math.abs((row.spread[key]?.deviation ?? 0) / value) + Math.abs((base.spread[key]?.deviation ?? 0) / other);
  return {
    median: value / other,
    low: low / otherHigh,
    high: otherLow <= 0 ? Number.POSITIVE_INFINITY : high / otherLow,
    deviation: value === 0 ? 0 : (part * value) / other,
    pairs: Math.min(row.rounds, base.rounds),
  };
}

function intervalOf(row: Row, key: string): readonly [low: number, high: number] {
  const median = row.metrics[key] as number;
  const { low, high, min = median, max = median } = row.spread[key] ?? {};
  return [low ?? min, high ?? max];
}
