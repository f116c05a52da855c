import type { EchoClient } from '../load/echo-client.js';
import { createText } from '../load/text.js';
import { driveWindowed } from '../load/windowed.js';
import { createLatencies, percentileUs } from '../measure/latencies.js';
import { measureRound } from '../measure/measured-round.js';
import { openUsageProbe } from '../measure/usage-probe.js';
import { findTarget } from '../targets/index.js';
import { toProgramPath, toServerCommand } from '../targets/server-command.js';
import { warmUpByBursts } from './growing-bursts.js';
import type { Cell, RoundResult, Session } from './scenario.js';

interface EchoLoad {
  readonly bytes: number;
  readonly window: number;
  readonly sampleShift: number;
}

/**
 * Starts a server with the given flags for Node and connects a client to it; closing the client ends both.
 * `describe` says what the last round met that is no number.
 */
export type OpenEcho = (nodeFlags: readonly string[]) => Promise<EchoClient & { describe?(): RoundResult['facts'] }>;

/** Bursts that come before the first round and are not measured. */
const settlingBursts = 2;

/** A session that sends echo requests over stdio, through the SDK's Client and McpServer instead of the transports where asked. */
export function openStdioEchoSession(cell: Cell, load: EchoLoad & { readonly throughSdk?: boolean }): Promise<Session> {
  const target = findTarget(cell.target);
  const connect = load.throughSdk ? target.connectTool : target.connect;
  const program = load.throughSdk ? target.toolProgram : target.program;
  if (connect === undefined || program === undefined) throw new Error(`${target.name} has no client and server for this`);
  return openEchoSession(cell, load, (nodeFlags) => connect(toServerCommand(toProgramPath(program), nodeFlags, cell.serverCore)));
}

/**
 * A session that sends echo requests and measures each burst: rate, latency, CPU time of both processes. Its warm-up decides how many requests every round gets, so
 * that no clock is read inside the loop but for sampled latencies.
 */
export async function openEchoSession(cell: Cell, load: EchoLoad, open: OpenEcho): Promise<Session> {
  const latencies = await createLatencies();
  const probe = await openUsageProbe();
  let client: Awaited<ReturnType<OpenEcho>>;
  try {
    client = await open(probe.nodeFlags);
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
  // Of large messages a burst is one, and takes long enough by itself.
  let settling = load.bytes > 1_000_000 ? 0 : settlingBursts;

  return {
    warmUp: async () => {
      count = await warmUpByBursts(burst, least, cell.timing);
    },
    round: async () => {
      // While the other targets warmed up, V8 has shrunk the heaps of these processes, which takes some thousand requests to undo.
      for (; settling > 0; settling--) await burst(count);
      latencies.reset();
      const measured = await measureRound(probe, () => burst(count));
      const clientCpuUs = measured.clientCpuUs / count;
      const serverCpuUs = measured.serverCpuUs / count;
      const facts = client.describe?.();
      return {
        metrics: {
          messagesPerSecond: (count / measured.result) * 1000,
          megabytesPerSecond: (count * load.bytes) / measured.result / 1000,
          p50Us: percentileUs(latencies, 50),
          p99Us: percentileUs(latencies, 99),
          cpuUsPerMessage: clientCpuUs + serverCpuUs,
          clientCpuUsPerMessage: clientCpuUs,
          serverCpuUsPerMessage: serverCpuUs,
          clientPeakRssMiB: measured.client.peakRssMiB,
          serverPeakRssMiB: measured.server.peakRssMiB,
        },
        loads: measured.loads,
        ...(facts && { facts }),
      };
    },
    close: async () => {
      await client.close();
      probe.close();
    },
  };
}
