import { TransportError } from './errors.js';

/** 16 MiB: what a writer queues before `send` waits, unless told otherwise. */
export const DEFAULT_MAX_QUEUED_BYTES: number = 16 * 1024 * 1024;
/** How many sends may wait for room at once, unless told otherwise. */
export const DEFAULT_MAX_WAITING_SENDS: number = 65_536;

export interface BoundedQueueOptions<T> {
  /** Bytes accepted and not yet released before `push` waits. Default 16 MiB. One item larger than that is accepted alone. */
  maxQueuedBytes?: number | undefined;
  /** Pushes that may wait for room; one more rejects with `queue-overflow`. Default 65,536. */
  maxWaitingSends?: number | undefined;
  /** Takes an item for which there is room. What it returns is what `push` resolves to. Called in the order of the pushes. */
  accept: (item: T, bytes: number) => Promise<void>;
}

interface Waiter<T> {
  item: T;
  bytes: number;
  resolve: (accepted: Promise<void>) => void;
  reject: (error: unknown) => void;
  /** False once its signal aborted: skipped when its turn comes, so that aborting costs no search. */
  waiting: boolean;
  stopListening: (() => void) | undefined;
}

/**
 * The one bounded queue: it counts the bytes between a writer and its sink, holds back what does not fit, in order, and
 * refuses what would wait beyond its bound. The items themselves are the sink's; only those that wait are kept here.
 */
export class BoundedQueue<T> {
  readonly #maxQueuedBytes: number;
  readonly #maxWaitingSends: number;
  readonly #accept: (item: T, bytes: number) => Promise<void>;
  #queuedBytes = 0;
  /** A list with a moving head: shifting an array of thousands would cost a copy each time. */
  #waiters: Waiter<T>[] = [];
  #head = 0;
  #waiting = 0;
  #failure: Error | undefined;

  constructor(options: BoundedQueueOptions<T>) {
    this.#maxQueuedBytes = options.maxQueuedBytes ?? DEFAULT_MAX_QUEUED_BYTES;
    this.#maxWaitingSends = options.maxWaitingSends ?? DEFAULT_MAX_WAITING_SENDS;
    this.#accept = options.accept;
    if (!(this.#maxQueuedBytes > 0)) throw new RangeError(`maxQueuedBytes must be a positive number, not ${options.maxQueuedBytes}`);
    if (!(this.#maxWaitingSends >= 0)) throw new RangeError(`maxWaitingSends must not be negative, as ${options.maxWaitingSends} is`);
  }

  /** Bytes accepted and not yet released. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Pushes that wait for room. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Hands `item` to the sink, now or when there is room.
   * @throws TransportError (as a rejection) `queue-overflow`, `aborted`, or what `fail` was given.
   */
  push(item: T, bytes: number, signal?: AbortSignal): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (signal?.aborted) return Promise.reject(aborted(signal));
    if (this.#waiting === 0 && this.#fits(bytes)) {
      this.#queuedBytes += bytes;
      return this.#accept(item, bytes);
    }
    if (this.#waiting >= this.#maxWaitingSends) return Promise.reject(this.#overflow());
    return new Promise((resolve, reject) => {
      const waiter: Waiter<T> = { item, bytes, resolve, reject, waiting: true, stopListening: undefined };
      if (signal) {
        const onabort = (): void => {
          waiter.waiting = false;
          this.#waiting--;
          reject(aborted(signal));
          // The one that gave up may have been all that stood in the way.
          this.#admit();
        };
        signal.addEventListener('abort', onabort, { once: true });
        waiter.stopListening = () => signal.removeEventListener('abort', onabort);
      }
      this.#waiters.push(waiter);
      this.#waiting++;
    });
  }

  /** Counts `bytes` more for items that are already accepted (their size was an estimate). */
  charge(bytes: number): void {
    this.#queuedBytes += bytes;
  }

  /** The sink is done with `bytes`: whoever waits and now fits is accepted, in order. */
  release(bytes: number): void {
    this.#queuedBytes -= bytes;
    if (this.#waiting > 0) this.#admit();
  }

  /** Nothing will be taken any more: everyone who waits, and every later push, is rejected with `error`. */
  fail(error: Error): void {
    if (this.#failure) return;
    this.#failure = error;
    const waiters = this.#waiters.splice(0).slice(this.#head);
    this.#head = 0;
    this.#waiting = 0;
    for (const waiter of waiters) {
      if (!waiter.waiting) continue;
      waiter.stopListening?.();
      waiter.reject(error);
    }
  }

  #fits(bytes: number): boolean {
    return this.#queuedBytes + bytes <= this.#maxQueuedBytes || this.#queuedBytes === 0;
  }

  #admit(): void {
    while (this.#head < this.#waiters.length) {
      const waiter = this.#waiters[this.#head] as Waiter<T>;
      if (waiter.waiting) {
        if (!this.#fits(waiter.bytes)) break;
        waiter.waiting = false;
        waiter.stopListening?.();
        this.#waiting--;
        this.#queuedBytes += waiter.bytes;
        waiter.resolve(this.#accept(waiter.item, waiter.bytes));
      }
      this.#head++;
    }
    // Give the passed ones back once they are half of the list: constant work per item in all.
    if (this.#head > 1024 && this.#head * 2 > this.#waiters.length) {
      this.#waiters = this.#waiters.slice(this.#head);
      this.#head = 0;
    } else if (this.#head === this.#waiters.length) {
      this.#waiters = [];
      this.#head = 0;
    }
  }

  #overflow(): TransportError {
    const limit = this.#maxWaitingSends;
    return new TransportError(
      'queue-overflow',
      `${limit} sends already wait behind ${this.#queuedBytes} queued bytes: the reader is too slow. Await each send, or raise maxWaitingSends or maxQueuedBytes.`,
      { details: { limit, queuedBytes: this.#queuedBytes } },
    );
  }
}

function aborted(signal: AbortSignal): TransportError {
  return new TransportError('aborted', 'The send was aborted while it waited for room in the queue', { cause: signal.reason });
}
