import type { Revision } from '@mcpwire/protocol';
import type { Connection, TransportKind } from './connection.js';
import type { Redactor } from './redact.js';

export interface DriverOptions {
  readonly redact: Redactor;
  readonly timeoutMs: number;
}

/** How raw connections over one transport come to be. A transport of the suite is a driver and the checks that go with it. */
export interface Driver<C extends Connection = Connection> {
  readonly transport: TransportKind;
  /** The revisions that this transport exists in. */
  readonly revisions: readonly Revision[];
  /**
   * A fresh connection on which nothing has been said yet. `revision` is the one that will be spoken.
   *
   * @throws Unreachable when there is no server: nothing listens, the command can't be started.
   */
  connect(revision: Revision, signal: AbortSignal): Promise<C>;
  /** Ends everything that is left. */
  close(): Promise<void>;
}

/** The server could not be started or reached: nothing about it can be judged, and the run has the exit code 2. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}
