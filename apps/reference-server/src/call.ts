import { isTransportError, type Params, type RequestContext } from '@mcpwire/jsonrpc';
import { isAtLeast, type LogLevel } from './log-level.js';
import type { Revision } from './revision.js';
import type { Session } from './session.js';

/** One request that is being served: what it may know and do, whichever revision it came in. */
export class Call {
  readonly params: Params;
  readonly revision: Revision;
  /** What the client declared: in this request, or in `initialize`. */
  readonly clientCapabilities: Params;
  readonly context: RequestContext;
  readonly session: Session;
  #controller: AbortController | undefined;
  #stopReason: Error | undefined;

  constructor(params: Params, revision: Revision, clientCapabilities: Params, context: RequestContext, session: Session) {
    this.params = params;
    this.revision = revision;
    this.clientCapabilities = clientCapabilities;
    this.context = context;
    this.session = session;
  }

  /** Aborted when the client cancels, the connection ends, or the server stops and can't wait any longer. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      const controller = new AbortController();
      const { signal } = this.context;
      if (this.#stopReason) controller.abort(this.#stopReason);
      else if (signal.aborted) controller.abort(signal.reason);
      else signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true });
      this.#controller = controller;
    }
    return this.#controller.signal;
  }

  /** Why the server gave this call up; undefined if it did not. */
  get stopReason(): Error | undefined {
    return this.#stopReason;
  }

  /** Gives the call up; unlike one that the client cancelled, it is answered, with `reason`. */
  stop(reason: Error): void {
    this.#stopReason ??= reason;
    this.#controller?.abort(reason);
  }

  /** Reports progress to a client that asked for it. `progress` must grow with each call. */
  async progress(progress: number, total: number, message: string): Promise<void> {
    await this.#tell(this.context.progress(progress, total, this.revision.annotations ? message : undefined));
  }

  /** Sends a log message to a client that asked for this level or a lower one. */
  async log(level: LogLevel, data: unknown): Promise<void> {
    const { logLevel } = this.session;
    if (this.revision.modern || logLevel === undefined || !isAtLeast(level, logLevel)) return;
    await this.#tell(this.context.notify('notifications/message', { level, logger: 'reference-server', data }));
  }

  /** Where only the answer can be sent (JSON over HTTP), a client that asked for more goes without it; its request is not to fail for that. */
  async #tell(sent: Promise<void>): Promise<void> {
    try {
      await sent;
    } catch (error) {
      if (!isTransportError(error) || error.code !== 'write-failed') throw error;
    }
  }
}
