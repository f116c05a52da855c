import type { Pinning } from '../measure/pinning.js';
import type { OwnServer } from '../own-server/own-server.js';
import type { Duration, Gap, Row } from '../report/report.js';
import type { Target } from '../targets/target.js';
import { Budget } from './budget.js';
import type { Group } from './plan.js';
import type { Profile } from './profiles.js';
import { runGroup, toSkipped } from './run-group.js';

/** Where a run stands. */
export interface RunProgress {
  readonly group: Group;
  readonly groupNumber: number;
  readonly groupCount: number;
  readonly target?: Target;
  readonly stage: string;
  /** Part of the run's estimated time that is behind, 0 to 1. */
  readonly done: number;
  /** What the run may still take at the most; infinite where nothing limits it. */
  readonly mostLeftMs: number;
}

export interface RunOptions {
  readonly pinning: Pinning;
  /** What the run may take; when it falls behind, cases get fewer rounds, and at the limit the rest is left out. */
  readonly time?: Pick<Profile, 'budgetMs' | 'limitMs'> | undefined;
  /** Which cases are measured before the others, so that these are never what is left out. */
  readonly first?: (group: Group) => boolean;
  /** The reader's own server, for the scenarios that measure one. */
  readonly ownServer?: OwnServer | undefined;
  /** Ends the run; what has been measured is returned. */
  readonly signal: AbortSignal;
  readonly onprogress: (progress: RunProgress) => void;
}

interface RunResult {
  /** In the order of the plan. */
  readonly rows: readonly Row[];
  readonly gaps: readonly Gap[];
  readonly durations: readonly Duration[];
}

/** Measures every group in turn. Never rejects for what goes wrong inside a cell: that is a gap in the result. */
export async function runPlan(plan: readonly Group[], options: RunOptions): Promise<RunResult> {
  const { time = {}, first = () => true, signal, onprogress, ...rest } = options;
  const order = [...plan.filter(first), ...plan.filter((group) => !first(group))];
  const budget = new Budget(time);
  const { limit } = budget;
  const results = new Map<Group, { rows: readonly Row[]; gaps: readonly Gap[]; duration?: Duration }>();
  const totalMs = plan.reduce((sum, group) => sum + group.estimateMs, 0);
  let doneMs = 0;
  let before: Promise<unknown> = Promise.resolve();
  for (const [index, group] of order.entries()) {
    if (signal.aborted) break;
    if (limit?.aborted) {
      results.set(group, { rows: [], gaps: group.targets.map((target) => toSkipped(group, target)) });
      continue;
    }
    const startedAt = performance.now();
    const { rows, gaps, closed } = await runGroup(group, {
      ...rest,
      signal,
      limit,
      timer: budget.deal(group, order.slice(index + 1)),
      before,
      onstage: (stage, part, target) =>
        onprogress({
          group,
          groupNumber: index + 1,
          groupCount: order.length,
          stage,
          done: (doneMs + part * group.estimateMs) / totalMs,
          mostLeftMs: budget.leftMs,
          ...(target && { target }),
        }),
    });
    before = closed;
    const seconds = Math.round(performance.now() - startedAt) / 1000;
    results.set(group, { rows, gaps, duration: { scenario: group.scenario.name, params: group.params, seconds } });
    doneMs += group.estimateMs;
  }
  await before;
  const inOrder = plan.flatMap((group) => results.get(group) ?? []);
  return {
    rows: inOrder.flatMap(({ rows }) => rows),
    gaps: inOrder.flatMap(({ gaps }) => gaps),
    durations: inOrder.flatMap(({ duration }) => duration ?? []),
  };
}
