import type { Row } from './report.js';

/** One point of a latency curve. */
export interface Percentile {
  readonly label: string;
  /** 50 for the median, 100 for the greatest. */
  readonly percent: number;
  readonly us: number;
}

/** Fewer points than this are no curve. */
const fewest = 4;

/** The percentiles that a row has, by the names of its metrics: `p50Us`, `p999Us` (99.9), `maxUs`. Empty when there are too few for a curve. */
export function percentilesOf({ metrics }: Pick<Row, 'metrics'>): readonly Percentile[] {
  const points = Object.entries(metrics).flatMap(([key, us]): Percentile[] => {
    if (key === 'maxUs') return [{ label: 'max', percent: 100, us }];
    const [, digits] = /^p(\d{2,})Us$/.exec(key) ?? [];
    if (digits === undefined) return [];
    const percent = Number(`${digits.slice(0, 2)}.${digits.slice(2)}`);
    return [{ label: `p${percent}`, percent, us }];
  });
  return points.length < fewest ? [] : points.sort((a, b) => a.percent - b.percent);
}
