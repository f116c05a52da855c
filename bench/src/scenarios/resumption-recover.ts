import { setTimeout as delay } from 'node:timers/promises';
import { median } from 'simple-statistics';
import type { EchoClient } from '../load/echo-client.js';
import { openRelay } from '../load/relay/relay-process.js';
import { connectToKeeper } from '../load/resumption/connect-to-keeper.js';
import { Cutter } from '../load/resumption/cutter.js';
import { readMachineClockMs } from '../measure/machine-clock.js';
import type { ProfileName } from '../run/profiles.js';
import type { Cell, Params, RoundResult, Scenario, ScenarioCase, Session } from './scenario.js';

const perSecond = 200;

export const resumptionRecover: Scenario = {
  name: 'resumption/recover',
  title: 'Recovering from a cut connection',
  about: `A server sends ${perSecond} messages a second by itself, and all connections are cut several times in between; the target's own client comes back with the id of the last event that it has seen, after a wait that all are told alike. Time runs from the cut to the next message that was meant for later than that. Every message is known by the time it was meant for, and so is what was lost and what came twice. Client and server are of the same target; the SDK's server has the store of resumption/replay.`,
  metrics: [
    { key: 'recoverMs', label: 'recovered after, p50', unit: 'ms', better: 'lower', compare: true },
    { key: 'recoverMaxMs', label: 'max', unit: 'ms', better: 'lower' },
    { key: 'lost', label: 'lost', unit: '', better: 'lower' },
    { key: 'twice', label: 'came twice', unit: '', better: 'lower' },
    { key: 'messages', label: 'messages', unit: '', better: 'higher' },
    { key: 'cuts', label: 'cuts', unit: '', better: 'higher' },
  ],
  targets: ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1'],
  reference: 'sdk-v2',
  pinned: true,
  cases: casesOf,
  open: openRecovering,
};

function casesOf(profile: ProfileName): readonly ScenarioCase[] {
  if (profile === 'quick') return [];
  if (profile === 'smoke') return [{ params: { waitMs: 20, roundTripMs: 0 } }];
  return (profile === 'standard' ? [0] : [0, 50]).map((roundTripMs) => ({
    params: { waitMs: 20, roundTripMs },
    rounds: 2,
    timing: { warmUpMs: 300, roundMs: 1000 },
    estimatedRoundMs: 1300,
    estimatedWarmUpMs: 600,
  }));
}

const timeoutMs = 10_000;
/** No more messages come once the last has been quiet for so long. */
const quietMs = 1500;
const bytes = 100;

/** What it takes to come back, and more. */
const usualMs = 60;

type CutClient = EchoClient & { cut(): void };

async function openRecovering({ target, params, timing, serverCore }: Cell): Promise<Session> {
  const { waitMs, roundTripMs } = params as Params & { waitMs: number; roundTripMs: number };
  const client = await connectToKeeper(target, { core: serverCore }, async (direct, { connectResuming: connect }): Promise<CutClient> => {
    if (connect === undefined) throw new Error(`${target} has no client that comes back to a stream`);
    const relay = await openRelay(direct, roundTripMs, serverCore);
    const cutter = await Cutter.open(relay.url);
    const end = async (): Promise<void> => {
      cutter.close();
      await relay.close();
    };
    try {
      const connected = await connect(cutter.url, waitMs);
      const close = connected.close.bind(connected);
      return Object.assign(connected, { cut: () => cutter.cut(), close: () => close().then(end) });
    } catch (error) {
      await end();
      throw error;
    }
  });
  // Cut connections are reported as faults.
  client.onfault = () => {};
  // A stream that is not open yet has nothing to come back for.
  await untilHeard(client);
  // Long enough for what one cut brings to be over before the next.
  const betweenMs = 4 * (waitMs + roundTripMs) + 80;
  const run = (durationMs: number): Promise<RoundResult> => recover(client, Math.max(1, Math.floor(durationMs / betweenMs)), betweenMs);
  return {
    warmUp: async () => void (await run(timing.warmUpMs)),
    round: () => run(timing.roundMs),
    close: () => client.close(),
  };
}

let nextId = 1;

/** Has the server send messages for as long as the cuts take, and hears of each. */
async function recover(client: CutClient, cuts: number, betweenMs: number): Promise<RoundResult> {
  let count = Math.ceil(((cuts + 1) * (betweenMs + usualMs) * perSecond) / 1000);
  let endsAt = readMachineClockMs() + (count / perSecond) * 1000;
  /** Where coming back takes longer than usual the server must not have fallen silent. */
  const goOn = (): void => {
    if (readMachineClockMs() < endsAt) return;
    tick(client, perSecond);
    count += perSecond;
    endsAt = readMachineClockMs() + 1000;
  };
  const seen = new Set<number>();
  let twice = 0;
  let lastAt = readMachineClockMs();
  let onnext: ((dueAtMs: number) => void) | undefined;
  client.onmessage = ({ method, params }) => {
    if (method !== 'notifications/tick') return;
    lastAt = readMachineClockMs();
    const dueAtMs = params?.dueAtMs as number;
    if (seen.has(dueAtMs)) twice++;
    seen.add(dueAtMs);
    onnext?.(dueAtMs);
  };
  tick(client, count);
  const took: number[] = [];
  for (let i = 0; i < cuts; i++) {
    await delay(betweenMs);
    const cutAt = readMachineClockMs();
    client.cut();
    await new Promise<void>((resolve, reject) => {
      const more = setInterval(goOn, 50);
      const limit = setTimeout(() => {
        clearInterval(more);
        reject(new Error(`nothing came within ${timeoutMs} ms of the cut`));
      }, timeoutMs);
      onnext = (dueAtMs) => {
        // What had reached this machine before the cut proves nothing.
        if (dueAtMs < cutAt) return;
        clearInterval(more);
        clearTimeout(limit);
        took.push(lastAt - cutAt);
        onnext = undefined;
        resolve();
      };
    });
  }
  while (seen.size < count && readMachineClockMs() - lastAt < quietMs) await delay(5);
  return {
    metrics: {
      recoverMs: median(took),
      recoverMaxMs: Math.max(...took),
      lost: count - seen.size,
      twice,
      messages: count,
      cuts,
    },
  };
}

/** Resolves once what the server says by itself arrives. @throws Error when nothing does within 10 s. */
async function untilHeard(client: EchoClient): Promise<void> {
  let isHeard = false;
  client.onmessage = ({ method }) => {
    isHeard ||= method === 'notifications/tick';
  };
  for (const until = performance.now() + timeoutMs; !isHeard; await delay(20)) {
    if (performance.now() > until) throw new Error(`nothing that the server said by itself arrived within ${timeoutMs} ms`);
    tick(client, 1);
  }
  // Those that were asked for in vain may still come.
  await delay(100);
}

function tick(client: EchoClient, count: number): void {
  const params = { name: 'tick', arguments: { bytes, count, perSecond } };
  client.send({ jsonrpc: '2.0', id: nextId++, method: 'tools/call', params });
}
