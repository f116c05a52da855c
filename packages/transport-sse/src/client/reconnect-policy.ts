/** How a broken stream is opened anew. All times in milliseconds. */
export interface ReconnectOptions {
  /** Attempts allowed within `windowMs`, whether they succeed or not; when they are used up, the transport ends. Default 10. */
  maxAttempts?: number | undefined;
  /** Default 300,000. */
  windowMs?: number | undefined;
  /** The wait before the first attempt in a window; each further one doubles it. A server's `retry` makes it longer. Default 1,000. */
  initialDelayMs?: number | undefined;
  /** The longest wait. Default 30,000. */
  maxDelayMs?: number | undefined;
}

/**
 * A budget of attempts over time. It is no counter that a success resets: a server that takes a connection and drops it, again and
 * again, uses it up like one that takes none.
 */
export class ReconnectPolicy {
  readonly #maxAttempts: number;
  readonly #windowMs: number;
  readonly #initialDelayMs: number;
  readonly #maxDelayMs: number;
  #attempts: number[] = [];

  constructor(options: ReconnectOptions) {
    this.#maxAttempts = options.maxAttempts ?? 10;
    this.#windowMs = options.windowMs ?? 300_000;
    this.#initialDelayMs = options.initialDelayMs ?? 1_000;
    this.#maxDelayMs = options.maxDelayMs ?? 30_000;
    const limits = {
      maxAttempts: this.#maxAttempts,
      windowMs: this.#windowMs,
      initialDelayMs: this.#initialDelayMs,
      maxDelayMs: this.#maxDelayMs,
    };
    for (const [name, value] of Object.entries(limits)) {
      if (!(value > 0)) throw new RangeError(`reconnect.${name} must be a positive number, not ${value}`);
    }
  }

  /**
   * Takes one attempt from the budget.
   * @param atLeastMs what the server asked for by `retry`
   * @returns how long to wait before it, or undefined if the budget is used up
   */
  next(atLeastMs = 0, now: number = performance.now(), random: number = Math.random()): number | undefined {
    this.#attempts = this.#attempts.filter((at) => now - at < this.#windowMs);
    if (this.#attempts.length >= this.#maxAttempts) return undefined;
    const delay = Math.max(atLeastMs, this.#initialDelayMs * 2 ** this.#attempts.length);
    this.#attempts.push(now);
    // Between three quarters and all of it: the clients of a server that was restarted do not all come back at once.
    return Math.min(this.#maxDelayMs, delay) * (1 - random / 4);
  }

  toString(): string {
    return `${this.#attempts.length} of ${this.#maxAttempts} attempts in ${this.#windowMs} ms`;
  }
}
