import { Autocannon } from '../load/http/autocannon.js';
import { connectPostClient } from '../load/http/post-client.js';
import { drivePaced } from '../load/paced.js';
import { createText } from '../load/text.js';
import { driveWindowed } from '../load/windowed.js';
import { createLatencies, percentileUs } from '../measure/latencies.js';
import { measureRound } from '../measure/measured-round.js';
import { openUsageProbe, type UsageProbe } from '../measure/usage-probe.js';
import type { ProfileName } from '../run/profiles.js';
import { connectToTarget } from '../targets/http/connect-to-target.js';
import { echoMetrics } from './echo-metrics.js';
import { warmUpByBursts } from './growing-bursts.js';
import { httpServers } from './http-servers.js';
import { toReplyFacts } from './reply-facts.js';
import type { Cell, Params, Scenario, ScenarioCase, Session } from './scenario.js';

/** Two closed loops, and an open one at a fixed rate. */
type DriverName = 'autocannon' | 'closed' | `open-${number}`;

export const httpLoad: Scenario = {
  name: 'http/load',
  title: 'POST load by autocannon, and at a fixed rate',
  about:
    'Calls of an echo tool in one session, answered with JSON. In a closed loop each connection sends the next when it is answered: by autocannon, and by this bench’s own client. In an open loop calls leave at a fixed rate, and wait for a connection where all are taken; time runs from when each was meant to leave. Every answer is checked, and one that is none fails the round. autocannon opens its connections anew in each round.',
  metrics: [
    { ...echoMetrics.serverCpuUsPerMessage, compare: true },
    echoMetrics.clientCpuUsPerMessage,
    { key: 'askedPerSecond', label: 'asked for', unit: '/s', better: 'higher' },
    { ...echoMetrics.messagesPerSecond, compare: false },
    echoMetrics.p50Us,
    echoMetrics.p99Us,
    { key: 'p999Us', label: 'p99.9', unit: 'µs', better: 'lower' },
    { key: 'sentLateP99Us', label: 'sent late, p99', unit: 'µs', better: 'lower' },
  ],
  targets: httpServers,
  reference: 'sdk-v2',
  pinned: true,
  loadGenerator: true,
  compareBy: 'driver',
  cases: casesOf,
  open: openLoad,
};

function casesOf(profile: ProfileName): readonly ScenarioCase[] {
  const toCases = (drivers: readonly DriverName[], connections: number, bytes = 100): readonly ScenarioCase[] =>
    drivers.map((driver) => ({ params: { driver, connections, bytes }, rounds: 3, warmUpCount: 3000, estimatedWarmUpMs: 900 }));
  if (profile === 'quick') return [];
  if (profile === 'smoke')
    return toCases(['autocannon', 'closed', 'open-200'], 4).map((one) => ({ ...one, targets: ['floor', 'mcpwire'] }));
  if (profile === 'standard') {
    const timing = { warmUpMs: 150, roundMs: 200 };
    return toCases(['autocannon', 'closed', 'open-2000'], 16).map((one) => ({
      ...one,
      timing,
      targets: ['floor', 'mcpwire'],
      estimatedWarmUpMs: 500,
    }));
  }
  return [
    ...toCases(['autocannon', 'closed', 'open-500', 'open-2000', 'open-5000'], 16),
    ...toCases(['autocannon', 'closed', 'open-2000', 'open-5000'], 64),
    ...toCases(['autocannon', 'closed'], 256),
    ...toCases(['autocannon', 'closed', 'open-1000'], 16, 10_240),
  ];
}

/** A server that answers less of what it is asked, whose queue grows. The last answer ends a round, so that some percent are missing always. */
const keptRate = 0.9;

async function openLoad(cell: Cell): Promise<Session> {
  const probe = await openUsageProbe();
  try {
    return await openDriving(cell, probe);
  } catch (error) {
    probe.close();
    throw error;
  }
}

async function openDriving({ target, params, timing, serverCore }: Cell, probe: UsageProbe): Promise<Session> {
  const { driver, connections, bytes } = params as Params & { driver: DriverName; connections: number; bytes: number };
  const options = { args: ['json'], nodeFlags: probe.nodeFlags, core: serverCore };
  const server = await connectToTarget(target, options, async (url, { acceptForJson }) => {
    const client = await connectPostClient(url, { connections, accept: acceptForJson });
    return { url, client, close: () => client.close() };
  });
  const { client } = server;
  const latencies = await createLatencies();
  const lateness = await createLatencies();
  const text = createText(bytes);
  // An id is used once in a session.
  let nextId = 0;
  const takeIds = (count: number): number => {
    nextId += count;
    return nextId - count;
  };
  const driveClosed = (count: number): Promise<number> =>
    driveWindowed(client, { count, window: connections, text, firstId: takeIds(count), sampleShift: 0, latencies });
  // The first answer shows that the target works at all, and what kind of reply it gives.
  await driveClosed(1).catch(async (error: unknown) => {
    await server.close();
    throw error;
  });
  const autocannon = new Autocannon({ url: server.url, client, connections, firstId: nextId, text, latencies });
  const drive = driver === 'autocannon' ? (count: number) => autocannon.drive(count) : driveClosed;
  const perSecond = driver.startsWith('open-') ? Number(driver.slice('open-'.length)) : undefined;
  let count = connections * 2;
  const run = async (): Promise<number> => {
    if (perSecond === undefined) return drive(count);
    const startedAt = performance.now();
    await drivePaced(client, { count, perSecond, text, firstId: takeIds(count), latencies, lateness });
    return performance.now() - startedAt;
  };
  let isSettled = false;
  return {
    warmUp: async () => {
      count = await warmUpByBursts(drive, connections * 2, timing);
      if (perSecond !== undefined) count = Math.max(5, Math.ceil((perSecond * timing.roundMs) / 1000));
    },
    round: async () => {
      // What the first round of this driver still has to compile, and what was let go of while other targets warmed up.
      if (!isSettled) await run();
      isSettled = true;
      await autocannon.settle();
      latencies.reset();
      lateness.reset();
      const measured = await measureRound(probe, run);
      const gotPerSecond = (count / measured.result) * 1000;
      const late = perSecond === undefined ? {} : { askedPerSecond: perSecond, sentLateP99Us: percentileUs(lateness, 99) };
      return {
        metrics: {
          serverCpuUsPerMessage: measured.serverCpuUs / count,
          clientCpuUsPerMessage: measured.clientCpuUs / count,
          messagesPerSecond: gotPerSecond,
          p50Us: percentileUs(latencies, 50),
          p99Us: percentileUs(latencies, 99),
          p999Us: percentileUs(latencies, 99.9),
          ...late,
        },
        loads: measured.loads,
        facts: {
          ...toReplyFacts(client, 'json'),
          ...(perSecond !== undefined && gotPerSecond < perSecond * keptRate && { rate: `${perSecond}/s not kept` }),
        },
      };
    },
    close: async () => {
      await autocannon.settle();
      await server.close();
      probe.close();
    },
  };
}
