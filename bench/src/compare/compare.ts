import { isSameParams } from '../goals/evaluate.js';
import type { Machine } from '../measure/machine.js';
import { formatParams } from '../report/format.js';
import type { Report, Row } from '../report/report.js';
import { allScenarios } from '../scenarios/index.js';
import type { Metric, Params } from '../scenarios/scenario.js';
import { summarizeRow } from './interval.js';
import { compareRankings, type RankingComparison } from './rankings.js';

export interface Side {
  readonly median: number;
  /** Where the median lies with a confidence of 95 %. */
  readonly interval: readonly [low: number, high: number];
}

/** One figure in both reports. */
export interface Difference {
  readonly scenario: string;
  readonly params: Params;
  readonly target: string;
  readonly metric: Metric;
  readonly before: Side;
  readonly after: Side;
  /** How much more there is after, as a part of before: 0.1 for a tenth more. Infinite when there was nothing. */
  readonly change: number;
  /** `same`: the intervals overlap, so that nothing can be said. */
  readonly verdict: 'better' | 'worse' | 'same';
}

export interface Comparison {
  readonly differences: readonly Difference[];
  /** Rows that only one of them has, in words. */
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
  /** Whether they agree on who is better than whom. */
  readonly rankings: RankingComparison;
  /** Why the two may not be comparable at all. */
  readonly warnings: readonly string[];
}

export interface CompareOptions {
  /** Takes figures of a row that stand beside the main ones too. */
  readonly all: boolean;
  readonly accepts?: ((row: Row) => boolean) | undefined;
}

/** Holds two reports against each other, figure by figure, in the order of the first one's rows. */
export function compareReports(before: Report, after: Report, { all, accepts = () => true }: CompareOptions): Comparison {
  const differences: Difference[] = [];
  const onlyBefore: string[] = [];
  const afterRows = after.rows.filter(accepts);
  const met = new Set<Row>();
  for (const row of before.rows.filter(accepts)) {
    const other = afterRows.find((candidate) => isSameCell(candidate, row));
    if (other === undefined) {
      onlyBefore.push(describeRow(row));
      continue;
    }
    met.add(other);
    for (const metric of metricsOf(row, all)) {
      if (row.metrics[metric.key] === undefined || other.metrics[metric.key] === undefined) continue;
      differences.push(toDifference(row, other, metric));
    }
  }
  return {
    differences,
    onlyBefore,
    onlyAfter: afterRows.filter((row) => !met.has(row)).map(describeRow),
    rankings: compareRankings(before.rows.filter(accepts), afterRows),
    warnings: warn(before, after),
  };
}

/** The differences that are worse, beyond the noise, by more than a part (0.1 for a tenth). */
export function worseThan(comparison: Pick<Comparison, 'differences'>, part: number): readonly Difference[] {
  return comparison.differences.filter(({ verdict, change }) => verdict === 'worse' && Math.abs(change) > part);
}

function isSameCell(a: Row, b: Row): boolean {
  return a.scenario === b.scenario && a.target === b.target && isSameParams(a.params, b.params);
}

function metricsOf(row: Row, all: boolean): readonly Metric[] {
  const metrics = allScenarios.find(({ name }) => name === row.scenario)?.metrics ?? [];
  return all ? metrics : metrics.filter(({ compare }) => compare);
}

function toDifference(a: Row, b: Row, metric: Metric): Difference {
  const before = summarizeRow(a, metric.key);
  const after = summarizeRow(b, metric.key);
  const isApart = before.interval[1] < after.interval[0] || after.interval[1] < before.interval[0];
  const isMore = after.median > before.median;
  return {
    scenario: a.scenario,
    params: a.params,
    target: a.target,
    metric,
    before,
    after,
    change: after.median === before.median ? 0 : (after.median - before.median) / Math.abs(before.median),
    verdict: !isApart ? 'same' : isMore === (metric.better === 'higher') ? 'better' : 'worse',
  };
}

function describeRow({ scenario, target, params }: Row): string {
  return `${target} in ${scenario} (${formatParams(params)})`;
}

const machineFacts: readonly (keyof Machine)[] = ['cpu', 'cores', 'memoryGiB', 'os', 'node'];

function warn(before: Report, after: Report): readonly string[] {
  const warnings = machineFacts
    .filter((key) => before.machine[key] !== after.machine[key])
    .map((key) => `another machine: ${key} was ${before.machine[key]}, is ${after.machine[key]}`);
  const isPinned = (report: Report): boolean => 'clientCore' in report.pinning;
  if (before.profile !== after.profile) warnings.push(`another profile: ${before.profile}, then ${after.profile}`);
  if (isPinned(before) !== isPinned(after)) warnings.push('only one of them kept client and server to a core each');
  for (const [name, report] of [['first', before] as const, ['second', after] as const]) {
    if (report.profile === 'smoke') warnings.push(`the ${name} is of the profile smoke, whose figures mean nothing`);
    if (report.interrupted) warnings.push(`the ${name} was interrupted`);
    if (report.machine.loadAverage > report.machine.cores / 2)
      warnings.push(
        `the ${name} was made on a busy machine (load ${report.machine.loadAverage.toFixed(1)} on ${report.machine.cores} cores)`,
      );
  }
  for (const { name, version } of before.targets) {
    const other = after.targets.find((target) => target.name === name);
    if (other !== undefined && other.version !== version)
      warnings.push(`another version of ${name}: ${version ?? 'none'}, then ${other.version ?? 'none'}`);
  }
  return warnings;
}
