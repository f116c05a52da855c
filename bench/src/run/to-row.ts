import { isNoisy, summarize } from '../measure/statistics.js';
import type { Row, Spread } from '../report/report.js';
import type { RoundResult } from '../scenarios/scenario.js';
import type { Group } from './plan.js';

/** What the rounds of one target in one case come to. @param rounds at least one */
export function toRow({ scenario, params }: Pick<Group, 'scenario' | 'params'>, target: string, rounds: readonly RoundResult[]): Row {
  const metrics: Record<string, number> = {};
  const spread: Record<string, Spread> = {};
  const samples: Record<string, number[]> = {};
  let noisy = false;
  for (const key of Object.keys((rounds[0] as RoundResult).metrics)) {
    const values = rounds.map((round) => round.metrics[key] as number);
    const summary = summarize(values);
    const { median, ...rest } = summary;
    metrics[key] = median;
    spread[key] = rest;
    if (!scenario.metrics.some((metric) => metric.key === key && metric.compare)) continue;
    noisy ||= isNoisy(summary);
    if (rounds.length > 1) samples[key] = values.map((value) => Number(value.toPrecision(6)));
  }
  const facts = rounds.at(-1)?.facts;
  return {
    scenario: scenario.name,
    target,
    params,
    metrics,
    spread,
    ...(Object.keys(samples).length > 0 && { samples }),
    rounds: rounds.length,
    noisy,
    ...(facts && { facts }),
  };
}
