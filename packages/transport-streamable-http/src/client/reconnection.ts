import type { ReconnectionScheduler, StreamableHTTPReconnectionOptions } from './options.js';

/** A refill faster than this would be no bound. */
const LEAST_INTERVAL_MS = 10;

/**
 * When to try again, for one stream. Two bounds hold it back: so many attempts in a row may bring nothing, and attempts that do bring
 * something come no faster than one for each `initialReconnectionDelay`, after the first few. So a server that ends every stream at once is asked
 * once a second, whatever `retry` it names, and one that is gone is given up.
 */
export class Reconnection {
  readonly #options: StreamableHTTPReconnectionOptions;
  readonly #scheduler: ReconnectionScheduler | undefined;
  readonly #intervalMs: number;
  /** Attempts that may be made at once. Refilled as time passes. */
  #allowance: number;
  #refilledAt: number;
  /** Attempts in a row that brought nothing. */
  #fruitless = 0;
  #waitedMs: number;
  #cancel: (() => void) | undefined;

  constructor(options: StreamableHTTPReconnectionOptions, scheduler: ReconnectionScheduler | undefined) {
    this.#options = options;
    this.#scheduler = scheduler;
    this.#intervalMs = Math.max(options.initialReconnectionDelay, LEAST_INTERVAL_MS);
    this.#allowance = this.#most;
    this.#refilledAt = performance.now();
    this.#waitedMs = options.initialReconnectionDelay;
  }

  /** A stream has ended. One that brought something, or lived as long as is waited for one, was worth it; how short a server asks to wait does not count. */
  note(stream: { broughtEvent: boolean; livedMs: number }): void {
    const longMs = Math.max(this.#waitedMs, this.#options.initialReconnectionDelay);
    if (stream.broughtEvent || stream.livedMs >= longMs) this.#fruitless = 0;
  }

  /**
   * Makes the next attempt when its time has come.
   * @param retryMs what the server asks to wait
   * @returns false when there will be none: the budget is used up
   */
  schedule(retryMs: number | undefined, attempt: () => void): boolean {
    const { initialReconnectionDelay, maxReconnectionDelay, reconnectionDelayGrowFactor, maxRetries } = this.#options;
    if (this.#fruitless >= maxRetries) return false;
    const backoffMs = Math.min(initialReconnectionDelay * reconnectionDelayGrowFactor ** this.#fruitless, maxReconnectionDelay);
    const delayMs = Math.max(retryMs ?? backoffMs, this.#untilAllowedMs());
    const count = this.#fruitless++;
    this.#waitedMs = delayMs;
    this.#allowance--;
    this.#start(attempt, delayMs, count);
    return true;
  }

  /** No attempt that is waiting is made. */
  cancel(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #start(attempt: () => void, delayMs: number, count: number): void {
    this.cancel();
    let isCancelled = false;
    const run = (): void => {
      if (isCancelled) return;
      isCancelled = true;
      this.#cancel = undefined;
      attempt();
    };
    let cancelScheduled: () => void;
    if (this.#scheduler) {
      const cancel = this.#scheduler(run, delayMs, count);
      cancelScheduled = typeof cancel === 'function' ? cancel : () => {};
    } else {
      const timer = setTimeout(run, delayMs);
      cancelScheduled = () => clearTimeout(timer);
    }
    // A scheduler may have called at once.
    if (isCancelled) return;
    this.#cancel = () => {
      isCancelled = true;
      cancelScheduled();
    };
  }

  get #most(): number {
    return this.#options.maxRetries + 1;
  }

  #untilAllowedMs(): number {
    const now = performance.now();
    this.#allowance = Math.min(this.#most, this.#allowance + (now - this.#refilledAt) / this.#intervalMs);
    this.#refilledAt = now;
    return this.#allowance >= 1 ? 0 : (1 - this.#allowance) * this.#intervalMs;
  }
}
