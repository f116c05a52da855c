import type { Pinning } from '../measure/pinning.js';
import { isNoisy, summarize } from '../measure/statistics.js';
import type { OwnServer } from '../own-server/own-server.js';
import type { Gap, Row, Spread } from '../report/report.js';
import type { RoundResult } from '../scenarios/scenario.js';
import type { Target } from '../targets/target.js';
import type { Group } from './plan.js';
import { WorkerProcess } from './worker-process.js';

/** Where a run stands. */
export interface RunProgress {
  readonly group: Group;
  readonly groupNumber: number;
  readonly groupCount: number;
  readonly target?: Target;
  readonly stage: string;
  /** Part of the run's estimated time that is behind, 0 to 1. */
  readonly done: number;
}

export interface RunOptions {
  readonly pinning: Pinning;
  /** What the run may take; when it falls behind, later cases get fewer rounds. */
  readonly budgetMs?: number | undefined;
  /** The reader's own server, for the scenarios that measure one. */
  readonly ownServer?: OwnServer | undefined;
  /** Ends the run; what has been measured is returned. */
  readonly signal: AbortSignal;
  readonly onprogress: (progress: RunProgress) => void;
}

const openTimeoutMs = 30_000;
/** A server of the reader's own is opened many times over, and may be slow to start. */
const ownOpenTimeoutMs = 120_000;
const commandTimeoutMs = 60_000;

/** Measures every group in turn. Never rejects for what goes wrong inside a cell: that is a gap in the result. */
export async function runPlan(plan: readonly Group[], options: RunOptions): Promise<{ rows: Row[]; gaps: Gap[] }> {
  const rows: Row[] = [];
  const gaps: Gap[] = [];
  const totalMs = plan.reduce((sum, group) => sum + group.estimateMs, 0);
  const startedAt = performance.now();
  let doneMs = 0;
  for (const [index, group] of plan.entries()) {
    if (options.signal.aborted) break;
    const rounds = fitRounds(group.rounds, options.budgetMs, { elapsedMs: performance.now() - startedAt, doneMs, totalMs });
    const result = await runGroup({ ...group, rounds }, options, (stage, part, target) =>
      options.onprogress({
        group,
        groupNumber: index + 1,
        groupCount: plan.length,
        stage,
        done: (doneMs + part * group.estimateMs) / totalMs,
        ...(target && { target }),
      }),
    );
    rows.push(...result.rows);
    gaps.push(...result.gaps);
    doneMs += group.estimateMs;
  }
  return { rows, gaps };
}

const fewestRounds = 3;

/**
 * How many of a case's rounds fit what is left of the budget, if the run goes on as it has gone so far; never fewer than three, nor
 * more than were planned.
 */
export function fitRounds(
  planned: number,
  budgetMs: number | undefined,
  { elapsedMs, doneMs, totalMs }: { elapsedMs: number; doneMs: number; totalMs: number },
): number {
  if (budgetMs === undefined || doneMs === 0) return planned;
  const expectedMs = (totalMs - doneMs) * (elapsedMs / doneMs);
  const fitting = Math.floor((planned * (budgetMs - elapsedMs)) / expectedMs);
  return Math.min(planned, Math.max(fewestRounds, fitting));
}

interface CellRun {
  readonly target: Target;
  readonly rounds: RoundResult[];
  worker?: WorkerProcess;
  gap?: Gap;
}

async function runGroup(
  group: Group,
  { pinning, signal, ownServer }: RunOptions,
  onstage: (stage: string, part: number, target?: Target) => void,
): Promise<{ rows: Row[]; gaps: Gap[] }> {
  const { scenario, params, rounds, launches, timing, timeoutMs = commandTimeoutMs } = group;
  const cores = scenario.pinned && 'clientCore' in pinning ? pinning : undefined;
  const cells: CellRun[] = group.targets.map((target) => ({ target, rounds: [] }));
  const steps = launches * (1 + cells.length * (rounds + 1));
  let step = 0;

  const attempt = async (cell: CellRun, what: string, action: (worker: WorkerProcess) => Promise<void>): Promise<void> => {
    if (cell.worker === undefined || signal.aborted) return;
    onstage(what, step++ / steps, cell.target);
    try {
      await action(cell.worker);
    } catch (error) {
      if (!signal.aborted) cell.gap = toGap(group, cell, what, error);
      await cell.worker.close();
      delete cell.worker;
    }
  };

  for (let launch = 0; launch < launches && !signal.aborted; launch++) {
    onstage('starting', step++ / steps);
    const open = cells.filter((cell) => cell.gap === undefined);
    for (const cell of open) {
      const serverCore = cores?.serverCore;
      const what = { scenario: scenario.name, target: cell.target.name, params, timing, serverCore, ownServer };
      cell.worker = new WorkerProcess(what, cores?.clientCore);
    }
    await Promise.all(
      open.map((cell) =>
        attempt(cell, 'starting', (worker) => worker.open(ownServer === undefined ? openTimeoutMs : ownOpenTimeoutMs, signal)),
      ),
    );
    for (const cell of open) await attempt(cell, 'warming up', (worker) => worker.warmUp(commandTimeoutMs, signal));
    // The targets take turns, so that whatever drifts on this machine hits all of them alike.
    for (let round = 1; round <= rounds; round++) {
      for (const cell of open) {
        await attempt(cell, `round ${launch * rounds + round} of ${launches * rounds}`, async (worker) => {
          cell.rounds.push(await worker.round(timeoutMs, signal));
        });
      }
    }
    await Promise.all(open.map((cell) => cell.worker?.close()));
    for (const cell of open) delete cell.worker;
  }
  return {
    // A target that failed half-way keeps what it had shown until then; its gap says that there should have been more.
    rows: cells.filter((cell) => cell.rounds.length > 0).map((cell) => toRow(group, cell)),
    gaps: cells.flatMap((cell) => cell.gap ?? []),
  };
}

function toGap(group: Group, { target, rounds }: CellRun, stage: string, error: unknown): Gap {
  const unavailable = target.role === 'peer' && stage === 'starting' && rounds.length === 0;
  return {
    scenario: group.scenario.name,
    target: target.name,
    params: group.params,
    kind: unavailable ? 'unavailable' : 'failed',
    reason: `${stage}: ${error instanceof Error ? error.message : String(error)}${rounds.length > 0 ? ` (the rounds before it are kept: ${rounds.length})` : ''}`,
  };
}

function toRow({ scenario, params }: Group, { target, rounds }: CellRun): Row {
  const metrics: Record<string, number> = {};
  const spread: Record<string, Spread> = {};
  let noisy = false;
  for (const key of Object.keys((rounds[0] as RoundResult).metrics)) {
    const summary = summarize(rounds.map((round) => round.metrics[key] as number));
    const { median, ...rest } = summary;
    metrics[key] = median;
    spread[key] = rest;
    const compared = scenario.metrics.some((metric) => metric.key === key && metric.compare);
    noisy ||= compared && isNoisy(summary);
  }
  const facts = rounds.at(-1)?.facts;
  return { scenario: scenario.name, target: target.name, params, metrics, spread, rounds: rounds.length, noisy, ...(facts && { facts }) };
}
