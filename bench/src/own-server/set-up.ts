import { median } from 'simple-statistics';
import type { Scenario } from '../scenarios/scenario.js';
import { connectOwn } from './own-connection.js';
import { createOwnScenario, toCases } from './own-scenario.js';
import { Pace } from './pace.js';

/** What one set-up asks of a server, at most: two messages of the handshake, a list, a call. */
const requestsPerSetUp = 4;

export const setUp: Scenario = createOwnScenario(
  {
    name: 'server/set-up',
    title: 'From nothing to the first answer',
    about:
      'Connections are opened one after another by a client that knows the transport and the revision: over stdio the process is started, over HTTP the handshake is made. Ready is when both sides have agreed, and then one call is made. Closing is not counted.',
    metrics: [
      { key: 'readyMs', label: 'ready', unit: 'ms', better: 'lower', compare: true },
      { key: 'firstAnswerMs', label: 'first answer', unit: 'ms', better: 'lower' },
      { key: 'setUps', label: 'set-ups in a round', unit: '', better: 'higher' },
    ],
    cases: (profile) => toCases(profile, [{ order: 'one after another' }]),
  },
  async ({ timing }, server) => {
    const pace = new Pace(server.maxPerSecond);
    const once = async (): Promise<{ readyMs: number; firstAnswerMs: number }> => {
      await pace.turn(requestsPerSetUp);
      const startedAt = performance.now();
      const connection = await connectOwn(server);
      try {
        const readyMs = performance.now() - startedAt;
        if (server.listsTools) await connection.listTools();
        await connection.call();
        return { readyMs, firstAnswerMs: performance.now() - startedAt };
      } finally {
        await connection.close();
      }
    };
    return {
      warmUp: async () => void (await once()),
      round: async () => {
        const all: Awaited<ReturnType<typeof once>>[] = [];
        const endAt = performance.now() + timing.roundMs;
        do all.push(await once());
        while (performance.now() < endAt);
        return {
          metrics: {
            readyMs: median(all.map(({ readyMs }) => readyMs)),
            firstAnswerMs: median(all.map(({ firstAnswerMs }) => firstAnswerMs)),
            setUps: all.length,
          },
        };
      },
      close: async () => {},
    };
  },
);
