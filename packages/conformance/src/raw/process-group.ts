import type { ChildProcess } from 'node:child_process';
import { spawn as spawnPlain } from 'node:child_process';
import { statSync } from 'node:fs';
import process from 'node:process';
import spawn from 'cross-spawn';

const groups = new Set<ChildProcess>();
let guarded = false;

/**
 * Starts a program without a shell, at the head of a process group of its own, so that `endGroup` ends whatever it starts as well. What
 * is left when this process exits is ended then.
 */
export function startGroup(
  command: string,
  args: readonly string[],
  options: { cwd?: string | undefined; env?: Readonly<Record<string, string>> | undefined; stdio: 'pipe' | 'log' },
): ChildProcess {
  const child = spawn(command, [...args], {
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdio: options.stdio === 'pipe' ? ['pipe', 'pipe', 'pipe'] : ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  if (child.pid !== undefined) {
    groups.add(child);
    guard();
  }
  return child;
}

/** Why a program can't be started, as the end of a sentence. A directory that is missing is told by Node in the same way as a program that is. */
export function whyNotStarted(error: NodeJS.ErrnoException, cwd: string | undefined): string {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') return error.message;
  if (cwd !== undefined && !statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) return `there is no directory ${cwd} to start it in`;
  return error.code === 'ENOENT' ? 'there is no such program' : error.message;
}

/** Ends a program and everything in its group at once. Does nothing to one that is gone. */
export function endGroup(child: ChildProcess): void {
  groups.delete(child);
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    spawnPlain('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).on('error', () => child.kill());
    return;
  }
  try {
    // The group outlives its head as long as anything in it lives, and its number is not given to another until then.
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // ESRCH: nothing of it is left. EPERM (macOS): only zombies are.
  }
}

function guard(): void {
  if (guarded) return;
  guarded = true;
  process.once('exit', () => {
    for (const child of groups) endGroup(child);
  });
}
