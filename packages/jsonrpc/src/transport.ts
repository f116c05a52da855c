import type { JsonRpcMessage, RequestId } from './message.js';

/**
 * A two-way channel of JSON-RPC messages. It has the shape of the official MCP SDK's `Transport` (v1 and v2), so that
 * `server.connect(transport)` and `client.connect(transport)` take any implementation of it.
 *
 * Every implementation keeps these promises, and `@mcpwire/conformance/contract` checks them:
 * - callbacks are plain mutable properties; messages that arrive while `onmessage` is unset wait, bounded;
 * - `send` settles always, and never throws synchronously;
 * - `close` may be called at any time, any number of times, also from inside `onclose`; `onclose` fires exactly once;
 * - a callback that throws is reported to `onerror` and stops nothing.
 */
export interface Transport extends AsyncDisposable {
  /**
   * Opens the channel. Resolves once messages can be sent.
   * @throws TransportError `already-started` on a second call, `aborted`, or the failure to open.
   */
  start(options?: StartOptions): Promise<void>;
  /**
   * Sends one message. Resolves when the layer below has taken it; waits while `maxQueuedBytes` are queued.
   * @throws TransportError `closed`, `not-started`, `peer-gone`, `queue-overflow`, `encode-failed`, `aborted`, `write-failed`.
   */
  send(message: JsonRpcMessage, options?: SendOptions): Promise<void>;
  /** Closes the channel in good order: what was accepted is still written, then `onclose` fires. Never rejects. */
  close(): Promise<void>;

  onmessage?: ((message: JsonRpcMessage, context?: MessageContext) => void) | undefined;
  /** Something went wrong that nobody's promise reports. Not fatal by itself: only `onclose` means the end. */
  onerror?: ((error: Error) => void) | undefined;
  onclose?: ((reason?: CloseReason) => void) | undefined;

  /** The session's id, on a transport that has sessions, once it is known. */
  sessionId?: string | undefined;
  /** Why the channel ended; undefined while it is open. */
  readonly closeReason?: CloseReason | undefined;
  /** Told by the protocol layer once a revision is agreed on. */
  setProtocolVersion?: ((version: string) => void) | undefined;
  /** Told by the protocol layer, before `start`, which revisions it speaks. */
  setSupportedProtocolVersions?: ((versions: string[]) => void) | undefined;
  /**
   * True where each request has a stream of its own, so that aborting `requestSignal` cancels it without a message. False where each is sent
   * at once too, and its stream's end means nothing: `send` may last until the answer, and a cancelled request is told by a message.
   */
  readonly hasPerRequestStream?: boolean;
}

export interface StartOptions {
  signal?: AbortSignal | undefined;
}

/** Options of `send`. A transport ignores those that its medium has no use for. */
export interface SendOptions {
  /** Gives up waiting for room in the queue. A message that was already accepted is still sent. */
  signal?: AbortSignal | undefined;
  /** The inbound request that this message belongs to; chooses the stream on transports that have several. */
  relatedRequestId?: RequestId | undefined;
  /** Resume after this event instead of sending anew (Streamable HTTP, legacy revisions). */
  resumptionToken?: string | undefined;
  /** Called with each event's id as it arrives. */
  onresumptiontoken?: ((token: string) => void) | undefined;
  /** Aborts this request's own stream, silently. */
  requestSignal?: AbortSignal | undefined;
  /** Called when this request's own stream ends other than by `requestSignal`. */
  onRequestStreamEnd?: (() => void) | undefined;
  /** Extra HTTP headers for this message. */
  headers?: Readonly<Record<string, string>> | undefined;
}

/** What a transport knows about a message beside its text. Every member is absent where the medium has no such thing. */
export interface MessageContext {
  /** The HTTP request that carried the message, as SDK v1 hands it over. */
  requestInfo?: { headers: Record<string, string | string[] | undefined>; url?: URL | undefined } | undefined;
  /** The HTTP request that carried the message, as SDK v2 hands it over: a web `Request`. */
  request?: unknown;
  /** Who sent it, as the server's authentication found. */
  authInfo?: unknown;
  closeSSEStream?: (() => void) | undefined;
  closeStandaloneSSEStream?: (() => void) | undefined;
}

/** Why a channel ended. */
export interface CloseReason {
  /** `closed`: this side closed it. `peer-gone`: the other side did, or died. `failed`: `error` ended it. */
  kind: 'closed' | 'peer-gone' | 'failed';
  error?: Error | undefined;
  /** The other side's process, where it was ours: its exit code, or null when a signal ended it. */
  exitCode?: number | null | undefined;
  /** The signal that ended the process, or null. */
  signal?: string | null | undefined;
}
