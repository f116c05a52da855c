/** How long `close` waits for what is in flight, unless told otherwise. */
export const DEFAULT_GRACE_MS = 5_000;
/** How long, after the grace period, the last bytes may take to leave before they are abandoned. */
const FLUSH_MS = 250;

export interface CloseOptions {
  /** How long requests in flight may take to be answered, and streams to end. Default 5 s. */
  graceMs?: number | undefined;
}

/** One request being answered. */
export interface Exchange {
  /** The server is about to stop: a stream that owes nothing may end now. */
  announceClosing(): void;
  /** The grace period is over: ends a stream, and answers 503 where no answer came. */
  expire(): void;
}

/** What is in flight, and the orderly end of it. By a key, so that what stands for it may change. */
export class Exchanges<Key extends object, Value extends Exchange> {
  readonly #active = new Map<Key, Value>();
  #drained: Promise<void> | undefined;
  #expiry: ReturnType<typeof setTimeout> | undefined;
  #expiresAt = Number.POSITIVE_INFINITY;
  #settle: (() => void) | undefined;

  get size(): number {
    return this.#active.size;
  }

  /** True once `drain` was called: nothing new is begun. */
  get draining(): boolean {
    return this.#drained !== undefined;
  }

  get(key: Key): Value | undefined {
    return this.#active.get(key);
  }

  set(key: Key, exchange: Value): void {
    this.#active.set(key, exchange);
  }

  delete(key: Key): void {
    this.#active.delete(key);
    if (this.#settle !== undefined && this.#active.size === 0) this.#settle();
  }

  /** Resolves when nothing is in flight, and no later than shortly after `graceMs`. A further call can only shorten the wait. */
  drain(graceMs: number = DEFAULT_GRACE_MS): Promise<void> {
    if (this.#drained === undefined) {
      this.#drained = new Promise((resolve) => {
        this.#settle = () => {
          clearTimeout(this.#expiry);
          this.#expiresAt = Number.NEGATIVE_INFINITY;
          this.#settle = undefined;
          resolve();
        };
      });
      for (const exchange of [...this.#active.values()]) exchange.announceClosing();
      if (this.#active.size === 0) this.#settle?.();
    }
    const expiresAt = performance.now() + graceMs;
    if (expiresAt < this.#expiresAt) {
      this.#expiresAt = expiresAt;
      clearTimeout(this.#expiry);
      this.#expiry = setTimeout(() => this.#expire(), graceMs);
    }
    return this.#drained;
  }

  #expire(): void {
    this.#expiresAt = Number.NEGATIVE_INFINITY;
    this.#expiry = setTimeout(() => this.#settle?.(), FLUSH_MS);
    for (const exchange of [...this.#active.values()]) exchange.expire();
  }
}
