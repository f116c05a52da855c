import type { Histogram } from 'hdr-histogram-js';
import { type Carrier, type Channel, openChannel } from '../load/channel.js';
import { drivePaced, toNanoseconds } from '../load/paced.js';
import { createText } from '../load/text.js';
import { driveWindowed } from '../load/windowed.js';
import { createLatencies, percentileUs } from '../measure/latencies.js';
import { readMachineClockMs } from '../measure/machine-clock.js';
import { measureRound } from '../measure/measured-round.js';
import { openUsageProbe, type UsageProbe } from '../measure/usage-probe.js';
import type { ProfileName } from '../run/profiles.js';
import type { Cell, Metric, RoundResult, Scenario, ScenarioCase, Session } from './scenario.js';

const metrics: readonly Metric[] = [
  { key: 'p50Us', label: 'p50', unit: 'µs', better: 'lower', compare: true },
  { key: 'p90Us', label: 'p90', unit: 'µs', better: 'lower' },
  { key: 'p99Us', label: 'p99', unit: 'µs', better: 'lower' },
  { key: 'p999Us', label: 'p99.9', unit: 'µs', better: 'lower' },
  { key: 'maxUs', label: 'max', unit: 'µs', better: 'lower' },
  { key: 'messages', label: 'messages', unit: '', better: 'higher' },
  { key: 'sentLateP99Us', label: 'sent late, p99', unit: 'µs', better: 'lower' },
];

/** Well below what any target takes, so that latency is not that of a queue. */
const perSecondOf: Readonly<Record<number, number>> = { 100: 1000, 10240: 500, 1048576: 20 };
/** The relay copies every byte twice, on the server's core where there are two: it is given a quarter, so as to be no queue either. */
const relayedPart = 1 / 4;
const rates = `${Object.values(perSecondOf).join(', ')} a second by size, a quarter of that where a network is emulated`;
const sizes = [100, 10_240, 1_048_576];
const roundTrips = [0, 4, 100];
/** More than are under way at once, at these rates and round trips. */
const connections = 256;
const clients =
  'Over HTTP the client is the same lean one for every server, over stdio it is the target’s own. The emulated network is that of relay/accuracy.';

function casesOf(profile: ProfileName, loops: readonly string[]): readonly ScenarioCase[] {
  if (profile === 'smoke') {
    return ['stdio', 'sse', 'http', 'grpc', 'grpc-stream'].map((carrier) => ({
      params: { carrier, loop: 'open', bytes: 100, roundTripMs: carrier === 'stdio' ? 0 : 4 },
      targets: [carrier.startsWith('grpc') ? 'grpc' : 'mcpwire'],
    }));
  }
  const all = ['stdio', 'sse', 'http'].flatMap((carrier) =>
    (carrier === 'stdio' ? [0] : roundTrips).flatMap((roundTripMs) =>
      sizes.flatMap((bytes) =>
        loops.map((loop) => ({
          params: { carrier, loop, bytes, roundTripMs },
          ...toTargets(profile, bytes, roundTripMs),
          rounds: profile === 'full' ? 5 : 3,
          timing:
            profile === 'full'
              ? { warmUpMs: 300, roundMs: 400 }
              : { warmUpMs: 150, roundMs: loop === 'open' && roundTripMs > 0 ? 400 : 250 },
        })),
      ),
    ),
  );
  if (profile === 'full') return [...all, ...grpcCases(loops, [0, 4])];
  // A network matters most to small messages that do not wait for each other; sizes are told apart best without one.
  const some = all.filter(({ params: { bytes, roundTripMs, loop } }) =>
    bytes === 100 ? roundTripMs === 0 || loop === 'open' || roundTripMs === 4 : roundTripMs === 0 && loop === 'closed',
  );
  return [...some, ...grpcCases(loops, [0])];
}

/** What is often named as the alternative: an echo of the same texts, by calls or on one stream. */
function grpcCases(loops: readonly string[], roundTrips: readonly number[]): readonly ScenarioCase[] {
  return roundTrips.flatMap((roundTripMs) =>
    loops.flatMap((loop) =>
      ['grpc', 'grpc-stream'].map((carrier) => ({
        params: { carrier, loop, bytes: 100, roundTripMs },
        targets: ['grpc'],
        rounds: 3,
        timing: { warmUpMs: 300, roundMs: 250 },
      })),
    ),
  );
}

/** The targets' own part does not change with the network, nor much with the size; two majors of the SDK differ little. */
function toTargets(profile: ProfileName, bytes: number, roundTripMs: number): Pick<ScenarioCase, 'targets'> {
  if (bytes === 100 && roundTripMs === 0) return profile === 'full' ? {} : { targets: ['floor', 'mcpwire', 'sdk-v2'] };
  return { targets: profile === 'full' ? ['floor', 'mcpwire'] : ['mcpwire'] };
}

export const latencyRequest: Scenario = {
  name: 'latency/request',
  title: 'From request to answer',
  about: `An echo, from the request to its answer. In the closed loop a request leaves when the one before is answered. In the open loop they leave at a fixed rate (${rates}), and time runs from when a request was meant to leave: one slow answer does not hide those behind it. ${clients}`,
  metrics,
  targets: ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1', 'grpc'],
  reference: 'sdk-v2',
  pinned: true,
  compareBy: 'carrier',
  cases: (profile) => {
    if (profile !== 'quick') return casesOf(profile, ['closed', 'open']);
    const toCase = (carrier: string, loop: string, roundTripMs: number): ScenarioCase => ({
      params: { carrier, loop, bytes: 100, roundTripMs },
      targets: ['mcpwire'],
      rounds: 3,
      timing: { warmUpMs: 150, roundMs: roundTripMs > 0 ? 400 : 200 },
    });
    return [toCase('sse', 'open', 4), ...['stdio', 'sse', 'http'].map((carrier) => toCase(carrier, 'closed', 0))];
  },
  open: openRequests,
};

export const latencyPush: Scenario = {
  name: 'latency/push',
  title: 'From server to client, unasked',
  about: `The server sends notifications at a fixed rate (${rates}): one way, from when each was meant to leave to its arrival, by the clock that both processes share. ${clients}`,
  metrics: metrics.slice(0, -1),
  targets: ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1', 'grpc'],
  reference: 'sdk-v2',
  pinned: true,
  compareBy: 'carrier',
  cases: (profile) => (profile === 'quick' ? [] : casesOf(profile, ['open'])),
  open: openPushes,
};

interface Opened {
  readonly channel: Channel;
  readonly probe: UsageProbe;
  readonly bytes: number;
  readonly perSecond: number;
  /** Messages of a round of this length; enough for what they are worth. */
  countFor(durationMs: number): number;
  close(): Promise<void>;
}

async function openFor({ target, params, serverCore }: Cell): Promise<Opened> {
  const bytes = Number(params.bytes);
  const roundTripMs = Number(params.roundTripMs);
  const perSecond = (perSecondOf[bytes] ?? 100) * (roundTripMs > 0 ? relayedPart : 1);
  const carrier = params.carrier as Carrier;
  const probe = await openUsageProbe();
  const channel = await openChannel({
    carrier,
    target,
    roundTripMs,
    connections,
    core: serverCore,
    nodeFlags: probe.nodeFlags,
  }).catch((error: unknown) => {
    probe.close();
    throw error;
  });
  return {
    channel,
    probe,
    bytes,
    perSecond,
    countFor: (durationMs) => Math.max(5, Math.ceil((perSecond * durationMs) / 1000)),
    close: async () => {
      await channel.close();
      probe.close();
    },
  };
}

async function openRequests(cell: Cell): Promise<Session> {
  const { channel, probe, bytes, perSecond, countFor, close } = await openFor(cell);
  const latencies = await createLatencies();
  const lateness = await createLatencies();
  const text = createText(bytes);
  const isClosed = cell.params.loop === 'closed';
  const run = async (durationMs: number): Promise<void> => {
    if (!isClosed) return drivePaced(channel, { count: countFor(durationMs), perSecond, text, latencies, lateness });
    const until = performance.now() + durationMs;
    do await driveWindowed(channel, { count: 5, window: 1, text, sampleShift: 0, latencies });
    while (performance.now() < until);
  };
  return {
    warmUp: () => run(cell.timing.warmUpMs),
    round: async () => {
      latencies.reset();
      lateness.reset();
      const { loads } = await measureRound(probe, () => run(cell.timing.roundMs));
      const late = isClosed ? {} : { sentLateP99Us: percentileUs(lateness, 99) };
      return { metrics: { ...toMetrics(latencies), ...late }, loads };
    },
    close,
  };
}

async function openPushes(cell: Cell): Promise<Session> {
  const { channel, probe, bytes, perSecond, countFor, close } = await openFor(cell);
  const latencies = await createLatencies();
  const run = (durationMs: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const count = countFor(durationMs);
      let received = 0;
      channel.onfault = reject;
      channel.onmessage = ({ method, params }) => {
        if (method !== 'notifications/tick') return;
        if (params?.text?.length !== bytes) return reject(new Error('a notification arrived with another text than was sent'));
        latencies.recordValue(toNanoseconds(readMachineClockMs() - (params.dueAtMs as number)));
        if (++received === count) resolve();
      };
      channel.tick({ bytes, count, perSecond });
    });
  return {
    warmUp: () => run(cell.timing.warmUpMs),
    round: async () => {
      latencies.reset();
      const { loads } = await measureRound(probe, () => run(cell.timing.roundMs));
      return { metrics: toMetrics(latencies), loads };
    },
    close,
  };
}

function toMetrics(latencies: Histogram): RoundResult['metrics'] {
  return {
    p50Us: percentileUs(latencies, 50),
    p90Us: percentileUs(latencies, 90),
    p99Us: percentileUs(latencies, 99),
    p999Us: percentileUs(latencies, 99.9),
    maxUs: latencies.maxValue / 1000,
    messages: latencies.totalCount,
  };
}
