import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Cell, RoundResult } from '../scenarios/scenario.js';

/** What the bench asks of a worker. The cell comes with the first: on a command line, the headers of a server would be there for all to read. */
export type WorkerCommand =
  | { readonly name: 'open'; readonly module: string; readonly cell: Cell }
  | { readonly name: 'warmUp' }
  | { readonly name: 'round' };
export type WorkerAnswer = { ok: true; value?: unknown } | { ok: false; error: string };

/** A worker gave up, or the time limit passed. The message has the end of what it wrote to stderr. */
class WorkerError extends Error {
  override readonly name = 'WorkerError';
}

const stderrTailBytes = 600;
const leaveMs = 5000;
/** What the worker wrote to stderr last may arrive just after its end. */
const flushMs = 20;

/** The process that measures one cell. */
export class WorkerProcess {
  readonly #module: string;
  readonly #cell: Cell;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #stderrTail = '';

  /** Starts the worker, on `core` when that is given. `module` is the URL of the module that the cell's scenario stands in. */
  constructor(
    module: string,
    cell: Cell,
    core: number | undefined,
    workerPath: string = fileURLToPath(new URL('../worker.js', import.meta.url)),
  ) {
    this.#module = module;
    this.#cell = cell;
    const pinned = core === undefined ? {} : { execPath: 'taskset', execArgv: ['-c', String(core), process.execPath] };
    this.#child = fork(workerPath, [], { execArgv: [], ...pinned, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    // Not 'close': Node 20 does not emit that once the parent has disconnected the channel.
    this.#ended = once(this.#child, 'exit').then(
      () => delay(flushMs),
      () => {},
    );
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderrTail = (this.#stderrTail + text).slice(-stderrTailBytes);
    });
  }

  /**
   * Starts the target. @throws WorkerError when it can't be run.
   */
  async open(timeoutMs: number, signal: AbortSignal): Promise<void> {
    await this.#command({ name: 'open', module: this.#module, cell: this.#cell }, timeoutMs, signal);
  }

  async warmUp(timeoutMs: number, signal: AbortSignal): Promise<void> {
    await this.#command({ name: 'warmUp' }, timeoutMs, signal);
  }

  async round(timeoutMs: number, signal: AbortSignal): Promise<RoundResult> {
    return (await this.#command({ name: 'round' }, timeoutMs, signal)) as RoundResult;
  }

  /** Ends the worker and what it started. Never rejects. */
  async close(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), leaveMs);
    await this.#ended;
    clearTimeout(timer);
  }

  async #command(command: WorkerCommand, timeoutMs: number, signal: AbortSignal): Promise<unknown> {
    const limit = AbortSignal.timeout(timeoutMs);
    const either = AbortSignal.any([limit, signal]);
    const ended = this.#ended.then((): never => {
      throw new WorkerError(
        this.#describe(`the worker process ended with ${this.#child.signalCode ?? `exit code ${this.#child.exitCode}`}`),
      );
    });
    ended.catch(() => {});
    if (!this.#child.connected) return ended;
    const answered = once(this.#child, 'message', { signal: either }) as Promise<[WorkerAnswer]>;
    answered.catch(() => {});
    this.#child.send(command, () => {});
    let answer: WorkerAnswer;
    try {
      [answer] = await Promise.race([answered, ended]);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (limit.aborted) throw new WorkerError(this.#describe(`${command.name} took longer than its limit of ${timeoutMs} ms`));
      throw error;
    }
    if (!answer.ok) throw new WorkerError(this.#describe(answer.error));
    return answer.value;
  }

  #describe(message: string): string {
    const tail = this.#stderrTail.trim();
    return tail === '' ? message : `${message}; stderr ended with: ${tail}`;
  }
}
