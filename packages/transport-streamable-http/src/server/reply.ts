import type { HttpRequest, HttpResponse, HttpResponseHeaders } from '@mcpwire/http';
import { type JsonRpcMessage, type JsonRpcResponse, TransportError } from '@mcpwire/jsonrpc';
import { EVENT_STREAM_HEADERS, EventWriter, SENT, toEvent, toJson } from './event-writer.js';
import type { AcceptedReplies } from './read-post.js';
import { JSON_HEADERS } from './refusal.js';
import type { StreamSettings } from './stream-settings.js';

/**
 * How requests are answered. `auto`: with JSON when the answer is ready before anything else must be sent, with an event stream otherwise,
 * or as the client's Accept demands. `json`: with JSON and nothing else, for what stands where nothing can be streamed; a message that would
 * have to come before the answer is refused to its sender. `sse`: with an event stream from the start, if the client takes one.
 */
export type ReplyMode = 'auto' | 'json' | 'sse';

export interface ReplyOptions {
  /** Responses that are owed: one for each request that the POST carries. Default 1. */
  due?: number | undefined;
  /** The POST was a batch: a JSON reply is an array. */
  isBatch?: boolean | undefined;
  accepted: AcceptedReplies;
  mode: ReplyMode;
  settings: StreamSettings;
  /** The POST. Its `onclose` is taken, to hear of a client that goes before there is a reply. */
  request?: Pick<HttpRequest, 'isClosed' | 'onclose'> | undefined;
  /** Headers beside those that the kind of reply has. */
  headers?: HttpResponseHeaders | undefined;
}

/**
 * The reply to one POST that carries requests: JSON when all answers are there before anything else has to be sent, otherwise an event
 * stream that ends behind the last answer.
 *
 * A reply that becomes JSON costs this object, one `JSON.stringify`, and a promise if it is asked for before the answer is there.
 */
export class Reply {
  /**
   * The stream is over, or the client went before there was a reply: `aborted` when it went before it had everything. Never called for a
   * JSON reply that was sent. Called once.
   */
  onclose: ((aborted: boolean) => void) | undefined;
  protected readonly settings: StreamSettings;
  readonly #accepted: AcceptedReplies;
  readonly #mode: ReplyMode;
  readonly #headers: HttpResponseHeaders | undefined;
  readonly #isBatch: boolean;
  #due: number;
  /** Answers of a batch that wait for the others. */
  #answers: JsonRpcResponse[] | undefined;
  #writer: EventWriter | undefined;
  /** The client went before it had a reply. */
  #gone = false;
  #settled: HttpResponse | undefined;
  #promise: Promise<HttpResponse> | undefined;
  #resolve: ((response: HttpResponse) => void) | undefined;

  constructor(options: ReplyOptions) {
    this.settings = options.settings;
    this.#accepted = options.accepted;
    this.#mode = options.mode;
    this.#headers = options.headers;
    this.#isBatch = options.isBatch === true;
    this.#due = options.due ?? 1;
    const { request } = options;
    if (request) {
      this.#gone = request.isClosed;
      request.onclose = (aborted) => {
        if (aborted) this.#onrequestclosed();
      };
    }
  }

  /** The HTTP response if it is known already, otherwise a promise of it. The cheaper one to return from a handler. */
  get answer(): HttpResponse | Promise<HttpResponse> {
    return this.#settled ?? this.response;
  }

  /** The HTTP response, once it is known what kind it is. */
  get response(): Promise<HttpResponse> {
    const known = this.#settled ?? (this.#gone ? NOBODY : undefined);
    this.#promise ??= known
      ? Promise.resolve(known)
      : new Promise((resolve) => {
          this.#resolve = resolve;
        });
    return this.#promise;
  }

  /** Responses that are still owed. */
  get due(): number {
    return this.#due;
  }

  /** True while somebody waits for more of the reply. */
  get isOpen(): boolean {
    return this.#writer ? this.#writer.isOpen : this.#settled === undefined && !this.#gone;
  }

  get isStream(): boolean {
    return this.#writer !== undefined;
  }

  /** A client that takes nothing but streams gets one in every mode. */
  get #mayStream(): boolean {
    return this.#accepted.stream && (this.#mode !== 'json' || !this.#accepted.json);
  }

  /** Opens the stream at once where the mode, or the client's Accept, leaves nothing else. */
  begin(): void {
    if (this.#mode === 'sse' || !this.#accepted.json) this.upgrade();
  }

  /**
   * Makes the reply an event stream, if it is not one already.
   * @returns false when the client takes no stream, the mode has none, or the JSON reply is there already
   */
  upgrade(): boolean {
    if (this.#writer) return true;
    if (this.#settled || this.#gone || !this.#mayStream) return false;
    const writer = new EventWriter(this.settings);
    this.useWriter(writer);
    this.onopen();
    this.#settle(writer.toResponse(this.#headers ? { ...this.#headers, ...EVENT_STREAM_HEADERS } : EVENT_STREAM_HEADERS));
    const answers = this.#answers;
    this.#answers = undefined;
    // Of a batch, whose other answers are due: nobody waits for these.
    if (answers) for (const answer of answers) this.transmit(answer, toJson(answer)).catch(ignore);
    return true;
  }

  /**
   * Sends a notification or a request of the server that belongs to the requests being answered: the reply becomes a stream.
   * @throws TransportError (as a rejection) `write-failed` when the client takes no stream or the mode has none, `peer-gone`, `queue-overflow`, `aborted`,
   *   `encode-failed`
   */
  notify(message: JsonRpcMessage, signal?: AbortSignal): Promise<void> {
    let json: string;
    try {
      json = toJson(message);
    } catch (error) {
      return Promise.reject(error);
    }
    if (this.upgrade()) return this.transmit(message, json, signal);
    if (this.#settled) return Promise.reject(new TransportError('peer-gone', 'The reply that the message belongs to has been sent.'));
    if (this.#gone) return Promise.reject(new TransportError('peer-gone', 'The client that the message is for went away.'));
    const why = this.#accepted.stream ? 'replyMode is json' : 'by its Accept header the client takes no event stream';
    return Promise.reject(new TransportError('write-failed', `Only the answer can be sent: ${why}.`));
  }

  /**
   * Sends one of the responses that are owed. The last one ends the reply.
   * @param status of a reply that is JSON
   * @throws TransportError (as a rejection) `peer-gone`, `queue-overflow`, `aborted`; `encode-failed`, and then the response is still owed
   */
  respond(message: JsonRpcResponse, status = 200, signal?: AbortSignal): Promise<void> {
    let json: string;
    try {
      json = toJson(message);
    } catch (error) {
      return Promise.reject(error);
    }
    if (this.#writer) {
      const sent = this.transmit(message, json, signal);
      this.#due--;
      if (this.#due <= 0) this.finish();
      return sent;
    }
    if (this.#settled) return Promise.reject(new TransportError('peer-gone', 'The request has been answered already.'));
    this.#due--;
    if (this.#gone) return Promise.reject(new TransportError('peer-gone', 'The client went away before the answer was there.'));
    if (this.#isBatch) {
      this.#answers ??= [];
      this.#answers.push(message);
      if (this.#due <= 0) this.#settleBatch();
    } else this.#settle({ status, headers: this.#headers ? { ...this.#headers, ...JSON_HEADERS } : JSON_HEADERS, body: json });
    return SENT;
  }

  /** One of the requests will not be answered: it was cancelled. A reply that owes nothing more is ended, without a word. */
  forgo(instead: JsonRpcResponse): void {
    this.#due--;
    if (this.#due > 0) return;
    if (this.#answers && this.#answers.length > 0) this.#settleBatch();
    else if (this.upgrade()) this.finish();
    // A client that takes JSON only has to be given some.
    else if (!this.#settled) this.#settle({ status: 200, headers: JSON_HEADERS, body: toJson(instead) });
  }

  /** Answers the POST with a response of another making, if nothing was answered yet; cuts the stream off otherwise. */
  abandon(response: HttpResponse): void {
    this.#due = 0;
    if (this.#writer) this.#writer.destroy();
    else if (!this.#settled) this.#settle(response);
  }

  /** Ends a stream before all is answered. A client that can resume it may come back for the rest. */
  endStream(): void {
    this.#writer?.end();
  }

  /** The connection that the stream is written to; undefined until it is a stream. */
  protected get writer(): EventWriter | undefined {
    return this.#writer;
  }

  /** From now on the stream is written there. */
  protected useWriter(writer: EventWriter): void {
    this.#writer = writer;
    writer.onclose = (aborted) => {
      if (this.#writer === writer) this.onclosed(aborted);
    };
  }

  /** Writes the text of whole events. For whoever gives events ids of its own. */
  protected write(text: string, signal?: AbortSignal): Promise<void> {
    return (this.#writer as EventWriter).write(text, signal);
  }

  /** How a message gets onto the stream. */
  protected transmit(_message: JsonRpcMessage, json: string, signal?: AbortSignal): Promise<void> {
    return this.write(toEvent(json), signal);
  }

  /** The stream is opened, and nothing is written yet. */
  protected onopen(): void {}

  /** All that is owed was handed to `transmit`. */
  protected finish(): void {
    this.#writer?.end();
  }

  protected onclosed(aborted: boolean): void {
    this.onclose?.(aborted);
  }

  #onrequestclosed(): void {
    // Of a stream, its writer tells.
    if (this.#writer || this.#settled || this.#gone) return;
    this.#gone = true;
    // Nobody gets it; whoever waits for it must not wait for ever.
    this.#resolve?.(NOBODY);
    this.#resolve = undefined;
    this.onclosed(true);
  }

  #settleBatch(): void {
    this.#settle({
      status: 200,
      headers: this.#headers ? { ...this.#headers, ...JSON_HEADERS } : JSON_HEADERS,
      body: JSON.stringify(this.#answers),
    });
    this.#answers = undefined;
  }

  #settle(response: HttpResponse): void {
    this.#settled = response;
    this.#resolve?.(response);
    this.#resolve = undefined;
  }
}

const NOBODY: HttpResponse = { status: 503 };

function ignore(): void {}
