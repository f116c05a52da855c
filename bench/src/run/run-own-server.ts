import { describeMachine } from '../measure/machine.js';
import { ownTargetName } from '../own-server/own-scenario.js';
import { describeTarget, type OwnServer } from '../own-server/own-server.js';
import { type Report, schemaVersion, type TargetInfo } from '../report/report.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { Target } from '../targets/target.js';
import { createPlan, type Group } from './plan.js';
import type { Profile } from './profiles.js';
import { type RunProgress, runPlan } from './run-plan.js';

export interface OwnServerOptions {
  readonly server: OwnServer;
  readonly scenarios: readonly Scenario[];
  readonly profile: Profile;
  readonly rounds?: number | undefined;
  readonly command: string;
  readonly signal: AbortSignal;
  readonly onprogress: (progress: RunProgress) => void;
}

/** What would be measured of a server. A limit on the rate is the rate at which calls leave where that is fixed. */
export function planOwnServer(
  scenarios: readonly Scenario[],
  profile: Profile,
  { rounds, maxPerSecond }: { rounds?: number | undefined; maxPerSecond?: number | undefined },
): readonly Group[] {
  const target: Target = { name: ownTargetName, title: ownTargetName, role: 'subject', about: '' };
  return createPlan(scenarios, [target], profile, rounds).map((group) =>
    maxPerSecond === undefined || group.params.perSecond === undefined ? group : { ...group, params: { perSecond: maxPerSecond } },
  );
}

/** Measures the reader's own server, which has been met. */
export async function runOwnServer(options: OwnServerOptions): Promise<Report> {
  const { server, scenarios, profile, rounds, command, signal, onprogress } = options;
  const startedAt = new Date();
  const machine = describeMachine();
  const pinning = { reason: 'a server of your own may be made for several cores' };
  const plan = planOwnServer(scenarios, profile, { rounds, maxPerSecond: server.maxPerSecond });
  const { rows, gaps, durations } = await runPlan(plan, { pinning, signal, onprogress, ownServer: server });
  return {
    schemaVersion,
    startedAt: startedAt.toISOString(),
    durationSeconds: (Date.now() - startedAt.getTime()) / 1000,
    command,
    profile: profile.name,
    interrupted: signal.aborted,
    machine,
    pinning,
    targets: [toTargetInfo(server)],
    rows,
    gaps,
    durations,
    goals: [],
    claims: [],
  };
}

const transportTitles = { stdio: 'stdio', 'streamable-http': 'Streamable HTTP', sse: 'HTTP+SSE' } as const;

function toTargetInfo({ target, transport, revision, serverName, serverVersion, call, maxPerSecond }: OwnServer): TargetInfo {
  const what = call.method === 'tools/call' ? `the tool ${String(call.params?.name)}` : call.method;
  const limit = maxPerSecond === undefined ? '' : `, at most ${maxPerSecond} requests a second`;
  return {
    name: ownTargetName,
    title: serverName,
    role: 'subject',
    about: `${serverName} at ${describeTarget(target)}, over ${transportTitles[transport]}, revision ${revision}; each call is ${what}${limit}`,
    ...(serverVersion !== undefined && { version: serverVersion }),
  };
}
