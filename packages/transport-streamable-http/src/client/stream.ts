import type { HttpBody } from '@mcpwire/http';
import { type JsonRpcMessage, type JsonRpcResponse, type RequestId, type SendOptions, TransportError } from '@mcpwire/jsonrpc';
import { handlerFailed } from './errors.js';
import { EventStream, type EventStreamOwner } from './event-stream.js';
import type { Reconnection } from './reconnection.js';

export type AnswerHandler = (response: JsonRpcResponse) => JsonRpcResponse | undefined;

/** What a stream is for. */
export interface StreamPurpose {
  /** The requests whose answers it is to bring; undefined for a stream that answers none, and that is kept up for as long as may be. */
  readonly awaited: Set<RequestId> | undefined;
  /** Whether it can be taken up again where it broke: legacy revisions only. */
  readonly isResumable: boolean;
  /** The session it belongs to. */
  readonly sessionId: string | undefined;
  readonly options: Pick<SendOptions, 'onresumptiontoken' | 'requestSignal' | 'onRequestStreamEnd'>;
  /** Answers get this id: what is resumed was asked for under another one. */
  readonly replayId?: RequestId | undefined;
  /** Sees the answer first, and returns what to hand over; undefined for nothing. */
  readonly onanswer?: AnswerHandler | undefined;
}

/** What all streams of a transport share. */
export interface StreamHost {
  readonly maxMessageBytes: number;
  /** Messages wait for an `onmessage`: nothing more is read meanwhile. */
  readonly isPaused: boolean;
  createReconnection(): Reconnection;
  /**
   * Asks for the stream, from its last event on.
   * @returns undefined when the server has no such stream
   * @throws what went wrong, as a `StreamRefused` if it would go wrong again
   */
  reopen(stream: Stream): Promise<HttpBody | undefined>;
  /** A message has come. `stream` is told of answers by `answered`. */
  take(message: JsonRpcMessage, stream: Stream): void;
  report(error: Error): void;
  /** It will bring nothing more. `awaited` has what it did not answer; with a reason unless that was wanted. */
  over(stream: Stream, reason: Error | undefined): void;
}

/** Asking again is of no use. */
export class StreamRefused extends Error {
  override readonly cause: Error;

  constructor(cause: Error) {
    super(cause.message);
    this.cause = cause;
  }
}

/**
 * A stream as the specification means it: it outlives the connections that carry it, where it can be resumed. `Last-Event-ID`, `retry` and the
 * budget of attempts are its own.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#resumability-and-redelivery
 */
export class Stream implements EventStreamOwner {
  readonly purpose: StreamPurpose;
  /** The last event's id, kept until another one comes, whatever happens to the connections in between. */
  lastEventId: string | undefined;
  readonly #host: StreamHost;
  #connection: EventStream | undefined;
  #reconnection: Reconnection | undefined;
  #retryMs: number | undefined;
  #isOver = false;
  /** While nothing is open that would hear of it. */
  readonly #onabort = (): void => this.end();

  constructor(host: StreamHost, purpose: StreamPurpose, lastEventId?: string) {
    this.#host = host;
    this.purpose = purpose;
    this.lastEventId = lastEventId;
  }

  get maxMessageBytes(): number {
    return this.#host.maxMessageBytes;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Reads a response's body. */
  read(body: HttpBody): void {
    if (this.#isOver) {
      body.cancel();
      return;
    }
    this.#connection = new EventStream(body, this);
    if (this.#host.isPaused) this.#connection.pause();
  }

  /**
   * Asks for it now. Later failures are its own affair.
   * @returns whether the server has such a stream
   */
  async open(): Promise<boolean> {
    const body = await this.#host.reopen(this);
    if (body) this.read(body);
    else this.end();
    return body !== undefined;
  }

  pause(): void {
    this.#connection?.pause();
  }

  resume(): void {
    this.#connection?.resume();
  }

  /** An answer has come, on this stream or on another, or nobody wants it any more. */
  answered(id: RequestId): void {
    this.purpose.awaited?.delete(id);
  }

  /** Ends it at once and silently. */
  end(): void {
    if (this.#isOver) return;
    this.#connection?.cancel();
    this.#finish(undefined);
  }

  onmessage(message: JsonRpcMessage): void {
    if (!this.#isOver) this.#host.take(message, this);
  }

  onid(id: string): void {
    this.lastEventId = id;
    try {
      this.purpose.options.onresumptiontoken?.(id);
    } catch (cause) {
      this.#host.report(handlerFailed('onresumptiontoken', cause));
    }
  }

  onfault(error: TransportError): void {
    if (!this.#isOver && !this.#isUnwanted) this.#host.report(error);
  }

  onend(error?: Error): void {
    const connection = this.#connection as EventStream;
    this.#connection = undefined;
    if (this.#isOver) return;
    if (this.#isUnwanted || this.#isAnswered) {
      this.#finish(undefined);
      return;
    }
    this.#retryMs = connection.retryMs ?? this.#retryMs;
    const broken = error && new TransportError('read-failed', `The stream broke off: ${error.message}`, { cause: error });
    if (!this.#canResume) {
      this.#finish(broken ?? new TransportError('peer-gone', 'The server ended the stream before it had answered.'));
      return;
    }
    if (broken) this.#host.report(broken);
    this.#reconnection ??= this.#host.createReconnection();
    this.#reconnection.note({ broughtEvent: connection.broughtEvent, livedMs: connection.livedMs });
    this.reconnect(broken ?? new TransportError('peer-gone', 'The server ended the stream.'));
  }

  /** Asks for it again when it is time. */
  reconnect(last: Error): void {
    this.#reconnection ??= this.#host.createReconnection();
    this.purpose.options.requestSignal?.addEventListener('abort', this.#onabort, { once: true });
    if (this.#reconnection.schedule(this.#retryMs, () => void this.#attempt())) return;
    this.#finish(new TransportError('peer-gone', `The stream could not be resumed, and is given up. ${last.message}`, { cause: last }));
  }

  async #attempt(): Promise<void> {
    if (this.#isUnwanted || this.#isAnswered) {
      this.#finish(undefined);
      return;
    }
    try {
      const body = await this.#host.reopen(this);
      if (body) this.read(body);
      else this.#finish(new TransportError('peer-gone', 'The server does not resume streams.'));
    } catch (error) {
      if (this.#isOver || this.#isUnwanted) this.#finish(undefined);
      else if (error instanceof StreamRefused) this.#finish(error.cause);
      else {
        this.#host.report(error as Error);
        this.reconnect(error as Error);
      }
    }
  }

  #finish(reason: Error | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reconnection?.cancel();
    this.purpose.options.requestSignal?.removeEventListener('abort', this.#onabort);
    this.#host.over(this, reason);
  }

  get #isUnwanted(): boolean {
    return this.purpose.options.requestSignal?.aborted === true;
  }

  get #isAnswered(): boolean {
    return this.purpose.awaited?.size === 0;
  }

  get #canResume(): boolean {
    const { isResumable, awaited } = this.purpose;
    return isResumable && (awaited === undefined || this.lastEventId !== undefined);
  }
}
