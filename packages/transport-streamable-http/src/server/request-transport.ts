import {
  BaseTransport,
  ErrorCode,
  isJsonRpcError,
  JsonRpcError,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcResponse,
  LocalErrorCode,
  type SendOptions,
  TransportError,
} from '@mcpwire/jsonrpc';
import { httpStatusOf } from '@mcpwire/protocol';
import { isChangeMethod, toChangeEvent } from './change-event.js';
import { unsendable } from './event-writer.js';
import type { Reply } from './reply.js';
import type { StatelessContext } from './stateless-context.js';
import type { StatelessSettings } from './stateless-settings.js';

/** What it needs of what all requests share. */
export type RequestTransportSettings = Pick<StatelessSettings, 'subscriptions' | 'toolHeaders'>;

/**
 * The transport of one request of 2026-07-28, and of nothing else. Once started it delivers the request. It takes notifications, all of
 * which belong to that request, and the response, behind which it closes itself. When the client closes the connection before, that is
 * its cancellation: the transport closes with `peer-gone`, and nothing is sent any more.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#receiving-messages
 */
export class RequestTransport extends BaseTransport {
  /** The request, and all that is known of it. */
  readonly context: StatelessContext;
  readonly #reply: Reply;
  readonly #settings: RequestTransportSettings;

  constructor(context: StatelessContext, reply: Reply, settings: RequestTransportSettings) {
    super();
    this.context = context;
    this.#reply = reply;
    this.#settings = settings;
    reply.onclose = () => this.abort();
  }

  /** Whether the response is on its way, or can't be any more. */
  get isOver(): boolean {
    return this.closeReason !== undefined;
  }

  /**
   * @throws TransportError (as a rejection) `not-supported` for a request of the server's, which 2026-07-28 forbids; `unknown-response` for
   *   a response to another request; `closed` behind the response; `peer-gone` once the client has cancelled; what else `Reply` throws
   */
  send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    const unusable = this.unusable() ?? unsendable(message);
    if (unusable) return Promise.reject(unusable);
    if (!('method' in message)) return this.#respond(message, options);
    if ('id' in message) return Promise.reject(noRequests(message.method));
    if (isChangeMethod(message.method) && this.context.message.method !== 'subscriptions/listen') return this.#publish(message);
    return this.#reply.notify(message, options?.signal);
  }

  /** Closes the transport. A request that is not answered yet is answered with -31002. */
  async close(): Promise<void> {
    this.#refuse(
      new JsonRpcError(LocalErrorCode.ConnectionLost, 'The server closed the connection of this request before it answered.'),
      500,
    );
    this.finish({ kind: 'closed' });
  }

  /** Opens the stream that is wanted from the start, if there was no answer by now: an error may have needed a status of its own. */
  beginReply(): void {
    if (!this.isOver) this.#reply.begin();
  }

  /** The client has closed the connection: it has cancelled the request. */
  abort(): void {
    this.finish({ kind: 'peer-gone' });
  }

  /** Serving failed: answers with a JsonRpcError as it is, and with -32603 for anything else, which is then told to `onerror`. */
  fail(thrown: unknown): void {
    if (isJsonRpcError(thrown)) this.#refuse(thrown, httpStatusOf(thrown.code) ?? 200);
    else this.#refuse(new JsonRpcError(ErrorCode.InternalError, 'Internal error'), 500);
    this.finish({ kind: 'failed', error: thrown instanceof Error ? thrown : new Error(String(thrown)) });
  }

  protected async open(): Promise<void> {
    this.deliver(this.context.message, this.context);
  }

  #respond(response: JsonRpcResponse, options: SendOptions | undefined): Promise<void> {
    if (response.id !== this.context.message.id) return Promise.reject(foreign(response));
    const reply = this.#reply;
    const status = 'error' in response ? (httpStatusOf(response.error.code) ?? 200) : 200;
    // Where a stream is wanted from the start it is opened only now: an error may need a status of its own.
    if (status === 200) reply.begin();
    const sent = reply.respond(response, status, options?.signal);
    // It cannot be written as JSON, and another one may.
    if (reply.due > 0) return sent;
    if (this.context.message.method === 'tools/list' && 'result' in response)
      this.#settings.toolHeaders.learn(response.result, this.context.principal?.id ?? '');
    this.finish({ kind: 'closed' });
    return sent;
  }

  async #publish({ method, params }: JsonRpcNotification): Promise<void> {
    const event = toChangeEvent(method, params);
    if (event && this.#settings.subscriptions) return this.#settings.subscriptions.publish(event);
    const where = 'over 2026-07-28 it is sent on subscriptions/listen streams only, by publishing it on the bus of `subscriptions`';
    throw new TransportError('not-supported', `${method} does not belong to a request: ${where}.`, { details: { method } });
  }

  #refuse(error: JsonRpcError, status: number): void {
    if (this.closeReason || this.#reply.due === 0) return;
    this.#reply.respond(error.toResponse(this.context.message.id), status).catch(() => {
      // Its reader is gone, or its data is no JSON; the reply must not be left open.
      this.#reply.abandon({ status: 500 });
    });
  }
}

function noRequests(method: string): TransportError {
  const why = `A server sends no requests over 2026-07-28, and ${method} was to be one`;
  return new TransportError('not-supported', `${why}: return an InputRequiredResult that asks for what is needed.`, {
    details: { method },
  });
}

function foreign({ id }: JsonRpcResponse): TransportError {
  return new TransportError('unknown-response', 'This transport carries another request than the one that this response answers.', {
    details: { id },
  });
}
