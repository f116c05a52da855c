import type { ClaimVerdict } from '../claims/evaluate.js';
import type { GoalVerdict } from '../goals/evaluate.js';
import type { Machine } from '../measure/machine.js';
import type { Pinning } from '../measure/pinning.js';
import type { ProcessLoads } from '../measure/process-watch.js';
import type { Summary } from '../measure/statistics.js';
import type { ProfileName } from '../run/profiles.js';
import type { Params, Series } from '../scenarios/scenario.js';
import type { Target } from '../targets/target.js';
import type { Ranking } from './rank.js';

/** Raised when a field of the JSON report changes its meaning or goes away. */
export const schemaVersion = 1;

/** How far a figure's rounds lie apart. Results written before intervals were have no `low` and `high`. */
export type Spread = Omit<Summary, 'median' | 'low' | 'high'> & Partial<Pick<Summary, 'low' | 'high'>>;

/** One target measured in one case. Every figure is the median over `rounds`. */
export interface Row {
  readonly scenario: string;
  readonly target: string;
  readonly params: Params;
  readonly metrics: Readonly<Record<string, number>>;
  /** How far the rounds lie apart, for each metric. */
  readonly spread: Readonly<Record<string, Spread>>;
  /** Round by round, what the compared figures were: rounds of the same number were measured side by side. Absent of a single round. */
  readonly samples?: Readonly<Record<string, readonly number[]>>;
  readonly rounds: number;
  /** The rounds lie too far apart for small differences to mean anything. */
  readonly noisy: boolean;
  readonly facts?: Readonly<Record<string, string>>;
  /** Figures along the way, such as memory against the streams held: pairs of x and y. */
  readonly series?: Series;
  /** How busy both sides were in a round, in the middle of all; the greatest delay of any. Absent where one process does it all, and in older results. */
  readonly loads?: ProcessLoads;
}

/** A cell that gave no row. */
export interface Gap {
  readonly scenario: string;
  readonly target: string;
  readonly params: Params;
  /** `unavailable`: a peer that can't be run here, which fails nothing. `failed`: something that should have worked. `skipped`: there was no time for it. */
  readonly kind: 'unavailable' | 'failed' | 'skipped';
  readonly reason: string;
}

export interface TargetInfo extends Pick<Target, 'name' | 'title' | 'role' | 'about'> {
  readonly version?: string;
}

/** How long a case took, its processes' start included. */
export interface Duration {
  readonly scenario: string;
  readonly params: Params;
  readonly seconds: number;
}

/** One run of the bench, as it stands in the JSON file. */
export interface Report {
  readonly schemaVersion: typeof schemaVersion;
  readonly startedAt: string;
  readonly durationSeconds: number;
  readonly command: string;
  readonly profile: ProfileName;
  readonly interrupted: boolean;
  readonly machine: Machine;
  readonly pinning: Pinning;
  readonly targets: readonly TargetInfo[];
  /** The part of the cores' time that the host of a virtual machine gave to others, percent; absent where the system does not tell. */
  readonly stolenPercent?: number;
  readonly rows: readonly Row[];
  readonly gaps: readonly Gap[];
  /** Absent in older results. */
  readonly rankings?: readonly Ranking[];
  readonly durations?: readonly Duration[];
  readonly goals: readonly GoalVerdict[];
  readonly claims: readonly ClaimVerdict[];
}
