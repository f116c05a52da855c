/** Something that is due at a time, by `performance.now()`. */
interface Entry {
  readonly dueAt: number;
  readonly deliver: () => void;
}

/** A timer is up to a millisecond late and more; what is nearer than this is waited for turn by turn of the event loop. */
const turnByTurnMs = 2;
/** What has been delivered is let go in one piece. */
const keptEntries = 1024;

/**
 * Delivers things in order, each at its time. Times must never go back. It is exact to a few tens of microseconds where the process has a core to run on,
 * and pays for that with CPU time in the last two milliseconds before each delivery. An entry costs one object and, when the line was empty, a timer.
 */
export class DelayLine {
  #entries: Entry[] = [];
  #next = 0;
  #isWaiting = false;
  #isClosed = false;

  /** Has `deliver` called at `dueAt`. */
  add(dueAt: number, deliver: () => void): void {
    this.#entries.push({ dueAt, deliver });
    if (!this.#isWaiting) this.#wait(dueAt);
  }

  /** Delivers nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#entries = [];
    this.#next = 0;
  }

  #wait(dueAt: number): void {
    this.#isWaiting = true;
    const leftMs = dueAt - performance.now();
    if (leftMs > turnByTurnMs) setTimeout(() => this.#turn(), leftMs - turnByTurnMs);
    else setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isWaiting = false;
    if (this.#isClosed) return;
    let entry = this.#entries[this.#next];
    while (entry !== undefined && entry.dueAt <= performance.now()) {
      this.#next++;
      entry.deliver();
      entry = this.#entries[this.#next];
    }
    if (this.#next > keptEntries || entry === undefined) {
      this.#entries = this.#entries.slice(this.#next);
      this.#next = 0;
    }
    if (entry !== undefined) this.#wait(entry.dueAt);
  }
}
