import type { BodyConsumer, BodyFlow, HttpBody } from './body.js';
import { type Deadline, type Deadlines, deadlinesOf } from './deadlines.js';

/** What is wrong with a body, for whoever reads it to put into words of its own. */
export type BodyFault =
  | { readonly kind: 'too-large'; readonly limitBytes: number; readonly bytes: number }
  | { readonly kind: 'timeout'; readonly limitMs: number; readonly bytes: number }
  | { readonly kind: 'truncated'; readonly cause: Error; readonly bytes: number };

export interface CollectOptions<T> {
  /** Reading stops where the body grows past it. */
  readonly maxBytes: number;
  /** For the whole body to arrive; 0 or Infinity for no limit. */
  readonly timeoutMs: number;
  /** Makes of the bytes what the promise resolves to; what it throws, the promise is rejected with. */
  readonly finish: (bytes: Uint8Array) => T;
  /** Puts a fault into words. */
  readonly toError: (fault: BodyFault) => Error;
}

/** Gathers a body into one piece and never holds more of it than `maxBytes`. Past a limit, reading stops there and then. */
export function collect<T>(body: HttpBody, options: CollectOptions<T>): Promise<T> {
  const { lengthBytes } = body;
  if (lengthBytes !== undefined && lengthBytes > options.maxBytes) {
    body.cancel();
    return Promise.reject(options.toError({ kind: 'too-large', limitBytes: options.maxBytes, bytes: lengthBytes }));
  }
  return new Promise((resolve, reject) => new Collector(options, resolve, reject).begin(body));
}

/** An object and not closures: there is one for every request. */
class Collector<T> implements BodyConsumer, Deadline {
  expiresAt = 0;
  readonly #options: CollectOptions<T>;
  readonly #resolve: (value: T) => void;
  readonly #reject: (error: unknown) => void;
  #flow: BodyFlow | undefined;
  #deadlines: Deadlines | undefined;
  #first: Uint8Array | undefined;
  #rest: Uint8Array[] | undefined;
  #bytes = 0;
  #settled = false;

  constructor(options: CollectOptions<T>, resolve: (value: T) => void, reject: (error: unknown) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  begin(body: HttpBody): void {
    const { timeoutMs } = this.#options;
    this.#flow = body.read(this);
    if (timeoutMs <= 0 || timeoutMs === Number.POSITIVE_INFINITY) return;
    this.#deadlines = deadlinesOf(timeoutMs);
    this.#deadlines.add(this);
  }

  onchunk(chunk: Uint8Array): void {
    if (this.#settled) return;
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.#options.maxBytes) this.#fail({ kind: 'too-large', limitBytes: this.#options.maxBytes, bytes: this.#bytes });
    else if (this.#first === undefined) this.#first = chunk;
    else if (this.#rest === undefined) this.#rest = [this.#first, chunk];
    else this.#rest.push(chunk);
  }

  onend(): void {
    this.#settle();
    try {
      this.#resolve(this.#options.finish(this.#rest ? concatenate(this.#rest, this.#bytes) : (this.#first ?? new Uint8Array(0))));
    } catch (error) {
      this.#reject(error);
    }
  }

  onerror(cause: Error): void {
    if (!this.#settled) this.#fail({ kind: 'truncated', cause, bytes: this.#bytes });
  }

  onexpire(): void {
    this.#fail({ kind: 'timeout', limitMs: this.#options.timeoutMs, bytes: this.#bytes });
  }

  #fail(fault: BodyFault): void {
    this.#settle();
    this.#first = undefined;
    this.#rest = undefined;
    this.#flow?.cancel();
    this.#reject(this.#options.toError(fault));
  }

  #settle(): void {
    this.#settled = true;
    this.#deadlines?.delete(this);
  }
}

function concatenate(chunks: Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
