import type { ProcessLoads } from '../measure/process-watch.js';
import type { OwnServer } from '../own-server/own-server.js';
import type { ProfileName } from '../run/profiles.js';

/** The parameters of one case: flat, so that a row of the JSON report stays flat. */
export type Params = Readonly<Record<string, string | number>>;

/** One figure that a scenario measures. */
export interface Metric {
  /** The key in a row's `metrics`; it carries the unit. */
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  /** Show the ratio to the floor and to the reference peer beside it. The first metric so marked is the headline. */
  readonly compare?: boolean;
}

/** What one round measured. */
export interface RoundResult {
  readonly metrics: Readonly<Record<string, number>>;
  /** Findings that are no numbers, such as the kind of a descriptor. The last round's stand. */
  readonly facts?: Readonly<Record<string, string>>;
  /** Figures along the way, by the key of a curve of the scenario: pairs of x and y. The last round's stand. */
  readonly series?: Series;
  /** How busy both sides were meanwhile. */
  readonly loads?: ProcessLoads;
}

/** Pairs of x and y, by the key of a curve. */
export type Series = Readonly<Record<string, readonly (readonly [x: number, y: number])[]>>;

/** A figure that is followed along the way. */
export interface CurveMetric {
  /** The key in a row's `series`; it carries the unit. */
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  /** What it is drawn against. */
  readonly against: string;
}

/** How long to warm up and to measure. */
export interface Timing {
  readonly warmUpMs: number;
  /** Requests that the warm-up makes at least, unless they take eight times as long as it is meant to; only where requests are counted. */
  readonly warmUpCount?: number | undefined;
  readonly roundMs: number;
}

/** Everything a worker process needs to measure one target in one case. It crosses a process border as JSON. */
export interface Cell {
  readonly scenario: string;
  readonly target: string;
  readonly params: Params;
  readonly timing: Timing;
  /** The core that server processes run on; undefined when nothing is pinned. */
  readonly serverCore?: number | undefined;
  /** The reader's own server, where that is what is measured. */
  readonly ownServer?: OwnServer | undefined;
}

/** One target, started and ready to be measured again and again. */
export interface Session {
  warmUp(): Promise<void>;
  round(): Promise<RoundResult>;
  /** Ends every process and socket that the session opened. */
  close(): Promise<void>;
}

/** One thing that the bench measures. Its `open` runs in a worker process of its own for each cell. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** What is measured and how, in a sentence or two, for the report. */
  readonly about: string;
  readonly metrics: readonly Metric[];
  readonly curves?: readonly CurveMetric[];
  /** The names of the targets that can be measured, in the order of the tables. */
  readonly targets: readonly string[];
  /** The target that ratios are taken against, beside the floor. */
  readonly reference: string;
  /** Client and server keep to one core each, where the machine allows it. */
  readonly pinned: boolean;
  /** The client is the bench's own, the same for every target: a row says so where it had no time left and the rate is its own. */
  readonly loadGenerator?: boolean;
  /** A parameter (or several) whose values stand in one table and one chart, to be compared with each other. */
  readonly compareBy?: string | readonly string[];
  cases(profile: ProfileName): readonly ScenarioCase[];
  /** The cases in place of those, where the command line asks for a number of streams to hold. */
  casesFor?(streams: number): readonly ScenarioCase[];
  open(cell: Cell): Promise<Session>;
}

/** One set of parameters, and where it departs from its scenario and from the profile. */
export interface ScenarioCase {
  readonly params: Params;
  readonly targets?: readonly string[];
  readonly rounds?: number;
  readonly timing?: Timing;
  /** The least that the warm-up makes of requests, whatever the profile says, but in `smoke`. */
  readonly warmUpCount?: number;
  /** Milliseconds that a round, and the warm-up, take where no timing rules them; only for the time left. */
  readonly estimatedRoundMs?: number;
  /** Milliseconds that the warm-up takes where that is something else; only for the time left. */
  readonly estimatedWarmUpMs?: number;
  /** How often the processes are started anew, in place of the profile's. */
  readonly launches?: number;
  /** What a round may take at the most. Default 60 s. */
  readonly timeoutMs?: number;
}
