import { setTimeout as delay } from 'node:timers/promises';
import { Holder, type HolderCommand, sumTallies, type Tally } from '../load/connections/holder.js';
import { IdleServers } from '../load/connections/idle-servers.js';
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
  if (profile === 'standard') return [toCase(2000, 2000, 4000)];
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

/** Descriptors that a process needs for itself. */
const sparePerProcess = 200;
/** Well below the 28,232 ports that Linux gives each address. */
const streamsPerAddress = 10_000;
/** Over all processes; less than the usual backlog of 511. */
const atOnce = 200;
const broadcastTimeoutMs = 30_000;

async function openHolding(kind: StreamKind, { target, params, serverCore }: Cell): Promise<Session> {
  const { streams, heartbeatMs, holdMs } = params as Params & { streams: number; heartbeatMs: number; holdMs: number };
  const processes = Math.ceil(streams / (readDescriptorLimit() - sparePerProcess));
  const servers = await IdleServers.open(kind, target, processes, heartbeatMs, serverCore);
  const holders = Array.from({ length: processes }, () => new Holder());
  const tellAll = async (toCommand: (index: number) => HolderCommand): Promise<Tally> =>
    sumTallies(await Promise.all(holders.map((holder, index) => holder.tell(toCommand(index)))));
  const ramp = (index: number): HolderCommand => {
    const count = Math.floor(streams / processes) + (index < streams % processes ? 1 : 0);
    return { do: 'ramp', kind, urls: servers.urls, sources: toSources(index, count), count, atOnce: Math.ceil(atOnce / processes) };
  };
  return {
    // The processes that hold have started, too, once they answer.
    warmUp: async () => void (await tellAll(() => ({ do: 'tally' }))),
    round: async (): Promise<RoundResult> => {
      const before = await servers.readUsage({ collect: true });
      const kernelBefore = await readKernelMemory();
      const startedAt = performance.now();
      const ramped = await tellAll(ramp);
      const rampMs = performance.now() - startedAt;
      const kernelHeld = await readKernelMemory();
      const held = await servers.readUsage({ collect: true });

      const beatsBefore = (await tellAll(() => ({ do: 'tally' }))).beats;
      const cpuBefore = (await servers.readUsage()).cpuUs;
      await delay(holdMs);
      const cpuUs = (await servers.readUsage()).cpuUs - cpuBefore;
      const after = await tellAll(() => ({ do: 'tally' }));

      const broadcast = await reachAll(kind, servers, tellAll);
      const { dropped } = broadcast.tally;
      await tellAll(() => ({ do: 'close' }));
      const each = ramped.opened === 0 ? Number.NaN : ramped.opened;
      if (Number.isNaN(each)) throw new Error(`no stream could be opened: ${ramped.refusal}`);
      return {
        metrics: {
          held: broadcast.tally.held,
          reached: broadcast.tally.reached,
          dropped,
          connectionsPerSecond: (ramped.opened / rampMs) * 1000,
          userKiBEach: (held.rssBytes - before.rssBytes) / 1024 / each,
          ...(kernelBefore !== undefined && kernelHeld !== undefined && { kernelKiBEach: (kernelHeld - kernelBefore) / 1024 / each }),
          heartbeatCpuPercent: (cpuUs / 1000 / holdMs) * 100,
          beatsEach: (after.beats - beatsBefore) / each,
          broadcastMs: broadcast.elapsedMs,
        },
        facts: {
          'ramp ended by': ramped.refusal ?? 'as many as asked for',
          ...(processes > 1 && {
            processes: `${processes} servers and ${processes} clients, as each may have ${readDescriptorLimit()} descriptors`,
          }),
        },
      };
    },
    close: async () => {
      await Promise.all([...holders.map((holder) => holder.close()), servers.close()]);
    },
  };
}

/** Addresses of the loopback network, other ones for each process; none where the system has only one. */
function toSources(process_: number, count: number): string[] {
  if (process.platform !== 'linux') return [];
  return Array.from({ length: Math.ceil(count / streamsPerAddress) }, (_, i) => `127.0.${1 + process_}.${1 + i}`);
}

let broadcasts = 0;

/** Tells every stream something, and waits until each that is held has heard it, or 30 s have gone by. */
async function reachAll(
  kind: StreamKind,
  servers: IdleServers,
  tellAll: (toCommand: () => HolderCommand) => Promise<Tally>,
): Promise<{ tally: Tally; elapsedMs: number }> {
  const text = `broadcast ${broadcasts++}.`;
  await tellAll(() => ({ do: 'expect', marker: kind === 'listen' ? 'notifications/tools/list_changed' : text }));
  const startedAt = performance.now();
  await servers.broadcast(text);
  for (;;) {
    const tally = await tellAll(() => ({ do: 'tally' }));
    const elapsedMs = performance.now() - startedAt;
    if (tally.reached >= tally.held || elapsedMs > broadcastTimeoutMs) return { tally, elapsedMs };
    await delay(5);
  }
}
