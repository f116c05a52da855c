import { type IntervalHistogram, monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks';

/** What one process did while it was watched. Percentages are of the time that passed. */
export interface ProcessLoad {
  /** User and system time of all its threads, of one core. */
  readonly cpuPercent: number;
  /** The event loop did not wait for anything: near 100, this thread can do no more. */
  readonly loopBusyPercent: number;
  /** The main thread stood still for garbage collection. */
  readonly gcPercent: number;
  /** How much later than it was due a timer of a millisecond fired; exact to about a millisecond. */
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
}

/** The loads of both sides of a connection. */
export interface ProcessLoads {
  readonly client: ProcessLoad;
  readonly server: ProcessLoad;
}

const resolutionMs = 1;

/**
 * Watches its own process between `start` and `stop`. Meanwhile a timer wakes the process once a millisecond, which costs a few microseconds each: 0.3 % of a core, on
 * both sides of every target alike. It costs nothing when it does not watch.
 */
export class ProcessWatch {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #observer = new PerformanceObserver((list) => this.#addGc(list.getEntries()));
  #gcMs = 0;
  #startedAt = 0;
  #cpu: NodeJS.CpuUsage | undefined;
  #loop: ReturnType<typeof performance.eventLoopUtilization> | undefined;

  start(): void {
    this.#gcMs = 0;
    this.#observer.observe({ entryTypes: ['gc'] });
    this.#delay.reset();
    this.#delay.enable();
    this.#loop = performance.eventLoopUtilization();
    this.#cpu = process.cpuUsage();
    this.#startedAt = performance.now();
  }

  stop(): ProcessLoad {
    const elapsedMs = performance.now() - this.#startedAt;
    const { user, system } = process.cpuUsage(this.#cpu);
    const { utilization } = performance.eventLoopUtilization(this.#loop);
    this.#delay.disable();
    this.#addGc(this.#observer.takeRecords());
    this.#observer.disconnect();
    return {
      cpuPercent: ((user + system) / 1000 / elapsedMs) * 100,
      loopBusyPercent: utilization * 100,
      gcPercent: (this.#gcMs / elapsedMs) * 100,
      loopDelayP99Ms: toDelayMs(this.#delay.percentile(99)),
      loopDelayMaxMs: toDelayMs(this.#delay.max),
    };
  }

  #addGc(entries: readonly { readonly duration: number }[]): void {
    for (const { duration } of entries) this.#gcMs += duration;
  }
}

/** The histogram counts from one firing to the next, the timer's own time included. Its maximum is 0 before the first. */
function toDelayMs(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - resolutionMs);
}
