import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

const WINDOWS = process.platform === 'win32';

/**
 * A child and all that it started. On POSIX the child leads a process group of its own (it must be spawned `detached`), so that its
 * descendants are reached also after it has gone; on Windows the tree is walked by `taskkill`.
 */
export class ProcessGroup {
  readonly pid: number;

  constructor(pid: number) {
    this.pid = pid;
    remember(this);
  }

  /** Sends a signal to every process of the group. False if there is none left. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): boolean {
    if (WINDOWS) {
      // Windows has no SIGTERM: without /F only windows are asked to close, which a console program has none of.
      return (
        spawnSync('taskkill', ['/PID', String(this.pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true, timeout: 5_000 }).status === 0
      );
    }
    try {
      process.kill(-this.pid, signal);
      return true;
    } catch {
      return false;
    }
  }

  /** Whether a process of the group still runs. On Windows only its leader can be asked for. */
  get alive(): boolean {
    try {
      process.kill(WINDOWS ? this.pid : -this.pid, 0);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
    // A dead process whose parent never collects it (in a container, often) still counts for kill(2); it must not be waited for.
    return process.platform !== 'linux' || hasRunningMember(this.pid);
  }

  /** To be called once nothing of the group is alive. */
  forget(): void {
    groups.delete(this);
    if (groups.size === 0) process.off('exit', endAll);
  }
}

const groups = new Set<ProcessGroup>();

function remember(group: ProcessGroup): void {
  if (groups.size === 0) process.on('exit', endAll);
  groups.add(group);
}

/** Our process exits without having closed its transports: most servers end with their stdin, this is for those that don't. */
function endAll(): void {
  for (const group of groups) group.signal('SIGTERM');
}

/** Reads /proc, one small file a process: some milliseconds on a large machine, and only while a group is being ended. */
function hasRunningMember(group: number): boolean {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    // Not to be seen here, or no descriptor free to look: kill(2) has the last word then.
    return true;
  }
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    let stat: string;
    try {
      stat = readFileSync(`/proc/${name}/stat`, 'latin1');
    } catch {
      continue;
    }
    // "pid (command) state ppid pgrp …", where the command may hold spaces and parentheses (proc_pid_stat(5)).
    const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(pgrp) === group && state !== 'Z' && state !== 'X') return true;
  }
  return false;
}
