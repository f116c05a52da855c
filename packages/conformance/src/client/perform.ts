import { setTimeout as sleep } from 'node:timers/promises';
import type { Revision } from '@mcpwire/protocol';
import { Unreachable } from '../driver.js';
import { endGroup, startGroup } from '../raw/process-group.js';
import type { Redactor } from '../redact.js';
import { argumentsFor, type ClientTarget, environmentFor } from './client-target.js';
import type { Host } from './host.js';
import { createHttpHost } from './http-host.js';
import { Observation } from './observation.js';
import { RawServer } from './raw-server.js';
import type { Scene } from './scene.js';
import { createStdioHost } from './stdio-host.js';

export interface PerformOptions {
  readonly redact: Redactor;
  /** How long the client may do nothing, once it has been heard of, until it is taken to be done. */
  readonly idleMs: number;
  /** How long it may take until it is heard of for the first time. */
  readonly startMs: number;
  readonly signal: AbortSignal;
}

/** Whatever happens, a scene ends then. */
const LIMIT_MS = 60_000;
const LOOK_MS = 25;
/** How often a server is looked for that may outlive its client for a moment. Looks, and no time: each lets this process hear what happened. */
const OUTLIVE_LOOKS = 16;
const LOG_CHARS = 2_000;

/**
 * Lets the client play one scene against the raw server, and says what was seen. Everything that was started is ended when it resolves.
 *
 * @throws Unreachable when the command can't be started.
 */
export async function perform(scene: Scene, revision: Revision, target: ClientTarget, options: PerformOptions): Promise<Observation> {
  const observation = new Observation(scene.name, target.transport, revision, options.redact);
  const raw = new RawServer(scene, observation);
  const host = target.transport === 'stdio' ? await createStdioHost(raw) : await createHttpHost(raw);
  try {
    await play(scene, observation, host, target, options);
  } finally {
    await host.close();
  }
  return observation;
}

async function play(scene: Scene, observation: Observation, host: Host, target: ClientTarget, options: PerformOptions): Promise<void> {
  const child = startGroup(target.command, argumentsFor(target, host.address), {
    cwd: target.cwd,
    env: {
      ...environmentFor(target, host.address),
      MCP_CONFORMANCE_REVISION: observation.revision,
      MCP_CONFORMANCE_SCENE: scene.name,
      MCP_CONFORMANCE_STEPS: JSON.stringify(scene.steps),
      ...scene.env,
    },
    stdio: 'log',
  });
  observation.transcript.add('event', `started the client for the scene ${scene.name}`);
  const keep = (chunk: Buffer): void => {
    observation.transcript.add('stderr', chunk);
    observation.log = (observation.log + chunk.toString('utf8')).slice(-LOG_CHARS);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  let failed: Error | undefined;
  const exited = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      failed = error;
      resolve();
    });
    child.once('exit', (code, signal) => {
      observation.exit = { code, signal, at: performance.now() };
      observation.transcript.add('event', signal ? `the client was ended by ${signal}` : `the client exited with code ${code}`);
      resolve();
    });
  });
  try {
    await untilDone(scene, observation, options, () => observation.exit !== undefined || failed !== undefined);
    if (failed) throw new Unreachable(`the command "${target.command}" can't be started: ${(failed as Error).message}`);
    if (observation.exit) await untilServersAreGone(observation);
  } finally {
    // What a client that had to be ended left behind says nothing about it.
    const { exit } = observation;
    observation.isOver = true;
    endGroup(child);
    if (!failed) await exited;
    observation.exit = exit;
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

async function untilDone(scene: Scene, observation: Observation, options: PerformOptions, isDone: () => boolean): Promise<void> {
  const startedAt = performance.now();
  const idleMs = Math.max(options.idleMs, scene.idleMs ?? 0);
  while (!isDone()) {
    options.signal.throwIfAborted();
    if (observation.isFull) {
      observation.transcript.add('event', 'the client goes round in circles, and is ended');
      return;
    }
    const now = performance.now();
    const limitMs = observation.requests.length + observation.links.length > 0 ? idleMs : Math.max(options.startMs, idleMs);
    if (now - observation.lastActivityAt > limitMs || now - startedAt > LIMIT_MS) return;
    await sleep(LOOK_MS);
  }
}

async function untilServersAreGone(observation: Observation): Promise<void> {
  const { links, transport } = observation;
  // One that has yet to report may have been started, and told something, by a client that was quick to give up.
  const isAwaited = (): boolean => transport === 'stdio' && links.length === 0;
  const isLeft = (): boolean => links.some(({ gone }) => gone === undefined);
  for (let looks = 0; looks < OUTLIVE_LOOKS && (isAwaited() || isLeft()); looks++) await sleep(LOOK_MS);
  observation.leftRunning = isLeft();
}
