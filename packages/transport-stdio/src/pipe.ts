import { type JsonRpcMessage, type RequestId, type SendOptions, TransportError } from '@mcpwire/jsonrpc';
import type { Readable, Writable } from 'node:stream';
import { within } from './deadline.js';
import { type StreamOptions, StreamTransport } from './stream-transport.js';

export interface PipeOptions extends StreamOptions {
  /**
   * Answer a line that is no message with a JSON-RPC error (-32700 or -32600), as a server should; `onerror` is told in any
   * case. Default false.
   */
  answerMalformed?: boolean | undefined;
  /** When the input has ended: milliseconds to wait for answers to requests read before. Default 5,000; 0 closes at once. */
  drainMs?: number | undefined;
  /** On `close`: milliseconds to wait for a slow reader to take what was accepted. Default 2,000. */
  graceMs?: number | undefined;
}

/**
 * Newline-delimited JSON-RPC over any two byte streams, or one duplex stream: a Unix socket, a TCP connection, a child's
 * standard streams. From `start` on the streams are the transport's: it ends the output and destroys both when it closes.
 *
 * When the input ends, requests that were read before are still answered (within `drainMs`), then the transport closes.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio
 */
export class PipeTransport extends StreamTransport {
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #drainMs: number;
  readonly #graceMs: number;
  /** Requests read and not yet answered or cancelled. */
  readonly #unanswered: Set<RequestId> = new Set();
  #onanswered: (() => void) | undefined;
  #ending: Promise<void> | undefined;

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

  override send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    const sent = super.send(message, options);
    if (!('method' in message) && this.#unanswered.delete(message.id as RequestId) && this.#unanswered.size === 0) this.#onanswered?.();
    return sent;
  }

  close(): Promise<void> {
    this.refuseSends();
    this.#ending ??= this.#end('closed');
    return this.#ending;
  }

  protected async open(): Promise<void> {
    this.attach(this.#input, this.#output);
  }

  protected override receive(message: JsonRpcMessage): void {
    if ('method' in message) {
      if ('id' in message) this.#unanswered.add(message.id);
      else if (message.method === 'notifications/cancelled') this.#forget(message.params?.requestId as RequestId);
    }
    super.receive(message);
  }

  protected onInputEnd(error?: Error): void {
    this.#ending ??= this.#answered().then(() => this.#end('peer-gone', error));
  }

  protected onOutputFailed(error: TransportError): void {
    this.writer.fail(error);
    this.#ending ??= this.#end('peer-gone', error);
  }

  /** What becomes of the streams at the end. */
  protected release(input: Readable, output: Writable): void {
    output.end();
    input.destroy();
    output.destroy();
  }

  #forget(id: RequestId): void {
    if (this.#unanswered.delete(id) && this.#unanswered.size === 0) this.#onanswered?.();
  }

  /** Resolves when every request that was read is answered or cancelled, or after `drainMs`. */
  async #answered(): Promise<void> {
    if (this.#unanswered.size === 0 || this.#drainMs === 0) return;
    const answered = new Promise<void>((resolve) => {
      this.#onanswered = resolve;
    });
    if (!(await within(this.#drainMs, answered))) {
      this.report(
        new TransportError('timeout', `The input ended, and ${this.#unanswered.size} requests were not answered within drainMs (${this.#drainMs})`, {
          details: { unanswered: this.#unanswered.size, drainMs: this.#drainMs },
        }),
      );
    }
  }

  async #end(kind: 'closed' | 'peer-gone', error?: Error): Promise<void> {
    if (this.started) await within(this.#graceMs, this.writer.idle());
    const unsent = new TransportError(kind, kind === 'closed' ? 'The transport is closed.' : 'The other side is gone.', { cause: error });
    this.writer.fail(unsent);
    this.detach();
    if (this.started) this.release(this.#input, this.#output);
    this.finish({ kind, ...(error && { error }) });
  }
}
