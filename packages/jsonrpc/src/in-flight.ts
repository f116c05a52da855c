import { ErrorCode, JsonRpcError, LocalErrorCode, messageOf, TransportError } from './errors.js';
import { excerptOf } from './excerpt.js';
import type { JsonRpcMessage, JsonRpcRequest, JsonRpcResponse, Params, RequestId } from './message.js';
import { RequestContext } from './request-context.js';
import type { MessageContext, SendOptions } from './transport.js';

/** Answers a request: returns the result (undefined stands for `{}`) or throws; a thrown JsonRpcError goes out as it is. */
export type RequestHandler = (params: Params, context: RequestContext) => unknown;

/** How what it does gets out. */
export interface InFlightOptions {
  /** Requests that may be worked on at once. */
  maxInFlight: number;
  /** Never throws. */
  send: (message: JsonRpcMessage, options?: SendOptions) => Promise<void>;
  /** Never throws. */
  report: (error: unknown) => void;
}

const NO_PARAMS: Params = Object.freeze({});

/** The other side's requests: finds the handler of each, bounds how many are worked on, and answers each once, or not at all if it is cancelled. */
export class InFlightRequests {
  readonly #options: InFlightOptions;
  readonly #handlers = new Map<string, RequestHandler>();
  readonly #contexts = new Map<RequestId, RequestContext>();
  /** A handler may leave it unawaited, so a failure is told to `report` too. */
  readonly #sendFromHandler = (message: JsonRpcMessage, options: SendOptions): Promise<void> => {
    const sent = this.#options.send(message, options);
    sent.catch(this.#options.report);
    return sent;
  };

  constructor(options: InFlightOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#contexts.size;
  }

  handle(method: string, handler: RequestHandler | undefined): void {
    if (handler) this.#handlers.set(method, handler);
    else this.#handlers.delete(method);
  }

  receive(request: JsonRpcRequest, message: MessageContext | undefined): void {
    const { id, method, params = NO_PARAMS } = request;
    const handler = this.#handlers.get(method);
    if (handler === undefined) {
      this.#refuse(id, ErrorCode.MethodNotFound, `Method not found: ${excerptOf(method)}`);
      return;
    }
    if (this.#contexts.has(id)) {
      // Running both would give the sender two answers that it cannot tell apart.
      const inUse = `the id ${excerptOf(JSON.stringify(id))} is in use by a request that is not answered yet`;
      this.#options.report(
        new TransportError('duplicate-id', `A request for ${excerptOf(method)} was refused: ${inUse}`, { details: { id } }),
      );
      this.#refuse(id, ErrorCode.InvalidRequest, `Invalid request: ${inUse}`);
      return;
    }
    const { maxInFlight } = this.#options;
    if (this.#contexts.size >= maxInFlight) {
      this.#refuse(
        id,
        LocalErrorCode.TooManyRequests,
        `Too many requests at once: ${this.#contexts.size} are in flight and maxInFlight is ${maxInFlight}. Wait for answers, or raise it.`,
      );
      return;
    }
    const context = new RequestContext(id, method, params, message, this.#sendFromHandler);
    this.#contexts.set(id, context);
    let result: unknown;
    try {
      result = handler(params, context);
      if (isThenable(result)) {
        // `resolve` costs a promise nothing, and holds whatever else has a `then` to settling once.
        Promise.resolve(result).then(
          (value) => this.#answer(context, value),
          (error: unknown) => this.#answerError(context, error),
        );
        return;
      }
    } catch (error) {
      this.#answerError(context, error);
      return;
    }
    // A handler that is not asynchronous is answered in this very turn, so that its answer leaves with its neighbours'.
    this.#answer(context, result);
  }

  /** The sender no longer wants the answer. An unknown id is ignored: the answer may be on its way already. */
  cancel(id: RequestId, reason: unknown): void {
    const context = this.#contexts.get(id);
    if (!context) return;
    this.#contexts.delete(id);
    const why = typeof reason === 'string' ? `: ${reason}` : '';
    context.cancel(new TransportError('aborted', `The request was cancelled${why}`));
  }

  /** There is nobody left to answer. */
  cancelAll(error: TransportError): void {
    const contexts = [...this.#contexts.values()];
    this.#contexts.clear();
    for (const context of contexts) context.cancel(error);
  }

  #answer(context: RequestContext, result: unknown): void {
    if (!this.#end(context)) return;
    if (vanishes(result)) this.#refuse(context.id, ErrorCode.InternalError, 'Internal error: the result cannot be written as JSON');
    else this.#respond({ jsonrpc: '2.0', id: context.id, result: result === undefined ? {} : result });
  }

  #answerError(context: RequestContext, error: unknown): void {
    if (this.#end(context)) this.#respond(JsonRpcError.from(error).toResponse(context.id));
  }

  #refuse(id: RequestId, code: number, message: string): void {
    this.#respond(new JsonRpcError(code, message).toResponse(id));
  }

  /** The handler is done. True if the sender is to be answered. */
  #end(context: RequestContext): boolean {
    if (this.#contexts.get(context.id) === context) this.#contexts.delete(context.id);
    context.end();
    return !context.cancelled;
  }

  #respond(response: JsonRpcResponse): void {
    this.#options.send(response).catch((error: unknown) => {
      this.#options.report(error);
      // What cannot be written as JSON must be answered all the same; any other failure is the connection's.
      const why = unwritable(response);
      if (why === undefined) return;
      const { id } = response;
      const substitute =
        'error' in response
          ? { ...response.error, data: undefined }
          : { code: ErrorCode.InternalError, message: `Internal error: the result cannot be written as JSON: ${why}` };
      this.#options.send({ jsonrpc: '2.0', id, error: substitute }).catch(this.#options.report);
    });
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/** True of what `JSON.stringify` leaves out, so that a response would have neither result nor error. */
function vanishes(result: unknown): boolean {
  if (typeof result === 'function' || typeof result === 'symbol') return true;
  if (typeof (result as { toJSON?: unknown } | null | undefined)?.toJSON !== 'function') return false;
  try {
    return JSON.stringify(result) === undefined;
  } catch {
    return false;
  }
}

/** Why a message cannot be written as JSON; undefined if it can. Asked of messages that failed, whatever error the transport has for it. */
function unwritable(message: JsonRpcMessage): string | undefined {
  try {
    JSON.stringify(message);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
