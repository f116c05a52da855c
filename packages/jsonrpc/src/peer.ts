import { ErrorCode, JsonRpcError, LocalErrorCode, TransportError } from './errors.js';
import type { JsonRpcMessage, JsonRpcNotification, JsonRpcRequest, JsonRpcResponse, Params, RequestId } from './message.js';
import { type PendingOptions, PendingRequests, type Progress } from './pending.js';
import { RequestContext } from './request-context.js';
import type { CloseReason, MessageContext, SendOptions, StartOptions, Transport } from './transport.js';

/** Answers a request: returns the result (undefined stands for `{}`) or throws; a thrown JsonRpcError goes out as it is. */
export type RequestHandler = (params: Params, context: RequestContext) => unknown;
export type NotificationHandler = (params: Params, context: MessageContext | undefined) => void;

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
  /** Milliseconds to wait for an answer; each progress notification gives as many anew. Infinity for no limit. */
  timeoutMs?: number | undefined;
  /** Milliseconds that no progress can extend. */
  maxTotalTimeoutMs?: number | undefined;
  /** Asks the other side for progress, with the request's id as its token. */
  onprogress?: ((progress: Progress) => void) | undefined;
}

const NO_PARAMS: Params = Object.freeze({});

/**
 * One end of a JSON-RPC conversation over a transport: sends requests and notifications, answers those of the other side.
 * It knows MCP's cancellation and progress notifications, and no other method.
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
  readonly #maxInFlight: number;
  readonly #handlers = new Map<string, RequestHandler>();
  readonly #notificationHandlers = new Map<string, NotificationHandler>();
  readonly #pending = new PendingRequests((id, entry) => this.#timedOut(id, entry));
  readonly #inFlight = new Map<RequestId, RequestContext>();
  readonly #send = (message: JsonRpcMessage, options?: SendOptions): Promise<void> => this.transport.send(message, options);
  #nextId = 1;

  constructor(transport: Transport, options: PeerOptions = {}) {
    this.transport = transport;
    this.onerror = options.onerror;
    this.onclose = options.onclose;
    this.#timeoutMs = options.timeoutMs ?? 60_000;
    this.#maxTotalTimeoutMs = options.maxTotalTimeoutMs ?? 300_000;
    this.#maxInFlight = options.maxInFlight ?? 1024;
    transport.onmessage = (message, context) => this.#receive(message, context);
    transport.onerror = (error) => this.onerror?.(error);
    transport.onclose = (reason) => this.#closed(reason);
  }

  /** Requests of ours that await an answer. */
  get pendingRequests(): number {
    return this.#pending.size;
  }

  /** Requests of the other side that are being worked on. */
  get inFlightRequests(): number {
    return this.#inFlight.size;
  }

  async start(options?: StartOptions): Promise<void> {
    await this.transport.start(options);
  }

  async close(): Promise<void> {
    await this.transport.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Sets the handler of a method, replacing an earlier one; undefined removes it. Unhandled methods are answered with -32601. */
  handle(method: string, handler: RequestHandler | undefined): this {
    if (handler) this.#handlers.set(method, handler);
    else this.#handlers.delete(method);
    return this;
  }

  /** Sets the handler of a notification. Unhandled notifications are ignored, as JSON-RPC demands. */
  handleNotification(method: string, handler: NotificationHandler | undefined): this {
    if (handler) this.#notificationHandlers.set(method, handler);
    else this.#notificationHandlers.delete(method);
    return this;
  }

  /**
   * Sends a request and waits for its answer.
   * @throws JsonRpcError what the other side answered; TransportError `timeout`, `aborted`, or why the message could not be sent.
   */
  request<Result = unknown>(method: string, params?: Params, options: RequestOptions = {}): Promise<Result> {
    const { signal, timeoutMs = this.#timeoutMs, maxTotalTimeoutMs = this.#maxTotalTimeoutMs, onprogress, ...sendOptions } = options;
    if (signal?.aborted) return Promise.reject(abortError(method, signal));
    const id = this.#nextId++;
    const message: JsonRpcRequest = { jsonrpc: '2.0', id, method };
    if (onprogress) message.params = { ...params, _meta: { ...(params?._meta as Params | undefined), progressToken: id } };
    else if (params) message.params = params;

    return new Promise<unknown>((resolve, reject) => {
      const stream = this.transport.hasPerRequestStream ? new AbortController() : undefined;
      let release: (() => void) | undefined;
      if (signal) {
        const onabort = (): void => this.#cancel(id, abortError(method, signal), signal.reason, stream);
        signal.addEventListener('abort', onabort, { once: true });
        release = () => signal.removeEventListener('abort', onabort);
      }
      const rejectTimedOut = (error: unknown): void => {
        stream?.abort(error);
        reject(error);
      };
      this.#pending.add(id, { method, timeoutMs, maxTotalTimeoutMs, onprogress, release, resolve, reject: stream ? rejectTimedOut : reject });
      const sent = this.transport.send(message, stream ? { ...sendOptions, signal, requestSignal: stream.signal } : { ...sendOptions, signal });
      sent.catch((error) => this.#pending.take(id)?.reject(error));
    }) as Promise<Result>;
  }

  /** Sends a notification; resolves once the transport has taken it. */
  notify(method: string, params?: Params, options?: SendOptions): Promise<void> {
    const message: JsonRpcNotification = { jsonrpc: '2.0', method };
    if (params) message.params = params;
    return this.transport.send(message, options);
  }

  #receive(message: JsonRpcMessage, context: MessageContext | undefined): void {
    if ('method' in message) {
      if ('id' in message) this.#onrequest(message, context);
      else this.#onnotification(message, context);
    } else {
      this.#onresponse(message);
    }
  }

  #onresponse(response: JsonRpcResponse): void {
    const { id } = response;
    const entry = id === undefined || id === null ? undefined : this.#pending.take(id);
    if (entry) {
      if ('error' in response) entry.reject(JsonRpcError.fromResponse(response));
      else entry.resolve(response.result);
      return;
    }
    // An answer to a request that was cancelled or timed out is to be ignored (MCP "Cancellation", "Behavior Requirements").
    if (typeof id === 'number' && id > 0 && id < this.#nextId) return;
    const what = 'error' in response ? ` Error ${response.error.code}: ${response.error.message}` : '';
    this.#report(
      new TransportError('unknown-response', `A response came for the id ${JSON.stringify(id)}, which no request has.${what}`, {
        cause: 'error' in response ? JsonRpcError.fromResponse(response) : undefined,
        details: { id },
      }),
    );
  }

  #onrequest(request: JsonRpcRequest, message: MessageContext | undefined): void {
    const { id, method, params = NO_PARAMS } = request;
    const handler = this.#handlers.get(method);
    if (handler === undefined) {
      this.#refuse(id, ErrorCode.MethodNotFound, `Method not found: ${method}`);
      return;
    }
    if (this.#inFlight.has(id)) {
      // The sender must not reuse an id that is still unanswered; running both would give it two answers it cannot tell apart.
      this.#refuse(id, ErrorCode.InvalidRequest, `Invalid request: the id ${JSON.stringify(id)} is in use by a request that is not answered yet`);
      return;
    }
    if (this.#inFlight.size >= this.#maxInFlight) {
      this.#refuse(id, LocalErrorCode.TooManyRequests, `Too many requests at once: ${this.#inFlight.size} are in flight and maxInFlight is ${this.#maxInFlight}. Wait for answers, or raise it.`);
      return;
    }
    const context = new RequestContext(id, method, params, message, this.#send);
    this.#inFlight.set(id, context);
    let result: unknown;
    try {
      result = handler(params, context);
    } catch (error) {
      this.#answerError(context, error);
      return;
    }
    // A handler that is not asynchronous is answered in this very turn, so that its answer leaves with its neighbours'.
    if (isThenable(result)) {
      result.then(
        (value) => this.#answer(context, value),
        (error: unknown) => this.#answerError(context, error),
      );
    } else {
      this.#answer(context, result);
    }
  }

  #answer(context: RequestContext, result: unknown): void {
    if (this.#inFlight.get(context.id) === context) this.#inFlight.delete(context.id);
    if (context.cancelled) return;
    this.#respond({ jsonrpc: '2.0', id: context.id, result: result === undefined ? {} : result });
  }

  #answerError(context: RequestContext, error: unknown): void {
    if (this.#inFlight.get(context.id) === context) this.#inFlight.delete(context.id);
    if (context.cancelled) return;
    this.#respond(JsonRpcError.from(error).toResponse(context.id));
  }

  #refuse(id: RequestId, code: number, message: string): void {
    this.#respond(new JsonRpcError(code, message).toResponse(id));
  }

  #respond(response: JsonRpcResponse): void {
    this.transport.send(response).catch((error: Error) => {
      this.#report(error);
      // A result that cannot be serialised must still be answered.
      if ((error as TransportError).code === 'encode-failed' && response.id !== undefined && 'result' in response) {
        this.#refuse(response.id, ErrorCode.InternalError, 'Internal error: the result cannot be written as JSON');
      }
    });
  }

  #onnotification(notification: JsonRpcNotification, context: MessageContext | undefined): void {
    const { method, params = NO_PARAMS } = notification;
    if (method === 'notifications/cancelled') {
      const { requestId, reason } = params as { requestId?: RequestId; reason?: string };
      const request = requestId === undefined ? undefined : this.#inFlight.get(requestId);
      if (request) {
        this.#inFlight.delete(request.id);
        request.cancel(new TransportError('aborted', `The request was cancelled${reason ? `: ${reason}` : ''}`));
      }
    } else if (method === 'notifications/progress') {
      const { progressToken, ...progress } = params as { progressToken?: RequestId } & Params;
      if (progressToken !== undefined) this.#guard(method, () => this.#pending.progress(progressToken, progress as unknown as Progress));
    }
    const handler = this.#notificationHandlers.get(method);
    if (handler) this.#guard(method, () => handler(params, context));
  }

  /** Nobody awaits a notification, so what its handler throws goes to `onerror`. */
  #guard(method: string, run: () => unknown): void {
    const failed = (cause: unknown): void =>
      this.#report(new TransportError('handler-failed', `The handler of ${method} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause }));
    try {
      const result = run();
      if (isThenable(result)) result.then(undefined, failed);
    } catch (cause) {
      failed(cause);
    }
  }

  #timedOut(id: RequestId, entry: PendingOptions): void {
    const error = new TransportError('timeout', `${entry.method} was not answered in time (timeoutMs ${entry.timeoutMs}, maxTotalTimeoutMs ${entry.maxTotalTimeoutMs})`, {
      details: { timeoutMs: entry.timeoutMs, maxTotalTimeoutMs: entry.maxTotalTimeoutMs },
    });
    this.#tellCancelled(id, entry.method, 'timeout');
    entry.reject(error);
  }

  #cancel(id: RequestId, error: TransportError, reason: unknown, stream: AbortController | undefined): void {
    const entry = this.#pending.take(id);
    if (!entry) return;
    if (!stream) this.#tellCancelled(id, entry.method, reason instanceof Error ? reason.message : String(reason));
    entry.reject(error);
  }

  #tellCancelled(requestId: RequestId, method: string, reason: string): void {
    // Where a request has a stream of its own, closing that is the message. `initialize` must not be cancelled (MCP 2025-11-25, "Cancellation").
    if (this.transport.hasPerRequestStream || method === 'initialize') return;
    this.notify('notifications/cancelled', { requestId, reason }).catch((error: Error) => this.#report(error));
  }

  #closed(reason: CloseReason | undefined): void {
    const code = reason?.kind === 'closed' ? 'closed' : 'peer-gone';
    const detail = reason?.error ? `: ${reason.error.message}` : '';
    const error = new TransportError(code, `The connection ended before the answer came${detail}`, { cause: reason?.error });
    this.#pending.rejectAll(error);
    for (const request of this.#inFlight.values()) request.cancel(error);
    this.#inFlight.clear();
    this.onclose?.(reason);
  }

  #report(error: Error): void {
    this.onerror?.(error);
  }
}

function abortError(method: string, signal: AbortSignal): TransportError {
  return new TransportError('aborted', `${method} was aborted`, { cause: signal.reason });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
