import type { Row } from '../../src/report/report.js';

/** A row as a run makes it, with steady rounds unless `deviation` says otherwise. */
export function createRow(row: Pick<Row, 'scenario' | 'target' | 'params' | 'metrics'> & { deviation?: number; noisy?: boolean }): Row {
  const { deviation = 0, noisy = false, ...rest } = row;
  const spread = Object.fromEntries(
    Object.entries(row.metrics).map(([key, value]) => [
      key,
      { min: value, max: value, deviation, low: value - deviation, high: value + deviation },
    ]),
  );
  return { ...rest, spread, rounds: 5, noisy };
}
