import { isNoisy, type Summary } from '../measure/statistics.js';
import { ratioOf } from '../report/ratio.js';
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
  /** Where the compared figure lies, for all that the rounds can tell. Only where it is noisy. */
  readonly interval?: readonly [low: number, high: number];
  readonly required: number;
  readonly unit: string;
  /** The target that a ratio is taken against. */
  readonly against?: string;
  /** The rounds disagree in what is compared. */
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
  const figure = own && (limit.kind === 'at-most-value' ? figureOf(own, goal.metric) : other && ratioOf(own, other, goal.metric));
  if (figure === undefined) return { ...verdict, verdict: 'not measured', noisy: false };
  const { median: measured, low, high } = figure;
  const reaches = (value: number): boolean => (limit.kind === 'at-least' ? value >= required : value <= required);
  const decided = reaches(measured) ? 'reached' : 'not reached';
  if (!isNoisy(figure)) return { ...verdict, measured, verdict: decided, noisy: false };
  const isCertain = reaches(low) === reaches(high);
  return { ...verdict, measured, interval: [low, high], verdict: isCertain ? decided : 'undecided', noisy: true };
}

function figureOf({ metrics, spread }: Row, key: string): Pick<Summary, 'median' | 'low' | 'high' | 'deviation'> | undefined {
  const median = metrics[key];
  if (median === undefined) return undefined;
  const { deviation = 0, low, high, min = median, max = median } = spread[key] ?? {};
  return { median, deviation, low: low ?? min, high: high ?? max };
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
