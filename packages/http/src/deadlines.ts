/** Something that has to be over in time. */
export interface Deadline {
  /** For `Deadlines` to set: milliseconds of `performance.now()`. */
  expiresAt: number;
  onexpire(): void;
}

/**
 * Deadlines that all lie equally far ahead when they are set: then the oldest is the next, and one timer does for any
 * number of them. A timer for each request body costs more than reading a small one.
 */
export class Deadlines {
  readonly #timeoutMs: number;
  readonly #waiting = new Set<Deadline>();
  #armed = false;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  add(deadline: Deadline): void {
    deadline.expiresAt = performance.now() + this.#timeoutMs;
    this.#waiting.add(deadline);
    if (!this.#armed) this.#arm(this.#timeoutMs);
  }

  delete(deadline: Deadline): void {
    this.#waiting.delete(deadline);
  }

  /** The timer is left to fire when nothing waits any more: it keeps no process alive, and finds nothing to do. */
  #arm(delayMs: number): void {
    this.#armed = true;
    const timer = setTimeout(() => this.#expire(), delayMs);
    if (typeof timer === 'object') timer.unref();
  }

  #expire(): void {
    this.#armed = false;
    const now = performance.now();
    for (const deadline of this.#waiting) {
      if (deadline.expiresAt > now) {
        this.#arm(Math.ceil(deadline.expiresAt - now));
        return;
      }
      this.#waiting.delete(deadline);
      deadline.onexpire();
    }
  }
}

const byTimeout = new Map<number, Deadlines>();
/** So many different time limits are remembered; a program has one or two. */
const MAX_TIMEOUTS = 64;

/** The one queue of deadlines that lie `timeoutMs` ahead. */
export function deadlinesOf(timeoutMs: number): Deadlines {
  let deadlines = byTimeout.get(timeoutMs);
  if (!deadlines) {
    deadlines = new Deadlines(timeoutMs);
    if (byTimeout.size >= MAX_TIMEOUTS) byTimeout.clear();
    byTimeout.set(timeoutMs, deadlines);
  }
  return deadlines;
}
