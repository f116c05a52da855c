import { readMachineClockMs } from '../../measure/machine-clock.js';

const states = new Map<string, 'working' | number>();

/** A handler that works until `signal` stops it, and never answers. */
export function work(key: string, signal: AbortSignal | undefined): Promise<never> {
  states.set(key, 'working');
  signal?.addEventListener('abort', () => states.set(key, readMachineClockMs()), { once: true });
  return new Promise(() => {});
}

/** What became of a handler: `unknown`, `working`, or when it was stopped, by the machine's clock. */
export function workState(key: string): string {
  return String(states.get(key) ?? 'unknown');
}

/** The handlers of one session that may be stopped, by their requests. */
export class Works {
  readonly #stops = new Map<unknown, AbortController>();

  start(id: unknown, key: string): void {
    const stop = new AbortController();
    this.#stops.set(id, stop);
    void work(key, stop.signal);
  }

  /** The client has cancelled a request. */
  stop(id: unknown): void {
    this.#stops.get(id)?.abort();
    this.#stops.delete(id);
  }

  /** The client has gone. */
  stopAll(): void {
    for (const id of this.#stops.keys()) this.stop(id);
  }
}
