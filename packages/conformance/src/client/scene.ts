import type { Revision } from '@mcpwire/protocol';
import type { TransportKind } from '../connection.js';
import type { JsonValue } from '../inbox.js';
import type { Exchange } from './exchange.js';
import type { HttpSeen } from './observation.js';
import type { Steps } from './step.js';

/** A stream that the client opened with GET. */
export interface GetStream {
  readonly seen: HttpSeen;
  status(code: number): void;
  write(text: string): void;
  end(): void;
}

/** Where the raw server is not as usual. Each is asked first; what returns false is done as usual. */
export interface Handlers {
  /** A request of the client. */
  request?(exchange: Exchange): boolean;
  /** A message as text of an event stream. */
  encode?(value: JsonValue): string;
  get?(stream: GetStream): boolean;
  /** A POST, before its body is looked at: returns the status to refuse it with. */
  refuse?(seen: HttpSeen): number | undefined;
  /** The server's stdin ended; usually it exits. */
  stdinEnd?(): boolean;
  /** The server got a signal; usually it exits. */
  signal?(name: string): boolean;
  /** A server was started. Returns what it writes to stderr. */
  started?(): string;
}

/** One way in which the raw server behaves for one run of the client. */
export interface Scene {
  readonly name: string;
  /** What happens, for reports and for whoever writes a client program. */
  readonly what: string;
  readonly transports: readonly TransportKind[];
  readonly revisions: readonly Revision[];
  readonly steps: Steps;
  /** More for the environment of the client. */
  readonly env?: Readonly<Record<string, string>>;
  /** How long nothing may happen until the client is taken to be done, if that is more than usual. */
  readonly idleMs?: number;
  /** Only for clients that speak revisions of both eras, or of another than this one. */
  readonly onlyFor?: 'both-eras';
  /** Session ids over HTTP; default true, in the revisions that have them. */
  readonly sessions?: boolean;
  /** Whether answers over HTTP come as streams; default false. */
  readonly streams?: boolean;
  create?(): Handlers;
}
