import type { NodeHttpClientOptions } from '@mcpwire/http/client/node';
import type { ClientAuthorizationOptions, FetchLike } from '@mcpwire/http/client/transport-parts';
import type { JsonRpcResultResponse } from '@mcpwire/jsonrpc';

/** How broken streams are taken up again. Names and defaults are the official SDK's. */
export interface StreamableHTTPReconnectionOptions {
  /** The first wait, in milliseconds, where the server names none by `retry`. Default 1,000. */
  initialReconnectionDelay: number;
  /** The longest wait, in milliseconds. Default 30,000. */
  maxReconnectionDelay: number;
  /** Each wait is so many times the one before. Default 1.5. */
  reconnectionDelayGrowFactor: number;
  /**
   * Attempts in a row that may bring nothing: no connection, or one that ends without an event sooner than was waited for it. Default 2.
   * Attempts that do bring something are not limited in number, but in rate: after `maxRetries + 1` of them, one for each `initialReconnectionDelay`.
   */
  maxRetries: number;
}

/**
 * Makes the waits instead of `setTimeout`: calls `reconnect` after about `delay` milliseconds.
 * @returns a function that cancels it, if there is such a thing.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: the official SDK's type, which code written for it has to fit.
export type ReconnectionScheduler = (reconnect: () => void, delay: number, attemptCount: number) => (() => void) | void;

/** A session that ended on the server, and the one that took its place. */
export interface ReestablishedSession {
  /** Of the new session; undefined if the server no longer has sessions. */
  readonly sessionId: string | undefined;
  readonly lostSessionId: string;
  /** The answer to the repeated `initialize`. */
  readonly response: JsonRpcResultResponse;
}

export interface StreamableHTTPClientTransportOptions extends ClientAuthorizationOptions {
  /** Sends every request instead of undici (on Node) or the runtime's `fetch`. Costs several times more on Node. */
  fetch?: FetchLike | undefined;
  /**
   * `headers` go with every request; the transport's own come before them. Members that only `fetch` knows, `credentials` for one, make
   * the transport use `fetch`. A `redirect` of `error` or `manual` follows none.
   */
  requestInit?: RequestInit | undefined;
  /** A session to go on with. A client of the official SDK then sends no `initialize`. */
  sessionId?: string | undefined;
  /** The revision of that session, for its `MCP-Protocol-Version`. */
  protocolVersion?: string | undefined;
  reconnectionOptions?: Partial<StreamableHTTPReconnectionOptions> | undefined;
  reconnectionScheduler?: ReconnectionScheduler | undefined;
  /**
   * `same-origin`, the default, follows redirects that keep the method and the origin (or go from http to https on the default ports),
   * five at most. `follow` goes anywhere, but takes no credentials and no headers of yours to another origin.
   */
  redirectPolicy?: 'same-origin' | 'follow' | undefined;

  /** The largest JSON reply, and the largest event, in bytes. Past it, a reply rejects `send`, and an event is skipped and reported. Default 64 MiB. */
  maxMessageBytes?: number | undefined;
  /** So much is read of the body of an error. Default 64 KiB. */
  maxErrorBodyBytes?: number | undefined;
  /** From a request to the headers of its response; 0 for no limit. Default 300,000. Past it, `send` rejects with `timeout`. */
  headersTimeoutMs?: number | undefined;
  /** Open the stream for what the server says by itself once the handshake is done (legacy revisions). Default `auto`. */
  listen?: 'auto' | false | undefined;
  /**
   * When the server no longer knows the session (404): repeat the handshake in its stead, then the message that was refused. A function is asked
   * each time. Default false: the message is rejected with `session-lost`.
   */
  reestablish?: boolean | ((lostSessionId: string) => boolean | Promise<boolean>) | undefined;
  /**
   * `close` ends the session on the server first, by DELETE, and waits so many milliseconds for it at most. What goes wrong there goes to
   * `onerror`. Default 0: the session lives on, to be gone on with by its id.
   */
  terminateOnCloseMs?: number | undefined;
  /** For the client over undici: certificates, a dispatcher, connections. Not looked at with `fetch`. */
  http?: Omit<NodeHttpClientOptions, 'fetch' | 'headersTimeoutMs'> | undefined;
}

export const DEFAULT_MAX_MESSAGE_BYTES: number = 64 * 1024 * 1024;
export const DEFAULT_MAX_ERROR_BODY_BYTES: number = 64 * 1024;

export const DEFAULT_RECONNECTION: StreamableHTTPReconnectionOptions = {
  initialReconnectionDelay: 1_000,
  maxReconnectionDelay: 30_000,
  reconnectionDelayGrowFactor: 1.5,
  maxRetries: 2,
};
