import type { Scenario } from '../scenarios/scenario.js';
import { driveClosedLoop, driveOpenLoop } from './drive.js';
import { createCallScenario, toCases } from './own-scenario.js';

export const latency: Scenario = createCallScenario(
  {
    name: 'server/latency',
    title: 'One call at a time',
    about:
      'A call leaves when the last one is answered (or, under --rate, when its turn has come). What somebody alone with the server would see.',
    cases: (profile) => toCases(profile, [{ window: 1 }]),
  },
  { first: 'p50Us' },
  ({ connection, durationMs, latencies, pace }) => driveClosedLoop([connection], { durationMs, latencies, pace }),
);

/** What is still unanswered so long after the last call is left. */
const drainMs = 5000;
const defaultPerSecond = 100;

export const openLoop: Scenario = createCallScenario(
  {
    name: 'server/open-loop',
    title: 'Calls at a fixed rate',
    about:
      'Calls leave at a fixed rate, whether the earlier ones are answered or not, and each latency is counted from when its call should have left. A server that stalls is charged for everybody who would have come meanwhile.',
    cases: (profile) => toCases(profile, [{ perSecond: defaultPerSecond }]),
  },
  { first: 'p50Us', spins: true },
  async ({ connection, params, durationMs, latencies }) => {
    const perSecond = Number(params.perSecond);
    const { unanswered, late, ...driven } = await driveOpenLoop(connection, { perSecond, durationMs, latencies, drainMs });
    const facts = {
      ...(unanswered > 0 && { unanswered: `${unanswered}: this rate is more than the server can do` }),
      ...(late * 100 > driven.calls && {
        client: `it sent ${late} call${late === 1 ? '' : 's'} late: latencies look longer than the server's are`,
      }),
    };
    return { ...driven, facts };
  },
);

export const throughput: Scenario = createCallScenario(
  {
    name: 'server/throughput',
    title: 'Many calls in flight',
    about: 'So many calls wait for their answers at any time, over one connection (or as many as the transport opens for them).',
    cases: (profile) =>
      toCases(profile, profile === 'standard' || profile === 'full' ? [{ window: 16 }, { window: 128 }] : [{ window: 16 }]),
  },
  { first: 'messagesPerSecond' },
  async ({ connection, params, durationMs, latencies, pace }) => {
    const callees = Array.from({ length: Number(params.window) }, () => connection);
    return driveClosedLoop(callees, { durationMs, latencies, pace });
  },
);
