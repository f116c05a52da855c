import { max, median } from 'simple-statistics';
import type { ProcessLoad, ProcessLoads } from '../measure/process-watch.js';
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
    const { median: middle, ...rest } = summary;
    metrics[key] = middle;
    spread[key] = rest;
    if (!scenario.metrics.some((metric) => metric.key === key && metric.compare)) continue;
    noisy ||= isNoisy(summary);
    if (rounds.length > 1) samples[key] = values.map((value) => Number(value.toPrecision(6)));
  }
  const loads = toLoads(rounds);
  const series = rounds.at(-1)?.series;
  const facts = { ...rounds.at(-1)?.facts, ...(scenario.loadGenerator && loads && toLimit(loads)) };
  return {
    scenario: scenario.name,
    target,
    params,
    metrics,
    spread,
    ...(Object.keys(samples).length > 0 && { samples }),
    rounds: rounds.length,
    noisy,
    ...(series && { series }),
    ...(loads && { loads }),
    ...(Object.keys(facts).length > 0 && { facts }),
  };
}

/** What a round was like in the middle, and the worst delay of all. Undefined where the rounds do not say. */
function toLoads(rounds: readonly RoundResult[]): ProcessLoads | undefined {
  const all = rounds.flatMap(({ loads }) => loads ?? []);
  if (all.length === 0) return undefined;
  const toLoad = (side: keyof ProcessLoads): ProcessLoad => {
    const middle = (key: keyof ProcessLoad): number => Number(median(all.map((loads) => loads[side][key])).toPrecision(4));
    return {
      cpuPercent: middle('cpuPercent'),
      loopBusyPercent: middle('loopBusyPercent'),
      gcPercent: middle('gcPercent'),
      loopDelayP99Ms: middle('loopDelayP99Ms'),
      loopDelayMaxMs: Number(max(all.map((loads) => loads[side].loopDelayMaxMs)).toPrecision(4)),
    };
  };
  return { client: toLoad('client'), server: toLoad('server') };
}

/** From here on an event loop has no time left. */
const busyFromPercent = 95;

/** Says so where the load generator was what limited the rate. */
function toLimit({ client, server }: ProcessLoads): Readonly<Record<string, string>> {
  const [sending, answering] = [client.loopBusyPercent, server.loopBusyPercent];
  if (sending < busyFromPercent || answering >= sending) return {};
  const found = `the limit, busy ${Math.round(sending)} % of the time, the server ${Math.round(answering)} %: the server can do more messages/s than this`;
  return { 'load generator': found };
}
