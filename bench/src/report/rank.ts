import { isSameParams } from '../goals/evaluate.js';
import { allScenarios } from '../scenarios/index.js';
import type { Metric, Params } from '../scenarios/scenario.js';
import { ratioOf } from './ratio.js';
import type { Row } from './report.js';

/** The targets of one case in the order of one figure, best first. */
export interface Ranking {
  readonly scenario: string;
  readonly params: Params;
  readonly metric: string;
  readonly order: readonly string[];
  /** Pairs that this run can't tell apart: in which order the two stand means nothing. */
  readonly noisy: readonly (readonly [string, string])[];
}

/** Fewer rounds side by side than this rank nothing. */
const fewestPairs = 5;
/** A process is a few percent faster or slower than the next of its kind, for as long as it lives: a lead below this part is none. */
export const leastLead = 0.05;

/** Whether a row is better than another by more than the noise and the luck of a process. */
export function isAhead(row: Row, other: Row, { key, better }: Metric): boolean {
  const [good, bad] = better === 'higher' ? [row, other] : [other, row];
  const ratio = ratioOf(good, bad, key);
  // Nothing can be divided by nothing, and any of it is more: the rounds of both have to agree on which is which.
  if (ratio === undefined) return bad.metrics[key] === 0 && (good.spread[key]?.min ?? 0) > 0 && (bad.spread[key]?.max ?? 0) === 0;
  return ratio.pairs >= fewestPairs && ratio.low > 1 + leastLead;
}

/** Ranks the targets of each case that has several, by each figure that is compared. */
export function rankRows(rows: readonly Row[]): readonly Ranking[] {
  const cases: Row[][] = [];
  for (const row of rows) {
    const same = cases.find(([first]) => first?.scenario === row.scenario && isSameParams(first.params, row.params));
    if (same === undefined) cases.push([row]);
    else same.push(row);
  }
  return cases.flatMap((list) => rankCase(list));
}

function rankCase(rows: readonly Row[]): readonly Ranking[] {
  const [{ scenario, params }] = rows as readonly [Row];
  const metrics = allScenarios.find(({ name }) => name === scenario)?.metrics.filter(({ compare }) => compare) ?? [];
  return metrics.flatMap((metric): Ranking[] => {
    const sign = metric.better === 'higher' ? -1 : 1;
    const ranked = rows
      .filter((row) => row.metrics[metric.key] !== undefined)
      .sort((a, b) => sign * ((a.metrics[metric.key] as number) - (b.metrics[metric.key] as number)));
    if (ranked.length < 2) return [];
    const noisy = ranked.flatMap((row, i) =>
      ranked.slice(i + 1).flatMap((other): [string, string][] => (isAhead(row, other, metric) ? [] : [[row.target, other.target]])),
    );
    return [{ scenario, params, metric: metric.key, order: ranked.map(({ target }) => target), noisy }];
  });
}
