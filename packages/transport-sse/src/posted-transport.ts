import { type HttpRequest, type HttpResponse, isMediaType, type ReadBodyOptions, readBodyText, textResponse } from '@mcpwire/http';
import type { JsonRpcMessage, MessageContext } from '@mcpwire/jsonrpc';
import {
  BaseTransport,
  check,
  ErrorCode,
  isJsonRpcError,
  JsonRpcError,
  type Parsed,
  parse,
  TransportError,
} from '@mcpwire/jsonrpc/transport-parts';
import { PostContext } from './message-context.js';

/** So much may wait for an `onmessage`, in characters, before the bodies of further POSTs are left unread. */
const MAX_INBOX_SIZE = 64 * 1024;

/** One object for all: an adapter only reads it. */
const ACCEPTED: HttpResponse = Object.freeze(textResponse(202, 'Accepted'));

export function unknownSession(): HttpResponse {
  return textResponse(404, 'There is no such session. Open a new event stream.\n');
}

/** The half of a server's transport that receives: messages that clients post. */
export abstract class PostedTransport extends BaseTransport {
  /** Requests received and not answered. */
  protected owed = 0;
  protected inboxWaits = false;
  /** What was posted since messages began to wait, in characters. */
  #inboxSize = 0;
  #taken: Promise<void> | undefined;
  #ontaken: (() => void) | undefined;

  /**
   * Takes one posted message: 202 once it is handed over. 415 for another media type than JSON, 400 with a JSON-RPC error for what is
   * no message. Nothing of what was posted is repeated, but the id of a request.
   *
   * Costs one read, one JSON.parse and one context object. While nobody takes messages, some wait here; beyond that bodies stay unread,
   * and what waits is the sender's own.
   *
   * @throws HttpError (as a rejection) what `readBodyText` throws
   */
  protected post(request: HttpRequest, limits: ReadBodyOptions): Promise<HttpResponse> {
    if (!isMediaType(request.headers['content-type'], 'application/json')) {
      this.report(new TransportError('malformed-message', 'A POST was refused: its Content-Type is not application/json in UTF-8.'));
      return Promise.resolve(textResponse(415, 'Unsupported Media Type: post application/json, in UTF-8.\n'));
    }
    if (this.inboxWaits && this.#inboxSize >= MAX_INBOX_SIZE) return this.#inboxTaken().then(() => this.post(request, limits));
    const { parsedBody } = request;
    if (parsedBody !== undefined) return Promise.resolve(this.#take(request, fromParsedBody(parsedBody), request.body.lengthBytes ?? 0));
    return readBodyText(request, limits).then(
      (text) => this.#take(request, parse(text), text.length),
      (error: Error) => {
        this.report(new TransportError('malformed-message', `A POST was refused: ${error.message}`, { cause: error }));
        throw error;
      },
    );
  }

  /** A message has come, posted or otherwise. */
  protected receive(message: JsonRpcMessage, context?: MessageContext): void {
    if ('method' in message) {
      if ('id' in message) this.owed++;
      // What is cancelled is not answered.
      else if (message.method === 'notifications/cancelled' && this.owed > 0) this.owed--;
    }
    this.deliver(message, context);
  }

  protected override onInbox(waiting: boolean): void {
    this.inboxWaits = waiting;
    if (!waiting) this.releaseInbox();
  }

  /** Lets those go on that wait for messages to be taken: some were, or none ever will be. */
  protected releaseInbox(): void {
    this.inboxWaits = false;
    this.#inboxSize = 0;
    this.#ontaken?.();
    this.#ontaken = undefined;
    this.#taken = undefined;
  }

  #inboxTaken(): Promise<void> {
    this.#taken ??= new Promise((resolve) => {
      this.#ontaken = resolve;
    });
    return this.#taken;
  }

  #take(request: HttpRequest, parsed: Parsed, size: number): HttpResponse {
    if (this.closeReason) return unknownSession();
    if (isJsonRpcError(parsed)) return this.#refuse(parsed);
    if (Array.isArray(parsed)) {
      return this.#refuse(new JsonRpcError(ErrorCode.InvalidRequest, 'Invalid request: a batch, which this transport does not have'));
    }
    this.receive(parsed, new PostContext(request));
    if (this.inboxWaits) this.#inboxSize += size;
    return ACCEPTED;
  }

  #refuse(cause: JsonRpcError): HttpResponse {
    this.report(new TransportError('malformed-message', `A POST was refused. ${cause.message}`, { cause }));
    // The engine's own sentence, which `onerror` is told, quotes the body.
    const error = cause.code === ErrorCode.ParseError ? new JsonRpcError(ErrorCode.ParseError, 'Parse error: the body is not JSON') : cause;
    return { status: 400, headers: { 'content-type': 'application/json' }, body: JSON.stringify(error.toResponse()) };
  }
}

/** What a body parser in front has made of it: `express.json()`, `.text()` or `.raw()`. */
function fromParsedBody(body: unknown): Parsed {
  if (typeof body === 'string') return parse(body);
  if (body instanceof Uint8Array) return parse(new TextDecoder().decode(body));
  return check(body);
}
