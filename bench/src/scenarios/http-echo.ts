import { connectPostClient } from '../load/http/post-client.js';
import { connectSseClient } from '../load/http/sse-client.js';
import type { ProfileName } from '../run/profiles.js';
import { connectToTarget } from '../targets/http/connect-to-target.js';
import { findTarget } from '../targets/index.js';
import { echoMetrics } from './echo-metrics.js';
import { openEchoSession } from './echo-session.js';
import { toReplyFacts } from './reply-facts.js';
import type { Cell, Metric, Params, ScenarioCase, Session } from './scenario.js';

/** What the scenarios over HTTP measure, the CPU time of one side first. */
export function httpEchoMetrics(first: 'serverCpuUsPerMessage' | 'clientCpuUsPerMessage'): readonly Metric[] {
  const second = first === 'serverCpuUsPerMessage' ? 'clientCpuUsPerMessage' : 'serverCpuUsPerMessage';
  return [
    { ...echoMetrics[first], compare: true },
    echoMetrics[second],
    { ...echoMetrics.messagesPerSecond, compare: false },
    echoMetrics.megabytesPerSecond,
    echoMetrics.p50Us,
    echoMetrics.p99Us,
    echoMetrics.serverPeakRssMiB,
  ];
}

/** So many requests a server, or client, needs until all that they pass through is compiled; the slowest are given eight times `warmUpMs`. */
const warmUpCount = 12_000;

/** The cases of the scenarios over HTTP. */
export function httpEchoCases(profile: ProfileName): readonly ScenarioCase[] {
  const small = { params: { bytes: 100, window: 16 } };
  if (profile === 'smoke') return [small];
  if (profile === 'quick') return [{ ...small, timing: { warmUpMs: 150, roundMs: 100 }, warmUpCount, estimatedWarmUpMs: 1600 }];
  const more = [{ params: { bytes: 10_240, window: 16 } }, { params: { bytes: 100, window: 1 } }];
  return [small, ...(profile === 'standard' ? [] : more)].map((one) => ({ ...one, warmUpCount, estimatedWarmUpMs: 1800 }));
}

/** A session that posts echo requests to a target's server with the same lean client for all. */
export function openServerSession(cell: Cell, reply: 'json' | 'sse'): Promise<Session> {
  const load = toLoad(cell.params);
  return openEchoSession(cell, load, async (nodeFlags) => {
    const client = await connectToTarget(cell.target, { args: [reply], nodeFlags, core: cell.serverCore }, (url, { acceptForJson }) =>
      connectPostClient(url, { connections: load.window, accept: reply === 'json' ? acceptForJson : undefined }),
    );
    return Object.assign(client, { describe: () => toReplyFacts(client, reply) });
  });
}

/** A session that posts echo requests to a target's server over HTTP+SSE and reads the answers from its stream, with the same lean client for all. */
export function openSseServerSession(cell: Cell): Promise<Session> {
  const load = toLoad(cell.params);
  return openEchoSession(cell, load, (nodeFlags) =>
    connectToTarget(cell.target, { over: 'HTTP+SSE', nodeFlags, core: cell.serverCore }, (url) => connectSseClient(url, load.window)),
  );
}

/** A session in which a target's own client sends echo requests to the floor's server. */
export function openClientSession(cell: Cell): Promise<Session> {
  const target = findTarget(cell.target);
  const connect = target.http?.connect;
  if (connect === undefined) throw new Error(`${target.name} has no client over HTTP`);
  const load = toLoad(cell.params);
  return openEchoSession(cell, load, (nodeFlags) =>
    connectToTarget('floor', { args: ['json'], nodeFlags, core: cell.serverCore }, (url) => connect(url, load.window)),
  );
}

function toLoad(params: Params): { bytes: number; window: number; sampleShift: number } {
  return { bytes: Number(params.bytes), window: Number(params.window), sampleShift: 2 };
}
