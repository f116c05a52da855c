import type { Transport } from '@mcpwire/jsonrpc';

/**
 * What some transports, or some ways to set one up, can do and others cannot:
 * - `push`: `b` may send messages that answer nothing, as soon as both sides have started.
 * - `ordered`: messages sent without awaiting the one before arrive in the order of the calls.
 * - `linked`: closing one side ends the other.
 * - `overflow`: `send` rejects with `queue-overflow` once `maxWaitingSends` others wait for room.
 * - `raw`: `Connection.deliverRaw` exists.
 * - `stall`: `Connection.stall` exists.
 * - `sever`: `Connection.sever` exists, and both sides notice it.
 */
export type Ability = 'push' | 'ordered' | 'linked' | 'overflow' | 'raw' | 'stall' | 'sever';

/** How to set up the transport that is to be judged. */
export interface TransportFixture {
  /** Names the transport in reports. */
  readonly name: string;
  /** What this transport can do. A case that needs more does not apply to it. */
  readonly abilities: readonly Ability[];
  /**
   * The most bytes of messages that `send` may accept while the other side takes none: the queues of both sides and
   * whatever the medium between them buffers. Small queues (64 KiB) make the cases quick; a message of 16 MiB must
   * still pass.
   */
  readonly maxInTransitBytes: number;
  /** With `overflow`: how many sends may wait for room before one more rejects; at least 4,096, as other cases need that many. */
  readonly maxWaitingSends?: number | undefined;
  /** How long nothing must happen before a case takes it that nothing more will. Default 30. */
  readonly quietMs?: number | undefined;
  /** Joins a new pair of transports. The cases call it again for each pair they need, several at a time. */
  connect(): Promise<Connection>;
}

/** Two joined transports: `a` on the client's side, `b` on the server's. */
export interface Connection {
  /** The client's side, not yet started, its callbacks unset. */
  readonly a: Transport;
  /**
   * The server's side, not yet started, its callbacks unset. Called once, after `a.start()` was called; `a.start()` may
   * be pending still, so a server side that comes to be only with the first connection or message fits.
   */
  accept(): Promise<Transport>;
  /** Closes both sides and frees everything, whatever state they are in. */
  dispose(): Promise<void>;
  /**
   * Hands `payload` to one side as the content of one message of the medium (a line without its newline, an event's
   * data, a request's body), as if the other side had written it.
   */
  deliverRaw?(to: 'a' | 'b', payload: Uint8Array): Promise<void>;
  /** Stops the medium: nothing more is taken from either side until the function it resolves to is called. */
  stall?(): Promise<() => Promise<void>>;
  /** Breaks the medium at once, as when a process dies or a cable is cut. Neither side's `close` is called. */
  sever?(): Promise<void>;
}
