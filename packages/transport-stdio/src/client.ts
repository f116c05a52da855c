import {
  type CloseReason,
  encode,
  JsonRpcError,
  type JsonRpcMessage,
  type JsonRpcRequest,
  LocalErrorCode,
  type RequestId,
  type SendOptions,
  TransportError,
} from '@mcpwire/jsonrpc';
import type { Stream } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { within } from './deadline.js';
import { type RestartOptions, RestartPolicy } from './restart-policy.js';
import { type ExitStatus, type ServerCommand, ServerProcess } from './server-process.js';
import { StderrTail } from './stderr-tail.js';
import { type StreamOptions, StreamTransport } from './stream-transport.js';

export { DEFAULT_INHERITED_ENV_VARS, getDefaultEnvironment } from './environment.js';
export type { RestartOptions } from './restart-policy.js';
export type { ServerCommand } from './server-process.js';

/** How long the last bytes of a process that has ended may take to arrive. */
const LAST_BYTES_MS = 1_000;

export interface StdioServerParameters extends ServerCommand, StreamOptions {
  /**
   * How long each step of closing waits, in milliseconds: after stdin's end, and after SIGTERM. Default 2,000.
   */
  graceMs?: number | undefined;
  /**
   * Start the server again when it ends unexpectedly: for stateless servers (revision 2026-07-28), which lose nothing by it.
   * Requests in flight are answered with error -31002, except `subscriptions/listen`, which is sent again. Default false.
   */
  restart?: boolean | RestartOptions | undefined;
}

/**
 * The client's end of stdio: starts a server as a child process and talks to it over its standard streams. A drop-in for
 * the official SDK's class of the same name.
 *
 * - The server runs without a shell, with the environment of `getDefaultEnvironment` and `env`.
 * - Closing ends its stdin, then SIGTERM, then SIGKILL, each after `graceMs`, to the whole process group, so that nothing it started is left.
 * - `closeReason` tells the exit code or signal; with `stderr: 'pipe'` the error tells the server's last words.
 * - On POSIX the server leads a process group of its own: a Ctrl-C in the terminal reaches it as the end of its stdin.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio
 */
export class StdioClientTransport extends StreamTransport {
  /** Read by SDK v2, which starts a second server with the same parameters to find out which era it speaks. */
  readonly _serverParams: StdioServerParameters;
  readonly #graceMs: number;
  readonly #stderr: StderrTail | null;
  readonly #restart: RestartPolicy | undefined;
  /** Requests without an answer, kept only when a restart would have to account for them. */
  readonly #unanswered: Map<RequestId, JsonRpcRequest> | undefined;
  #process: ServerProcess | undefined;
  #closing: Promise<void> | undefined;
  /** Cleaning up after a server that ended unexpectedly, and perhaps starting another. */
  #recovery: Promise<void> | undefined;
  readonly #interrupt = new AbortController();

  constructor(server: StdioServerParameters) {
    super(server, false);
    this._serverParams = server;
    this.#graceMs = server.graceMs ?? 2_000;
    this.#stderr = server.stderr === 'pipe' || server.stderr === 'overlapped' ? new StderrTail() : null;
    if (server.restart) {
      this.#restart = new RestartPolicy(server.restart === true ? {} : server.restart);
      this.#unanswered = new Map();
    }
  }

  /** The server's stderr, when `stderr` is `pipe`. It is there before the server is, and may be left unread. */
  get stderr(): Stream | null {
    return this.#stderr;
  }

  /** The server's process id while it runs, otherwise null. */
  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  override send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    const sent = super.send(message, options);
    if (this.#unanswered && 'method' in message && !this.closeReason) {
      if ('id' in message) {
        this.#unanswered.set(message.id, message);
        sent.catch(() => this.#unanswered?.delete(message.id));
      } else if (message.method === 'notifications/cancelled') {
        this.#unanswered.delete(message.params?.requestId as RequestId);
      }
    }
    return sent;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close(false);
    return this.#closing;
  }

  /** Ends the server at once, SIGTERM first. SDK v2 calls it on a server that it started only to probe. */
  _dispose(): Promise<void> {
    this.#closing ??= this.#close(true);
    return this.#closing;
  }

  protected async open(): Promise<void> {
    try {
      await this.#launch();
    } catch (error) {
      this.#finish({ kind: 'failed', error: error as Error });
      throw error;
    }
  }

  protected override receive(message: JsonRpcMessage): void {
    if (this.#unanswered && !('method' in message)) this.#unanswered.delete(message.id as RequestId);
    super.receive(message);
  }

  protected onInputEnd(error?: Error): void {
    this.#broken(error);
  }

  protected onOutputFailed(error: TransportError): void {
    this.#broken(error);
  }

  async #launch(): Promise<void> {
    const server = await ServerProcess.spawn(this._serverParams);
    this.#process = server;
    if (server.stderr) this.#stderr?.drain(server.stderr);
    this.attach(server.stdout, server.stdin);
    // Usually the end of its stdout comes first and tells; but a descendant may hold that open.
    server.exited.then(async () => {
      await within(LAST_BYTES_MS, new Promise((resolve) => server.stdout.once('close', resolve)));
      if (this.#process === server) this.#broken();
    });
  }

  async #close(atOnce: boolean): Promise<void> {
    this.refuseSends();
    this.#interrupt.abort();
    await this.#recovery;
    if (this.closeReason) return;
    if (this.#process && !atOnce) await within(this.#graceMs, this.writer.idle());
    this.#finish({ kind: 'closed', ...(await this.#endServer(atOnce)) });
  }

  /** The server has ended or broken off, and not because we asked it to. */
  #broken(error?: Error): void {
    if (this.#closing || this.#recovery) return;
    this.#recovery = this.#recover(error).finally(() => {
      this.#recovery = undefined;
    });
  }

  async #recover(cause: Error | undefined): Promise<void> {
    const status = await this.#endServer(false);
    const error = this.#unexpectedEnd(status, cause);
    for (let last: Error = error; !this.#closing; ) {
      const delayMs = this.#restart?.next();
      if (delayMs === undefined) {
        if (this.#restart) this.report(new TransportError('peer-gone', `Not started again: ${this.#restart}. ${last.message}`, { cause: last }));
        break;
      }
      this.report(new TransportError('peer-gone', `${last.message} Starting it again in ${delayMs} ms (${this.#restart}).`, { cause: last }));
      await sleep(delayMs, undefined, { signal: this.#interrupt.signal }).catch(() => {});
      if (this.#closing) break;
      try {
        await this.#launch();
        this.#accountForLost();
        return;
      } catch (failed) {
        last = failed as Error;
      }
    }
    this.#finish({ kind: 'peer-gone', error, ...status });
  }

  async #endServer(atOnce: boolean): Promise<ExitStatus | undefined> {
    const server = this.#process;
    if (!server) return undefined;
    const status = await server.stop(this.#graceMs, atOnce);
    // What it wrote last may still be in the pipe.
    if (!server.stdout.readableEnded && !server.stdout.destroyed && !server.stdout.isPaused()) {
      await within(LAST_BYTES_MS, new Promise((resolve) => server.stdout.once('close', resolve)));
    }
    this.#process = undefined;
    this.detach();
    server.destroy();
    return status;
  }

  #unexpectedEnd(status: ExitStatus | undefined, cause: Error | undefined): TransportError {
    const how = status?.signal ? `was ended by ${status.signal}` : `exited with code ${status?.exitCode ?? 'unknown'}`;
    const words = this.#stderr?.lastWords;
    return new TransportError('peer-gone', `The server ${JSON.stringify(this._serverParams.command)} ${how}.${words ? ` It wrote last: ${JSON.stringify(words.slice(-500))}` : ''}`, {
      cause,
      details: { ...status },
    });
  }

  /** After a restart: what the old process had not answered it never will. */
  #accountForLost(): void {
    const lost = [...(this.#unanswered?.values() ?? [])];
    for (const request of lost) {
      if (request.method === 'subscriptions/listen') {
        this.writer.write(encode(request)).catch((error: Error) => this.report(error));
        continue;
      }
      this.#unanswered?.delete(request.id);
      const error = new JsonRpcError(LocalErrorCode.ConnectionLost, `The server ended before it answered ${request.method}, and was started again`);
      this.deliver(error.toResponse(request.id));
    }
  }

  #finish(reason: CloseReason): void {
    const message = reason.kind === 'closed' ? 'The transport is closed.' : (reason.error?.message ?? 'The server is gone.');
    this.writer.fail(new TransportError(reason.kind === 'closed' ? 'closed' : 'peer-gone', message, { cause: reason.error }));
    this.#unanswered?.clear();
    this.#stderr?.finish();
    this.finish(reason);
  }
}
