import type { Revision } from '@mcpwire/protocol';
import type { Connection, TransportKind } from './connection.js';
import type { JsonObject, JsonValue } from './inbox.js';
import type { ShapeName } from './schemas/shapes.js';
import type { Session } from './session.js';
import type { Level } from './verdict.js';

/**
 * What a check cannot do without. A server capability (`capability:tools`), a tool that the caller named, or an operating system
 * that has signals. Where it is missing, the check does not apply, and says what is missing.
 */
export type Need = `capability:${string}` | 'probe-tool' | 'slow-tool' | 'signals';

/**
 * One thing that a server has to do, and how to see whether it does. A plain object: run by `run`, or by any test runner through
 * `runCheck`.
 */
export interface Check<C extends Connection = Connection> {
  /** `<area>/<name>`; never changes once published. */
  readonly id: string;
  /** A breach of `must` fails, of `should` warns. */
  readonly level: Level;
  /** What the server does, as a sentence. */
  readonly title: string;
  /** Ids of the requirements it stands on; `requirements/<revision>.yaml` has them. */
  readonly spec: readonly string[];
  readonly transports: readonly TransportKind[];
  readonly revisions: readonly Revision[];
  /** What to do about a breach, as a sentence to the server's author. */
  readonly remedy: string;
  readonly needs?: readonly Need[];
  /**
   * - `shared`: works on the session that all such checks of a revision share, one after the other. It leaves the session usable, or the
   *   server is at fault; a breach is tried again on a session of its own before it counts.
   * - `own` (the default): opens what it needs by itself.
   * - `after`: judges what all the other checks saw (`observed`), when they are done. The engine asks for a little of everything first,
   *   so that there is something to judge when it runs alone.
   */
  readonly uses?: 'shared' | 'own' | 'after';
  /** Time for the whole check; default 15 s, and never less than twice the run's `timeoutMs`. */
  readonly limitMs?: number;
  /**
   * Returns when the server does right; throws `Breach`, `NotApplicable` or `Inconclusive` (`expect.ts` has helpers). Anything else
   * thrown is inconclusive too. Begins with a positive control: what is done to the server next has to be seen against that.
   */
  run(context: CheckContext<C>): Promise<void>;
}

/** What one revision's handshake told about the server. */
export interface ServerFacts {
  /** The result of `initialize` or `server/discover`, as it came. */
  readonly greeting: JsonObject;
  readonly capabilities: JsonObject;
  /** Every revision that the server supports, as far as the suite knows them. */
  readonly revisions: readonly Revision[];
}

/** A tool that the caller lets the checks call. */
export interface ProbeTool {
  readonly name: string;
  readonly args: JsonObject;
}

export interface OpenOptions {
  readonly clientCapabilities?: JsonObject;
}

/** What a check has to work with. Everything that it opens is closed for it. */
export interface CheckContext<C extends Connection = Connection> {
  readonly transport: TransportKind;
  readonly revision: Revision;
  readonly server: ServerFacts;
  readonly probeTool: ProbeTool | undefined;
  readonly slowTool: ProbeTool | undefined;
  /** How long an answer may take. */
  readonly timeoutMs: number;
  /** How long nothing must come before it is taken that nothing will; counted from the answer to a later request. */
  readonly quietMs: number;
  /** Aborted when the check's time is over, or the run is given up. */
  readonly signal: AbortSignal;
  /** For `after`: every connection that the checks of this revision had, the closed ones too. */
  readonly observed: readonly C[];
  /** The session to work with: shared or fresh, as `uses` says; the handshake is done. */
  session(): Promise<Session<C>>;
  /** A fresh connection with a handshake of its own. */
  open(options?: OpenOptions): Promise<Session<C>>;
  /** A fresh connection on which nothing has been said. */
  connect(options?: OpenOptions): Promise<Session<C>>;
  /**
   * The positive control: what has to work before a probe means anything. A breach in it makes the check inconclusive, since
   * another check judges that.
   */
  control<T>(what: string, work: () => Promise<T>): Promise<T>;
  /** Does this once for all checks of a revision, and gives each the same outcome, a failure too: for what takes its time. */
  once<T>(what: string, work: () => Promise<T>): Promise<T>;
  /** Waits until everything that was caused so far must have come: a request that is answered, and `quietMs` more. */
  settle(session: Session<C>, after?: string): Promise<void>;
  /**
   * Compares a value with the revision's shape of it.
   *
   * @throws Breach that names each place where it differs. `what` is a sentence's beginning: 'the result of tools/list'.
   */
  shape(name: ShapeName, value: JsonValue | undefined, what: string): void;
}
