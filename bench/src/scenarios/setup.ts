import { median } from 'simple-statistics';
import { createCredentials } from '../load/http/credentials.js';
import { type Link, type LinkedRequest, LinkOpener, links } from '../load/http/link.js';
import { acceptEither, initializeRequest, toPostHeaders } from '../load/http/protocol.js';
import { openRelay } from '../load/relay/relay-process.js';
import type { ProfileName } from '../run/profiles.js';
import { connectToServer } from '../targets/http/connect-to-server.js';
import { findTarget } from '../targets/index.js';
import { toProgramPath, toServerCommand } from '../targets/server-command.js';
import type { Cell, Metric, Scenario, ScenarioCase, Session } from './scenario.js';

const metrics: readonly Metric[] = [
  { key: 'setupMs', label: 'set-up', unit: 'ms', better: 'lower', compare: true },
  { key: 'roundTrips', label: 'round trips', unit: '', better: 'lower' },
  { key: 'connectionsPerSecond', label: 'connections/s', unit: '/s', better: 'higher' },
];

const network =
  'The network is emulated on this machine (see relay/accuracy). In round trips: what was measured, divided by the round trip that was asked for. TLS is 1.3 with a new certificate of P-256; HTTP/2 is over TLS. Connections per second are made 16 at a time, only where nothing is emulated. What spawning a server over stdio takes is in stdio/spawn.';

const roundTripsOf = { standard: [0, 50], full: [0, 5, 50, 100] } as const;

const ofQuick = { targets: ['mcpwire'], rounds: 2, timing: { warmUpMs: 50, roundMs: 250 } };
const overNetwork: ScenarioCase = { params: { link: 'tls', roundTripMs: 50 }, ...ofQuick };

/** All four links show the network's part; the peers differ from each other in their own alone, so plain TCP is enough for them. */
function casesOf(profile: ProfileName): readonly ScenarioCase[] {
  if (profile === 'quick') return [{ params: { link: 'tcp', roundTripMs: 0 }, ...ofQuick }];
  const toCase = (link: Link, roundTripMs: number): ScenarioCase => ({
    params: { link, roundTripMs },
    rounds: 3,
    timing: { warmUpMs: 50, roundMs: profile === 'full' ? 400 : 250 },
    ...(!(link === 'tcp' && roundTripMs === 0) && { targets: profile === 'full' ? ['floor', 'mcpwire'] : ['mcpwire'] }),
  });
  if (profile === 'smoke') return [toCase('tcp', 0), toCase('tls', 5)];
  const cases = roundTripsOf[profile].flatMap((ms) => links.map((link) => toCase(link, ms)));
  // What a link adds is round trips: without a network only what TLS costs is left.
  return profile === 'full'
    ? cases
    : cases.filter(({ params: { link, roundTripMs } }) => roundTripMs !== 0 || link === 'tcp' || link === 'tls');
}

export const setupSse: Scenario = {
  name: 'setup/sse',
  title: 'Setting up HTTP+SSE',
  about: `From the first packet to the \`endpoint\` event, before which a client can send nothing. ${network}`,
  metrics,
  targets: ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1'],
  reference: 'sdk-v2',
  pinned: false,
  compareBy: 'link',
  // What one of them costs over a network, the other costs too.
  cases: (profile) => (profile === 'quick' ? [...casesOf(profile), overNetwork] : casesOf(profile)),
  open: (cell) =>
    openSetUp(cell, findTarget(cell.target).http?.sseProgram, {
      method: 'GET',
      headers: { accept: 'text/event-stream' },
      until: 'event: endpoint',
    }),
};

export const setupHttp: Scenario = {
  ...setupSse,
  name: 'setup/http',
  title: 'Setting up Streamable HTTP',
  about: `From the first packet to the answer to \`initialize\`. ${network}`,
  cases: casesOf,
  open: (cell) =>
    openSetUp(cell, findTarget(cell.target).http?.program, {
      method: 'POST',
      headers: toPostHeaders(acceptEither, undefined),
      body: JSON.stringify(initializeRequest),
      until: '"serverInfo"',
    }),
};

const atOnce = 16;
/** One may have met a pause of the machine; the median of three has not. */
const fewest = 3;

async function openSetUp({ target, params, timing }: Cell, program: string | undefined, request: LinkedRequest): Promise<Session> {
  if (program === undefined) throw new Error(`${target} has no server for this`);
  const link = params.link as Link;
  const roundTripMs = Number(params.roundTripMs);
  const credentials = link === 'tcp' ? undefined : await createCredentials();
  const args = [
    ...(credentials === undefined ? [] : ['--credentials', JSON.stringify(credentials)]),
    ...(link === 'h2' ? ['--http2'] : []),
  ];
  const server = await connectToServer(toServerCommand(toProgramPath(program), [], undefined, ['json', ...args]), async (direct) => {
    const relay = await openRelay(direct, roundTripMs);
    return { url: relay.url, close: relay.close };
  });
  const opener = new LinkOpener(server.url, link, credentials?.cert);
  const openFor = async (durationMs: number, least: number): Promise<number[]> => {
    const took: number[] = [];
    for (const until = performance.now() + durationMs; took.length < least || performance.now() < until; )
      took.push(await opener.open(request));
    return took;
  };
  const openMany = async (): Promise<number> => {
    const startedAt = performance.now();
    const opened = await Promise.all(Array.from({ length: atOnce }, () => openFor(timing.roundMs, 1)));
    return (opened.flat().length / (performance.now() - startedAt)) * 1000;
  };
  return {
    warmUp: async () => void (await openFor(timing.warmUpMs, 2)),
    round: async () => {
      const setupMs = median(await openFor(timing.roundMs, fewest));
      if (roundTripMs > 0) return { metrics: { setupMs, roundTrips: setupMs / roundTripMs } };
      return { metrics: { setupMs, connectionsPerSecond: await openMany() } };
    },
    close: () => server.close(),
  };
}
