import type { Authorization } from '@mcpwire/http/client/transport-parts';
import type { CloseReason, JsonRpcMessage, SendOptions, StartOptions } from '@mcpwire/jsonrpc';
import {
  BaseTransport,
  DeliveryOrder,
  encode,
  isJsonRpcError,
  JsonRpcError,
  LocalErrorCode,
  parse,
  TransportError,
} from '@mcpwire/jsonrpc/transport-parts';
import { ClientConnection, type ConnectionSettings } from './client/connection.js';
import type { SSEClientTransportOptions } from './client/options.js';
import { ReconnectPolicy } from './client/reconnect-policy.js';
import { createAuthorization, Requester } from './client/requester.js';
import { UnansweredRequests } from './client/unanswered-requests.js';
import { DEFAULT_GRACE_MS, DEFAULT_MAX_CONCURRENT_POSTS, DEFAULT_POST_TIMEOUT_MS, DEFAULT_START_TIMEOUT_MS } from './defaults.js';

export type {
  AuthFunction,
  AuthOptions,
  AuthProvider,
  FetchLike,
  InsufficientScopeContext,
  OAuthProvider,
  UnauthorizedContext,
} from '@mcpwire/http/client/transport-parts';
export type { SSEClientTransportOptions } from './client/options.js';
export type { ReconnectOptions } from './client/reconnect-policy.js';

/** What `onreconnect` is told. */
export interface Reconnection {
  /** Always true: HTTP+SSE resumes nothing. The server knows nothing of what was agreed on before. */
  readonly newSession: true;
  /** Where messages are posted to now. */
  readonly endpoint: URL;
  /** Attempts that it took. */
  readonly attempts: number;
  /** How long there was no stream. */
  readonly downMs: number;
  /** How many requests got error -31002 in place of their answers. */
  readonly lostRequests: number;
}

/**
 * The client's end of HTTP+SSE: a stream of events from the server, and a POST for each message to it. A drop-in for the official SDK's
 * class of the same name; on Node it sends by undici, elsewhere, or with the option `fetch`, by `fetch`.
 *
 * - `start` resolves when the server's `endpoint` event has come. Only a URL of the stream's own origin is accepted.
 * - `send` resolves when the server has accepted the message, and rejects when it has not: the status is in `details`.
 * - When the stream ends, so does the transport, with `peer-gone`; with the option `reconnect` it opens a new one and calls `onreconnect`.
 * - `close` waits up to `graceMs` for messages on their way to be accepted.
 *
 * @see https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse
 */
export class SSEClientTransport extends BaseTransport {
  /** With `reconnect`: a new stream is open, in a new session. Make the handshake again, subscribe again. */
  onreconnect: ((reconnection: Reconnection) => void | Promise<void>) | undefined;
  readonly #options: SSEClientTransportOptions;
  readonly #authorization: Authorization;
  readonly #settings: ConnectionSettings;
  readonly #graceMs: number;
  readonly #policy: ReconnectPolicy | undefined;
  /** Kept only where a reconnection would have to account for them. */
  readonly #unanswered: UnansweredRequests | undefined;
  readonly #order: DeliveryOrder = new DeliveryOrder((message) => this.deliver(message));
  #connection: ClientConnection | undefined;
  #postHeaders: Readonly<Record<string, string>> = { 'content-type': 'application/json' };
  #inboxWaits = false;
  #closing: Promise<void> | undefined;
  /** Ends the wait before the next attempt. */
  #wake: (() => void) | undefined;

  /** @throws TypeError for what is no http or https URL, RangeError for a limit that can't be */
  constructor(url: URL | string, options: SSEClientTransportOptions = {}) {
    super();
    const serverUrl = new URL(url);
    if (serverUrl.protocol !== 'http:' && serverUrl.protocol !== 'https:')
      throw new TypeError(`${serverUrl.href} is no http or https URL.`);
    this.#graceMs = options.graceMs ?? DEFAULT_GRACE_MS;
    this.#options = options;
    this.#authorization = createAuthorization(serverUrl, options);
    this.#settings = {
      url: serverUrl,
      startTimeoutMs: options.startTimeoutMs ?? DEFAULT_START_TIMEOUT_MS,
      postTimeoutMs: options.postTimeoutMs ?? DEFAULT_POST_TIMEOUT_MS,
      maxEventBytes: options.maxEventBytes,
      maxQueuedBytes: options.maxQueuedBytes,
      maxWaitingSends: options.maxWaitingSends,
      maxConcurrentPosts: options.maxConcurrentPosts ?? DEFAULT_MAX_CONCURRENT_POSTS,
      onmessage: (data) => this.#receive(data),
      onerror: (error) => this.report(error),
      onend: (connection, error) => this.#onend(connection, error),
      postHeaders: () => this.#postHeaders,
    };
    // Made here for its check of the limits and headers: a bad one should fail where it was written.
    this.#connection = this.#createConnection();
    if (options.reconnect) {
      this.#policy = new ReconnectPolicy(options.reconnect === true ? {} : options.reconnect);
      this.#unanswered = new UnansweredRequests();
    }
  }

  /** Where messages are posted to, as the server has said; undefined while there is no stream. */
  get endpoint(): URL | undefined {
    return this.#connection?.endpoint;
  }

  send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    const unusable = this.unusable();
    if (unusable) return Promise.reject(unusable);
    if (this.#closing) return Promise.reject(new TransportError('closed', 'The transport is closing.'));
    let text: string;
    try {
      // Without the newline: it belongs to another framing.
      text = encode(message).slice(0, -1);
    } catch (error) {
      return Promise.reject(error);
    }
    const connection = this.#connection;
    if (!connection?.endpoint) {
      const opening = this.#policy ? 'The event stream broke, and is being opened anew.' : 'The event stream is not open yet.';
      return Promise.reject(new TransportError(this.#policy ? 'session-lost' : 'not-started', opening));
    }
    const kind = 'method' in message ? ('id' in message ? 'request' : 'notification') : 'response';
    const sent = connection.post(text, kind, options?.signal);
    this.#unanswered?.sending(message, sent);
    return sent;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** From now on POSTs say it in `MCP-Protocol-Version`, as the official SDK's do. */
  setProtocolVersion(version: string): void {
    this.#postHeaders = { 'content-type': 'application/json', 'mcp-protocol-version': version };
  }

  /**
   * The second half of an OAuth flow that ended in a redirect of the user: exchanges the code, by the option `auth`. Then connect again.
   * @param codeOrParams the code, or the query of the redirect, which also holds the `iss` that is checked with it
   * @throws TransportError (as a rejection) `unauthorized`, or what `auth` threw
   */
  async finishAuth(codeOrParams: string | URLSearchParams, iss?: string): Promise<void> {
    await this.#authorization.finish(codeOrParams, iss);
  }

  protected async open(options: StartOptions | undefined): Promise<void> {
    const signal = options?.signal;
    const connection = this.#connection as ClientConnection;
    const onabort = (): void => void connection.end(new TransportError('aborted', 'The start was aborted', { cause: signal?.reason }));
    signal?.addEventListener('abort', onabort, { once: true });
    try {
      await connection.open();
    } catch (error) {
      await this.#finish(this.#closing ? { kind: 'closed' } : { kind: 'failed', error: error as Error });
      throw error;
    } finally {
      signal?.removeEventListener('abort', onabort);
    }
  }

  protected override onInbox(waiting: boolean): void {
    this.#inboxWaits = waiting;
    if (waiting) this.#connection?.pause();
    else this.#connection?.resume();
  }

  #createConnection(): ClientConnection {
    return new ClientConnection(this.#settings, new Requester(this.#authorization, this.#options));
  }

  #receive(data: string): void {
    const message = parse(data);
    if (isJsonRpcError(message)) {
      this.report(new TransportError('malformed-message', `An event was skipped. ${message.message}`, { cause: message }));
    } else if (Array.isArray(message)) {
      this.report(new TransportError('malformed-message', 'An event was skipped: a batch, which this transport does not have'));
    } else {
      this.#unanswered?.received(message);
      this.#order.take(message);
    }
  }

  #onend(connection: ClientConnection, error: TransportError | undefined): void {
    if (connection !== this.#connection || this.#closing) return;
    if (this.#policy) void this.#reconnect(connection, this.#policy, error);
    else void this.#finish({ kind: 'peer-gone', error });
  }

  async #reconnect(broken: ClientConnection, policy: ReconnectPolicy, cause: TransportError | undefined): Promise<void> {
    const since = performance.now();
    this.#connection = undefined;
    let last: Error = cause ?? new TransportError('peer-gone', 'The server ended the event stream.');
    await broken.end(new TransportError('session-lost', `The session is lost. ${last.message}`, { cause: last }));
    const lost = this.#accountForLost();
    for (let attempts = 1; !this.#closing; attempts++) {
      const delayMs = policy.next(broken.retryMs);
      if (delayMs === undefined || isFinal(last)) {
        const why = delayMs === undefined ? `not opened again: ${policy}` : 'not opened again';
        await this.#finish({
          kind: 'peer-gone',
          error: new TransportError('peer-gone', `The event stream is ${why}. ${last.message}`, { cause: last }),
        });
        return;
      }
      this.report(
        new TransportError('peer-gone', `${last.message} Opening it again in ${Math.round(delayMs)} ms (${policy}).`, { cause: last }),
      );
      await this.#sleep(delayMs);
      if (this.#closing) return;
      const connection = this.#createConnection();
      this.#connection = connection;
      if (this.#inboxWaits) connection.pause();
      try {
        await connection.open();
      } catch (error) {
        this.#connection = undefined;
        last = error as Error;
        continue;
      }
      await this.#tell({
        newSession: true,
        endpoint: connection.endpoint as URL,
        attempts,
        downMs: performance.now() - since,
        lostRequests: lost,
      });
      return;
    }
  }

  /** What the old session had not answered nobody will. @returns how many those were */
  #accountForLost(): number {
    const lost = this.#unanswered?.takeAll() ?? new Map<never, never>();
    for (const [id, method] of lost) {
      const error = new JsonRpcError(
        LocalErrorCode.ConnectionLost,
        `The event stream broke before ${method} was answered, and is opened anew`,
      );
      this.#order.take(error.toResponse(id));
    }
    return lost.size;
  }

  async #tell(reconnection: Reconnection): Promise<void> {
    try {
      await this.onreconnect?.(reconnection);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      this.report(new TransportError('handler-failed', `onreconnect threw: ${why}`, { cause }));
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #close(): Promise<void> {
    if (this.closeReason) return;
    this.#wake?.();
    const connection = this.#connection;
    const closed = new TransportError('closed', 'The transport is closed.');
    if (connection?.endpoint) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, this.#graceMs);
      });
      await Promise.race([connection.finishPosts(closed), late]);
      clearTimeout(timer);
    }
    await this.#finish({ kind: 'closed' });
  }

  async #finish(reason: CloseReason): Promise<void> {
    const message = reason.kind === 'closed' ? 'The transport is closed.' : (reason.error?.message ?? 'The server ended the event stream.');
    const error = new TransportError(reason.kind === 'closed' ? 'closed' : 'peer-gone', message, { cause: reason.error });
    const ended = this.#connection?.end(error);
    this.#connection = undefined;
    this.finish(reason);
    await ended;
  }
}

/** Trying again would not help. */
function isFinal(error: Error): boolean {
  return ['unauthorized', 'forbidden', 'bad-endpoint', 'bad-response'].includes((error as TransportError).code);
}
