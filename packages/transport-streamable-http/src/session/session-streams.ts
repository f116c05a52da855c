import type { HttpRequest, HttpResponse } from '@mcpwire/http';
import { HeaderName } from '@mcpwire/protocol';
import { assertAcceptsStream } from '../server/read-post.js';
import { EventLog, type EventLogSettings } from './event-log.js';
import type { Handshake } from './handshake.js';
import type { StreamClosers } from './message-context.js';
import { type Resumable, resume } from './resume.js';
import type { SessionSettings } from './session-options.js';
import type { SessionReply, SessionReplyOwner } from './session-reply.js';
import { StandaloneStream } from './standalone-stream.js';

export interface SessionStreamsOptions {
  readonly settings: SessionSettings;
  readonly handshake: Handshake;
  /** Never throws. */
  readonly report: (error: Error) => void;
  readonly ondisconnect: SessionReplyOwner['ondisconnect'];
  /** Whether the session has ended. */
  readonly isOver: () => boolean;
}

/** The event streams of one session: the one that a GET opens, those of replies, and the way back to each. */
export class SessionStreams implements SessionReplyOwner {
  readonly ondisconnect: SessionReplyOwner['ondisconnect'];
  readonly #options: SessionStreamsOptions;
  readonly #sessionId: string;
  #standalone: StandaloneStream | undefined;
  /** The streams of replies that are not over, by their ids; where there is a store. */
  #replies: Map<string, SessionReply> | undefined;
  #count = 0;

  constructor(sessionId: string, options: SessionStreamsOptions) {
    this.#sessionId = sessionId;
    this.#options = options;
    this.ondisconnect = options.ondisconnect;
  }

  get primes(): boolean {
    return this.#options.handshake.primes;
  }

  get retryMs(): number | undefined {
    return this.#options.settings.retryMs;
  }

  /** Whether somebody reads what the server says by itself. */
  get isConnected(): boolean {
    return this.#standalone?.isConnected === true;
  }

  /** For what the server says by itself. */
  get standalone(): StandaloneStream {
    const { settings, report } = this.#options;
    const { streams, maxBacklogBytes, eventStore: store } = settings;
    this.#standalone ??= new StandaloneStream({ streams, maxBacklogBytes, log: this.#openLog('get'), store, report });
    return this.#standalone;
  }

  /** Answers a GET. @throws Refusal when the client takes no event stream */
  listen(request: HttpRequest): HttpResponse | Promise<HttpResponse> {
    assertAcceptsStream(request);
    const lastEventId = request.headers[HeaderName.LastEventId];
    const { settings, report, isOver } = this.#options;
    const { eventStore: store, streams } = settings;
    if (!lastEventId || !store) return this.standalone.open(this.primes, this.retryMs);
    return resume(lastEventId, { store, streams, report, isOver, owns: (id) => this.#owns(id), find: (id) => this.#find(id) });
  }

  openLog(reply: SessionReply): EventLog | undefined {
    if (!this.#options.settings.eventStore) return undefined;
    // The random part, because what is restored counts from the beginning again.
    const log = this.#openLog(`${(this.#count++).toString(36)}.${Math.random().toString(36).slice(2)}`);
    if (!log) return undefined;
    this.#replies ??= new Map();
    this.#replies.set(log.streamId, reply);
    return log;
  }

  onfinish(reply: SessionReply): void {
    if (reply.log) this.#replies?.delete(reply.log.streamId);
  }

  /** Only a client that can come back for the rest is disconnected on purpose. */
  closersOf(reply: SessionReply): StreamClosers | undefined {
    if (!this.#options.settings.eventStore || !this.primes) return undefined;
    return { closeSSEStream: () => reply.disconnect(), closeStandaloneSSEStream: () => this.disconnect() };
  }

  /** Closes the connection of the standalone stream; the client may come back. */
  disconnect(): void {
    this.#standalone?.disconnect(this.retryMs);
  }

  /** Ends what owes nothing to anybody. */
  close(): void {
    this.#standalone?.close();
  }

  /** Nobody can come back for what is stored, nor for what is on its way into a store that is slow. */
  async forget(): Promise<void> {
    try {
      for (const log of this.#logs()) while (log.isBusy) await log.settled;
      await this.#options.settings.eventStore?.deleteSession?.(this.#sessionId);
    } catch (error) {
      this.#options.report(error instanceof Error ? error : new Error(String(error)));
    }
  }

  *#logs(): Generator<EventLog> {
    if (this.#standalone?.log) yield this.#standalone.log;
    for (const { log } of this.#replies?.values() ?? []) if (log) yield log;
  }

  #find(streamId: string): Resumable | undefined {
    return this.#replies?.get(streamId) ?? (streamId === this.standalone.log?.streamId ? this.standalone : undefined);
  }

  #owns(streamId: string): boolean {
    // The last colon, because another session's id may begin like this one, and have a colon behind.
    return streamId.slice(0, streamId.lastIndexOf(':')) === this.#sessionId;
  }

  #openLog(name: string): EventLog | undefined {
    const { settings, report } = this.#options;
    const { eventStore: store, streams } = settings;
    if (!store) return undefined;
    const log: EventLogSettings = { store, sessionId: this.#sessionId, streams, report };
    return new EventLog(`${this.#sessionId}:${name}`, log);
  }
}
