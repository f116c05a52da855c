import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import { type PipeOptions, PipeTransport } from './pipe.js';
import { redirectStdout } from './stray-output.js';

export interface StdioServerOptions extends Omit<PipeOptions, 'answerMalformed'> {
  /**
   * Sends everything that other code writes to `process.stdout` (a stray `console.log`) to stderr while the transport is
   * open, so that only messages reach the client. Default false.
   */
  redirectStdout?: boolean | undefined;
}

/**
 * The server's end of stdio: reads this process's stdin, writes its stdout. A drop-in for the official SDK's class of the same name.
 *
 * - When stdin ends, requests already read are answered (within `drainMs`), then the transport closes and lets the process exit.
 * - When stdout can't be written any more (EPIPE), it closes; the process does not crash.
 * - A line that is no message is answered with a JSON-RPC error and reported to `onerror`; the next one is read as usual.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio
 */
export class StdioServerTransport extends PipeTransport {
  readonly #redirect: boolean;
  #restoreStdout: (() => void) | undefined;

  constructor(stdin: Readable = process.stdin, stdout: Writable = process.stdout, options: StdioServerOptions = {}) {
    super(stdin, stdout, { ...options, answerMalformed: true });
    this.#redirect = (options.redirectStdout ?? false) && stdout === process.stdout;
  }

  protected override async open(): Promise<void> {
    await super.open();
    if (this.#redirect) this.#restoreStdout = redirectStdout();
  }

  /** The streams are the process's own: stdin is only paused, so that it no longer keeps the process alive. */
  protected override release(stdin: Readable): void {
    this.#restoreStdout?.();
    if (stdin.listenerCount('data') === 0) stdin.pause();
  }
}
