import { sum } from 'simple-statistics';
import { connectToKeeper } from '../load/resumption/connect-to-keeper.js';
import { type Replay, Replayer } from '../load/resumption/replayer.js';
import { openUsageProbe } from '../measure/usage-probe.js';
import type { ProfileName } from '../run/profiles.js';
import type { Cell, Scenario, ScenarioCase, Session } from './scenario.js';

export const resumptionReplay: Scenario = {
  name: 'resumption/replay',
  title: 'Replaying what a client has missed',
  about:
    'The stream of a session has carried events, all of which the server keeps in memory; a client comes back with the id of the first and is sent all the others, again and again. Each event is compared with the first time. mcpwire has its own memory store. The SDK has none: it is given what its examples do, all events in one Map that a replay goes through, without the fault by which that loses events. The floor has an array of what was written.',
  metrics: [
    { key: 'eventsPerSecond', label: 'events replayed/s', unit: '/s', better: 'higher', compare: true },
    { key: 'serverCpuUsPerEvent', label: 'server CPU per event', unit: 'µs', better: 'lower', compare: true },
    { key: 'firstEventMs', label: 'to the first event', unit: 'ms', better: 'lower' },
    { key: 'replays', label: 'replays', unit: '', better: 'higher' },
  ],
  targets: ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1'],
  reference: 'sdk-v2',
  pinned: true,
  cases: casesOf,
  open: openReplaying,
};

function casesOf(profile: ProfileName): readonly ScenarioCase[] {
  if (profile === 'quick') return [];
  if (profile === 'smoke') return [{ params: { events: 50, bytes: 100 } }];
  const cases = [
    { events: 2000, bytes: 100 },
    ...(profile === 'full'
      ? [
          { events: 20_000, bytes: 100 },
          { events: 2000, bytes: 10_240 },
        ]
      : []),
  ];
  return cases.map((params) => ({ params, rounds: 3, timing: { warmUpMs: 400, roundMs: 400 } }));
}

async function openReplaying({ target, params, timing, serverCore }: Cell): Promise<Session> {
  const events = Number(params.events);
  const probe = await openUsageProbe();
  try {
    const server = { nodeFlags: probe.nodeFlags, core: serverCore };
    const replayer = await connectToKeeper(target, server, (url) => Replayer.open(url, events, Number(params.bytes)));
    const replayFor = async (durationMs: number): Promise<Replay[]> => {
      const replays: Replay[] = [];
      const until = performance.now() + durationMs;
      do replays.push(await replayer.replay());
      while (performance.now() < until);
      return replays;
    };
    return {
      warmUp: async () => void (await replayFor(timing.warmUpMs)),
      round: async () => {
        const before = await probe.read();
        const replays = await replayFor(timing.roundMs);
        const { cpuUs } = await probe.read();
        const replayed = replays.length * (events - 1);
        return {
          metrics: {
            eventsPerSecond: (replayed / sum(replays.map(({ elapsedMs }) => elapsedMs))) * 1000,
            serverCpuUsPerEvent: (cpuUs - before.cpuUs) / replayed,
            firstEventMs: sum(replays.map(({ firstEventMs }) => firstEventMs)) / replays.length,
            replays: replays.length,
          },
        };
      },
      close: async () => {
        await replayer.close();
        probe.close();
      },
    };
  } catch (error) {
    probe.close();
    throw error;
  }
}
