import { fileURLToPath } from 'node:url';
import type { ServerCommand, Target } from './target.js';

/** Where the compiled server programs are. */
export function toProgramPath(program: string): string {
  return fileURLToPath(new URL(`./programs/${program}`, import.meta.url));
}

/** The command that starts a program in Node, on one core when `core` is given. */
export function toServerCommand(
  program: string,
  nodeFlags: readonly string[] = [],
  core?: number,
  programArgs: readonly string[] = [],
): ServerCommand {
  const args = [...nodeFlags, program, ...programArgs];
  if (core === undefined) return { command: process.execPath, args };
  return { command: 'taskset', args: ['-c', String(core), process.execPath, ...args] };
}

/** @throws Error when the target has no server of its own. */
export function programOf(target: Target): string {
  if (target.program === undefined) throw new Error(`${target.name} has no server program`);
  return toProgramPath(target.program);
}
