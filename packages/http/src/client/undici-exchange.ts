import type { Dispatcher } from 'undici';
import type { BodyConsumer, BodyFlow, HttpBody } from '../body.js';
import type { HttpClientRequest, HttpClientResponse } from '../http-client.js';
import { HttpClientError } from '../http-client-error.js';
import { HttpError } from '../http-error.js';
import { aborted, headersTimeout } from './fetch-client.js';

type Controller = Dispatcher.DispatchController;

/** Whom an exchange tells how it went. */
export interface ExchangeOutcome {
  resolve: (response: HttpClientResponse) => void;
  reject: (error: HttpClientError) => void;
  /** Nothing of it is left, the body included. */
  onover: () => void;
}

/** So much may arrive before somebody reads the body; then the connection waits. */
const MAX_UNREAD_BYTES = 64 * 1024;

/** One request over undici, as its dispatcher calls back, and the body of the response to it: no stream in between. */
export class UndiciExchange implements Dispatcher.DispatchHandler, HttpBody, BodyFlow {
  readonly #what: string;
  readonly #headersTimeoutMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #outcome: ExchangeOutcome;
  #onabort: (() => void) | undefined;
  #controller: Controller | undefined;
  #headers: Record<string, string> | undefined;
  #consumer: BodyConsumer | undefined;
  /** What came before somebody read. Undefined once somebody does, and has it. */
  #unread: Uint8Array[] | undefined = [];
  #unreadBytes = 0;
  #paused = false;
  /** How the body ended, while that has still to be told. */
  #ending: HttpClientError | 'end' | undefined;
  /** Nothing more is told, or heard. */
  #over = false;

  constructor(request: HttpClientRequest, headersTimeoutMs: number, outcome: ExchangeOutcome) {
    this.#what = `${request.method ?? 'GET'} ${String(request.url)} failed`;
    this.#headersTimeoutMs = headersTimeoutMs;
    this.#outcome = outcome;
    this.#signal = request.signal;
    if (this.#signal) {
      this.#onabort = () => this.giveUp(aborted(this.#signal as AbortSignal));
      this.#signal.addEventListener('abort', this.#onabort, { once: true });
    }
  }

  get lengthBytes(): number | undefined {
    const length = this.#headers?.['content-length'];
    return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
  }

  read(consumer: BodyConsumer): BodyFlow {
    if (this.#consumer) throw new HttpError('body-used', 500, 'The body has been read already.');
    this.#consumer = consumer;
    // Not from inside this call: the caller has no flow yet.
    queueMicrotask(() => this.#catchUp());
    return this;
  }

  pause(): void {
    this.#paused = true;
    if (!this.#over) this.#controller?.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#unread) queueMicrotask(() => this.#catchUp());
    else if (!this.#over) this.#controller?.resume();
  }

  cancel(): void {
    this.#finish();
    this.#controller?.abort(new HttpClientError('aborted', 'The response body was not wanted.'));
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** Ends it from this side, whether it has begun or not. */
  giveUp(error: HttpClientError): void {
    this.#fail(error);
    this.#controller?.abort(error);
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#over) controller.abort(new HttpClientError('aborted', 'The request was aborted.'));
  }

  onResponseStart(_controller: Controller, status: number, headers: Record<string, string | string[] | undefined>): void {
    // 100 Continue and 103 Early Hints announce the response.
    if (status < 200 || this.#over) return;
    this.#headers = toPlainHeaders(headers);
    this.#outcome.resolve({ status, headers: this.#headers, body: this });
  }

  onResponseData(controller: Controller, chunk: Uint8Array): void {
    if (this.#over) return;
    if (this.#unread === undefined) {
      this.#consumer?.onchunk(chunk);
      return;
    }
    this.#unread.push(chunk);
    this.#unreadBytes += chunk.byteLength;
    if (this.#unreadBytes > MAX_UNREAD_BYTES) controller.pause();
  }

  onResponseEnd(): void {
    this.#end('end');
  }

  onResponseError(_controller: Controller, error: Error): void {
    const { code } = error as { code?: string };
    this.#fail(code === 'UND_ERR_HEADERS_TIMEOUT' ? headersTimeout(this.#headersTimeoutMs) : HttpClientError.from(error, this.#what));
  }

  #fail(error: HttpClientError): void {
    if (this.#over || this.#ending) return;
    if (this.#headers) this.#end(error);
    else {
      this.#finish();
      this.#outcome.reject(error);
    }
  }

  #end(ending: HttpClientError | 'end'): void {
    if (this.#over || this.#ending) return;
    this.#ending = ending;
    this.#stopListening();
    if (this.#unread === undefined) this.#tellEnding();
  }

  /** Hands over what came before the consumer did, until it pauses. */
  #catchUp(): void {
    const consumer = this.#consumer;
    while (consumer && this.#unread && !this.#paused && !this.#over) {
      const chunk = this.#unread.shift();
      if (chunk) {
        this.#unreadBytes -= chunk.byteLength;
        consumer.onchunk(chunk);
      } else {
        this.#unread = undefined;
        if (this.#ending) this.#tellEnding();
        else this.#controller?.resume();
      }
    }
  }

  #tellEnding(): void {
    const ending = this.#ending;
    this.#finish();
    if (ending === 'end') this.#consumer?.onend();
    else if (ending) this.#consumer?.onerror(ending);
  }

  #finish(): void {
    this.#over = true;
    this.#unread = undefined;
    this.#stopListening();
    this.#outcome.onover();
  }

  #stopListening(): void {
    if (this.#onabort) this.#signal?.removeEventListener('abort', this.#onabort);
    this.#onabort = undefined;
  }
}

function toPlainHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) plain[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return plain;
}
