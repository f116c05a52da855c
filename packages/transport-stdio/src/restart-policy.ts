/** When a server that ended unexpectedly is started again. All times in milliseconds. */
export interface RestartOptions {
  /** Starts allowed within `windowMs`; one more crash ends the transport. Default 5. */
  maxRestarts?: number | undefined;
  /** Default 60,000. */
  windowMs?: number | undefined;
  /** The wait before the first restart in a window; each further one doubles it. Default 250. */
  initialDelayMs?: number | undefined;
  /** The longest wait. Default 10,000. */
  maxDelayMs?: number | undefined;
}

/**
 * A budget of restarts over time. It is no counter that a good start resets: a server that answers once and crashes, again and
 * again, runs out of it like one that never starts.
 */
export class RestartPolicy {
  readonly #maxRestarts: number;
  readonly #windowMs: number;
  readonly #initialDelayMs: number;
  readonly #maxDelayMs: number;
  #restarts: number[] = [];

  constructor(options: RestartOptions) {
    this.#maxRestarts = options.maxRestarts ?? 5;
    this.#windowMs = options.windowMs ?? 60_000;
    this.#initialDelayMs = options.initialDelayMs ?? 250;
    this.#maxDelayMs = options.maxDelayMs ?? 10_000;
  }

  /** Takes one restart from the budget. @returns how long to wait before it, or undefined if the budget is used up. */
  next(now: number = performance.now()): number | undefined {
    this.#restarts = this.#restarts.filter((at) => now - at < this.#windowMs);
    if (this.#restarts.length >= this.#maxRestarts) return undefined;
    const delay = Math.min(this.#maxDelayMs, this.#initialDelayMs * 2 ** this.#restarts.length);
    this.#restarts.push(now);
    return delay;
  }

  toString(): string {
    return `${this.#restarts.length} of ${this.#maxRestarts} restarts in ${this.#windowMs} ms`;
  }
}
