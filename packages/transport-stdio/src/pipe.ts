import type { Duplex, Readable, Writable } from 'node:stream';
import type { JsonRpcMessage } from '@mcpwire/jsonrpc';
import { TransportError } from '@mcpwire/jsonrpc/transport-parts';
import { within } from './deadline.js';
import { DueAnswers } from './due-answers.js';
import { type StreamOptions, StreamTransport } from './stream-transport.js';

export interface PipeOptions extends StreamOptions {
  /**
   * Answer a line that is no message with a JSON-RPC error (-32700 or -32600), as a server should; `onerror` is told in any
   * case. Default false.
   */
  answerMalformed?: boolean | undefined;
  /**
   * When the input has ended: milliseconds to wait for answers to requests read before, and then for a slow reader to go on reading
   * them. Default 5,000; 0 does not wait for answers.
   */
  drainMs?: number | undefined;
  /** On `close`: milliseconds to wait for a slow reader to take what was accepted. Default 2,000. */
  graceMs?: number | undefined;
}

/**
 * Newline-delimited JSON-RPC over any two byte streams, or one duplex stream: a Unix socket, a TCP connection, a child's
 * standard streams. From `start` on the streams are the transport's: it ends the output and destroys both when it closes.
 *
 * When the input ends, requests that were read before are still answered (within `drainMs`), then the transport closes. Cancelled
 * ones are not waited for, nor is `subscriptions/listen`, which lasts as long as the connection.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio
 */
export class PipeTransport extends StreamTransport {
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #drainMs: number;
  readonly #graceMs: number;
  readonly #due: DueAnswers = new DueAnswers();
  #ending: Promise<void> | undefined;
  /** `close` was called, or the output has failed: what waits at the end waits no longer than `graceMs` from here on. */
  readonly #urgent = new AbortController();

  /**
   * @param input what the other side writes
   * @param output what the other side reads; may be the same duplex stream
   */
  constructor(input: Readable, output: Writable, options: PipeOptions = {}) {
    super(options, options.answerMalformed ?? false);
    this.#input = input;
    this.#output = output;
    this.#drainMs = options.drainMs ?? 5_000;
    this.#graceMs = options.graceMs ?? 2_000;
  }

  close(): Promise<void> {
    this.refuseSends();
    this.#urgent.abort();
    this.#ending ??= this.#end('closed');
    return this.#ending;
  }

  protected async open(): Promise<void> {
    // Otherwise a socket would end its output by itself as soon as its input has, and take the last answers with it.
    if ((this.#input as unknown) === this.#output) (this.#output as Duplex).allowHalfOpen = true;
    this.attach(this.#input, this.#output);
  }

  protected onSend(message: JsonRpcMessage): void {
    this.#due.sent(message);
  }

  protected override receive(message: JsonRpcMessage): void {
    this.#due.received(message);
    super.receive(message);
  }

  protected onInputEnd(error?: Error): void {
    this.#ending ??= this.#answered().then(() => this.#end('peer-gone', error));
  }

  protected onOutputFailed(error: TransportError): void {
    this.writer.fail(error);
    this.#urgent.abort();
    this.#ending ??= this.#end('peer-gone', error);
  }

  /** What becomes of the streams at the end. */
  protected release(input: Readable, output: Writable): void {
    output.end();
    input.destroy();
    output.destroy();
  }

  /** The input has ended: waits until all that was read is taken, and every request answered. */
  async #answered(): Promise<void> {
    const { signal } = this.#urgent;
    await this.inboxTaken(signal);
    if (this.#drainMs === 0 || (await within(this.#drainMs, this.#due.none(), signal))) return;
    this.report(
      new TransportError('timeout', `The input ended, and ${this.#due.size} requests were not answered within drainMs (${this.#drainMs})`, {
        details: { unanswered: this.#due.size, drainMs: this.#drainMs },
      }),
    );
  }

  /** Waits until all that was accepted is written. A reader that goes on reading may take its time, unless this side wants to close. */
  async #written(): Promise<void> {
    const { signal } = this.#urgent;
    const idle = this.writer.idle();
    for (let before = -1; !signal.aborted && before < this.writer.writtenBytes; ) {
      before = this.writer.writtenBytes;
      if ((await within(Math.max(this.#drainMs, this.#graceMs), idle, signal)) && !signal.aborted) return;
    }
    if (signal.aborted) await within(this.#graceMs, idle);
  }

  async #end(kind: 'closed' | 'peer-gone', error?: Error): Promise<void> {
    this.flushBatches();
    if (this.started) await this.#written();
    const unsent = new TransportError(kind, kind === 'closed' ? 'The transport is closed.' : 'The other side is gone.', { cause: error });
    this.writer.fail(unsent);
    this.detach();
    if (this.started) this.release(this.#input, this.#output);
    this.finish({ kind, ...(error && { error }) });
  }
}
