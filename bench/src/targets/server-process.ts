import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { ServerCommand } from './target.js';

/** A server program with both pipes. It ends when its input does. */
export type ServerProcess = ChildProcess & { stdin: Writable; stdout: Readable };

/**
 * Starts a server the plain way. `onfault` hears of its end, unless `endServerProcess` ended it.
 * @throws Error when the command cannot be started.
 */
export async function startServerProcess(server: ServerCommand, onfault: (error: Error) => void): Promise<ServerProcess> {
  const child = spawn(server.command, server.args, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.on('exit', (code, signal) => onfault(new Error(`the server ended with ${signal ?? `exit code ${code}`}`)));
  child.stdin.on('error', onfault);
  await once(child, 'spawn');
  child.on('error', onfault);
  return child;
}

/** Ends the server by closing its input, and kills it when it is still there after `graceMs`. */
export async function endServerProcess(child: ServerProcess, graceMs = 2000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  child.stdin.end();
  child.stdout.resume();
  await closed;
  clearTimeout(timer);
}
