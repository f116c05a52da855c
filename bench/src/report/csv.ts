import { stringify } from 'csv-stringify/sync';
import type { ProcessLoad } from '../measure/process-watch.js';
import { allScenarios } from '../scenarios/index.js';
import { formatParams } from './format.js';
import type { Report } from './report.js';

const columns = [
  'scenario',
  'case',
  'params',
  'target',
  'metric',
  'unit',
  'better',
  'median',
  'low',
  'high',
  'min',
  'max',
  'deviation',
  'rounds',
  'noisy',
  'facts',
] as const;

/** The rows of a report as CSV (RFC 4180), a line for each figure, those of how busy both sides were behind the metrics. `low` to `high` is the interval of 95 %; `params` and `facts` are JSON. */
export function toCsv(report: Report): string {
  const lines = report.rows.flatMap((row) => {
    const scenario = allScenarios.find(({ name }) => name === row.scenario);
    const what = [row.scenario, formatParams(row.params), JSON.stringify(row.params), row.target];
    const figures = Object.entries(row.metrics).map(([key, median]) => {
      const metric = scenario?.metrics.find((candidate) => candidate.key === key);
      const facts = row.facts === undefined ? '' : JSON.stringify(row.facts);
      const { low, high, min, max, deviation } = row.spread[key] ?? {};
      return [...what, key, metric?.unit, metric?.better, median, low, high, min, max, deviation, row.rounds, String(row.noisy), facts];
    });
    const loads = Object.entries(row.loads ?? {}).flatMap(([side, load]) =>
      Object.entries(load as ProcessLoad).map(([key, value]) => {
        const none = columns.slice(columns.indexOf('low'), columns.indexOf('rounds')).map(() => undefined);
        return [...what, `${side}.${key}`, key.endsWith('Ms') ? 'ms' : '%', 'lower', value, ...none, row.rounds, String(row.noisy), ''];
      }),
    );
    return [...figures, ...loads];
  });
  return stringify([[...columns], ...lines], { record_delimiter: 'windows' });
}
