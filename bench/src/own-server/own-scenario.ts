import type { Histogram } from 'hdr-histogram-js';
import { createLatencies } from '../measure/latencies.js';
import { readUsage } from '../measure/process-usage.js';
import type { ProfileName } from '../run/profiles.js';
import type { Cell, Metric, Params, RoundResult, Scenario, ScenarioCase, Session } from '../scenarios/scenario.js';
import { callMetrics, toCallResult } from './call-metrics.js';
import type { Driven } from './drive.js';
import { connectOwn, type OwnConnection } from './own-connection.js';
import type { OwnServer } from './own-server.js';
import { Pace } from './pace.js';

/** The one target of these scenarios, by its name in a report's rows. */
export const ownTargetName = 'server';

/** A server of unknown speed gets longer rounds than the bench's own targets, and fewer. */
export function toCases(profile: ProfileName, params: readonly Params[]): readonly ScenarioCase[] {
  const timings = {
    quick: { warmUpMs: 400, roundMs: 1500 },
    standard: { warmUpMs: 1000, roundMs: 3000 },
    full: { warmUpMs: 2000, roundMs: 6000 },
  };
  return params.map((one) =>
    profile === 'smoke' ? { params: one } : { params: one, rounds: profile === 'quick' ? 3 : 5, timing: timings[profile] },
  );
}

type Described = Pick<Scenario, 'name' | 'title' | 'about' | 'cases'>;

/** What all scenarios on the reader's server have in common. The server is not kept to a core: it may be made for several. */
export function createOwnScenario(
  described: Described & { readonly metrics: readonly Metric[] },
  open: (cell: Cell, server: OwnServer) => Promise<Session>,
): Scenario {
  return {
    ...described,
    targets: [ownTargetName],
    reference: ownTargetName,
    pinned: false,
    open: (cell) => {
      if (cell.ownServer === undefined) throw new Error(`${described.name} measures a server that --target names`);
      return open(cell, cell.ownServer);
    },
  };
}

/** How calls are made for a while. */
type Drive = (options: {
  readonly connection: OwnConnection;
  readonly params: Params;
  readonly durationMs: number;
  readonly latencies: Histogram;
  readonly pace: Pace;
}) => Promise<Driven & { readonly facts?: Readonly<Record<string, string>> }>;

/** A scenario that makes calls over one connection. */
export function createCallScenario(
  described: Described,
  { first, spins = false }: { first: Parameters<typeof callMetrics>[0]; spins?: boolean },
  drive: Drive,
): Scenario {
  return createOwnScenario({ ...described, metrics: callMetrics(first, spins) }, async ({ params, timing }, server) => {
    const pace = new Pace(server.maxPerSecond);
    const latencies = await createLatencies();
    const connection = await openListed(server);
    const run = async (durationMs: number): Promise<RoundResult> => {
      latencies.reset();
      const before = readUsage();
      const { facts, ...driven } = await drive({ connection, params, durationMs, latencies, pace });
      return toCallResult(driven, latencies, before, { facts, spins });
    };
    return {
      warmUp: async () => void (await run(timing.warmUpMs)),
      round: () => run(timing.roundMs),
      close: () => connection.close(),
    };
  });
}

/** A connection that is ready to call. */
export async function openListed(server: OwnServer): Promise<OwnConnection> {
  const connection = await connectOwn(server);
  try {
    if (server.listsTools) await connection.listTools();
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}
