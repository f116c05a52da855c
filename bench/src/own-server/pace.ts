import { setTimeout as delay } from 'node:timers/promises';

/** Lets no more than so many requests leave in a second; without a limit it costs a resolved promise. */
export class Pace {
  readonly #intervalMs: number;
  #nextAt = 0;

  /** @param perSecond above zero; undefined for no limit */
  constructor(perSecond: number | undefined) {
    this.#intervalMs = perSecond === undefined ? 0 : 1000 / perSecond;
  }

  /** Resolves when `count` more requests may leave. Turns are given out in the order of the calls. */
  async turn(count = 1): Promise<void> {
    if (this.#intervalMs === 0) return;
    const now = performance.now();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + this.#intervalMs * count;
    if (at > now) await delay(at - now);
  }
}
