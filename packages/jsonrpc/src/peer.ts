import { AbortListeners } from './abort-listeners.js';
import { JsonRpcError, messageOf, TransportError } from './errors.js';
import { excerptOf, quote } from './excerpt.js';
import { InFlightRequests, isThenable, type RequestHandler } from './in-flight.js';
import type {
  JsonRpcMessage,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  JsonRpcResultResponse,
  Params,
  RequestId,
} from './message.js';
import { type PendingOptions, PendingRequests, type Progress } from './pending.js';
import type { CloseReason, MessageContext, SendOptions, StartOptions, Transport } from './transport.js';

export type { RequestHandler } from './in-flight.js';
/** Takes a notification. What it throws, or its promise rejects with, goes to `onerror`. */
export type NotificationHandler = (params: Params, context: MessageContext | undefined) => unknown;

export interface PeerOptions {
  /** Default of `RequestOptions.timeoutMs`: 60,000. */
  timeoutMs?: number | undefined;
  /** Default of `RequestOptions.maxTotalTimeoutMs`: 300,000. */
  maxTotalTimeoutMs?: number | undefined;
  /** Requests of the other side that may be worked on at once; one more is answered with -31001. Default 1,024. */
  maxInFlight?: number | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onclose?: ((reason?: CloseReason) => void) | undefined;
}

export interface RequestOptions extends Omit<SendOptions, 'requestSignal'> {
  /** Cancels the request: it rejects with `aborted`, and the other side is told. */
  signal?: AbortSignal | undefined;
  /** Milliseconds to wait for an answer; each progress notification that was asked for gives as many anew. Infinity for no limit. */
  timeoutMs?: number | undefined;
  /** Milliseconds that no progress can extend. Infinity for no limit. */
  maxTotalTimeoutMs?: number | undefined;
  /** Asks the other side for progress, with the request's id as its token. */
  onprogress?: ((progress: Progress) => unknown) | undefined;
}

const NO_PARAMS: Params = Object.freeze({});
/** How many microtasks a send may take to reject once its signal has aborted. Ours take one; wrappers around it some more. */
const SETTLING_TURNS = 10;

/**
 * One end of a JSON-RPC conversation over a transport: sends requests and notifications, answers those of the other side.
 * It knows MCP's cancellation and progress notifications, and no other method. It takes the transport's three callbacks for itself.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/cancellation
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/progress
 */
export class Peer implements AsyncDisposable {
  readonly transport: Transport;
  onerror: ((error: Error) => void) | undefined;
  onclose: ((reason?: CloseReason) => void) | undefined;

  readonly #timeoutMs: number;
  readonly #maxTotalTimeoutMs: number;
  readonly #inFlight: InFlightRequests;
  /** This and the next two are made when they are needed: where each request has a connection of its own, most peers need none of them. */
  #notificationHandlers: Map<string, NotificationHandler> | undefined;
  #pending: PendingRequests | undefined;
  #signals: AbortListeners | undefined;
  #nextId = 1;
  #answers = true;
  #closing = false;
  /** How the connection ended, once it has. */
  #ending: { readonly code: 'closed' | 'peer-gone'; readonly reason: CloseReason | undefined } | undefined;

  constructor(transport: Transport, options: PeerOptions = {}) {
    const { timeoutMs = 60_000, maxTotalTimeoutMs = 300_000, maxInFlight = 1024 } = options;
    assertPositive('timeoutMs', timeoutMs);
    assertPositive('maxTotalTimeoutMs', maxTotalTimeoutMs);
    assertPositive('maxInFlight', maxInFlight);
    this.transport = transport;
    this.onerror = options.onerror;
    this.onclose = options.onclose;
    this.#timeoutMs = timeoutMs;
    this.#maxTotalTimeoutMs = maxTotalTimeoutMs;
    this.#inFlight = new InFlightRequests({
      maxInFlight,
      send: (message, sendOptions) => this.#send(message, sendOptions),
      report: (error) => this.#report(error),
    });
    transport.onmessage = (message, context) => this.#receive(message, context);
    transport.onerror = (error) => this.#report(error);
    transport.onclose = (reason) => this.#closed(reason);
  }

  /** Requests of ours that await an answer. */
  get pendingRequests(): number {
    return this.#pending?.size ?? 0;
  }

  /** Requests of the other side that await ours. */
  get inFlightRequests(): number {
    return this.#inFlight.size;
  }

  async start(options?: StartOptions): Promise<void> {
    await this.transport.start(options);
  }

  /** Closes the transport. Requests that await an answer reject with `closed`; those of the other side are aborted. */
  async close(): Promise<void> {
    this.#closing = true;
    try {
      await this.transport.close();
    } finally {
      // Whether the transport said so or not.
      this.#closed({ kind: 'closed' });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Sets the handler of a method, replacing an earlier one; undefined removes it. Unhandled methods are answered with -32601. */
  handle(method: string, handler: RequestHandler | undefined): this {
    this.#inFlight.handle(method, handler);
    return this;
  }

  /**
   * From now on requests of the other side get no answer, whether there is a handler or not; each goes to `onerror` as `not-supported`. For
   * the client's end of a revision in which servers send no requests (MCP 2026-07-28, "stdio", "Sending Messages").
   */
  refuseRequests(): this {
    this.#answers = false;
    return this;
  }

  /** Sets the handler of a notification. Unhandled notifications are ignored, as JSON-RPC demands. */
  handleNotification(method: string, handler: NotificationHandler | undefined): this {
    if (handler) {
      this.#notificationHandlers ??= new Map();
      this.#notificationHandlers.set(method, handler);
    } else this.#notificationHandlers?.delete(method);
    return this;
  }

  /**
   * Sends a request and waits for its answer.
   * @throws JsonRpcError what the other side answered; TransportError `timeout`, `aborted`, `closed`, `peer-gone`, or why the message could not be sent.
   */
  request<Result = unknown>(method: string, params?: Params, options: RequestOptions = {}): Promise<Result> {
    const { signal, timeoutMs = this.#timeoutMs, maxTotalTimeoutMs = this.#maxTotalTimeoutMs, onprogress, ...sendOptions } = options;
    if (signal?.aborted) return Promise.reject(abortError(method, signal));
    if (this.#ending) return Promise.reject(this.#ended('The connection has ended'));
    const id = this.#nextId++;
    const message: JsonRpcRequest = { jsonrpc: '2.0', id, method };
    if (onprogress) message.params = { ...params, _meta: { ...(params?._meta as Params | undefined), progressToken: id } };
    else if (params) message.params = params;

    return new Promise<unknown>((resolve, reject) => {
      assertPositive('timeoutMs', timeoutMs);
      assertPositive('maxTotalTimeoutMs', maxTotalTimeoutMs);
      // A transport that says something about streams sends each request at once, and its signal would end the wait for the answer: on a
      // stream that cancels, the stream's does; elsewhere nobody would know whether the other side has the request, and is to be told.
      const { hasPerRequestStream } = this.transport;
      const stream = hasPerRequestStream ? new AbortController() : undefined;
      let sending: 'pending' | 'done' | 'failed' = 'pending';
      const release = signal && this.#onabort(signal, () => this.#cancel(id, signal, () => sending));
      this.#pending ??= new PendingRequests((late, entry) => this.#timedOut(late, entry));
      this.#pending.add(id, { method, timeoutMs, maxTotalTimeoutMs, onprogress, stream, release, resolve, reject });
      const own = stream ? { requestSignal: stream.signal } : hasPerRequestStream === undefined ? { signal } : undefined;
      this.#send(message, { ...sendOptions, ...own }).then(
        () => {
          sending = 'done';
        },
        (error: unknown) => {
          sending = 'failed';
          this.#pending?.take(id)?.reject(error);
        },
      );
    }) as Promise<Result>;
  }

  /** Sends a notification; resolves once the transport has taken it. */
  notify(method: string, params?: Params, options?: SendOptions): Promise<void> {
    const message: JsonRpcNotification = { jsonrpc: '2.0', method };
    if (params) message.params = params;
    return this.#send(message, options);
  }

  #onabort(signal: AbortSignal, callback: () => void): () => void {
    this.#signals ??= new AbortListeners();
    return this.#signals.add(signal, callback);
  }

  /** The transport's `send`, also of a transport that throws where it should reject. */
  #send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    try {
      return Promise.resolve(this.transport.send(message, options));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #receive(message: JsonRpcMessage, context: MessageContext | undefined): void {
    if ('method' in message) {
      if (!('id' in message)) this.#onnotification(message, context);
      else if (this.#answers) this.#inFlight.receive(message, context);
      else this.#refuse(message);
    } else {
      this.#onresponse(message);
    }
  }

  #refuse({ id, method }: JsonRpcRequest): void {
    const what = `The other side sent a request for ${quote(excerptOf(method))}`;
    this.#report(
      new TransportError('not-supported', `${what}. In this revision it sends none, so it gets no answer.`, { details: { id, method } }),
    );
  }

  #onresponse(response: JsonRpcResponse): void {
    const { id } = response;
    // A transport within one process may hand over a member that is undefined.
    const error = 'error' in response && response.error !== undefined ? JsonRpcError.fromResponse(response) : undefined;
    const entry = id === undefined || id === null ? undefined : this.#pending?.take(id);
    if (entry) {
      if (error) entry.reject(error);
      else entry.resolve((response as JsonRpcResultResponse).result);
      return;
    }
    // An answer to a request that was cancelled or timed out is to be ignored (MCP "Cancellation", "Behavior Requirements").
    if (typeof id === 'number' && id > 0 && id < this.#nextId) return;
    const whose = typeof id === 'string' ? quote(excerptOf(id)) : String(id);
    const what = error ? ` Error ${error.code}: ${quote(excerptOf(error.message))}` : '';
    this.#report(
      new TransportError('unknown-response', `A response came for the id ${whose}, which no request has.${what}`, {
        cause: error,
        details: { id },
      }),
    );
  }

  #onnotification(notification: JsonRpcNotification, context: MessageContext | undefined): void {
    const { method, params = NO_PARAMS } = notification;
    if (method === 'notifications/cancelled') {
      this.#inFlight.cancel(params.requestId as RequestId, params.reason);
    } else if (method === 'notifications/progress') {
      const { progressToken, ...progress } = params as { progressToken?: RequestId; progress?: unknown };
      const onprogress = typeof progress.progress === 'number' && this.#pending?.extend(progressToken as RequestId);
      if (onprogress) this.#guard(method, () => onprogress(progress as Progress));
    }
    const handler = this.#notificationHandlers?.get(method);
    if (handler) this.#guard(method, () => handler(params, context));
  }

  /** Nobody awaits a notification, so what its handler throws goes to `onerror`. */
  #guard(method: string, run: () => unknown): void {
    const failed = (cause: unknown): void =>
      this.#report(new TransportError('handler-failed', `The handler of ${method} failed: ${messageOf(cause)}`, { cause }));
    try {
      const result = run();
      if (isThenable(result)) Promise.resolve(result).catch(failed);
    } catch (cause) {
      failed(cause);
    }
  }

  #timedOut(id: RequestId, entry: PendingOptions): void {
    const { method, timeoutMs, maxTotalTimeoutMs, stream } = entry;
    const error = new TransportError(
      'timeout',
      `${method} was not answered in time (timeoutMs ${timeoutMs}, maxTotalTimeoutMs ${maxTotalTimeoutMs})`,
      {
        details: { timeoutMs, maxTotalTimeoutMs },
      },
    );
    entry.reject(error);
    if (stream) stream.abort(error);
    else this.#tellCancelled(id, method, 'timeout');
  }

  #cancel(id: RequestId, signal: AbortSignal, sending: () => 'pending' | 'done' | 'failed'): void {
    const entry = this.#pending?.take(id);
    if (!entry) return;
    const { method, stream } = entry;
    const error = abortError(method, signal);
    entry.reject(error);
    if (stream) stream.abort(error);
    else if (sending() === 'done') this.#tellCancelled(id, method, messageOf(signal.reason));
    else void this.#tellCancelledIfSent(id, method, messageOf(signal.reason), sending);
  }

  /** A request that waited for room in the queue never leaves, and only what was issued may be cancelled. That it was not shows a moment later. */
  async #tellCancelledIfSent(id: RequestId, method: string, reason: string, sending: () => 'pending' | 'done' | 'failed'): Promise<void> {
    for (let turn = 0; turn < SETTLING_TURNS && sending() === 'pending'; turn++) await undefined;
    if (sending() !== 'failed') this.#tellCancelled(id, method, reason);
  }

  #tellCancelled(requestId: RequestId, method: string, reason: string): void {
    // `initialize` must not be cancelled (MCP 2025-11-25, "Cancellation"); a connection that has ended has nobody to tell.
    if (method === 'initialize' || this.#ending) return;
    this.notify('notifications/cancelled', { requestId, reason }).catch((error: unknown) => {
      // Whoever closes the connection gives up whatever is under way.
      if (!this.#closing) this.#report(error);
    });
  }

  #closed(reason: CloseReason | undefined): void {
    if (this.#ending) return;
    const code = (reason?.kind ?? (this.#closing ? 'closed' : 'peer-gone')) === 'closed' ? 'closed' : 'peer-gone';
    this.#ending = { code, reason };
    // An error costs its stack, some 20 µs: more than the rest of a connection that carries one request.
    const isOwed = this.pendingRequests > 0 || this.#inFlight.size > 0;
    const error = isOwed ? this.#ended('The connection ended before the answer came') : undefined;
    this.#pending?.rejectAll(error);
    if (error) this.#inFlight.cancelAll(error);
    this.onclose?.(reason);
  }

  #ended(sentence: string): TransportError {
    const { code, reason } = this.#ending as { code: 'closed' | 'peer-gone'; reason: CloseReason | undefined };
    return new TransportError(code, `${sentence}${reason?.error ? `: ${reason.error.message}` : ''}`, { cause: reason?.error });
  }

  /** What `onerror` throws itself is dropped: nobody is left to tell, and a broken log must not end the process. */
  #report(error: unknown): void {
    try {
      this.onerror?.(error instanceof Error ? error : new TransportError('write-failed', messageOf(error), { cause: error }));
    } catch {
      // See above.
    }
  }
}

function abortError(method: string, signal: AbortSignal): TransportError {
  return new TransportError('aborted', `${method} was aborted`, { cause: signal.reason });
}

function assertPositive(name: string, value: number): void {
  if (!(value > 0)) throw new RangeError(`${name} must be a positive number (Infinity for no limit), not ${value}`);
}
