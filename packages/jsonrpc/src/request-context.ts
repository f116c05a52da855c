import type { JsonRpcMessage, Params, RequestId } from './message.js';
import type { MessageContext, SendOptions } from './transport.js';

/** What a handler knows of the request it answers. */
export class RequestContext {
  readonly id: RequestId;
  readonly method: string;
  /** What the transport knows of the message: headers, who sent it. */
  readonly message: MessageContext | undefined;
  readonly #progressToken: RequestId | undefined;
  readonly #send: (message: JsonRpcMessage, options: SendOptions) => Promise<void>;
  /** Made on demand: an AbortController costs more than the rest of a small request. */
  #controller: AbortController | undefined;
  #cancelReason: unknown;
  #cancelled = false;
  #answered = false;

  constructor(
    id: RequestId,
    method: string,
    params: Params,
    message: MessageContext | undefined,
    send: (message: JsonRpcMessage, options: SendOptions) => Promise<void>,
  ) {
    this.id = id;
    this.method = method;
    this.message = message;
    const token = (params._meta as { progressToken?: unknown } | undefined)?.progressToken;
    this.#progressToken = typeof token === 'string' || typeof token === 'number' ? token : undefined;
    this.#send = send;
  }

  /** Aborted when the sender cancels the request or the connection ends. No answer is sent after that. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#cancelled) this.#controller.abort(this.#cancelReason);
    }
    return this.#controller.signal;
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** True if the sender asked to hear of progress. */
  get wantsProgress(): boolean {
    return this.#progressToken !== undefined;
  }

  /**
   * Reports progress, if the sender asked for it and has neither cancelled nor got its answer. `progress` must grow with each call
   * (MCP "Progress"). Awaiting it is back-pressure; it need not be awaited, for a failure is told to the peer's `onerror` as well.
   */
  progress(progress: number, total?: number, message?: string): Promise<void> {
    if (this.#progressToken === undefined || this.#answered) return Promise.resolve();
    return this.notify('notifications/progress', {
      progressToken: this.#progressToken,
      progress,
      ...(total === undefined ? undefined : { total }),
      ...(message === undefined ? undefined : { message }),
    });
  }

  /** Sends a notification that belongs to this request; nothing once it is cancelled. Need not be awaited either. */
  notify(method: string, params?: Params): Promise<void> {
    if (this.#cancelled) return Promise.resolve();
    return this.#send({ jsonrpc: '2.0', method, ...(params && { params }) }, { relatedRequestId: this.id });
  }

  /** Called by the peer when the handler is done; handlers have no use for it. */
  end(): void {
    this.#answered = true;
  }

  /** Called by the peer; handlers have no use for it. */
  cancel(reason: unknown): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#cancelReason = reason;
    this.#controller?.abort(reason);
  }
}
