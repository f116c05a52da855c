import type { Row } from '../report/report.js';
import type { Side } from './compare.js';

/** A row's figure with its interval; where an older report has none, all of its rounds. A single round is an interval of one point. */
export function summarizeRow(row: Row, key: string): Side {
  const median = row.metrics[key] as number;
  const { low, high, min = median, max = median } = row.spread[key] ?? {};
  return { median, interval: [low ?? min, high ?? max] };
}
