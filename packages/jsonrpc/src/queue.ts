import { AbortListeners } from './abort-listeners.js';
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
  /**
   * Takes an item for which there is room. What it returns is what `push` resolves to. Called in the order of the pushes; it
   * may call `release` itself. If it throws, the item counts as not taken.
   */
  accept: (item: T, bytes: number) => Promise<void>;
}

interface Waiter<T> {
  item: T | undefined;
  bytes: number;
  resolve: (accepted: Promise<void>) => void;
  reject: (error: unknown) => void;
  /** False once it is taken or its signal has aborted: then skipped when its turn comes, so that aborting costs no search. */
  waiting: boolean;
  stopListening: (() => void) | undefined;
}

/** Waiters that are done with may stay in the list up to this number, or as many as wait: cleaning up costs constant work for each. */
const MAX_DONE = 1024;

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
  #admitting = false;
  #failure: Error | undefined;
  readonly #signals = new AbortListeners();

  constructor(options: BoundedQueueOptions<T>) {
    this.#maxQueuedBytes = options.maxQueuedBytes ?? DEFAULT_MAX_QUEUED_BYTES;
    this.#maxWaitingSends = options.maxWaitingSends ?? DEFAULT_MAX_WAITING_SENDS;
    this.#accept = options.accept;
    if (!(this.#maxQueuedBytes > 0)) throw new RangeError(`maxQueuedBytes must be a positive number, not ${options.maxQueuedBytes}`);
    if (!(this.#maxWaitingSends >= 0)) throw new RangeError(`maxWaitingSends must be zero or more, not ${options.maxWaitingSends}`);
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
    if (this.#waiting === 0 && this.#fits(bytes)) return this.#take(item, bytes);
    if (this.#waiting >= this.#maxWaitingSends) return Promise.reject(this.#overflow());
    return new Promise((resolve, reject) => {
      const waiter: Waiter<T> = { item, bytes, resolve, reject, waiting: true, stopListening: undefined };
      if (signal) this.#listen(waiter, signal);
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

  #take(item: T, bytes: number): Promise<void> {
    this.#queuedBytes += bytes;
    try {
      return this.#accept(item, bytes);
    } catch (error) {
      this.release(bytes);
      return Promise.reject(error);
    }
  }

  #admit(): void {
    // A sink that is done at once releases from inside `accept`; the loop below goes on with what that makes room for.
    if (this.#admitting) return;
    this.#admitting = true;
    while (this.#head < this.#waiters.length) {
      const waiter = this.#waiters[this.#head] as Waiter<T>;
      const { item, bytes, waiting } = waiter;
      if (waiting && !this.#fits(bytes)) break;
      // Out of the list before the sink is called, which may come back here, or fail the queue.
      this.#head++;
      if (!waiting) continue;
      this.#dismiss(waiter);
      waiter.resolve(this.#take(item as T, bytes));
    }
    this.#admitting = false;
    this.#tidy();
  }

  /** A function of its own, for a closure made in `push` would hold the item as long as the waiter is in the list. */
  #listen(waiter: Waiter<T>, signal: AbortSignal): void {
    waiter.stopListening = this.#signals.add(signal, () => this.#giveUp(waiter, signal));
  }

  #giveUp(waiter: Waiter<T>, signal: AbortSignal): void {
    this.#dismiss(waiter);
    waiter.reject(aborted(signal));
    // The one that gave up may have been all that stood in the way.
    this.#admit();
  }

  /** It no longer waits. It may stay in the list for a while, so it lets go of its item. */
  #dismiss(waiter: Waiter<T>): void {
    waiter.stopListening?.();
    waiter.item = undefined;
    waiter.waiting = false;
    this.#waiting--;
  }

  #tidy(): void {
    const done = this.#waiters.length - this.#waiting;
    if (done <= this.#waiting || (done <= MAX_DONE && this.#waiting > 0)) return;
    this.#waiters = this.#waiters.filter(({ waiting }) => waiting);
    this.#head = 0;
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
