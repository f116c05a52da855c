import type { Command } from 'commander';
import type { ReferenceServerOptions } from '../settings.js';

export interface ServeOptions {
  /** How each connection is served. */
  server: ReferenceServerOptions;
  /** When the server stops: milliseconds for what is being worked on. */
  graceMs: number;
  /** Where to write what is worth knowing; undefined when nobody wants to know. */
  log: ((line: string) => void) | undefined;
}

/** A transport at work. */
export interface Serving {
  /** Resolves when it has ended, by itself or by `stop`. */
  readonly closed: Promise<void>;
  /** Takes no new work, waits for answers in flight, and ends. */
  stop(): Promise<void>;
}

/** A way to serve: one file in this folder, and one line in its index. */
export interface TransportCommand {
  /** One line of help. */
  readonly summary: string;
  /** Adds what only this transport can be told to its subcommand; `serve` finds it in `options`. */
  readonly configure?: (command: Command) => void;
  readonly serve: (options: ServeOptions, own: Readonly<Record<string, unknown>>) => Promise<Serving>;
}

/** Options that do not fit together: told like any other bad argument. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
