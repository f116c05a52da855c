import { type Carrier, openChannel } from '../load/channel.js';
import type { ProfileName } from '../run/profiles.js';
import { echoMetrics } from './echo-metrics.js';
import { openEchoSession } from './echo-session.js';
import type { Cell, Params, Scenario, ScenarioCase, Session } from './scenario.js';

export const grpcEcho: Scenario = {
  name: 'grpc/echo',
  title: 'Beside gRPC',
  about:
    'The same echo over gRPC: as a call for each message, and on a stream that stays open both ways, over one connection of HTTP/2. Beside it what MCP does the same with: a POST for each message, over as many connections of HTTP/1.1 as are in flight, and over HTTP+SSE, with the same lean client for all. gRPC has its own client and Protocol Buffers, which are typed and have to be generated; MCP’s messages are JSON, and a call of a tool says more than the text.',
  metrics: [
    echoMetrics.messagesPerSecond,
    echoMetrics.megabytesPerSecond,
    echoMetrics.p50Us,
    echoMetrics.p99Us,
    echoMetrics.cpuUsPerMessage,
    echoMetrics.clientCpuUsPerMessage,
    echoMetrics.serverCpuUsPerMessage,
    echoMetrics.clientPeakRssMiB,
    echoMetrics.serverPeakRssMiB,
  ],
  targets: ['floor', 'mcpwire', 'grpc'],
  reference: 'grpc',
  pinned: true,
  compareBy: 'carrier',
  cases: casesOf,
  open: openEchoing,
};

const variants: readonly (readonly [Carrier, readonly string[]])[] = [
  ['http', ['floor', 'mcpwire']],
  ['sse', ['mcpwire']],
  ['grpc', ['grpc']],
  ['grpc-stream', ['grpc']],
];

function casesOf(profile: ProfileName): readonly ScenarioCase[] {
  if (profile === 'quick') return [];
  const sizes = profile === 'full' ? [100, 10_240] : [100];
  const windows = profile === 'smoke' ? [4] : [1, 16];
  return sizes.flatMap((bytes) =>
    windows.flatMap((window) =>
      variants.map(([carrier, targets]) => ({
        params: { carrier, bytes, window },
        targets,
        rounds: 3,
        warmUpCount: window === 1 ? 500 : 1500,
        estimatedWarmUpMs: 700,
      })),
    ),
  );
}

async function openEchoing(cell: Cell): Promise<Session> {
  const { carrier, bytes, window } = cell.params as Params & { carrier: Carrier; bytes: number; window: number };
  return openEchoSession(cell, { bytes, window, sampleShift: 2 }, (nodeFlags) =>
    openChannel({ carrier, target: cell.target, roundTripMs: 0, connections: window, core: cell.serverCore, nodeFlags }),
  );
}
