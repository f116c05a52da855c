import type { IncomingMessage } from 'node:http';
import type { BodyConsumer, BodyFlow, HttpBody } from '../body.js';
import { HttpError } from '../http-error.js';

/** A request's body, straight from the parser's `data` events. */
export class NodeBody implements HttpBody, BodyFlow {
  readonly #req: IncomingMessage;
  #onfirstread: (() => void) | undefined;
  #consumer: BodyConsumer | undefined;
  /** Nothing more is handed over. The rest of it, if the client sends one, is not wanted. */
  #over = false;
  #cancelled = false;

  /** @param onfirstread called before the first byte is asked for: the moment to send 100 Continue */
  constructor(req: IncomingMessage, onfirstread: (() => void) | undefined) {
    this.#req = req;
    this.#onfirstread = onfirstread;
  }

  get lengthBytes(): number | undefined {
    return contentLength(this.#req);
  }

  /** Somebody wanted no more of it before it was whole. */
  get isCancelled(): boolean {
    return this.#cancelled;
  }

  read(consumer: BodyConsumer): BodyFlow {
    const req = this.#req;
    if (this.#consumer || this.#over || req.readableEnded || req.readableDidRead) {
      throw new HttpError('body-used', 500, 'Something in front of this handler has read the body already.');
    }
    this.#consumer = consumer;
    if (req.destroyed) {
      // Not from inside this call: the caller has no flow yet.
      queueMicrotask(() => this.cut());
      return this;
    }
    this.#onfirstread?.();
    this.#onfirstread = undefined;
    req.on('data', (chunk: Buffer) => {
      if (!this.#over) this.#consumer?.onchunk(chunk);
    });
    req.on('end', () => this.#end());
    return this;
  }

  /** The connection, or the HTTP/2 stream, is gone. */
  cut(): void {
    if (this.#over || !this.#consumer) return;
    this.#take().onerror(new Error('The client closed the connection before it had sent the whole body.'));
  }

  pause(): void {
    if (!this.#over) this.#req.pause();
  }

  resume(): void {
    if (!this.#over) this.#req.resume();
  }

  cancel(): void {
    if (this.#over) return;
    this.#over = true;
    this.#consumer = undefined;
    this.#cancelled = true;
    this.#req.pause();
  }

  #end(): void {
    if (!this.#over) this.#take().onend();
  }

  /** The consumer, for the last time: the request's listeners live as long as its response, and the body need not. */
  #take(): BodyConsumer {
    const consumer = this.#consumer as BodyConsumer;
    this.#over = true;
    this.#consumer = undefined;
    return consumer;
  }
}

/** What Content-Length says. The parser has seen to it that it is a number. */
export function contentLength(req: IncomingMessage): number | undefined {
  const length = req.headers['content-length'];
  return length === undefined ? undefined : Number(length);
}
