import type { Revision } from '@mcpwire/protocol';
import type { ExpectedFailure } from './baseline.js';
import type { Outcome } from './outcome.js';
import type { SelectOptions } from './select.js';

/** Where a run stands. */
export interface RunProgress {
  /** Checks that were judged, each once in a revision. */
  readonly done: number;
  /** Of so many; 0 until it is known which revisions are judged. */
  readonly total: number;
  /** What was just judged; undefined before the first. */
  readonly outcome?: Outcome;
}

/** What `run` and `runClient` take alike. The other side is the server of `run`, and the client of `runClient`. */
export interface CommonRunOptions extends Pick<SelectOptions, 'only' | 'skip' | 'level'> {
  /** Which are judged; default: every one that the other side agrees to. */
  readonly revisions?: readonly Revision[] | undefined;
  /**
   * What the other side supports, for who knows: then only `revisions` are asked for, which saves the start of a process for each other one.
   * Some checks depend on it.
   */
  readonly knownRevisions?: readonly Revision[] | undefined;
  /** How many connections to a server, or clients, there are at a time; default: twice the processors, and at least 6 or 4. */
  readonly concurrency?: number | undefined;
  /** How long the other side may take: a server for an answer, a client until it does something more. Default 5,000. */
  readonly timeoutMs?: number | undefined;
  /** How long it may take to start and say something for the first time; default 20,000. */
  readonly startMs?: number | undefined;
  /** Failures that are known; one that fails no longer is listed in the report. */
  readonly expectedFailures?: readonly ExpectedFailure[] | undefined;
  /** Gives up: everything that was started is ended, and the run rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly onprogress?: ((progress: RunProgress) => void) | undefined;
}

export const DEFAULT_TIMEOUT_MS = 5_000;
export const DEFAULT_START_MS = 20_000;
