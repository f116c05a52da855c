import { createCredentials } from '../load/http/credentials.js';
import { type Link, LinkOpener } from '../load/http/link.js';
import { connectPostClient } from '../load/http/post-client.js';
import { acceptEither, initializeRequest, toPostHeaders } from '../load/http/protocol.js';
import { openUsageProbe } from '../measure/usage-probe.js';
import type { ProfileName } from '../run/profiles.js';
import { connectToServer } from '../targets/http/connect-to-server.js';
import { findTarget } from '../targets/index.js';
import { toProgramPath, toServerCommand } from '../targets/server-command.js';
import { echoMetrics } from './echo-metrics.js';
import { openEchoSession } from './echo-session.js';
import type { Cell, Params, Scenario, ScenarioCase, Session } from './scenario.js';

export const costTls: Scenario = {
  name: 'cost/tls',
  title: 'What TLS costs',
  about:
    'Calls of an echo tool over connections that stay open, plain and over TLS 1.3: CPU time of each side for each message. And new connections, one after another, each with its `initialize`: CPU time of the server for each, with a full handshake and a certificate of P-256, or with the ticket of the connection before (tls-resumed; its messages cost what those of tls do, and are not measured again).',
  metrics: [
    { ...echoMetrics.serverCpuUsPerMessage, compare: true },
    echoMetrics.clientCpuUsPerMessage,
    { ...echoMetrics.messagesPerSecond, compare: false },
    echoMetrics.p50Us,
    echoMetrics.p99Us,
    { key: 'serverCpuUsPerConnection', label: 'server CPU per connection', unit: 'µs', better: 'lower', compare: true },
    { key: 'connections', label: 'connections', unit: '', better: 'higher' },
  ],
  targets: ['floor', 'mcpwire'],
  reference: 'mcpwire',
  pinned: true,
  loadGenerator: true,
  compareBy: 'link',
  cases: casesOf,
  open: openMeasuring,
};

function casesOf(profile: ProfileName): readonly ScenarioCase[] {
  if (profile === 'quick') return [];
  const toCases = (bytes: number, links: readonly Link[]): readonly ScenarioCase[] =>
    links.map((link) => ({
      params: { link, bytes, window: 16 },
      rounds: 3,
      warmUpCount: bytes > 100_000 ? 60 : 1500,
      estimatedRoundMs: profile === 'full' ? 1000 : 320,
      estimatedWarmUpMs: link === 'tls-resumed' ? 350 : 1000,
    }));
  const small = toCases(100, ['tcp', 'tls', 'tls-resumed']);
  if (profile !== 'full') return small;
  return [...small, ...toCases(10_240, ['tcp', 'tls']), ...toCases(1_048_576, ['tcp', 'tls'])];
}

const request = {
  method: 'POST',
  headers: toPostHeaders(acceptEither, undefined),
  body: JSON.stringify(initializeRequest),
  until: '"serverInfo"',
} as const;

async function openMeasuring(cell: Cell): Promise<Session> {
  const { link, bytes, window } = cell.params as Params & { link: Link; bytes: number; window: number };
  const program = findTarget(cell.target).http?.program;
  if (program === undefined) throw new Error(`${cell.target} has no server over HTTP`);
  const credentials = link === 'tcp' ? undefined : await createCredentials();
  const args = ['json', ...(credentials === undefined ? [] : ['--credentials', JSON.stringify(credentials)])];
  const more = credentials && { connect: { ca: credentials.cert, servername: 'localhost' } };
  const connections = await openConnections(toProgramPath(program), args, link, credentials?.cert, cell.serverCore);
  if (link === 'tls-resumed') {
    const { roundMs, warmUpMs } = cell.timing;
    return {
      warmUp: async () => void (await connections.openFor(warmUpMs)),
      round: async () => ({ metrics: await connections.openFor(roundMs) }),
      close: () => connections.close(),
    };
  }
  try {
    const messages = await openEchoSession(cell, { bytes, window, sampleShift: 2 }, (nodeFlags) =>
      connectToServer(toServerCommand(toProgramPath(program), nodeFlags, cell.serverCore, args), (url) =>
        connectPostClient(url, { connections: window, more }),
      ),
    );
    return {
      warmUp: async () => {
        await messages.warmUp();
        await connections.openFor(cell.timing.warmUpMs / 2);
      },
      round: async () => {
        const { metrics, loads } = await messages.round();
        const { messagesPerSecond, p50Us, p99Us, clientCpuUsPerMessage, serverCpuUsPerMessage } = metrics as Record<string, number>;
        const kept = { messagesPerSecond, p50Us, p99Us, clientCpuUsPerMessage, serverCpuUsPerMessage } as Record<string, number>;
        return { metrics: { ...kept, ...(await connections.openFor(cell.timing.roundMs)) }, ...(loads && { loads }) };
      },
      close: async () => {
        await Promise.all([messages.close(), connections.close()]);
      },
    };
  } catch (error) {
    await connections.close();
    throw error;
  }
}

interface Connections {
  /** Opens connections one after another, for at least so long. */
  openFor(durationMs: number): Promise<{ serverCpuUsPerConnection: number; connections: number }>;
  close(): Promise<void>;
}

/** A server of its own, so that the sessions that are opened do not weigh on the messages. */
async function openConnections(
  program: string,
  args: readonly string[],
  link: Link,
  ca: string | undefined,
  core: number | undefined,
): Promise<Connections> {
  const probe = await openUsageProbe();
  try {
    const server = await connectToServer(toServerCommand(program, probe.nodeFlags, core, args), async (url) => ({
      opener: new LinkOpener(url, link, ca),
      close: async () => {},
    }));
    return {
      openFor: async (durationMs) => {
        const before = await probe.read();
        let connections = 0;
        const until = performance.now() + durationMs;
        // The first of all has no ticket to come with; nobody measures that one.
        for (; connections < 3 || performance.now() < until; connections++) await server.opener.open(request);
        return { serverCpuUsPerConnection: ((await probe.read()).cpuUs - before.cpuUs) / connections, connections };
      },
      close: async () => {
        await server.close();
        probe.close();
      },
    };
  } catch (error) {
    probe.close();
    throw error;
  }
}
