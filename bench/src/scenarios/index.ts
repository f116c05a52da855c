import { ownScenarios } from '../own-server/index.js';
import { connectionsGet, connectionsListen, connectionsSse } from './connections.js';
import { costCompression } from './cost-compression.js';
import { costToken } from './cost-token.js';
import { framingDecode } from './framing-decode.js';
import { framingEncode } from './framing-encode.js';
import { httpClient } from './http-client.js';
import { httpInFlight } from './http-in-flight.js';
import { httpPostJson } from './http-post-json.js';
import { httpPostSse } from './http-post-sse.js';
import { httpReuse } from './http-reuse.js';
import { httpStalledReaders } from './http-stalled-readers.js';
import { importCost } from './import.js';
import { latencyPush, latencyRequest } from './latency.js';
import { relayAccuracy } from './relay.js';
import type { Scenario } from './scenario.js';
import { setupHttp, setupSse } from './setup.js';
import { sseIdleMemory } from './sse-idle-memory.js';
import { stdioBytes } from './stdio-bytes.js';
import { stdioLarge } from './stdio-large.js';
import { stdioMultiplex } from './stdio-multiplex.js';
import { stdioPingPong } from './stdio-ping-pong.js';
import { stdioPipeBuffer } from './stdio-pipe-buffer.js';
import { stdioPipelined } from './stdio-pipelined.js';
import { stdioSdkCall } from './stdio-sdk-call.js';
import { stdioSpawn } from './stdio-spawn.js';

/** Every scenario, in the order of the report. */
export const scenarios: readonly Scenario[] = [
  stdioPipelined,
  stdioPingPong,
  stdioLarge,
  stdioSdkCall,
  stdioSpawn,
  stdioBytes,
  stdioMultiplex,
  stdioPipeBuffer,
  relayAccuracy,
  setupSse,
  setupHttp,
  latencyRequest,
  latencyPush,
  connectionsSse,
  connectionsGet,
  connectionsListen,
  httpPostJson,
  httpPostSse,
  httpClient,
  httpReuse,
  httpInFlight,
  httpStalledReaders,
  sseIdleMemory,
  costCompression,
  costToken,
  framingDecode,
  framingEncode,
  importCost,
];

/** Those, and what is measured of a server that the reader names. */
export const allScenarios: readonly Scenario[] = [...scenarios, ...ownScenarios];

/** @throws Error when there is no scenario of that name. */
export function findScenario(name: string): Scenario {
  const scenario = allScenarios.find((candidate) => candidate.name === name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
  return scenario;
}
