import { isNoisy } from '../measure/statistics.js';
import type { Row } from '../report/report.js';
import type { Goal, GoalLimit, RowSelector } from './goal.js';

/** One limit of one goal, judged by the rows of a run. */
export interface GoalVerdict {
  readonly title: string;
  readonly target: string;
  readonly limit: string;
  /** `undecided`: the limit lies within `interval`, so that the next run may say the opposite. */
  readonly verdict: 'reached' | 'not reached' | 'undecided' | 'not measured';
  /** What the limit is compared with: a ratio, or a figure in `unit`. Absent when it was not measured. */
  readonly measured?: number;
  /** Where the compared figure lies when both rows may be off by the deviation of their rounds. Only where a row is noisy. */
  readonly interval?: readonly [low: number, high: number];
  readonly required: number;
  readonly unit: string;
  /** The target that a ratio is taken against. */
  readonly against?: string;
  /** One of the rows was noisy in this metric. */
  readonly noisy: boolean;
}

/** Judges every limit of every goal. */
export function evaluateGoals(goals: readonly Goal[], rows: readonly Row[]): readonly GoalVerdict[] {
  return goals.flatMap((goal) => goal.limits.map((limit) => judge(goal, limit, rows)));
}

function judge(goal: Goal, limit: GoalLimit, rows: readonly Row[]): GoalVerdict {
  const own = findRow(rows, goal, goal.target);
  const other = limit.kind === 'at-most-value' ? undefined : findRow(rows, goal, limit.against);
  const required = limit.kind === 'at-most-value' ? limit.value : limit.factor;
  const verdict = {
    title: goal.title,
    target: goal.target,
    limit: describeLimit(limit),
    required,
    ...(limit.kind === 'at-most-value' ? { unit: limit.unit } : { unit: '×', against: limit.against }),
  };
  const value = own?.metrics[goal.metric];
  const base = limit.kind === 'at-most-value' ? 1 : other?.metrics[goal.metric];
  if (value === undefined || base === undefined) return { ...verdict, verdict: 'not measured', noisy: false };
  const measured = value / base;
  const reaches = (figure: number): boolean => (limit.kind === 'at-least' ? figure >= required : figure <= required);
  const decided = reaches(measured) ? 'reached' : 'not reached';
  if (!isNoisyIn(own, goal.metric) && !isNoisyIn(other, goal.metric)) return { ...verdict, measured, verdict: decided, noisy: false };
  const interval = toInterval(value, deviationOf(own, goal.metric), base, deviationOf(other, goal.metric));
  const isCertain = reaches(interval[0]) === reaches(interval[1]);
  return { ...verdict, measured, interval, verdict: isCertain ? decided : 'undecided', noisy: true };
}

/** The least and the greatest ratio of two figures that may each be off by a deviation. */
function toInterval(value: number, deviation: number, base: number, baseDeviation: number): [low: number, high: number] {
  const least = Math.max(0, base - baseDeviation);
  return [Math.max(0, value - deviation) / (base + baseDeviation), least === 0 ? Number.POSITIVE_INFINITY : (value + deviation) / least];
}

function deviationOf(row: Row | undefined, metric: string): number {
  return row?.spread[metric]?.deviation ?? 0;
}

function isNoisyIn(row: Row | undefined, metric: string): boolean {
  const spread = row?.spread[metric];
  return row !== undefined && spread !== undefined && isNoisy({ ...spread, median: row.metrics[metric] as number });
}

function describeLimit(limit: GoalLimit): string {
  if (limit.kind === 'at-most-value') return `at most ${limit.value} ${limit.unit}`;
  if (limit.factor === 1) return `not ${limit.kind === 'at-least' ? 'below' : 'above'} ${limit.against}`;
  return `${limit.kind === 'at-least' ? 'at least' : 'at most'} ${limit.factor} × ${limit.against}`;
}

/** The row of a target with exactly these parameters. */
export function findRow(rows: readonly Row[], { scenario, params }: RowSelector, target: string): Row | undefined {
  return rows.find((row) => row.scenario === scenario && row.target === target && isSameParams(row.params, params));
}

/** Whether two sets of parameters are equal. */
export function isSameParams(a: RowSelector['params'], b: RowSelector['params']): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
