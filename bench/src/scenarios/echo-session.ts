import type { EchoClient } from '../load/echo-client.js';
import { createText } from '../load/text.js';
import { driveWindowed } from '../load/windowed.js';
import { createLatencies, percentileUs } from '../measure/latencies.js';
import { readUsage } from '../measure/process-usage.js';
import { openUsageProbe } from '../measure/usage-probe.js';
import { findTarget } from '../targets/index.js';
import { toProgramPath, toServerCommand } from '../targets/server-command.js';
import type { Cell, Session } from './scenario.js';

interface EchoLoad {
  readonly bytes: number;
  readonly window: number;
  readonly sampleShift: number;
  /** Call a tool through the SDK's Client and McpServer instead of driving the transports directly. */
  readonly throughSdk?: boolean;
}

/**
 * A session that sends echo requests through a target and measures each burst: rate, latency, CPU time of both processes.
 * The warm-up lets its bursts grow until `warmUpMs` have passed, and from the last one's rate every round gets a fixed number of
 * requests, so that no clock is read inside the loop but for sampled latencies.
 */
export async function openEchoSession(cell: Cell, load: EchoLoad): Promise<Session> {
  const target = findTarget(cell.target);
  const connect = load.throughSdk ? target.connectTool : target.connect;
  const program = load.throughSdk ? target.toolProgram : target.program;
  if (connect === undefined || program === undefined) throw new Error(`${target.name} has no client and server for this`);
  const latencies = await createLatencies();
  const probe = await openUsageProbe();
  let client: EchoClient;
  try {
    client = await connect(toServerCommand(toProgramPath(program), probe.nodeFlags, cell.serverCore));
  } catch (error) {
    probe.close();
    throw error;
  }
  const text = createText(load.bytes);
  const burst = (count: number): Promise<number> => driveWindowed(client, { ...load, text, count, latencies });
  // The first answer shows that the target works at all; a target that gives none can't be run.
  await burst(1);
  // One large message may take longer than a round is meant to.
  const least = load.window === 1 ? 1 : load.window * 2;
  let count = least;

  return {
    warmUp: async () => {
      const { warmUpMs, roundMs } = cell.timing;
      let elapsedMs = 0;
      for (let spentMs = 0; spentMs < warmUpMs; spentMs += elapsedMs) {
        elapsedMs = await burst(count);
        const wanted = Math.ceil((count * roundMs) / elapsedMs);
        count = Math.max(least, Math.min(wanted, count * 4));
      }
    },
    round: async () => {
      latencies.reset();
      const serverBefore = await probe.read();
      const clientBefore = readUsage();
      const elapsedMs = await burst(count);
      const clientAfter = readUsage();
      const serverAfter = await probe.read();
      const clientCpuUs = (clientAfter.cpuUs - clientBefore.cpuUs) / count;
      const serverCpuUs = (serverAfter.cpuUs - serverBefore.cpuUs) / count;
      return {
        metrics: {
          messagesPerSecond: (count / elapsedMs) * 1000,
          p50Us: percentileUs(latencies, 50),
          p99Us: percentileUs(latencies, 99),
          cpuUsPerMessage: clientCpuUs + serverCpuUs,
          clientCpuUsPerMessage: clientCpuUs,
          serverCpuUsPerMessage: serverCpuUs,
          clientPeakRssMiB: clientAfter.peakRssMiB,
          serverPeakRssMiB: serverAfter.peakRssMiB,
        },
      };
    },
    close: async () => {
      await client.close();
      probe.close();
    },
  };
}
