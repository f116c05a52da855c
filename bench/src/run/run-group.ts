import type { Pinning } from '../measure/pinning.js';
import type { OwnServer } from '../own-server/own-server.js';
import type { Gap, Row } from '../report/report.js';
import { moduleOf } from '../scenarios/index.js';
import type { RoundResult } from '../scenarios/scenario.js';
import type { Target } from '../targets/target.js';
import type { RoundTimer } from './budget.js';
import type { Group } from './plan.js';
import { toRow } from './to-row.js';
import { WorkerProcess } from './worker-process.js';

const openTimeoutMs = 30_000;
/** A server of the reader's own is opened many times over, and may be slow to start. */
const ownOpenTimeoutMs = 120_000;
const commandTimeoutMs = 60_000;

export interface GroupOptions {
  readonly pinning: Pinning;
  readonly ownServer?: OwnServer | undefined;
  /** The reader's Ctrl-C. */
  readonly signal: AbortSignal;
  /** The end of the time that the run may take. */
  readonly limit?: AbortSignal | undefined;
  readonly timer: RoundTimer;
  /** Nothing is measured before this has settled: what the case before has left to end. */
  readonly before: Promise<unknown>;
  readonly onstage: (stage: string, part: number, target?: Target) => void;
}

interface GroupResult {
  readonly rows: readonly Row[];
  readonly gaps: readonly Gap[];
  /** Settles when every process of the case has ended. */
  readonly closed: Promise<unknown>;
}

interface CellRun {
  readonly target: Target;
  readonly rounds: RoundResult[];
  worker?: WorkerProcess;
  gap?: Gap;
}

/** Measures one case. Never rejects for what goes wrong inside a cell: that is a gap in the result. */
export async function runGroup(group: Group, options: GroupOptions): Promise<GroupResult> {
  const { pinning, ownServer, limit, timer, before, onstage } = options;
  const { scenario, params, rounds, launches, timing, timeoutMs = commandTimeoutMs } = group;
  const signal = limit === undefined ? options.signal : AbortSignal.any([options.signal, limit]);
  const cores = scenario.pinned && 'clientCore' in pinning ? pinning : undefined;
  const cells: CellRun[] = group.targets.map((target) => ({ target, rounds: [] }));
  const steps = launches * (1 + cells.length * (rounds + 1));
  let step = 0;
  let closed: Promise<unknown> = before;

  const attempt = async (cell: CellRun, what: string, action: (worker: WorkerProcess) => Promise<void>): Promise<void> => {
    if (cell.worker === undefined || signal.aborted) return;
    onstage(what, step++ / steps, cell.target);
    try {
      await action(cell.worker);
    } catch (error) {
      // What a signal has ended is no fault of the cell.
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
      cell.worker = new WorkerProcess(moduleOf(scenario.name), what, cores?.clientCore);
    }
    const openMs = ownServer === undefined ? openTimeoutMs : ownOpenTimeoutMs;
    await Promise.all([closed, ...open.map((cell) => attempt(cell, 'starting', (worker) => worker.open(openMs, signal)))]);
    for (const cell of open) await attempt(cell, 'warming up', (worker) => worker.warmUp(commandTimeoutMs, signal));
    for (let round = 1; !signal.aborted && timer.allows(round, { planned: rounds, launch, launches }); round++) {
      step = launch * (1 + cells.length * (rounds + 1)) + 1 + cells.length * round;
      // The targets take turns, forwards and backwards: what drifts on this machine hits all of them alike.
      for (const cell of round % 2 === 1 ? open : open.toReversed()) {
        await attempt(cell, `round ${launch * rounds + round} of ${launches * rounds}`, async (worker) => {
          cell.rounds.push(await worker.round(timeoutMs, signal));
        });
      }
    }
    closed = Promise.all(open.map((cell) => cell.worker?.close()));
    for (const cell of open) delete cell.worker;
  }
  if (limit?.aborted) for (const cell of cells) if (cell.rounds.length === 0) cell.gap ??= toSkipped(group, cell.target);
  return {
    // A target that failed half-way keeps what it had shown until then; its gap says that there should have been more.
    rows: cells.filter((cell) => cell.rounds.length > 0).map((cell) => toRow(group, cell.target.name, cell.rounds)),
    gaps: cells.flatMap((cell) => cell.gap ?? []),
    closed,
  };
}

/** The gap of a target that there was no time for. */
export function toSkipped({ scenario, params }: Group, target: Target): Gap {
  return {
    scenario: scenario.name,
    target: target.name,
    params,
    kind: 'skipped',
    reason: 'the time of the profile was used up: this machine is slow, or has other work',
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
