import type { Carrier } from '../load/channel.js';
import { callOnce } from '../load/streaming/call-once.js';
import { openStreamCaller } from '../load/streaming/stream-caller.js';
import { createLatencies, percentileUs } from '../measure/latencies.js';
import { measureRound } from '../measure/measured-round.js';
import { openUsageProbe } from '../measure/usage-probe.js';
import type { ProfileName } from '../run/profiles.js';
import type { Cell, Params, RoundResult, Scenario, ScenarioCase, Session } from './scenario.js';

const all = ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1'];

export const streamingChunks: Scenario = {
  name: 'streaming/chunks',
  title: 'Answers that come in pieces',
  about:
    'A tool that reports its progress at a fixed pace, the first report at once, and then answers; alone, and with many calls under way at once. Time to the first chunk runs from the request. Each chunk says when it was sent, by the clock that both processes share: what the way has added. A chunk that comes only after the answer was sent has waited for the end. Over Streamable HTTP each call has a stream of its own, over HTTP+SSE and stdio all share one.',
  metrics: [
    { key: 'firstChunkUs', label: 'to the first chunk, p50', unit: 'µs', better: 'lower', compare: true },
    { key: 'firstChunkP99Us', label: 'p99', unit: 'µs', better: 'lower' },
    { key: 'addedUs', label: 'on the way, p50', unit: 'µs', better: 'lower' },
    { key: 'addedP99Us', label: 'p99', unit: 'µs', better: 'lower' },
    { key: 'gapMs', label: 'gap, p50', unit: 'ms', better: 'lower' },
    { key: 'gapP99Ms', label: 'gap, p99', unit: 'ms', better: 'lower' },
    { key: 'waitedForEnd', label: 'waited for the end', unit: '', better: 'lower' },
    { key: 'chunks', label: 'chunks', unit: '', better: 'higher' },
    { key: 'serverCpuUsPerChunk', label: 'server CPU per chunk', unit: 'µs', better: 'lower', compare: true },
  ],
  targets: [...all, 'tmcp', 'mcp-lite', 'fastmcp'],
  reference: 'sdk-v2',
  pinned: true,
  compareBy: 'carrier',
  cases: casesOf,
  open: openStreaming,
};

function toCase(profile: ProfileName, carrier: Carrier, streams: number, everyMs: number, chunks: number): ScenarioCase {
  const targets = profile === 'standard' ? ['floor', 'mcpwire', 'sdk-v2'] : carrier === 'http' ? undefined : all;
  const timing = profile === 'standard' ? { warmUpMs: 150, roundMs: 200 } : { warmUpMs: 300, roundMs: 400 };
  return {
    params: { carrier, streams, everyMs, chunks, bytes: 100 },
    ...(targets && { targets }),
    rounds: 3,
    timing,
    estimatedRoundMs: Math.max(timing.roundMs, everyMs * chunks),
  };
}

function casesOf(profile: ProfileName): readonly ScenarioCase[] {
  const carriers = ['stdio', 'sse', 'http'] as const;
  if (profile === 'quick') return [];
  if (profile === 'smoke') return carriers.map((carrier) => toCase(profile, carrier, 4, 5, 4));
  const few = carriers.map((carrier) => toCase(profile, carrier, 1, 5, 20));
  if (profile === 'standard') return [...few, toCase(profile, 'http', 100, 20, 20)];
  const many = carriers.flatMap((carrier) => [toCase(profile, carrier, 100, 20, 20), toCase(profile, carrier, 1000, 100, 5)]);
  return [...few, ...many];
}

const timeoutMs = 20_000;

async function openStreaming({ target, params, timing, serverCore }: Cell): Promise<Session> {
  const { carrier, streams } = params as Params & { carrier: Carrier; streams: number };
  const options = { chunks: Number(params.chunks), bytes: Number(params.bytes), everyMs: Number(params.everyMs) };
  const probe = await openUsageProbe();
  const caller = await openStreamCaller({ carrier, target, streams, nodeFlags: probe.nodeFlags, core: serverCore }).catch(
    (error: unknown) => {
      probe.close();
      throw error;
    },
  );
  const histograms = { first: await createLatencies(), added: await createLatencies(), gap: await createLatencies() };
  const run = async (): Promise<number> => {
    const calls = Array.from({ length: streams }, () => callOnce(caller.call, options, histograms));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not every call was answered within ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      return (await Promise.race([Promise.all(calls), late])).reduce((sum, waited) => sum + waited, 0);
    } finally {
      clearTimeout(timer);
    }
  };
  const runFor = async (durationMs: number): Promise<number> => {
    let waitedForEnd = 0;
    const until = performance.now() + durationMs;
    do waitedForEnd += await run();
    while (performance.now() < until);
    return waitedForEnd;
  };
  return {
    warmUp: () => runFor(timing.warmUpMs).then(() => {}),
    round: async (): Promise<RoundResult> => {
      for (const histogram of Object.values(histograms)) histogram.reset();
      const { result: waitedForEnd, serverCpuUs, loads } = await measureRound(probe, () => runFor(timing.roundMs));
      const { first, added, gap } = histograms;
      const chunks = first.totalCount + gap.totalCount;
      return {
        metrics: {
          firstChunkUs: percentileUs(first, 50),
          firstChunkP99Us: percentileUs(first, 99),
          addedUs: percentileUs(added, 50),
          addedP99Us: percentileUs(added, 99),
          gapMs: percentileUs(gap, 50) / 1000,
          gapP99Ms: percentileUs(gap, 99) / 1000,
          waitedForEnd,
          chunks,
          serverCpuUsPerChunk: serverCpuUs / chunks,
        },
        loads,
      };
    },
    close: async () => {
      await caller.close();
      probe.close();
    },
  };
}
