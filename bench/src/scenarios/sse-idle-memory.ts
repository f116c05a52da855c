import { openMany, openRaw, type RawConnection } from '../load/http/raw-connection.js';
import type { ProcessUsage } from '../measure/process-usage.js';
import { openUsageProbe } from '../measure/usage-probe.js';
import { connectToTarget } from '../targets/http/connect-to-target.js';
import type { Cell, RoundResult, Scenario, Session } from './scenario.js';

export const sseIdleMemory: Scenario = {
  name: 'sse/idle-memory',
  title: 'What an idle stream holds in memory',
  about:
    "Streams of HTTP+SSE, each with its session, are opened and left alone. What the server's heap has grown by after collecting garbage, for each. Node's own request, response and socket are in it, as the floor shows; the floor is a response kept in a Map.",
  metrics: [
    { key: 'heapKiBPerConnection', label: 'heap per stream', unit: 'KiB', better: 'lower', compare: true },
    { key: 'externalKiBPerConnection', label: 'outside the heap', unit: 'KiB', better: 'lower' },
    { key: 'rssKiBPerConnection', label: 'RSS', unit: 'KiB', better: 'lower' },
  ],
  targets: ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1'],
  reference: 'sdk-v2',
  pinned: true,
  cases: (profile) => {
    if (profile === 'smoke') return [{ params: { connections: 50 } }];
    // Memory has no noise to speak of once garbage is collected.
    const rounds = profile === 'full' ? 3 : 2;
    const one = { params: { connections: 1000 }, rounds, estimatedRoundMs: 900 };
    // The two majors of the SDK share the code; the older one is what people run.
    return [profile === 'quick' ? { ...one, targets: ['floor', 'mcpwire', 'sdk-v1'] } : one];
  },
  open: openIdling,
};

const warmUpStreams = 200;

async function openIdling({ target, params, serverCore }: Cell): Promise<Session> {
  const count = Number(params.connections);
  const probe = await openUsageProbe();
  const nodeFlags = [...probe.nodeFlags, '--expose-gc'];
  try {
    const client = await connectToTarget(target, { over: 'HTTP+SSE', nodeFlags, core: serverCore }, async (url) => ({
      open: () => openStream(url),
      close: async () => {},
    }));
    (await client.open()).close();
    const streams: RawConnection[] = [];
    // Each round opens its streams beside those of the rounds before: what Node keeps of closed ones would pass for part of the new.
    const openMore = async (more: number): Promise<RoundResult> => {
      const before = await probe.read({ collect: true });
      streams.push(...(await openMany(more, client.open)));
      return toResult(before, await probe.read({ collect: true }), more);
    };
    return {
      warmUp: async () => void (await openMore(Math.min(count, warmUpStreams))),
      round: () => openMore(count),
      close: async () => {
        for (const stream of streams) stream.close();
        await client.close();
        probe.close();
      },
    };
  } catch (error) {
    probe.close();
    throw error;
  }
}

/** Opens a stream and waits for its `endpoint` event. */
async function openStream(url: string): Promise<RawConnection> {
  const connection = await openRaw(url, { method: 'GET', headers: { accept: 'text/event-stream' } });
  await connection.receive('event: endpoint');
  return connection;
}

function toResult(before: ProcessUsage, held: ProcessUsage, count: number): RoundResult {
  const kibEach = (key: 'heapUsedBytes' | 'externalBytes' | 'rssBytes'): number => (held[key] - before[key]) / 1024 / count;
  return {
    metrics: {
      heapKiBPerConnection: kibEach('heapUsedBytes'),
      externalKiBPerConnection: kibEach('externalBytes'),
      rssKiBPerConnection: kibEach('rssBytes'),
    },
  };
}
