import { setTimeout as delay } from 'node:timers/promises';
import { HeldStreams } from '../load/connections/held-streams.js';
import type { Tally } from '../load/connections/holder.js';
import type { StreamKind } from '../load/connections/stream-kind.js';
import { readDescriptorLimit } from '../measure/descriptors.js';
import { readKernelMemory } from '../measure/kernel-memory.js';
import type { ProfileName } from '../run/profiles.js';
import type { Cell, Params, RoundResult, Scenario, ScenarioCase, Session } from './scenario.js';

const about = `Idle streams are opened until there are as many as asked for or the first is refused, held while the server sends its heartbeats, and at the end each must receive one broadcast. Memory is that of the server processes after collecting garbage, and what the kernel holds for both ends of each connection, as both are on this machine; heartbeat CPU is of one core. The streams come from addresses all over 127.0.0.0/8, so that no address runs out of ports, and are shared among as many server processes as the limit of descriptors asks for.`;

/** So many streams, held for so long. */
function toCase(streams: number, heartbeatMs: number, holdMs: number): ScenarioCase {
  const timing = { warmUpMs: 0, roundMs: Math.ceil(streams * 0.5) + holdMs + 200 };
  // A machine that has other work opens a hundred a second.
  return { params: { streams, heartbeatMs, holdMs }, rounds: 1, timing, timeoutMs: 60_000 + streams * 15 + holdMs * 2 };
}

function createScenario(kind: StreamKind, title: string, what: string, targets: readonly string[]): Scenario {
  return {
    name: `connections/${kind}`,
    title,
    about: `${what} ${about}`,
    curves: [
      { key: 'userMiB', label: 'memory of the server processes', unit: 'MiB', against: 'streams held' },
      { key: 'kernelMiB', label: 'memory of the kernel', unit: 'MiB', against: 'streams held' },
    ],
    metrics: [
      { key: 'held', label: 'held', unit: '', better: 'higher' },
      { key: 'reached', label: 'reached by broadcast', unit: '', better: 'higher' },
      { key: 'dropped', label: 'dropped', unit: '', better: 'lower' },
      { key: 'connectionsPerSecond', label: 'opened/s', unit: '/s', better: 'higher' },
      { key: 'userKiBEach', label: 'memory each, process', unit: 'KiB', better: 'lower', compare: true },
      { key: 'kernelKiBEach', label: 'each, kernel', unit: 'KiB', better: 'lower' },
      { key: 'heartbeatCpuPercent', label: 'heartbeat CPU', unit: '%', better: 'lower' },
      { key: 'beatsEach', label: 'heartbeats each', unit: '', better: 'higher' },
      { key: 'broadcastMs', label: 'broadcast took', unit: 'ms', better: 'lower' },
    ],
    targets,
    reference: targets.includes('sdk-v2') ? 'sdk-v2' : 'mcpwire',
    pinned: false,
    cases: (profile) => casesOf(kind, profile),
    casesFor: (streams) => [toCase(streams, 15_000, 60_000)],
    open: (cell) => openHolding(kind, cell),
  };
}

function casesOf(kind: StreamKind, profile: ProfileName): readonly ScenarioCase[] {
  if (profile === 'smoke') return [toCase(40, 200, 500)];
  if (profile === 'quick') return kind === 'sse' ? [{ ...toCase(500, 100, 200), targets: ['mcpwire'] }] : [];
  if (profile === 'standard')
    return [{ ...toCase(2000, 2000, 4000), targets: kind === 'sse' ? ['floor', 'mcpwire', 'sdk-v2'] : ['mcpwire'] }];
  return [toCase(10_000, 5000, 15_000)];
}

const withStreams = ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1'];

/** Streams of HTTP+SSE. */
export const connectionsSse: Scenario = createScenario(
  'sse',
  'Holding idle streams of HTTP+SSE',
  'Each is a session with its stream.',
  withStreams,
);
/** Streams of Streamable HTTP that clients open by GET. */
export const connectionsGet: Scenario = createScenario(
  'get',
  'Holding idle streams of Streamable HTTP',
  'Each is a session that was opened by `initialize`, and the stream that its client opened by GET on the same connection.',
  withStreams,
);
/** `subscriptions/listen` of 2026-07-28. */
export const connectionsListen: Scenario = createScenario(
  'listen',
  'Holding subscriptions',
  'Each is a POST of `subscriptions/listen` of revision 2026-07-28, which needs no session; the broadcast is a change of the list of tools.',
  ['mcpwire'],
);

/** For a broadcast to reach one more stream, and for the first, on a machine that has other work. */
const broadcastMsEach = 1;
const broadcastMs = 30_000;

async function openHolding(kind: StreamKind, { target, params, serverCore }: Cell): Promise<Session> {
  const { streams, heartbeatMs, holdMs } = params as Params & { streams: number; heartbeatMs: number; holdMs: number };
  const held = await HeldStreams.open({ kind, target, streams, heartbeatMs, core: serverCore });
  const { servers, processes } = held;
  const kernelAtFirst = await readKernelMemory();
  return {
    // The processes that hold have started, too, once they answer.
    warmUp: async () => void (await held.tally()),
    round: async (): Promise<RoundResult> => {
      const before = await servers.readUsage({ collect: true });
      // The kernel does not give back at once what the streams of another target took: taken for part of what was there, it would be missing in what these take.
      const kernelBefore = Math.min(kernelAtFirst ?? Number.NaN, (await readKernelMemory()) ?? Number.NaN);
      const { ramped, rampMs, points } = await rampInSteps(held, streams);
      const last = points.at(-1) as MemoryPoint;
      const inUserSpace = ({ userBytes }: MemoryPoint): number => userBytes - before.rssBytes;
      const inKernel = ({ kernelBytes }: MemoryPoint): number => (kernelBytes ?? Number.NaN) - kernelBefore;

      const beatsBefore = (await held.tally()).beats;
      const cpuBefore = (await servers.readUsage()).cpuUs;
      await delay(holdMs);
      const cpuUs = (await servers.readUsage()).cpuUs - cpuBefore;
      const after = await held.tally();

      const broadcast = await reachAll(kind, held);
      const { dropped } = broadcast.tally;
      await held.release();
      const each = ramped.opened === 0 ? Number.NaN : ramped.opened;
      if (Number.isNaN(each)) throw new Error(`no stream could be opened: ${ramped.refusal}`);
      return {
        metrics: {
          held: broadcast.tally.held,
          reached: broadcast.tally.reached,
          dropped,
          connectionsPerSecond: (ramped.opened / rampMs) * 1000,
          userKiBEach: inUserSpace(last) / 1024 / each,
          ...(!Number.isNaN(inKernel(last)) && { kernelKiBEach: inKernel(last) / 1024 / each }),
          heartbeatCpuPercent: (cpuUs / 1000 / holdMs) * 100,
          beatsEach: (after.beats - beatsBefore) / each,
          broadcastMs: broadcast.elapsedMs,
        },
        series: {
          userMiB: points.map((point) => [point.streams, toMiB(inUserSpace(point))]),
          ...(!Number.isNaN(inKernel(last)) && { kernelMiB: points.map((point) => [point.streams, toMiB(inKernel(point))]) }),
        },
        facts: {
          'ramp ended by': ramped.refusal ?? 'as many as asked for',
          ...(ramped.retried > 0 && { 'opened only at another attempt': String(ramped.retried) }),
          ...(processes > 1 && {
            processes: `${processes} servers and ${processes} clients, as each may have ${readDescriptorLimit()} descriptors`,
          }),
        },
      };
    },
    close: () => held.close(),
  };
}

/** What all server processes, and the kernel, hold with so many streams open. */
interface MemoryPoint {
  readonly streams: number;
  readonly userBytes: number;
  readonly kernelBytes: number | undefined;
}

/** Parts of the streams after which memory is read. */
const steps = [1 / 8, 1 / 4, 1 / 2, 3 / 4, 1];

/** Opens the streams, and reads the memory on the way. What reading takes is no part of `rampMs`. */
async function rampInSteps(held: HeldStreams, streams: number): Promise<{ ramped: Tally; rampMs: number; points: MemoryPoint[] }> {
  const points: MemoryPoint[] = [];
  let rampMs = 0;
  for (const part of steps) {
    const startedAt = performance.now();
    const ramped = await held.ramp(Math.round(streams * part));
    rampMs += performance.now() - startedAt;
    const kernelBytes = await readKernelMemory();
    const { rssBytes } = await held.servers.readUsage({ collect: true });
    points.push({ streams: ramped.held, userBytes: rssBytes, kernelBytes });
    if (part === 1 || ramped.refusal !== undefined) return { ramped, rampMs, points };
  }
  throw new Error('the last step is the whole');
}

function toMiB(bytes: number): number {
  return Number((bytes / 1_048_576).toPrecision(4));
}

let broadcasts = 0;

/** Tells every stream something, and waits until each that is held has heard it, or as long as that may take. */
async function reachAll(kind: StreamKind, held: HeldStreams): Promise<{ tally: Tally; elapsedMs: number }> {
  const text = `broadcast ${broadcasts++}.`;
  await held.expect(kind === 'listen' ? 'notifications/tools/list_changed' : text);
  const startedAt = performance.now();
  await held.servers.broadcast(text);
  for (;;) {
    const tally = await held.tally();
    const elapsedMs = performance.now() - startedAt;
    if (tally.reached >= tally.held || elapsedMs > broadcastMs + tally.held * broadcastMsEach) return { tally, elapsedMs };
    await delay(5);
  }
}
