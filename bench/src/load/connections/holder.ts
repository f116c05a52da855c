import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { StreamKind } from './stream-kind.js';

/** What a holder is told; it answers each with its tally. */
export type HolderCommand =
  | {
      readonly do: 'ramp';
      readonly kind: StreamKind;
      /** The servers, taken in turn. */
      readonly urls: readonly string[];
      /** The addresses to come from; none: as the system chooses. */
      readonly sources: readonly string[];
      /** How many have been opened by the commands before, how many there are to be after this one, and how many at the end of all. */
      readonly from: number;
      readonly until: number;
      readonly total: number;
      readonly atOnce: number;
    }
  | { readonly do: 'expect'; readonly marker: string }
  | { readonly do: 'tally' }
  | { readonly do: 'close' };

/** What became of a holder's streams. */
export interface Tally {
  readonly opened: number;
  readonly held: number;
  /** Opened, and ended by the other side. */
  readonly dropped: number;
  /** Comments that have arrived. */
  readonly beats: number;
  /** Bytes that came with them. */
  readonly beatBytes: number;
  /** Attempts to open one that were in vain, as nothing came back, and were made again. */
  readonly retried: number;
  /** Streams that have received what was to be expected last. */
  readonly reached: number;
  /** Why the first stream that could not be opened was not. */
  readonly refusal?: string;
}

/** A process that holds idle streams. */
export class Holder {
  readonly #child: ChildProcess;

  constructor() {
    const program = fileURLToPath(new URL('./holder-program.js', import.meta.url));
    this.#child = fork(program, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] });
  }

  /** One command at a time. @throws Error when the process ends. */
  async tell(command: HolderCommand): Promise<Tally> {
    const stop = new AbortController();
    const { signal } = stop;
    const ended = once(this.#child, 'exit', { signal }).then(([code, kind]): never => {
      throw new Error(`the process that holds the streams ended with ${kind ?? `exit code ${code}`}`);
    });
    const answered = once(this.#child, 'message', { signal }) as Promise<[Tally]>;
    this.#child.send(command, () => {});
    try {
      return (await Promise.race([answered, ended]))[0];
    } finally {
      ended.catch(() => {});
      answered.catch(() => {});
      stop.abort();
    }
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    await exited;
  }
}

/** The sum of several holders'. */
export function sumTallies(tallies: readonly Tally[]): Tally {
  const total = { opened: 0, held: 0, dropped: 0, beats: 0, beatBytes: 0, retried: 0, reached: 0 };
  for (const tally of tallies) for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += tally[key];
  const refusal = tallies.find((tally) => tally.refusal !== undefined)?.refusal;
  return { ...total, ...(refusal !== undefined && { refusal }) };
}
