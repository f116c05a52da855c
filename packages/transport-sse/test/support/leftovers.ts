import { randomUUID } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import process from 'node:process';
import { afterEach, beforeEach, expect } from 'vitest';
import { type RunningProcess, runningProcesses } from './processes.js';
import { until } from './until.js';

/** In the environment of every process that a test starts with `testEnv`, and of all that those start. */
const MARK = 'MCPWIRE_TEST';

interface Holdings {
  /** What keeps the event loop busy: type → how many. */
  resources: Record<string, number>;
  /** Listeners on what belongs to the whole process. */
  listeners: Record<string, number>;
}

let mark = randomUUID();

/** The environment to start a process with, so that it is found should it outlive its test. */
export function testEnv(more?: Record<string, string>): Record<string, string> {
  return { [MARK]: mark, ...more };
}

/** From now on every test of this file must end as it began: no process, socket, timer or listener more than before. */
export function expectNoLeftovers(): void {
  let before: Holdings;
  let unhandled: unknown[];
  const onunhandled = (reason: unknown): void => {
    unhandled.push(reason);
  };

  beforeEach(() => {
    mark = randomUUID();
    unhandled = [];
    before = holdings();
    process.on('unhandledRejection', onunhandled);
  });

  afterEach(async () => {
    // A rejection that nobody handles is told only after the microtasks.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', onunhandled);
    expect(unhandled, 'rejections that nobody handled').toEqual([]);
    try {
      await until('everything is given back', () => describeLeftovers(before) === '', 3_000);
    } catch {
      const left = describeLeftovers(before);
      // So that they are not held against the next test too.
      for (const { pid } of leftProcesses()) process.kill(pid, 'SIGKILL');
      expect(left, 'what the test left behind').toBe('');
    }
  });
}

function describeLeftovers(before: Holdings): string {
  const now = holdings();
  const left = [...more(before.resources, now.resources), ...more(before.listeners, now.listeners)];
  for (const { pid, command } of leftProcesses()) left.push(`process ${pid}: ${command}`);
  return left.join('\n');
}

function leftProcesses(): RunningProcess[] {
  return runningProcesses().filter(({ parent, environment }) => environment.includes(`${MARK}=${mark}`) || parent === process.pid);
}

function more(before: Record<string, number>, now: Record<string, number>): string[] {
  return Object.entries(now)
    .filter(([name, count]) => count > (before[name] ?? 0))
    .map(([name, count]) => `${name}: ${count}, ${before[name] ?? 0} before`);
}

function holdings(): Holdings {
  const resources: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo()) resources[type] = (resources[type] ?? 0) + 1;
  const listeners: Record<string, number> = {};
  const emitters: Record<string, EventEmitter> = { process, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr };
  for (const [name, emitter] of Object.entries(emitters)) {
    for (const event of emitter.eventNames()) listeners[`listeners of ${name} for ${String(event)}`] = emitter.listenerCount(event);
  }
  return { resources, listeners };
}
