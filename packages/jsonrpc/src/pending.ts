import type { RequestId } from './message.js';

/** Progress of a request, as the other side reports it (MCP "Progress"). */
export interface Progress {
  progress: number;
  total?: number | undefined;
  message?: string | undefined;
}

export interface PendingOptions {
  method: string;
  /** Milliseconds without an answer or progress before the request times out; Infinity for never. */
  timeoutMs: number;
  /** Milliseconds after which it times out whatever progress there was. */
  maxTotalTimeoutMs: number;
  onprogress?: ((progress: Progress) => unknown) | undefined;
  /** Ends the stream of its own that the request has on some transports. */
  stream?: AbortController | undefined;
  /** Undoes what the request set up elsewhere (an abort listener); called once, however it ends. */
  release?: (() => void) | undefined;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

interface Entry extends PendingOptions {
  deadline: number;
  lastDeadline: number;
}

/**
 * The requests that await an answer. One timer serves all of them: it is armed for the earliest deadline and not touched
 * when a request is answered, so a request costs a map entry and no timer of its own.
 */
export class PendingRequests {
  readonly #entries = new Map<RequestId, Entry>();
  readonly #ontimeout: (id: RequestId, entry: PendingOptions) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  /** @param ontimeout called with a request that has just been removed because its time is up. */
  constructor(ontimeout: (id: RequestId, entry: PendingOptions) => void) {
    this.#ontimeout = ontimeout;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(id: RequestId): boolean {
    return this.#entries.has(id);
  }

  add(id: RequestId, options: PendingOptions): void {
    const now = performance.now();
    const lastDeadline = now + options.maxTotalTimeoutMs;
    const deadline = Math.min(now + options.timeoutMs, lastDeadline);
    this.#entries.set(id, { ...options, deadline, lastDeadline });
    if (deadline < this.#timerAt) this.#arm(deadline, now);
  }

  /** Removes and returns the request, if it is still waiting. */
  take(id: RequestId): PendingOptions | undefined {
    const entry = this.#entries.get(id);
    if (!entry) return undefined;
    this.#entries.delete(id);
    entry.release?.();
    return entry;
  }

  /** There was progress: gives the request time anew, up to its maximum. Returns who wants to hear of it; undefined if nobody does. */
  extend(id: RequestId): PendingOptions['onprogress'] {
    const entry = this.#entries.get(id);
    // Progress that nobody asked for buys no time.
    if (!entry?.onprogress) return undefined;
    // Later deadlines need no new timer: the armed one fires early and looks again.
    entry.deadline = Math.min(performance.now() + entry.timeoutMs, entry.lastDeadline);
    return entry.onprogress;
  }

  /** Removes all and rejects each with `error`. */
  rejectAll(error: unknown): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    for (const entry of entries) {
      entry.release?.();
      entry.reject(error);
    }
  }

  #arm(deadline: number, now: number): void {
    clearTimeout(this.#timer);
    this.#timerAt = deadline;
    if (deadline === Number.POSITIVE_INFINITY) {
      this.#timer = undefined;
      return;
    }
    // A timer's longest delay is 2^31 - 1 ms; when it fires early it is simply armed again.
    this.#timer = setTimeout(() => this.#expire(), Math.min(Math.max(0, deadline - now), 0x7fffffff));
    // The connection keeps the process alive, the clock alone must not. (Browsers' timers are numbers.)
    (this.#timer as { unref?: () => void }).unref?.();
  }

  #expire(): void {
    const now = performance.now();
    let next = Number.POSITIVE_INFINITY;
    const expired: RequestId[] = [];
    for (const [id, entry] of this.#entries) {
      if (entry.deadline <= now) expired.push(id);
      else if (entry.deadline < next) next = entry.deadline;
    }
    this.#arm(next, now);
    for (const id of expired) {
      const entry = this.take(id);
      if (entry) this.#ontimeout(id, entry);
    }
  }
}
