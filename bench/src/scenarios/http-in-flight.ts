import { setTimeout as delay } from 'node:timers/promises';
import { mean } from 'simple-statistics';
import { connectPostClient, type PostClient } from '../load/http/post-client.js';
import { toToolCall } from '../load/http/protocol.js';
import { connectRaw, openMany, type RawConnection, toRequestText } from '../load/http/raw-connection.js';
import { openUsageProbe, type UsageProbe } from '../measure/usage-probe.js';
import { connectToTarget } from '../targets/http/connect-to-target.js';
import { httpServers } from './http-servers.js';
import type { Cell, Params, RoundResult, Scenario, Session } from './scenario.js';

export const httpInFlight: Scenario = {
  name: 'http/in-flight',
  title: 'Answering thousands of requests that wait at once',
  about:
    'Requests of one session wait in the server, each on a connection of its own; one more lets all of them be answered at once, and the clock runs from there to the last answer. Eight times as many should take about eight times as long (the fewer as the mean of six): more means that an answer costs the more, the more others wait.',
  metrics: [
    { key: 'growth', label: 'growth', unit: '×', better: 'lower', compare: true },
    { key: 'fewerMs', label: 'the fewer took', unit: 'ms', better: 'lower' },
    { key: 'moreMs', label: 'the more took', unit: 'ms', better: 'lower' },
    { key: 'serverCpuUsPerMessage', label: 'server CPU', unit: 'µs', better: 'lower' },
  ],
  targets: httpServers,
  reference: 'sdk-v2',
  pinned: true,
  cases: (profile) => {
    if (profile === 'smoke') return [{ params: { fewer: 16, more: 128 } }];
    // Two seconds and more for each of its targets only to open the connections.
    if (profile === 'quick') return [];
    const one = { params: { fewer: 1000, more: 8000 }, estimatedWarmUpMs: 6000, estimatedRoundMs: 3500 };
    // Where the time grows with the square of those that wait, as sdk-v2's does, a round takes several seconds.
    if (profile === 'standard') return [{ ...one, rounds: 3, targets: ['floor', 'mcpwire'], estimatedRoundMs: 1800 }];
    return [{ ...one, rounds: 5 }];
  },
  open: openInFlight,
};

/** Measurements with the fewer before and after the one with the more: they take so short that one collection of garbage shows. */
const FEWER_EACH_SIDE = 3;

async function openInFlight({ target, params, serverCore }: Cell): Promise<Session> {
  const { fewer, more } = params as Params & { fewer: number; more: number };
  const probe = await openUsageProbe();
  let url = '';
  let client: PostClient;
  try {
    client = await connectToTarget(target, { args: ['json'], nodeFlags: probe.nodeFlags, core: serverCore }, (at, { acceptForJson }) => {
      url = at;
      return connectPostClient(at, { connections: 1, accept: acceptForJson });
    });
  } catch (error) {
    probe.close();
    throw error;
  }
  const connections = new KeptConnections(url);
  const answer = (count: number): Promise<Answering> => answerAtOnce({ client, url, probe, connections }, count);
  return {
    // With the more too: a heap that has yet to grow for them would count as their time.
    warmUp: async () => {
      for (const count of [fewer, more]) await answer(count);
    },
    round: async (): Promise<RoundResult> => {
      const few: number[] = [];
      const answerFewer = async (): Promise<void> => {
        for (let i = 0; i < FEWER_EACH_SIDE; i++) few.push((await answer(fewer)).elapsedMs);
      };
      await answerFewer();
      const many = await answer(more);
      await answerFewer();
      const fewerMs = mean(few);
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
      connections.close();
      await client.close();
      probe.close();
    },
  };
}

/** Well below `keepAliveMs` of the servers, which close a connection that nothing has come on for so long. */
const KEPT_MS = 30_000;

/** The connections that the requests come by, used again as long as the server keeps them: opening thousands takes most of a round. */
class KeptConnections {
  readonly #url: string;
  #open: RawConnection[] = [];
  #usedAt = 0;
  /** Where the next are taken from. The same few each time would be in the processors' caches, which the many are not. */
  #next = 0;

  constructor(url: string) {
    this.#url = url;
  }

  /** @returns so many, with nothing on them */
  async take(count: number): Promise<RawConnection[]> {
    if (performance.now() - this.#usedAt > KEPT_MS) this.close();
    this.#open = this.#open.filter(({ isOpen }) => isOpen);
    this.#open.push(...(await openMany(Math.max(0, count - this.#open.length), () => connectRaw(this.#url))));
    if (this.#next + count > this.#open.length) this.#next = 0;
    const first = this.#next;
    this.#next += count;
    return this.#open.slice(first, this.#next);
  }

  used(): void {
    this.#usedAt = performance.now();
  }

  close(): void {
    for (const connection of this.#open) connection.close();
    this.#open = [];
  }
}

interface Answering {
  readonly elapsedMs: number;
  readonly serverCpuUs: number;
}

interface Answerer {
  readonly client: PostClient;
  readonly url: string;
  readonly probe: UsageProbe;
  readonly connections: KeptConnections;
}

/** Tells the requests of one measurement from those of another that came by the same connections. */
let measurement = 0;

/** Lets `count` requests wait, then has them answered, and says how long that took. */
async function answerAtOnce({ client, url, probe, connections }: Answerer, count: number): Promise<Answering> {
  const name = `held-${measurement++}`;
  const taken = await connections.take(count);
  const keyed = taken.map((connection, index) => ({ connection, key: `${name}-${index}` }));
  for (const { connection, key } of keyed) {
    const body = JSON.stringify(toToolCall(key, 'hold', { key }));
    connection.write(toRequestText(url, { method: 'POST', headers: client.headers, body }));
  }
  await untilHeld(client, count);
  const before = await probe.read();
  const startedAt = performance.now();
  // The answer of each has the key twice: as the id and as the text.
  const answers = keyed.map(({ connection, key }) => connection.receive(`"text":"${key}"`));
  const [released] = await Promise.all([client.call('release'), ...answers]);
  const elapsedMs = performance.now() - startedAt;
  const after = await probe.read();
  connections.used();
  if (released !== String(count)) throw new Error(`${released} requests were answered where ${count} waited`);
  return { elapsedMs, serverCpuUs: after.cpuUs - before.cpuUs };
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
