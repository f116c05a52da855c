import type { Revision } from '@mcpwire/protocol';
import type { TransportKind } from '../connection.js';
import type { Level } from '../verdict.js';
import type { Observation } from './observation.js';

/** What is known of the client, whatever the scene. */
export interface ClientFacts {
  /** Every revision that the client went along with. */
  readonly revisions: readonly Revision[];
  /** The run in which nothing was out of order. */
  readonly plain: Observation;
  /** Whether the client sent the requests that the steps name. */
  readonly follows: boolean;
  /** Whether the exit code says how the steps came out: 0 when all went well, another when one did not. Never so for a check without `readsExitCode`. */
  readonly tells: boolean;
}

/** One thing that a client has to do, and how to see whether it did. A plain object, like the checks of servers. */
export interface ClientCheck {
  /** `client/<name>`; never changes once published. */
  readonly id: string;
  readonly level: Level;
  /** What the client does, as a sentence. */
  readonly title: string;
  /** Ids of the requirements it stands on. */
  readonly spec: readonly string[];
  readonly transports: readonly TransportKind[];
  readonly revisions: readonly Revision[];
  /** What to do about a breach, as a sentence to the client's author. */
  readonly remedy: string;
  /** The scenes that it judges, each by itself; `every`: all that are played. The first that shows a breach counts. */
  readonly scenes: readonly string[] | 'every';
  /** Looks at the exit code, if `facts.tells` that it means something: the scene `refusal` is played to see that. */
  readonly readsExitCode?: boolean;
  /** Returns when the client did right; throws `Breach`, `NotApplicable` or `Inconclusive`. */
  judge(seen: Observation, facts: ClientFacts): void;
}
