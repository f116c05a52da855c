import { type ProcessUsage, readUsage } from './process-usage.js';
import { type ProcessLoads, ProcessWatch } from './process-watch.js';
import type { UsageProbe } from './usage-probe.js';

/** What both sides used for one round. */
export interface MeasuredRound<T> {
  readonly result: T;
  /** User and system time, microseconds. */
  readonly clientCpuUs: number;
  readonly serverCpuUs: number;
  /** As they stood at the end. */
  readonly client: ProcessUsage;
  readonly server: ProcessUsage;
  readonly loads: ProcessLoads;
}

const watch = new ProcessWatch();

/**
 * Runs a round and measures what it takes of the client, which is this process, and of the server behind the probe. Rounds of one process come one after another.
 * @throws Error what the round throws, or the probe when the server has ended
 */
export async function measureRound<T>(probe: UsageProbe, run: () => Promise<T>): Promise<MeasuredRound<T>> {
  const serverBefore = await probe.startWatch();
  const clientBefore = readUsage();
  watch.start();
  try {
    const result = await run();
    const load = watch.stop();
    const client = readUsage();
    const server = await probe.stopWatch();
    return {
      result,
      clientCpuUs: client.cpuUs - clientBefore.cpuUs,
      serverCpuUs: server.cpuUs - serverBefore.cpuUs,
      client,
      server,
      loads: { client: load, server: server.load },
    };
  } catch (error) {
    watch.stop();
    throw error;
  }
}
