import { setTimeout as delay } from 'node:timers/promises';
import { median } from 'simple-statistics';
import { connectPostClient, type PostClient } from '../load/http/post-client.js';
import { toToolCall } from '../load/http/protocol.js';
import { openMany, openRaw, type RawConnection } from '../load/http/raw-connection.js';
import { openUsageProbe, type UsageProbe } from '../measure/usage-probe.js';
import { connectToServer } from '../targets/http/connect-to-server.js';
import { findTarget } from '../targets/index.js';
import { toProgramPath, toServerCommand } from '../targets/server-command.js';
import type { Cell, Params, RoundResult, Scenario, Session } from './scenario.js';

export const httpInFlight: Scenario = {
  name: 'http/in-flight',
  title: 'Answering thousands of requests that wait at once',
  about:
    'Requests of one session wait in the server, each on a connection of its own; one more lets all of them be answered at once, and the clock runs from there to the last answer. Eight times as many should take about eight times as long (the fewer as the median of six): more means that an answer costs the more, the more others wait.',
  metrics: [
    { key: 'growth', label: 'growth', unit: '×', better: 'lower', compare: true },
    { key: 'fewerMs', label: 'the fewer took', unit: 'ms', better: 'lower' },
    { key: 'moreMs', label: 'the more took', unit: 'ms', better: 'lower' },
    { key: 'serverCpuUsPerMessage', label: 'server CPU', unit: 'µs', better: 'lower' },
  ],
  targets: ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1', 'tmcp', 'mcp-lite'],
  reference: 'sdk-v2',
  pinned: true,
  cases: (profile) => {
    if (profile === 'smoke') return [{ params: { fewer: 16, more: 128 } }];
    const one = { params: { fewer: 1000, more: 8000 }, rounds: 3 };
    // Opening 9000 connections takes the peers some five seconds a round.
    if (profile === 'quick') return [{ ...one, targets: ['floor', 'mcpwire'], rounds: 2, estimatedRoundMs: 1800, estimatedWarmUpMs: 800 }];
    if (profile === 'standard')
      return [{ ...one, targets: ['floor', 'mcpwire', 'sdk-v2'], rounds: 2, estimatedRoundMs: 3000, estimatedWarmUpMs: 1500 }];
    return [{ ...one, estimatedRoundMs: 4000 }];
  },
  open: openInFlight,
};

/** Measurements with the fewer before and after the one with the more: they take so short that one collection of garbage shows. */
const FEWER_EACH_SIDE = 3;

async function openInFlight({ target, params, serverCore }: Cell): Promise<Session> {
  const { http } = findTarget(target);
  const program = http?.program;
  if (program === undefined) throw new Error(`${target} has no server over HTTP`);
  const { fewer, more } = params as Params & { fewer: number; more: number };
  const probe = await openUsageProbe();
  let url = '';
  let client: PostClient;
  try {
    client = await connectToServer(toServerCommand(toProgramPath(program), probe.nodeFlags, serverCore, ['json']), (at) => {
      url = at;
      return connectPostClient(at, { connections: 1, accept: http?.acceptForJson });
    });
  } catch (error) {
    probe.close();
    throw error;
  }
  return {
    // With the more too: a heap that has yet to grow for them would count as their time.
    warmUp: async () => {
      for (const count of [fewer, more]) await answerAtOnce(client, url, probe, count);
    },
    round: async (): Promise<RoundResult> => {
      const few: number[] = [];
      const answerFewer = async (): Promise<void> => {
        for (let i = 0; i < FEWER_EACH_SIDE; i++) few.push((await answerAtOnce(client, url, probe, fewer)).elapsedMs);
      };
      await answerFewer();
      const many = await answerAtOnce(client, url, probe, more);
      await answerFewer();
      const fewerMs = median(few);
      return {
        metrics: {
          growth: many.elapsedMs / fewerMs,
          fewerMs,
          moreMs: many.elapsedMs,
          serverCpuUsPerMessage: many.serverCpuUs / more,
        },
      };
    },
    close: async () => {
      await client.close();
      probe.close();
    },
  };
}

/** Lets `count` requests wait, then has them answered, and says how long that took. */
async function answerAtOnce(
  client: PostClient,
  url: string,
  probe: UsageProbe,
  count: number,
): Promise<{ elapsedMs: number; serverCpuUs: number }> {
  const open = async (index: number): Promise<{ key: string; connection: RawConnection }> => {
    const key = `held-${index}`;
    const body = JSON.stringify(toToolCall(key, 'hold', { key }));
    return { key, connection: await openRaw(url, { method: 'POST', headers: client.headers, body }) };
  };
  const connections = await openMany(count, open, (arrived) => untilHeld(client, arrived));
  try {
    const before = await probe.read();
    const startedAt = performance.now();
    // The answer of each has the key twice: as the id and as the text.
    const answers = connections.map(({ key, connection }) => connection.receive(`"text":"${key}"`));
    const [released] = await Promise.all([client.call('release'), ...answers]);
    const elapsedMs = performance.now() - startedAt;
    const after = await probe.read();
    if (released !== String(count)) throw new Error(`${released} requests were answered where ${count} waited`);
    return { elapsedMs, serverCpuUs: after.cpuUs - before.cpuUs };
  } finally {
    for (const { connection } of connections) connection.close();
  }
}

const heldTimeoutMs = 20_000;

/** @throws Error when fewer requests wait in the server after all the time that they may take to arrive. */
async function untilHeld(client: PostClient, count: number): Promise<void> {
  const until = performance.now() + heldTimeoutMs;
  for (let held = 0; held !== count; held = Number(await client.call('held'))) {
    if (performance.now() > until)
      throw new Error(`${held} of ${count} requests wait in the server after ${heldTimeoutMs} ms; it refuses the others`);
    await delay(2);
  }
}
