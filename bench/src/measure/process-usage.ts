/** What one process has used since it started. */
export interface ProcessUsage {
  /** User and system time of all its threads, microseconds. */
  readonly cpuUs: number;
  readonly peakRssMiB: number;
}

/** Reads the usage of this process. */
export function readUsage(): ProcessUsage {
  const { user, system } = process.cpuUsage();
  return { cpuUs: user + system, peakRssMiB: process.resourceUsage().maxRSS / 1024 };
}
