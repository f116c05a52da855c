import type { NodeHttpClientOptions } from '@mcpwire/http/client/node';
import type { ClientAuthorizationOptions, FetchLike } from '@mcpwire/http/client/transport-parts';
import type { ReconnectOptions } from './reconnect-policy.js';

export interface SSEClientTransportOptions extends ClientAuthorizationOptions {
  /** Another `fetch` for the request that opens the stream, and whether it carries cookies. There is no EventSource here to take more. */
  eventSourceInit?: { fetch?: unknown; withCredentials?: boolean | undefined } | undefined;
  /**
   * `headers` go with every request; the transport's own come before them. Members that only `fetch` knows, `credentials` for one, make
   * the transport use `fetch`. A `redirect` of `error` or `manual` follows none.
   */
  requestInit?: RequestInit | undefined;
  /** Sends every request instead of undici (on Node) or the runtime's `fetch`. Costs several times more on Node. */
  fetch?: FetchLike | undefined;
  /**
   * `same-origin`, the default, follows redirects that keep the method and the origin (or go from http to https on the default ports),
   * five at most. `follow` goes anywhere, but takes no credentials and no headers of yours to another origin. What the `endpoint` event
   * names must be of the origin that sent it, either way.
   */
  redirectPolicy?: 'same-origin' | 'follow' | undefined;
  /** For the stream to open and its `endpoint` event to come. Past it, `start` rejects with `timeout`. Default 30 s; 0 for no limit. */
  startTimeoutMs?: number | undefined;
  /** For the answer to each POST. Past it, `send` rejects with `timeout`. Default 60 s; 0 for no limit. */
  postTimeoutMs?: number | undefined;
  /** The largest event taken, in bytes. A larger one is skipped and reported to `onerror`. Default 64 MiB. */
  maxEventBytes?: number | undefined;
  /** So much is read of the body of an error. Default 64 KiB. */
  maxErrorBodyBytes?: number | undefined;
  /** Messages accepted and not yet answered by 202, in characters, before `send` waits. Default 16 MiB. */
  maxQueuedBytes?: number | undefined;
  /** Sends that may wait for room at once; one more is rejected with `queue-overflow`. Default 65,536. */
  maxWaitingSends?: number | undefined;
  /**
   * POSTs of requests under way at once; over HTTP/1.1 each takes a connection. With 1, every message waits for the 202 to the one
   * before it, and all arrive in order. Default 64.
   */
  maxConcurrentPosts?: number | undefined;
  /** How long `close` waits for what was accepted to be answered. Default 2 s. */
  graceMs?: number | undefined;
  /** Open a new stream when this one breaks, which is a new session: see `onreconnect`. Default false: the transport ends. */
  reconnect?: boolean | ReconnectOptions | undefined;
  /** For the client over undici: certificates, a dispatcher, connections. Not looked at with `fetch`. */
  http?: Omit<NodeHttpClientOptions, 'fetch' | 'headersTimeoutMs'> | undefined;
}
