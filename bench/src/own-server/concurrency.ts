import { createLatencies } from '../measure/latencies.js';
import { readUsage } from '../measure/process-usage.js';
import { toPlain } from '../report/plain-text.js';
import type { ProfileName } from '../run/profiles.js';
import type { RoundResult, Scenario } from '../scenarios/scenario.js';
import { callMetrics, toCallResult } from './call-metrics.js';
import { driveClosedLoop } from './drive.js';
import type { OwnConnection } from './own-connection.js';
import { createOwnScenario, openListed, toCases } from './own-scenario.js';
import type { OwnServer } from './own-server.js';
import { Pace } from './pace.js';

/** How many connections are tried. */
const counts: Readonly<Record<ProfileName, readonly number[]>> = {
  smoke: [1, 4],
  quick: [1, 4, 16],
  standard: [1, 4, 16],
  full: [1, 4, 16, 64],
};

export const concurrency: Scenario = createOwnScenario(
  {
    name: 'server/concurrency',
    title: 'Several clients',
    about:
      'So many connections, each with a handshake of its own (over stdio: with a process of its own), make one call at a time each. When the server refuses one, those that it has taken go on, and the row says where it ended.',
    metrics: [...callMetrics('messagesPerSecond'), { key: 'connected', label: 'connected', unit: '', better: 'higher' }],
    cases: (profile) =>
      toCases(
        profile,
        counts[profile].map((connections) => ({ connections })),
      ),
  },
  async ({ params, timing }, server) => {
    const pace = new Pace(server.maxPerSecond);
    const latencies = await createLatencies();
    const { connections, refusal } = await openUpTo(Number(params.connections), server, pace);
    const run = async (durationMs: number): Promise<RoundResult> => {
      latencies.reset();
      const before = readUsage();
      const driven = await driveClosedLoop(connections, { durationMs, latencies, pace });
      const { metrics, facts } = toCallResult(driven, latencies, before, { facts: refusal === undefined ? {} : { refused: refusal } });
      return { metrics: { ...metrics, connected: connections.length }, ...(facts && { facts }) };
    };
    return {
      warmUp: async () => void (await run(timing.warmUpMs)),
      round: () => run(timing.roundMs),
      close: async () => void (await Promise.all(connections.map((connection) => connection.close()))),
    };
  },
);

/** Opens connections one by one, up to the first refusal. @throws the refusal of the very first */
async function openUpTo(
  count: number,
  server: OwnServer,
  pace: Pace,
): Promise<{ connections: readonly OwnConnection[]; refusal?: string | undefined }> {
  const connections: OwnConnection[] = [];
  while (connections.length < count) {
    await pace.turn(3);
    try {
      connections.push(await openListed(server));
    } catch (error) {
      if (connections.length === 0) throw error;
      return {
        connections,
        refusal: `connection ${connections.length + 1}: ${toPlain(error instanceof Error ? error.message : String(error))}`,
      };
    }
  }
  return { connections };
}
