import type { HttpRequest } from '@mcpwire/http';
import { ASSUMED_REVISION, eraOf, REVISIONS } from '@mcpwire/protocol';
import { assertReadPostOptions, type ReadPostOptions } from '../server/read-post.js';
import type { ReplyMode } from '../server/reply.js';
import { type StreamOptions, type StreamSettings, toStreamSettings } from '../server/stream-settings.js';
import type { EventStore } from './event-store.js';
import type { SessionTransport } from './session.js';

export interface SessionOptions extends StreamOptions, ReadPostOptions {
  /** The session's id, where it is known before `initialize` comes. */
  sessionId?: string | undefined;
  /** Makes the session's id when `initialize` comes: visible ASCII, unique, and not to be guessed. Without it and `sessionId`, there is none. */
  sessionIdGenerator?: (() => string) | undefined;
  /** The revisions that are spoken. Default: all legacy ones. */
  supportedProtocolVersions?: readonly string[] | undefined;
  /** Default `auto`. */
  replyMode?: ReplyMode | undefined;
  /** Requests that may be in flight at once; one more is answered with the error -31001. Default 1,024. */
  maxInFlight?: number | undefined;
  /** Bytes of messages that wait for the client to open a stream by GET. Default 1 MiB. */
  maxBacklogBytes?: number | undefined;
  /** Keeps what was sent, so that a client may come back for it. Default: none, and what is sent to a broken connection is lost. */
  eventStore?: EventStore | undefined;
  /** What clients are told to wait before they come back to a stream. Default: nothing is told, except 1 s when a connection is closed on purpose. */
  retryMs?: number | undefined;
  /**
   * A request whose client goes away before its answer is cancelled, as if the client had said so, unless the client can come back for it.
   * The specification says that going away should not be taken for that, so the default is false; without a session it is always so.
   */
  cancelOnDisconnect?: boolean | undefined;
  /** The transport serves a single POST, and closes itself when that is answered. Default false. */
  endsWhenAnswered?: boolean | undefined;
  /** Whether the client may end the session by DELETE. Default true; otherwise 405. */
  allowDelete?: boolean | undefined;
  /** `initialize` has come, and `sessionId` is set; it is not handed over before this is done. */
  oninitialize?: ((session: SessionTransport, request: HttpRequest) => void | Promise<void>) | undefined;
  /** `initialize` is answered, and the answer not sent before this is done. */
  onestablished?: ((session: SessionTransport) => void | Promise<void>) | undefined;
  /** The client ends the session by DELETE; it is not answered before this is done. */
  ondelete?: ((session: SessionTransport) => void | Promise<void>) | undefined;
  /** The session is over. `isLost` is false where it is only given up by this process, and may go on elsewhere. */
  onend?: ((session: SessionTransport, isLost: boolean) => void) | undefined;
  /** The last request in flight is answered, or cancelled. */
  onquiet?: ((session: SessionTransport) => void) | undefined;
  /** What all streams of a server share, in place of the options of `StreamOptions`. */
  streams?: StreamSettings | undefined;
}

/** 1 MiB. */
const DEFAULT_MAX_BACKLOG_BYTES: number = 1024 * 1024;
const DEFAULT_MAX_IN_FLIGHT = 1024;

/** The legacy revisions: all that this transport's sessions speak. */
const LEGACY_VERSIONS: readonly string[] = REVISIONS.filter((revision) => eraOf(revision) === 'legacy');

/** The options of sessions, checked and with their defaults. Made once for all sessions of a server. */
export interface SessionSettings extends SessionOptions {
  readonly isComplete: true;
  readonly streams: StreamSettings;
  readonly supportedProtocolVersions: readonly string[];
  readonly replyMode: ReplyMode;
  readonly maxInFlight: number;
  readonly maxBacklogBytes: number;
}

/** @throws RangeError for a limit that is none */
export function toSessionSettings(options: SessionOptions | SessionSettings): SessionSettings {
  if ('isComplete' in options) return options;
  const { maxInFlight = DEFAULT_MAX_IN_FLIGHT, maxBacklogBytes = DEFAULT_MAX_BACKLOG_BYTES, retryMs, replyMode = 'auto' } = options;
  if (!(maxInFlight > 0)) throw new RangeError(`maxInFlight must be a positive number, not ${maxInFlight}`);
  if (!(maxBacklogBytes >= 0)) throw new RangeError(`maxBacklogBytes must be zero or more, not ${maxBacklogBytes}`);
  assertReadPostOptions(options);
  if (retryMs !== undefined && !(Number.isSafeInteger(retryMs) && retryMs >= 0)) {
    throw new RangeError(`retryMs must be a whole number of milliseconds, zero or more, not ${retryMs}`);
  }
  if (replyMode !== 'auto' && replyMode !== 'json' && replyMode !== 'sse') {
    throw new RangeError(`replyMode must be 'auto', 'json' or 'sse', not ${JSON.stringify(replyMode)}`);
  }
  return {
    ...options,
    isComplete: true,
    streams: options.streams ?? toStreamSettings(options),
    supportedProtocolVersions: options.supportedProtocolVersions ?? LEGACY_VERSIONS,
    maxInFlight,
    maxBacklogBytes,
    replyMode,
  };
}

/** The revision with batches is also the one that a request without a version is taken for. */
export const BATCH_REVISION: string = ASSUMED_REVISION;
