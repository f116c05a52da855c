import type { Group } from './plan.js';
import type { Profile } from './profiles.js';

/** Fewer rounds than this, which rank nobody, are not made of a case for want of time, where so many were planned. */
const fewestRounds = 5;

/** Deals out the time of a run to its cases. All times are milliseconds since the process started, as `performance.now()` has them. */
export class Budget {
  readonly #budgetMs: number;
  readonly #limitMs: number;
  readonly #now: () => number;

  constructor({ budgetMs, limitMs }: Pick<Profile, 'budgetMs' | 'limitMs'>, now: () => number = () => performance.now()) {
    this.#budgetMs = budgetMs ?? Number.POSITIVE_INFINITY;
    this.#limitMs = limitMs ?? Number.POSITIVE_INFINITY;
    this.#now = now;
  }

  /** Aborts when nothing more may be measured; undefined without a limit. */
  get limit(): AbortSignal | undefined {
    return this.#limitMs === Number.POSITIVE_INFINITY
      ? undefined
      : AbortSignal.timeout(Math.max(0, Math.ceil(this.#limitMs - this.#now())));
  }

  /** What is left for the run at the most. */
  get leftMs(): number {
    return this.#budgetMs - this.#now();
  }

  /**
   * The time of a case that is about to start: what is left, shared out by what this one and those behind it are expected to take. Who needs less leaves the rest to
   * those behind; nobody gets more rounds than were planned.
   */
  deal(group: Pick<Group, 'estimateMs'>, behind: readonly Pick<Group, 'estimateMs'>[]): RoundTimer {
    const startedAt = this.#now();
    const totalMs = behind.reduce((sum, { estimateMs }) => sum + estimateMs, group.estimateMs);
    return new RoundTimer(startedAt, (Math.max(0, this.leftMs) * group.estimateMs) / totalMs, this.#now);
  }
}

/** Says of each launch of a case when its rounds have to end. */
export class RoundTimer {
  readonly #startedAt: number;
  readonly #shareMs: number;
  readonly #now: () => number;
  #roundAt = Number.NaN;
  #roundMs = 0;

  constructor(startedAt: number, shareMs: number, now: () => number) {
    this.#startedAt = startedAt;
    this.#shareMs = shareMs;
    this.#now = now;
  }

  /** Whether the round of this number, from 1, is to be made; asked once before each. It has to fit as the one before it did. */
  allows(round: number, { planned, launch, launches }: { planned: number; launch: number; launches: number }): boolean {
    const now = this.#now();
    if (round > 1) this.#roundMs = now - this.#roundAt;
    this.#roundAt = now;
    if (round > planned) return false;
    if (round <= Math.min(fewestRounds, planned)) return true;
    return now + this.#roundMs <= this.#startedAt + (this.#shareMs * (launch + 1)) / launches;
  }
}
