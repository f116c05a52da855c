import type { HttpRequest } from '@mcpwire/http';
import { isTransportError, type JsonRpcMessage, type RequestId } from '@mcpwire/jsonrpc';
import { type EventWriter, SENT } from '../server/event-writer.js';
import { Reply, type ReplyOptions } from '../server/reply.js';
import type { EventLog } from './event-log.js';
import type { Resumable } from './resume.js';

/** What a reply tells its session. */
export interface SessionReplyOwner {
  /** The reply has become a stream: the log of its events, where there is a store. */
  openLog(reply: SessionReply): EventLog | undefined;
  /** Whether a stream begins with an event that has an id and no data. */
  readonly primes: boolean;
  readonly retryMs: number | undefined;
  /** The connection is gone, or was ended while answers are owed. */
  ondisconnect(reply: SessionReply, aborted: boolean): void;
  /** All answers are stored and written. */
  onfinish(reply: SessionReply): void;
}

/** How long a client should wait before it comes back to a stream that was closed on purpose, unless told otherwise. */
export const DEFAULT_RETRY_MS = 1_000;

/** A reply whose stream survives its connection: with a store, what is sent while there is none waits there for the client to come back. */
export class SessionReply extends Reply implements Resumable {
  /** The requests that the POST carries. */
  readonly ids: readonly RequestId[];
  resuming: EventWriter | undefined;
  readonly #owner: SessionReplyOwner;
  #log: EventLog | undefined;
  #isFinished = false;

  constructor(owner: SessionReplyOwner, ids: readonly RequestId[], options: ReplyOptions & { request: HttpRequest }) {
    super(options);
    this.#owner = owner;
    this.ids = ids;
  }

  get log(): EventLog | undefined {
    return this.#log;
  }

  /** Closes the connection, and not the stream: the client comes back for the rest after `retryMs`. */
  disconnect(retryMs: number = this.#owner.retryMs ?? DEFAULT_RETRY_MS): void {
    if (this.#isFinished || !this.upgrade() || !this.#log) return;
    this.#log.afterwards(() => {
      this.writer?.write(`retry: ${retryMs}\n\n`).catch(ignore);
      this.endStream();
    });
  }

  /** The session is over: nothing waits for room any more. */
  release(error: Error): void {
    this.resuming?.end();
    this.writer?.giveUpWaiting(error);
  }

  disown(): void {
    this.writer?.destroy();
  }

  connect(writer: EventWriter): void {
    this.useWriter(writer);
    if (this.#isFinished) writer.end();
  }

  protected override onopen(): void {
    this.#log = this.#owner.openLog(this);
    if (this.#log && this.#owner.primes) this.#log.prime(this.#owner.retryMs, (text, id) => this.#pass(text, id)).catch(ignore);
  }

  protected override transmit(message: JsonRpcMessage, json: string, signal?: AbortSignal): Promise<void> {
    // A send that gives up waiting would leave a gap in what the client sees, and it is in the store by then.
    if (!this.#log) return super.transmit(message, json, signal);
    return this.#log.append(message, json, (text, id) => this.#pass(text, id));
  }

  protected override finish(): void {
    this.#isFinished = true;
    if (!this.#log) this.#end();
    else this.#log.afterwards(() => this.#end());
  }

  protected override onclosed(aborted: boolean): void {
    super.onclosed(aborted);
    this.#owner.ondisconnect(this, aborted);
  }

  #end(): void {
    this.endStream();
    this.#owner.onfinish(this);
  }

  #pass(text: string, id: string | undefined): Promise<void> {
    const { writer } = this;
    const isStored = id !== undefined;
    if (isStored && !writer?.isOpen) return SENT;
    const written = this.write(text);
    if (!isStored || written === SENT) return written;
    return written.catch((error: unknown) => {
      // Without this event the connection would go on with a gap. Cut off, the client comes back for all of it.
      if (isTransportError(error) && error.code === 'queue-overflow') writer?.destroy();
    });
  }
}

function ignore(): void {}
