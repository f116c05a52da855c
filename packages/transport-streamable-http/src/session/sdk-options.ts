import { createOriginGuard, type OriginGuard } from '@mcpwire/http';
import { DEFAULT_MAX_QUEUED_BYTES } from '@mcpwire/jsonrpc';
import type { ReplyMode } from '../server/reply.js';
import { type StreamOptions, type StreamSettings, toStreamSettings } from '../server/stream-settings.js';
import type { EventStore } from './event-store.js';
import type { SessionOptions } from './session-options.js';

/** The options of the official SDK's server transports, v1 and v2, and what bounds ours. */
export interface StreamableHTTPServerTransportOptions extends StreamOptions {
  /** Makes the session's id when `initialize` comes. Without it there is no session, and a transport serves one HTTP request. */
  sessionIdGenerator?: (() => string) | undefined;
  /** A session has begun; `initialize` is handed over when this is done. */
  onsessioninitialized?: ((sessionId: string) => void | Promise<void>) | undefined;
  /** The client has ended its session by DELETE. */
  onsessionclosed?: ((sessionId: string) => void | Promise<void>) | undefined;
  /** Answer with JSON where nothing has to be sent before the answer. Default false: always with an event stream. */
  enableJsonResponse?: boolean | undefined;
  /** In place of `enableJsonResponse`, which is `auto` (true) or `sse`: `json` never opens a stream. */
  replyMode?: ReplyMode | undefined;
  /** Keeps what was sent, so that clients can resume streams. */
  eventStore?: EventStore | undefined;
  /** What clients are told to wait before they come back to a stream, in milliseconds. */
  retryInterval?: number | undefined;
  /** Past it: 413, in bytes. Not applied to a `parsedBody`. Default 4 MiB. */
  maxRequestBodySize?: number | undefined;
  /** The revisions that are spoken, where the server above does not say so by itself (SDK v2 does). */
  supportedProtocolVersions?: readonly string[] | undefined;
  /** Check Host and Origin by the two lists. Default false: leave it to whoever stands in front. */
  enableDnsRebindingProtection?: boolean | undefined;
  /** Host headers that are let in: `example.com` (with any port), `example.com:8443`. */
  allowedHosts?: readonly string[] | undefined;
  /** Origins that are let in: `https://app.example.com`. Requests without an Origin are. */
  allowedOrigins?: readonly string[] | undefined;
  /** Requests that may be in flight at once; one more is answered with the error -31001. Default 1,024. */
  maxInFlight?: number | undefined;
  /** Bytes of messages that wait for the client to open a stream by GET. Default 1 MiB. */
  maxBacklogBytes?: number | undefined;
}

/** @throws RangeError for a limit out of range */
export function fromSdkOptions(options: StreamableHTTPServerTransportOptions): SessionOptions {
  const { onsessioninitialized, onsessionclosed, enableJsonResponse = false } = options;
  return {
    sessionIdGenerator: options.sessionIdGenerator,
    supportedProtocolVersions: options.supportedProtocolVersions,
    replyMode: options.replyMode ?? (enableJsonResponse ? 'auto' : 'sse'),
    maxInFlight: options.maxInFlight,
    maxBacklogBytes: options.maxBacklogBytes,
    eventStore: options.eventStore,
    retryMs: options.retryInterval,
    maxBodyBytes: options.maxRequestBodySize,
    streams: sharedStreams(options),
    oninitialize: onsessioninitialized && (({ sessionId }) => (sessionId === undefined ? undefined : onsessioninitialized(sessionId))),
    ondelete: onsessionclosed && (({ sessionId }) => (sessionId === undefined ? undefined : onsessionclosed(sessionId))),
  };
}

/** @returns undefined where nothing is to be checked */
export function toGuard(options: StreamableHTTPServerTransportOptions): OriginGuard | undefined {
  const { enableDnsRebindingProtection, allowedHosts = [], allowedOrigins = [] } = options;
  if (!enableDnsRebindingProtection || (allowedHosts.length === 0 && allowedOrigins.length === 0)) return undefined;
  // A list that is empty checks nothing, as in the SDK.
  return createOriginGuard({
    allowedHosts: allowedHosts.length === 0 ? 'any' : allowedHosts,
    allowedOrigins: allowedOrigins.length === 0 ? 'any' : allowedOrigins,
  });
}

const MAX_SHARED = 16;
const shared = new Map<string, StreamSettings>();

/** One keep-alive timer for all transports that were given the same options, of which there is one for each session. */
function sharedStreams({ keepAliveMs, stallTimeoutMs, maxQueuedBytes, maxWaitingSends }: StreamOptions): StreamSettings {
  const options: StreamOptions = {
    keepAliveMs: keepAliveMs !== undefined && keepAliveMs < 1 ? 0 : keepAliveMs,
    stallTimeoutMs,
    maxQueuedBytes,
    maxWaitingSends,
  };
  const key = `${options.keepAliveMs} ${stallTimeoutMs} ${maxQueuedBytes ?? DEFAULT_MAX_QUEUED_BYTES} ${maxWaitingSends}`;
  let settings = shared.get(key);
  if (!settings) {
    settings = toStreamSettings(options);
    // Options that are made up for each transport would fill it without end.
    if (shared.size >= MAX_SHARED) shared.clear();
    shared.set(key, settings);
  }
  return settings;
}
