import { createCredentials } from '../load/http/credentials.js';
import { openSession } from '../load/http/open-session.js';
import { ask, createPoster, type Poster, type PosterOptions, toStatusError } from '../load/http/poster.js';
import { acceptEither, parseReply, toPostHeaders, toToolCall } from '../load/http/protocol.js';
import { openRelay } from '../load/relay/relay-process.js';
import { createText } from '../load/text.js';
import { createLatencies, percentileUs } from '../measure/latencies.js';
import { connectToTarget } from '../targets/http/connect-to-target.js';
import type { Cell, Params, Scenario, ScenarioCase, Session } from './scenario.js';

/** `http1-new`: a new connection for each request. */
type Reuse = 'http1' | 'http1-new' | 'h2';

const window = 32;
const bytes = 100;

export const httpReuse: Scenario = {
  name: 'http/reuse',
  title: 'HTTP/1.1 with several connections, and HTTP/2 with one',
  about: `Calls of an echo tool over TLS, ${window} wanted at once: over 1, 6 (what a browser opens) and ${window} connections of HTTP/1.1 that are kept, over new ones for each call, and over one of HTTP/2 with as many streams. A call's time runs from when it was wanted, so waiting for a connection counts.`,
  metrics: [
    { key: 'p50Us', label: 'p50', unit: 'µs', better: 'lower', compare: true },
    { key: 'p99Us', label: 'p99', unit: 'µs', better: 'lower' },
    { key: 'requestsPerSecond', label: 'requests/s', unit: '/s', better: 'higher' },
    { key: 'requestsPerConnection', label: 'requests a connection', unit: '', better: 'higher' },
  ],
  targets: ['floor', 'mcpwire'],
  reference: 'floor',
  pinned: true,
  compareBy: ['link', 'connections'],
  cases: (profile) => {
    if (profile === 'quick') return [];
    const variants: readonly (readonly [Reuse, number])[] = [
      ['http1', 1],
      ['http1', 6],
      ['http1', window],
      ['http1-new', window],
      ['h2', 1],
    ];
    const roundTrips = profile === 'full' ? [0, 50] : [0];
    return roundTrips.flatMap((roundTripMs) =>
      variants.map(([link, connections]): ScenarioCase => ({ params: { link, connections, window, roundTripMs }, rounds: 3 })),
    );
  },
  open: openReusing,
};

async function openReusing({ target, params, timing, serverCore }: Cell): Promise<Session> {
  const { link, connections, roundTripMs } = params as Params & { link: Reuse; connections: number; roundTripMs: number };
  const credentials = await createCredentials();
  const args = ['json', '--credentials', JSON.stringify(credentials), ...(link === 'h2' ? ['--http2'] : [])];
  const latencies = await createLatencies();
  let made = 0;
  const options: PosterOptions = {
    connect: { ca: credentials.cert, servername: 'localhost' },
    allowH2: link === 'h2',
    pipelining: link === 'h2' ? window : link === 'http1' ? 1 : 0,
    onconnect: () => made++,
  };
  const client = await connectToTarget(target, { args, core: serverCore }, async (direct) => {
    const relay = await openRelay(direct, roundTripMs, serverCore);
    const poster = createPoster(relay.url, connections, undefined, options);
    const close = async (): Promise<void> => {
      await poster.close();
      await relay.close();
    };
    try {
      return { poster, headers: toPostHeaders(acceptEither, await openSession(poster, acceptEither)), close };
    } catch (error) {
      await close();
      throw error;
    }
  });
  const text = createText(bytes);
  let id = 0;
  const callFor = async (durationMs: number): Promise<number> => {
    const until = performance.now() + durationMs;
    let calls = 0;
    const inTurn = async (): Promise<void> => {
      do {
        const startedAt = performance.now();
        await call(client.poster, client.headers, id++, text);
        latencies.recordValue(Math.round((performance.now() - startedAt) * 1e6));
        calls++;
      } while (performance.now() < until);
    };
    await Promise.all(Array.from({ length: window }, inTurn));
    return calls;
  };
  return {
    warmUp: async () => void (await callFor(timing.warmUpMs)),
    round: async () => {
      latencies.reset();
      made = 0;
      const startedAt = performance.now();
      const calls = await callFor(timing.roundMs);
      const elapsedMs = performance.now() - startedAt;
      return {
        metrics: {
          p50Us: percentileUs(latencies, 50),
          p99Us: percentileUs(latencies, 99),
          requestsPerSecond: (calls / elapsedMs) * 1000,
          // Those that are kept were made before the round.
          requestsPerConnection: calls / Math.max(made, link === 'http1-new' ? 1 : connections),
        },
      };
    },
    close: () => client.close(),
  };
}

async function call(poster: Poster, headers: Record<string, string>, id: number, text: string): Promise<void> {
  const reply = await ask(poster, headers, toToolCall(id, 'echo', { text }));
  if (reply.status !== 200) throw toStatusError(reply);
  const message = parseReply(reply.type, reply.body) as { id?: unknown; result?: { content?: { text?: string }[] } };
  if (message.id !== id || message.result?.content?.[0]?.text !== text) throw new Error(`request ${id} was answered with something else`);
}
