/** Runs tasks, at most `limit` at a time, in the order in which they were given. */
export class Limiter {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await task();
    } finally {
      // The place is handed on, so that nobody can come in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}
