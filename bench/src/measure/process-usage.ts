/** What one process has used since it started, and what it holds now. */
export interface ProcessUsage {
  /** User and system time of all its threads, microseconds. */
  readonly cpuUs: number;
  readonly peakRssMiB: number;
  readonly rssBytes: number;
  /** JavaScript objects on the heap. */
  readonly heapUsedBytes: number;
  /** Memory outside the heap that JavaScript objects hold, buffers included. */
  readonly externalBytes: number;
}

/** Reads the usage of this process. */
export function readUsage(): ProcessUsage {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    cpuUs: user + system,
    peakRssMiB: process.resourceUsage().maxRSS / 1024,
    rssBytes: rss,
    heapUsedBytes: heapUsed,
    externalBytes: external,
  };
}
