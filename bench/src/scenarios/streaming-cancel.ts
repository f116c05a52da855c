import { setTimeout as delay } from 'node:timers/promises';
import { toNanoseconds } from '../load/paced.js';
import { type CancelCarrier, type CancelWay, openWorker } from '../load/streaming/worker.js';
import { createLatencies, percentileUs } from '../measure/latencies.js';
import type { ProfileName } from '../run/profiles.js';
import type { Cell, Params, Scenario, ScenarioCase, Session } from './scenario.js';

export const streamingCancel: Scenario = {
  name: 'streaming/cancel',
  title: 'From a client that cancels to a handler that has stopped',
  about:
    'A tool works until it is told to stop, and notes when that was, by the clock that both processes share; time runs from when the client cancels. By a message: `notifications/cancelled`. By going away: the connection is closed; over HTTP+SSE that of the session, in revision 2026-07-28 (http-2026) that of the request, which is how that revision cancels. In a session of Streamable HTTP a lost connection cancels nothing unless the server is told to take it so, which mcpwire is here; the SDK has no such setting. For 2026-07-28 the protocol layers of sdk-v2 and tmcp are in the figure.',
  metrics: [
    { key: 'p50Us', label: 'p50', unit: 'µs', better: 'lower', compare: true },
    { key: 'p99Us', label: 'p99', unit: 'µs', better: 'lower' },
    { key: 'maxUs', label: 'max', unit: 'µs', better: 'lower' },
    { key: 'cancelled', label: 'cancelled', unit: '', better: 'higher' },
  ],
  targets: ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1', 'tmcp', 'fastmcp'],
  reference: 'sdk-v2',
  pinned: true,
  compareBy: 'carrier',
  cases: casesOf,
  open: openCancelling,
};

const variants: readonly (readonly [CancelCarrier, CancelWay, readonly string[]])[] = [
  ['stdio', 'message', ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1']],
  ['sse', 'message', ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1', 'fastmcp']],
  ['http', 'message', ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1', 'fastmcp']],
  ['sse', 'disconnect', ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1', 'fastmcp']],
  ['http', 'disconnect', ['floor', 'mcpwire', 'tmcp']],
  ['http-2026', 'disconnect', ['floor', 'mcpwire', 'sdk-v2', 'tmcp']],
];

function casesOf(profile: ProfileName): readonly ScenarioCase[] {
  if (profile === 'quick') return [];
  // A message that cancels takes the way of any other: one carrier shows it.
  const chosen = profile === 'standard' ? variants.filter(([carrier, by]) => by === 'disconnect' || carrier === 'stdio') : variants;
  return chosen.map(([carrier, by, targets]) => ({
    params: { by, carrier },
    // Two majors of the SDK differ little, and fastmcp is made of one.
    targets: profile === 'standard' ? targets.filter((name) => name !== 'sdk-v1' && name !== 'fastmcp') : targets,
    rounds: 3,
    timing: profile === 'standard' ? { warmUpMs: 100, roundMs: 150 } : { warmUpMs: 200, roundMs: 300 },
  }));
}

/** Whatever takes longer is taken for never. */
const timeoutMs = 3000;
/** So that asking does not compete with what is measured. */
const askAgainMs = 2;

async function openCancelling({ target, params, timing, serverCore }: Cell): Promise<Session> {
  const { carrier, by } = params as Params & { carrier: CancelCarrier; by: CancelWay };
  const worker = await openWorker({ carrier, by, target, core: serverCore });
  const latencies = await createLatencies();
  let next = 0;
  const waitFor = async (key: string, isThere: (state: string) => boolean, what: string): Promise<string> => {
    for (const until = performance.now() + timeoutMs; ; await delay(askAgainMs)) {
      const state = await worker.stateOf(key);
      if (isThere(state)) return state;
      if (performance.now() > until) throw new Error(`a handler had not ${what} after ${timeoutMs} ms`);
    }
  };
  const cancelOnce = async (): Promise<void> => {
    const key = `work-${next++}`;
    const work = await worker.begin(key);
    try {
      await waitFor(key, (state) => state === 'working', 'begun');
      const cancelledAt = work.cancel();
      const stoppedAt = Number(await waitFor(key, (state) => Number(state) > 0, 'stopped'));
      latencies.recordValue(toNanoseconds(stoppedAt - cancelledAt));
    } finally {
      await work.end();
    }
  };
  const runFor = async (durationMs: number): Promise<void> => {
    const until = performance.now() + durationMs;
    do await cancelOnce();
    while (performance.now() < until);
  };
  return {
    warmUp: () => runFor(timing.warmUpMs),
    round: async () => {
      latencies.reset();
      await runFor(timing.roundMs);
      return {
        metrics: {
          p50Us: percentileUs(latencies, 50),
          p99Us: percentileUs(latencies, 99),
          maxUs: latencies.maxValue / 1000,
          cancelled: latencies.totalCount,
        },
      };
    },
    close: () => worker.close(),
  };
}
