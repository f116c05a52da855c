import { fileURLToPath } from 'node:url';
import { evaluateClaims } from '../claims/evaluate.js';
import { claims } from '../claims/index.js';
import { evaluateGoals } from '../goals/evaluate.js';
import { goals } from '../goals/goals.js';
import { describeMachine } from '../measure/machine.js';
import { readPackageVersion } from '../measure/package-version.js';
import { planPinning } from '../measure/pinning.js';
import { startStealClock } from '../measure/steal.js';
import { rankRows } from '../report/rank.js';
import { type Report, schemaVersion, type TargetInfo } from '../report/report.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { Target } from '../targets/target.js';
import { isNeeded } from './need.js';
import { createPlan } from './plan.js';
import type { Profile } from './profiles.js';
import { type RunProgress, runPlan } from './run-plan.js';

export interface BenchOptions {
  readonly scenarios: readonly Scenario[];
  readonly targets: readonly Target[];
  readonly profile: Profile;
  /** Rounds of each cell in one launch, in place of the profile's. */
  readonly rounds?: number | undefined;
  /** Idle streams to hold, in place of what the profile has. */
  readonly streams?: number | undefined;
  /** Keep client and server to a core each, where the machine allows it. */
  readonly pin: boolean;
  /** How the run was started, for the report. */
  readonly command: string;
  readonly signal: AbortSignal;
  readonly onprogress: (progress: RunProgress) => void;
}

const benchDirectory = fileURLToPath(new URL('../..', import.meta.url));

/** Measures what the options select, and judges goals and claims by it. */
export async function runBench(options: BenchOptions): Promise<Report> {
  const { scenarios, targets, profile, rounds, streams, pin, command, signal, onprogress } = options;
  const startedAt = new Date();
  const machine = describeMachine();
  const pinning = pin ? await planPinning() : { reason: 'it was asked for with --no-pin' };
  const plan = createPlan(scenarios, targets, profile, rounds, streams);
  const steal = await startStealClock();
  const { rows, gaps, durations } = await runPlan(plan, {
    // Who asks for rounds, or for streams, wants them all.
    time: rounds === undefined && streams === undefined ? profile : undefined,
    first: isNeeded,
    pinning,
    signal,
    onprogress,
  });
  const stolenPercent = await steal();
  const used = targets.filter(({ name }) => [...rows, ...gaps].some((entry) => entry.target === name));
  return {
    schemaVersion,
    startedAt: startedAt.toISOString(),
    durationSeconds: (Date.now() - startedAt.getTime()) / 1000,
    command,
    profile: profile.name,
    interrupted: signal.aborted,
    machine,
    pinning,
    targets: await Promise.all(used.map(toTargetInfo)),
    ...(stolenPercent !== undefined && { stolenPercent }),
    rows,
    gaps,
    rankings: rankRows(rows),
    durations,
    goals: evaluateGoals(goals, rows),
    claims: evaluateClaims(claims, rows),
  };
}

async function toTargetInfo({ name, title, role, about, packageName }: Target): Promise<TargetInfo> {
  const version = packageName && (await readPackageVersion(packageName, benchDirectory));
  return { name, title, role, about, ...(version && { version }) };
}
