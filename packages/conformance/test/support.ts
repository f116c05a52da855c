import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { Outcome, Report, StdioTarget } from '../src/index.js';
import { brokenChecks } from './matrix/broken-checks.js';

const program = fileURLToPath(new URL('./broken-servers/stdio.js', import.meta.url));

/** The correct server over stdio, or one with a fault. */
export function stdioServer(...args: string[]): StdioTarget {
  return { transport: 'stdio', command: process.execPath, args: [program, ...args] };
}

/** A server that is this program. */
export function scriptServer(script: string): StdioTarget {
  return { transport: 'stdio', command: process.execPath, args: ['-e', script] };
}

/** These checks and no others found a breach, and said all that an author needs: why, what to do, the requirements, the bytes. */
export function expectCaught(report: Report, caughtBy: readonly string[]): void {
  expect(brokenChecks(report).sort()).toEqual([...caughtBy].sort());
  for (const { verdict, reason, remedy, requirements, exchanges } of report.outcomes) {
    if (verdict !== 'fail' && verdict !== 'warn') continue;
    expect(reason).toBeTruthy();
    expect(remedy).toBeTruthy();
    expect(requirements.length).toBeGreaterThan(0);
    expect(exchanges?.flatMap(({ entries }) => entries).length, reason).toBeGreaterThan(0);
  }
}

/** Resolves when none of these processes runs any more; rejects if one still does after 3 s. One that is dead and not yet collected counts as gone. */
export async function areGone(pids: readonly number[]): Promise<void> {
  const deadline = performance.now() + 3_000;
  for (;;) {
    const alive = pids.filter(isAlive);
    if (alive.length === 0) return;
    if (performance.now() > deadline) throw new Error(`still running: ${alive.join(', ')}`);
    await sleep(20);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = process.platform === 'linux' ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
    return !/\) [ZX] /.test(stat);
  } catch {
    return false;
  }
}

/** An outcome as a run makes them. */
export function outcome(members: Partial<Outcome> = {}): Outcome {
  return {
    check: 'stdio/split-writes',
    title: 'A message in pieces is read as one',
    level: 'must',
    transport: 'stdio',
    revision: '2025-11-25',
    verdict: 'pass',
    requirements: [
      {
        id: 'stdio.message.no-newline',
        level: 'must',
        keyword: 'must-not',
        text: 'A message fills exactly one line.',
        page: 'basic/transports',
        heading: 'stdio',
        url: 'https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#stdio',
      },
    ],
    durationMs: 12,
    ...members,
  };
}
