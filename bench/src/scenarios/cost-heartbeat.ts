import { setTimeout as delay } from 'node:timers/promises';
import { HeldStreams } from '../load/connections/held-streams.js';
import type { ProfileName } from '../run/profiles.js';
import type { Cell, Params, RoundResult, Scenario, ScenarioCase, Session } from './scenario.js';

export const costHeartbeat: Scenario = {
  name: 'cost/heartbeat',
  title: 'What heartbeats cost',
  about:
    'Idle streams of HTTP+SSE are opened and left alone for as long as it takes each of them to get its heartbeats: CPU time of the server for each second of that, and the bytes that come, the framing of HTTP included. A floor beats all its streams at once, by one timer.',
  metrics: [
    { key: 'serverCpuMsPerSecond', label: 'server CPU a second', unit: 'ms', better: 'lower', compare: true },
    { key: 'cpuUsPerBeat', label: 'CPU per heartbeat', unit: 'µs', better: 'lower' },
    { key: 'bytesPerSecond', label: 'bytes/s', unit: '/s', better: 'lower' },
    { key: 'beatsEach', label: 'heartbeats each', unit: '', better: 'higher' },
  ],
  targets: ['floor', 'mcpwire'],
  reference: 'mcpwire',
  pinned: true,
  compareBy: 'heartbeatMs',
  cases: casesOf,
  open: openBeating,
};

function toCase(streams: number, heartbeatMs: number, rounds: number): ScenarioCase {
  const roundMs = windowOf(heartbeatMs);
  const estimatedWarmUpMs = streams + heartbeatMs;
  return { params: { streams, heartbeatMs }, rounds, launches: 1, estimatedRoundMs: roundMs + 50, estimatedWarmUpMs, timeoutMs: 120_000 };
}

function casesOf(profile: ProfileName): readonly ScenarioCase[] {
  if (profile === 'quick') return [];
  if (profile === 'smoke') return [toCase(20, 100, 2)];
  if (profile === 'standard') return [toCase(1000, 1000, 2)];
  return [toCase(10_000, 1000, 3), toCase(10_000, 5000, 2), toCase(10_000, 15_000, 1)];
}

/** Each stream gets as many heartbeats in it as every other, whenever it began. */
function windowOf(heartbeatMs: number): number {
  return heartbeatMs * Math.max(1, Math.ceil(2000 / heartbeatMs));
}

async function openBeating({ target, params, serverCore }: Cell): Promise<Session> {
  const { streams, heartbeatMs } = params as Params & { streams: number; heartbeatMs: number };
  const held = await HeldStreams.open({ kind: 'sse', target, streams, heartbeatMs, core: serverCore });
  return {
    warmUp: async () => {
      const { held: count, refusal } = await held.ramp();
      if (count < streams) throw new Error(`${count} of ${streams} streams could be opened: ${refusal}`);
      // What opening them has left to do is over once all have had a heartbeat.
      await delay(heartbeatMs);
    },
    round: async (): Promise<RoundResult> => {
      const before = await held.tally();
      const cpuBefore = (await held.servers.readUsage()).cpuUs;
      const startedAt = performance.now();
      await delay(windowOf(heartbeatMs));
      const cpuUs = (await held.servers.readUsage()).cpuUs - cpuBefore;
      const elapsedMs = performance.now() - startedAt;
      const after = await held.tally();
      const beats = after.beats - before.beats;
      if (after.dropped > 0) throw new Error(`${after.dropped} streams were dropped`);
      if (beats === 0) throw new Error('no heartbeat came');
      return {
        metrics: {
          serverCpuMsPerSecond: cpuUs / elapsedMs,
          cpuUsPerBeat: cpuUs / beats,
          bytesPerSecond: ((after.beatBytes - before.beatBytes) / elapsedMs) * 1000,
          beatsEach: beats / streams,
        },
      };
    },
    close: () => held.close(),
  };
}
