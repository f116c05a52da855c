import { type ChildProcess, type IOType, type SpawnOptions, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';
import type { Readable, Stream, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { TransportError } from '@mcpwire/jsonrpc/transport-parts';
import { within } from './deadline.js';
import { createEnvironment } from './environment.js';
import { ProcessGroup } from './process-group.js';

/** How often a group that was asked to end is looked at. */
const POLL_MS = 20;
/** How long to wait for processes that were killed, and for the last bytes of their pipes. */
const KILLED_MS = 1_000;

/** What to run. The names are the official SDK's. */
export interface ServerCommand {
  /** The program. It is run as it is, never through a shell. */
  command: string;
  args?: string[] | undefined;
  /** Added to the variables that `getDefaultEnvironment` lets through. */
  env?: Record<string, string> | undefined;
  /** `inherit` (the default), `pipe` to read it from `stderr`, `ignore`, or a stream or descriptor. */
  stderr?: IOType | Stream | number | undefined;
  cwd?: string | undefined;
}

/** How a process ended: by itself with a code, or by a signal. */
export interface ExitStatus {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
}

/** A running server process with its standard streams, and the ladder that ends it and all that it started. */
export class ServerProcess {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Set when `stderr` is `pipe`. */
  readonly stderr: Readable | null;
  /** Resolves when the process itself has ended; its descendants may live on, until `stop`. */
  readonly exited: Promise<ExitStatus>;
  readonly #group: ProcessGroup;
  #status: ExitStatus | undefined;
  #endedBy: 'SIGTERM' | 'SIGKILL' | undefined;

  private constructor(child: ChildProcess, exited: Promise<ExitStatus>) {
    this.pid = child.pid as number;
    this.stdin = child.stdin as Writable;
    this.stdout = child.stdout as Readable;
    this.stderr = child.stderr;
    this.#group = new ProcessGroup(this.pid);
    this.exited = exited.then((status) => {
      this.#status = status;
      return status;
    });
  }

  /** @throws TransportError `spawn-failed`, saying what is missing. */
  static async spawn(server: ServerCommand): Promise<ServerProcess> {
    const options: SpawnOptions = {
      env: createEnvironment(server.env),
      stdio: ['pipe', 'pipe', server.stderr ?? 'inherit'],
      shell: false,
      // A group of its own, so that `stop` reaches what the server started too. On Windows that would open a console window.
      detached: process.platform !== 'win32',
      windowsHide: true,
      ...(server.cwd !== undefined && { cwd: server.cwd }),
    };
    // Only Windows needs help to find `npx` and scripts; elsewhere the module is not even loaded.
    const start = process.platform === 'win32' ? (await import('cross-spawn')).default : spawn;
    let child: ChildProcess;
    try {
      child = start(server.command, server.args ?? [], options);
    } catch (cause) {
      throw spawnError(server, cause as NodeJS.ErrnoException);
    }
    const exited = new Promise<ExitStatus>((resolve) => child.once('exit', (exitCode, signal) => resolve({ exitCode, signal })));
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) => reject(spawnError(server, cause)));
    });
    child.on('error', () => {});
    return new ServerProcess(child, exited);
  }

  /**
   * Ends the process and its descendants: ends its stdin, waits `graceMs`, SIGTERM to the group, waits `graceMs`, SIGKILL. Resolves when
   * nothing of the group runs any more. `impatient` leaves out the first wait, for a server that has broken off already.
   */
  async stop(graceMs: number, impatient = false): Promise<ExitStatus | undefined> {
    this.stdin.end();
    if (!impatient) await within(graceMs, this.exited);
    if (this.#group.alive && !(await this.#signal('SIGTERM', graceMs))) await this.#signal('SIGKILL', KILLED_MS);
    this.#group.forget();
    await within(KILLED_MS, this.exited);
    return this.#status;
  }

  /** The last signal that `stop` had to send to the process itself; undefined if it ended by itself. */
  get endedBy(): 'SIGTERM' | 'SIGKILL' | undefined {
    return this.#endedBy;
  }

  /** Resolves when stdout and stderr are read to their end: when nobody has them open any more. */
  async outputClosed(): Promise<void> {
    await Promise.all([closed(this.stdout), this.stderr && closed(this.stderr)]);
  }

  /** Gives the pipes back. */
  destroy(): void {
    this.stdin.destroy();
    this.stdout.destroy();
    this.stderr?.destroy();
  }

  /** Signals the group. True if none of it runs any more within `ms`. */
  async #signal(signal: 'SIGTERM' | 'SIGKILL', ms: number): Promise<boolean> {
    if (!this.#status) this.#endedBy = signal;
    this.#group.signal(signal);
    for (let waited = 0; waited < ms; waited += POLL_MS) {
      if (!this.#group.alive) return true;
      await sleep(POLL_MS);
    }
    return !this.#group.alive;
  }
}

async function closed(stream: Readable): Promise<void> {
  if (!stream.closed) await new Promise((resolve) => stream.once('close', resolve));
}

function spawnError(server: ServerCommand, cause: NodeJS.ErrnoException): TransportError {
  const { command, cwd } = server;
  let why = cause.message;
  if (cause.code === 'ENOENT') {
    why =
      cwd !== undefined && !existsSync(cwd)
        ? `the working directory ${JSON.stringify(cwd)} does not exist`
        : 'no such program. Give its full path, or put its folder into PATH';
  } else if (cause.code === 'EACCES') {
    why = 'it may not be executed. Is it a program, with execute permission?';
  }
  return new TransportError('spawn-failed', `Cannot start ${JSON.stringify(command)}: ${why}`, { cause });
}
