import type { HttpResponse } from '@mcpwire/http';
import { isRequest, isTransportError, type JsonRpcNotification, type JsonRpcRequest, TransportError } from '@mcpwire/jsonrpc';
import { EventWriter, SENT, toEvent, toJson } from '../server/event-writer.js';
import type { StreamSettings } from '../server/stream-settings.js';
import type { EventLog } from './event-log.js';
import type { EventStore } from './event-store.js';
import { continueOn, type Resumable, replayInto } from './resume.js';
import { DEFAULT_RETRY_MS } from './session-reply.js';

export interface StandaloneStreamOptions {
  readonly streams: StreamSettings;
  /** Bytes that wait for a connection. */
  readonly maxBacklogBytes: number;
  /** Where there is a store. */
  readonly log: EventLog | undefined;
  /** What `log` writes to. */
  readonly store: EventStore | undefined;
  readonly report: (error: Error) => void;
}

/**
 * The stream that a GET opens, for what the server says by itself. It has one connection at a time: a new one takes over, since a client
 * that comes again may have lost the old one without the server's having heard of it. While there is none, messages wait.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#listening-for-messages-from-the-server
 */
export class StandaloneStream implements Resumable {
  resuming: EventWriter | undefined;
  readonly log: EventLog | undefined;
  readonly #options: StandaloneStreamOptions;
  #writer: EventWriter | undefined;
  /** Events that wait for a connection. */
  #backlog: string[] = [];
  #backlogBytes = 0;
  /** The latest event that was sent, or waits here. */
  #lastEventId: string | undefined;
  /** Events after `#lastEventId` are only in the store. */
  #hasSpilled = false;

  constructor(options: StandaloneStreamOptions) {
    this.#options = options;
    this.log = options.log;
  }

  get isConnected(): boolean {
    return this.#writer?.isOpen === true || this.resuming?.isOpen === true;
  }

  /** Bytes that wait for a connection. */
  get backlogBytes(): number {
    return this.#backlogBytes;
  }

  /**
   * Sends a message, or keeps it until there is a connection. Past `maxBacklogBytes` it is left to the store; where there is none, a request
   * is rejected, and a notification reported and dropped: whoever sends those seldom waits for what becomes of them.
   * @throws TransportError (as a rejection) `queue-overflow`, `aborted`, `encode-failed`
   */
  send(message: JsonRpcRequest | JsonRpcNotification, signal?: AbortSignal): Promise<void> {
    let json: string;
    try {
      json = toJson(message);
    } catch (error) {
      return Promise.reject(error);
    }
    const { log } = this;
    const mayDrop = !isRequest(message);
    if (log) return log.append(message, json, (text, id) => this.#pass({ text, id, mayDrop }));
    return this.#pass({ text: toEvent(json), id: undefined, mayDrop, signal });
  }

  /** Answers a GET: what waits is sent at once. */
  open(primes: boolean, retryMs: number | undefined): HttpResponse {
    this.disown();
    this.resuming?.destroy();
    this.resuming = undefined;
    const writer = new EventWriter(this.#options.streams);
    if (this.#hasSpilled) this.#openBehindReplay(writer, retryMs);
    else {
      this.#use(writer);
      if (this.log && primes) this.log.prime(retryMs, (text, id) => this.#prime(writer, text, id)).catch(ignore);
      this.#flush(writer);
    }
    return writer.toResponse();
  }

  disown(): void {
    const writer = this.#writer;
    this.#writer = undefined;
    if (writer === undefined) return;
    // An end cannot be told to a reader that takes nothing.
    if (writer.queuedBytes > 0) writer.destroy();
    else writer.end();
  }

  connect(writer: EventWriter, lastEventId: string): void {
    // All of it was stored, and so it has been replayed.
    this.#forgetBacklog();
    this.#lastEventId = lastEventId;
    this.#use(writer);
  }

  /** Closes the connection, and not the stream: the client comes back after `retryMs`. */
  disconnect(retryMs: number = DEFAULT_RETRY_MS): void {
    const writer = this.#writer;
    writer?.write(`retry: ${retryMs}\n\n`).catch(ignore);
    writer?.end();
  }

  close(): void {
    this.resuming?.end();
    this.#writer?.giveUpWaiting(new TransportError('closed', 'The stream was ended by this side.'));
    this.#writer?.end();
    this.#forgetBacklog();
  }

  #use(writer: EventWriter): void {
    this.#writer = writer;
    writer.onclosing = () => writer.end();
    writer.onclose = () => {
      if (this.#writer === writer) this.#writer = undefined;
    };
  }

  #flush(writer: EventWriter): void {
    if (this.#backlogBytes === 0) return;
    const text = this.#backlog.join('');
    this.#forgetBacklog();
    writer.write(text).catch(ignore);
  }

  #forgetBacklog(): void {
    this.#backlog = [];
    this.#backlogBytes = 0;
    this.#hasSpilled = false;
  }

  #prime(writer: EventWriter, text: string, id: string | undefined): Promise<void> {
    this.#lastEventId = id;
    return writer.write(text);
  }

  /** What waits here goes first, and then what only the store has. An event that primes would have an id behind those of both. */
  #openBehindReplay(writer: EventWriter, retryMs: number | undefined): void {
    const { store, report } = this.#options;
    if (retryMs !== undefined) writer.write(`retry: ${retryMs}\n\n`).catch(ignore);
    continueOn(writer, this, this.log as EventLog, async () => {
      await writer.write(this.#backlog.join('')).catch(ignore);
      return replayInto(writer, { store: store as EventStore, lastEventId: this.#lastEventId as string, report });
    });
  }

  #pass(event: StandaloneEvent): Promise<void> {
    const { text, id, signal } = event;
    const writer = this.#writer;
    if (!writer?.isOpen) return this.#keep(event);
    if (id !== undefined) this.#lastEventId = id;
    const written = writer.write(text, signal);
    if (written === SENT) return written;
    return written.catch((error: unknown) => {
      if (isTransportError(error) && error.code === 'peer-gone') return this.#pass(event);
      throw error;
    });
  }

  #keep({ text, id, mayDrop }: StandaloneEvent): Promise<void> {
    const { maxBacklogBytes, report } = this.#options;
    if (!this.#hasSpilled && this.#backlogBytes + text.length <= maxBacklogBytes) {
      this.#backlog.push(text);
      this.#backlogBytes += text.length;
      if (id !== undefined) this.#lastEventId = id;
      return SENT;
    }
    // A replay has to begin behind some event: there is none before the first one of a stream.
    if (id !== undefined && this.#lastEventId !== undefined) {
      this.#hasSpilled = true;
      return SENT;
    }
    const what = mayDrop ? 'A notification was dropped' : 'The request was not sent';
    const error = new TransportError(
      'queue-overflow',
      `${what}: the client has no stream open (GET), and ${this.#backlogBytes} bytes wait for one; maxBacklogBytes is ${maxBacklogBytes}.`,
      { details: { limit: maxBacklogBytes, queuedBytes: this.#backlogBytes } },
    );
    if (!mayDrop) return Promise.reject(error);
    report(error);
    return SENT;
  }
}

interface StandaloneEvent {
  text: string;
  /** Of an event that is stored. */
  id: string | undefined;
  mayDrop: boolean;
  signal?: AbortSignal | undefined;
}

function ignore(): void {}
