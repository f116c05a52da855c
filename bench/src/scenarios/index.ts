import { ownScenarios } from '../own-server/index.js';
import { loadRegistry } from '../registry.js';
import { isScenario } from './is-scenario.js';
import type { Scenario } from './scenario.js';

/** The order of the report. A scenario that is not named here comes after those whose name begins alike up to the slash, or last. */
const order = [
  'stdio/pipelined',
  'stdio/ping-pong',
  'stdio/large',
  'stdio/sdk-call',
  'stdio/spawn',
  'stdio/bytes',
  'stdio/multiplex',
  'stdio/pipe-buffer',
  'relay/accuracy',
  'setup/sse',
  'setup/http',
  'latency/request',
  'latency/push',
  'connections/sse',
  'connections/get',
  'connections/listen',
  'streaming/chunks',
  'http/post-json',
  'http/post-sse',
  'http/load',
  'http/client',
  'sse/call',
  'http/reuse',
  'http/in-flight',
  'http/stalled-readers',
  'sse/idle-memory',
  'cost/compression',
  'cost/token',
  'framing/decode',
  'framing/encode',
  'import',
];

const { items, modules } = await loadRegistry(new URL('.', import.meta.url), isScenario, order);

/** Every scenario: what the modules of this folder export. */
export const scenarios: readonly Scenario[] = items;

/** Those, and what is measured of a server that the reader names. */
export const allScenarios: readonly Scenario[] = [...scenarios, ...ownScenarios];

const ownModule = new URL('../own-server/index.js', import.meta.url).href;

/** The URL of the module that a worker loads for a scenario. */
export function moduleOf(name: string): string {
  return modules.get(name) ?? ownModule;
}
