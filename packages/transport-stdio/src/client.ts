import type { Stream } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CloseReason, JsonRpcMessage, StartOptions } from '@mcpwire/jsonrpc';
import { encode, JsonRpcError, LocalErrorCode, TransportError } from '@mcpwire/jsonrpc/transport-parts';
import { within } from './deadline.js';
import { type RestartOptions, RestartPolicy } from './restart-policy.js';
import { type ExitStatus, type ServerCommand, ServerProcess } from './server-process.js';
import { StderrTail } from './stderr-tail.js';
import { type StreamOptions, StreamTransport } from './stream-transport.js';
import { UnansweredRequests } from './unanswered-requests.js';

export { DEFAULT_INHERITED_ENV_VARS, getDefaultEnvironment } from './environment.js';
export type { RestartOptions } from './restart-policy.js';
export type { ServerCommand } from './server-process.js';

/** The first revision without a handshake that a server started anew would need again (MCP 2026-07-28, "stdio", "Unexpected Termination"). */
const FIRST_STATELESS_REVISION = '2026-07-28';
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
   * `stateless`: as true, from the moment on that `setProtocolVersion` names such a revision.
   */
  restart?: boolean | 'stateless' | RestartOptions | undefined;
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
  /**
   * Read by SDK v2, which starts a second server with the same parameters to find out which era it speaks. That one must
   * not be restarted: its death is the answer.
   */
  readonly _serverParams: StdioServerParameters;
  readonly #graceMs: number;
  readonly #stderr: StderrTail | null;
  #restart: RestartPolicy | undefined;
  /** Kept only when a restart would have to account for them. */
  #unanswered: UnansweredRequests | undefined;
  readonly #restartsWhenStateless: boolean;
  #process: ServerProcess | undefined;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  /** Cleaning up after a server that ended unexpectedly, and perhaps starting another. */
  #recovery: Promise<void> | undefined;
  readonly #interrupt = new AbortController();

  constructor(server: StdioServerParameters) {
    super(server, false);
    this._serverParams = { ...server, restart: false };
    this.#graceMs = server.graceMs ?? 2_000;
    this.#stderr = server.stderr === 'pipe' || server.stderr === 'overlapped' ? new StderrTail() : null;
    const { restart } = server;
    this.#restartsWhenStateless = restart === 'stateless';
    if (restart && restart !== 'stateless') this.#allowRestart(restart === true ? {} : restart);
  }

  /** The server's stderr, when `stderr` is `pipe`. It is there before the server is, and may be left unread. */
  get stderr(): Stream | null {
    return this.#stderr;
  }

  /** The server's process id while it runs, otherwise null. */
  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /** The revision that was agreed on. With `restart: 'stateless'` it decides whether there are restarts. */
  override setProtocolVersion(version: string): void {
    super.setProtocolVersion(version);
    if (this.#restartsWhenStateless && !this.#restart && version >= FIRST_STATELESS_REVISION) this.#allowRestart({});
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

  protected async open(options: StartOptions | undefined): Promise<void> {
    this.#opening = this.#launch();
    try {
      await this.#opening;
    } catch (error) {
      this.#finish({ kind: 'failed', error: error as Error });
      throw error;
    }
    const signal = options?.signal;
    if (signal?.aborted) await this.close();
    if (!this.#closing) return;
    await this.#closing;
    if (signal?.aborted) throw new TransportError('aborted', 'The start was aborted', { cause: signal.reason });
    throw new TransportError('closed', 'The transport was closed while it started.');
  }

  protected onSend(message: JsonRpcMessage, sent: Promise<void>): void {
    this.#unanswered?.sending(message, sent);
  }

  protected override receive(message: JsonRpcMessage): void {
    this.#unanswered?.received(message);
    super.receive(message);
  }

  protected onInputEnd(error?: Error): void {
    this.#broken(error);
  }

  protected onOutputFailed(error: TransportError): void {
    this.#broken(error);
  }

  #allowRestart(options: RestartOptions): void {
    this.#restart = new RestartPolicy(options);
    this.#unanswered = new UnansweredRequests();
  }

  async #launch(): Promise<void> {
    const server = await ServerProcess.spawn(this._serverParams);
    this.#process = server;
    if (server.stderr) this.#stderr?.drain(server.stderr);
    this.attach(server.stdout, server.stdin);
    // Usually the end of its stdout comes first and tells; but a descendant may hold that open.
    void server.exited.then(async () => {
      await within(LAST_BYTES_MS, server.outputClosed());
      if (this.#process === server) this.#broken();
    });
  }

  async #close(atOnce: boolean): Promise<void> {
    this.refuseSends();
    this.#interrupt.abort();
    await this.#opening?.catch(() => {});
    await this.#recovery;
    if (this.closeReason) return;
    this.flushBatches();
    // A server that does not read what there is won't see the end of its stdin behind it.
    const reads = !atOnce && (await within(this.#graceMs, this.writer.idle()));
    // Before the process ends and its pipes break: it is this side that closes.
    this.writer.fail(new TransportError('closed', 'The transport is closed.'));
    const server = this.#process;
    const status = await server?.stop(this.#graceMs, !reads);
    if (server) await this.#leave(server);
    this.#finish({ kind: 'closed', ...status });
  }

  /** The server has ended or broken off, and not because we asked it to. */
  #broken(error?: Error): void {
    const server = this.#process;
    if (!server || this.#closing || this.#recovery) return;
    // From here on sends wait, for the next server or for the reason why there is none.
    this.writer.detach();
    this.#recovery = this.#recover(server, error).finally(() => {
      this.#recovery = undefined;
    });
  }

  async #recover(server: ServerProcess, cause: Error | undefined): Promise<void> {
    const status = await server.stop(this.#graceMs);
    if (!this.#restart) this.writer.fail(this.#unexpectedEnd(server, status, cause));
    await this.#leave(server);
    const error = this.#unexpectedEnd(server, status, cause);
    for (let last: Error = error; !this.#closing; ) {
      const delayMs = this.#restart?.next();
      if (delayMs === undefined) {
        if (this.#restart)
          this.report(new TransportError('peer-gone', `Not started again: ${this.#restart}. ${last.message}`, { cause: last }));
        break;
      }
      this.report(
        new TransportError('peer-gone', `${last.message} Starting it again in ${delayMs} ms (${this.#restart}).`, { cause: last }),
      );
      if (last === error) this.#accountForLost();
      await sleep(delayMs, undefined, { signal: this.#interrupt.signal }).catch(() => {});
      if (this.#closing) break;
      try {
        await this.#launch();
        return;
      } catch (failed) {
        last = failed as Error;
      }
    }
    this.#finish({ kind: 'peer-gone', error, ...status });
  }

  /** Takes what the server, which has ended, wrote last: it may still be in the pipes. */
  async #leave(server: ServerProcess): Promise<void> {
    this.#process = undefined;
    await this.inboxTaken(this.#interrupt.signal);
    if (!server.stdout.isPaused()) await within(LAST_BYTES_MS, server.outputClosed());
    this.detach();
    server.destroy();
  }

  #unexpectedEnd(server: ServerProcess, status: ExitStatus | undefined, cause: Error | undefined): TransportError {
    let how = status?.signal ? `was ended by ${status.signal}` : `exited with code ${status?.exitCode ?? 'unknown'}`;
    if (server.endedBy) how = `closed its ${cause ? 'input' : 'output'} without exiting, and was ended by ${server.endedBy}`;
    const words = this.#stderr?.lastWords;
    const wrote = words ? ` It wrote last: ${JSON.stringify(words.slice(-500))}` : '';
    return new TransportError('peer-gone', `The server ${JSON.stringify(this._serverParams.command)} ${how}.${wrote}`, {
      cause,
      details: { ...status },
    });
  }

  /** What the old process had not answered it never will. Subscriptions wait for the next one, all else is answered here. */
  #accountForLost(): void {
    for (const request of this.#unanswered?.takeLost() ?? []) {
      if (request.method === 'subscriptions/listen') {
        this.#unanswered?.sending(request, this.writer.write(encode(request)));
      } else {
        const error = new JsonRpcError(
          LocalErrorCode.ConnectionLost,
          `The server ended before it answered ${request.method}, and is started again`,
        );
        this.deliver(error.toResponse(request.id));
      }
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
