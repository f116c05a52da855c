import type { BodyConsumer, BodyFlow, HttpBody } from '../body.js';
import { HttpError } from '../http-error.js';

/** A body that comes as a web stream: of a `Request` on the server, of a `Response` on the client. */
export class WebBody implements HttpBody, BodyFlow {
  readonly lengthBytes: number | undefined;
  readonly #stream: ReadableStream<Uint8Array> | null;
  readonly #toError: (cause: unknown) => Error;
  #consumer: BodyConsumer | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #paused = false;
  #reading = false;
  #over = false;
  #failure: Error | undefined;

  /** @param toError puts what the stream failed with into words */
  constructor(stream: ReadableStream<Uint8Array> | null, contentLength: string | null | undefined, toError: (cause: unknown) => Error) {
    this.#stream = stream;
    this.#toError = toError;
    this.lengthBytes = contentLength != null && /^\d{1,15}$/.test(contentLength) ? Number(contentLength) : undefined;
  }

  read(consumer: BodyConsumer): BodyFlow {
    if (this.#consumer || (this.#stream?.locked && !this.#failure))
      throw new HttpError('body-used', 500, 'The body has been read already.');
    this.#consumer = consumer;
    if (!this.#failure) this.#reader = this.#stream?.getReader();
    void this.#pull();
    return this;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    void this.#pull();
  }

  cancel(): void {
    if (this.#over) return;
    this.#over = true;
    // It may have failed already, which nobody wants to hear of any more.
    if (this.#reader) this.#reader.cancel().catch(() => {});
    else if (this.#stream && !this.#stream.locked) this.#stream.cancel().catch(() => {});
  }

  /** Breaks it off from this side. */
  fail(error: Error): void {
    if (this.#over) return;
    const consumer = this.#consumer;
    this.cancel();
    if (consumer) consumer.onerror(error);
    else this.#failure = error;
  }

  async #pull(): Promise<void> {
    if (this.#reading || (this.#over && !this.#failure)) return;
    this.#reading = true;
    const consumer = this.#consumer as BodyConsumer;
    // Not from inside `read`: the caller has no flow yet.
    if (!this.#reader || this.#failure) await undefined;
    if (this.#failure) {
      consumer.onerror(this.#failure);
      return;
    }
    while (!this.#paused && !this.#over) {
      let result: { done: boolean; value?: Uint8Array | undefined };
      try {
        result = this.#reader ? await this.#reader.read() : { done: true };
      } catch (cause) {
        if (this.#over) return;
        this.#over = true;
        consumer.onerror(this.#toError(cause));
        return;
      }
      if (this.#over) return;
      if (result.done) {
        this.#over = true;
        consumer.onend();
        return;
      }
      // While it was paused this one was under way: a consumer takes what it gets.
      if (result.value && result.value.byteLength > 0) consumer.onchunk(result.value);
    }
    this.#reading = false;
  }
}
