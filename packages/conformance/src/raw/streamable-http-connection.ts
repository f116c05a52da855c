import { setTimeout as sleep } from 'node:timers/promises';
import { HeaderName, REVISION_FEATURES, type Revision } from '@mcpwire/protocol';
import type { Connection } from '../connection.js';
import { type DriverOptions, Unreachable } from '../driver.js';
import { Inbox, type JsonObject, type JsonValue } from '../inbox.js';
import { SentLog } from '../sent-log.js';
import { Transcript } from '../transcript.js';
import type { StreamEvent } from './event-stream-reader.js';
import { adviceOn, isAuthorized } from './http-advice.js';
import type { Endpoint } from './http-endpoint.js';
import { HttpReply } from './http-reply.js';
import type { HttpOptions, LoggedReply } from './http-request-log.js';
import { HttpSockets } from './http-sockets.js';
import { createModernHeaders } from './modern-headers.js';
import { isAnswer, isInitialize, isInitialized, isNotification, parseJson, requestIdsOf } from './posted-message.js';
import { ReplyMessages } from './reply-messages.js';

export type { HttpOptions, LoggedReply };

/** A stream from which to go on after a break is asked for so often. */
const MAX_RESUMES = 20;
const DEFAULT_RETRY_MS = 500;
const MAX_RETRY_MS = 5_000;
const MAX_LOGGED = 5_000;
/** How long ending a session may take, when the connection is closed. */
const GOODBYE_MS = 500;

/**
 * One client of a Streamable HTTP server, over raw sockets: what it sends as a message is a POST with the headers of its revision, and
 * what comes in reply, on whichever stream, goes into the inbox. In legacy revisions it has a session, if the server gives one, and
 * listens with a GET as soon as it has sent notifications/initialized.
 */
export class StreamableHttpConnection implements Connection {
  readonly transport = 'streamable-http';
  readonly inbox: Inbox = new Inbox();
  readonly transcript: Transcript;
  readonly sent: SentLog = new SentLog();
  readonly revision: Revision;
  /** Every reply, in the order of the requests. */
  readonly replies: LoggedReply[] = [];
  declared?: JsonObject;
  /** As the server gave it with its answer to initialize; undefined before, and where it gives none. */
  sessionId: string | undefined;
  /** Set to false before the handshake, no GET stream is opened after it. */
  listens = true;
  /** The reply to the GET that listens. */
  listening: HttpReply | undefined;
  /** When `close` was called (`performance.now()`): what ends after that was not ended by the server alone. */
  closingAt: number | undefined;
  readonly #endpoint: Endpoint;
  readonly #timeoutMs: number;
  readonly #sockets: HttpSockets;
  readonly #messages: ReplyMessages;
  readonly #closed = new AbortController();
  #agreed: string | undefined;
  #closing: Promise<void> | undefined;

  private constructor(endpoint: Endpoint, revision: Revision, options: DriverOptions) {
    this.revision = revision;
    this.#endpoint = endpoint;
    this.#timeoutMs = options.timeoutMs;
    this.transcript = new Transcript(options.redact);
    this.#messages = new ReplyMessages(this.inbox, endpoint.toolHeaders);
    this.#sockets = new HttpSockets(endpoint.url, {
      transcript: this.transcript,
      connectMs: options.timeoutMs,
      onreceived: () => {
        this.inbox.position = this.transcript.length;
      },
    });
  }

  /**
   * A client that has said nothing yet. Its first TCP connection is open.
   *
   * @throws Unreachable when there is no server.
   */
  static async open(endpoint: Endpoint, revision: Revision, options: DriverOptions): Promise<StreamableHttpConnection> {
    const connection = new StreamableHttpConnection(endpoint, revision, options);
    connection.#sockets.give(await connection.#sockets.take());
    return connection;
  }

  get url(): URL {
    return this.#endpoint.url;
  }

  /** The bytes of both sides, for requests to other paths of the server. */
  get sockets(): HttpSockets {
    return this.#sockets;
  }

  agreed(revision: string): void {
    this.#agreed = revision;
  }

  /** Ids of requests that were cancelled: nothing has to come for them. */
  get cancelled(): ReadonlySet<JsonValue> {
    return this.#messages.cancelled;
  }

  unanswered(id: JsonValue): string | undefined {
    return this.#messages.unanswered(id);
  }

  get advice(): string | undefined {
    const { url, headers } = this.#endpoint;
    const refused = this.replies.findLast(({ method, reply }) => method === 'POST' && reply.status >= 300)?.reply;
    return (
      refused && adviceOn({ method: 'POST', url, status: refused.status, headers: refused.headers, authorized: isAuthorized(headers) })
    );
  }

  /** The headers that a client sends with a POST of this message; for a GET or DELETE, with undefined. Those of the caller come on top. */
  headersFor(message: JsonValue | undefined, method = 'POST'): Record<string, string> {
    const headers: Record<string, string> = {
      ...(method === 'POST' && { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' }),
      ...(method === 'GET' && { Accept: 'text/event-stream' }),
    };
    const features = REVISION_FEATURES[this.revision];
    if (features.metadataHeaders) Object.assign(headers, createModernHeaders(message, this.revision, this.#endpoint.toolHeaders));
    else {
      if (this.sessionId !== undefined) headers['Mcp-Session-Id'] = this.sessionId;
      if (this.#agreed !== undefined && features.versionHeader === 'after-initialize') headers['MCP-Protocol-Version'] = this.#agreed;
    }
    return headers;
  }

  /** Whether the caller of the suite gave headers to send with each request. */
  get hasOwnHeaders(): boolean {
    return Object.keys(this.#endpoint.headers).length > 0;
  }

  /** A request is on its way when its bytes are written; anything else when it was replied to, so that it comes before what is sent next. */
  async send(message: JsonValue): Promise<void> {
    this.sent.note(message);
    await this.#sendMessage(message, JSON.stringify(message));
    if (isInitialized(message) && this.listens && REVISION_FEATURES[this.revision].getStream) this.listen();
  }

  async sendText(content: string | Uint8Array): Promise<void> {
    this.sent.noteText(content);
    await this.#sendMessage(parseJson(content), content);
  }

  /**
   * Posts this body, a JSON value or bytes, and reads the reply: up to its end, or in a stream up to the response to the request in it. What
   * comes does not go into the inbox.
   *
   * @throws Breach when there is no reply in time, or it is no HTTP; Unreachable when there is no server.
   */
  async post(body: JsonValue | Uint8Array, options: HttpOptions = {}): Promise<HttpReply> {
    const reply = await this.openPost(body, options);
    const ids = body instanceof Uint8Array ? [] : requestIdsOf(body);
    await reply.wait(
      ({ end, messages }) => end !== undefined || (ids.length > 0 && ids.every((id) => messages.some((each) => isAnswer(each, id)))),
      options.withinMs ?? this.#timeoutMs,
    );
    return reply;
  }

  /** Posts this body and returns as soon as the reply's head is there. @throws as `post` does. */
  async openPost(body: JsonValue | Uint8Array, options: HttpOptions = {}): Promise<HttpReply> {
    const reply = this.startPost(body, options);
    return reply.waitForHead(options.withinMs ?? this.#timeoutMs);
  }

  /** Posts this body without waiting for anything. */
  startPost(body: JsonValue | Uint8Array, options: HttpOptions = {}): HttpReply {
    const message = body instanceof Uint8Array ? parseJson(body) : body;
    if (body instanceof Uint8Array) this.sent.noteText(body);
    else this.sent.note(body);
    return this.#start('POST', message, body instanceof Uint8Array ? body : JSON.stringify(body), options, false);
  }

  /**
   * Sends a GET and reads the head of the reply, and all of what is no event stream. What comes does not go into the inbox.
   *
   * @throws as `post` does.
   */
  get(options: HttpOptions = {}): Promise<HttpReply> {
    return this.fetch('GET', options);
  }

  /** Sends a DELETE and reads the reply. @throws as `post` does. */
  delete(options: HttpOptions = {}): Promise<HttpReply> {
    return this.fetch('DELETE', options);
  }

  /** Sends a request without a body, whatever its method. @throws as `post` does. */
  async fetch(method: string, options: HttpOptions = {}): Promise<HttpReply> {
    const withinMs = options.withinMs ?? this.#timeoutMs;
    const reply = await this.#start(method, undefined, undefined, options, false).waitForHead(withinMs);
    if (!reply.isEventStream) await reply.wait(({ end }) => end !== undefined, withinMs);
    return reply;
  }

  /** Opens the stream for what the server has to say by itself; what comes on it goes into the inbox. */
  listen(): HttpReply {
    const reply = this.#start('GET', undefined, undefined, {}, true, this.#messages.takeEvent);
    this.listening = reply;
    return reply;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.closingAt = performance.now();
    this.#closed.abort();
    if (this.sessionId !== undefined && !this.#endpoint.refusesDelete) {
      const reply = this.#start('DELETE', undefined, undefined, {}, true);
      await reply.wait(({ end }) => end !== undefined, GOODBYE_MS);
      if (reply.status === 405) this.#endpoint.refusesDelete = true;
    }
    this.#sockets.close();
    this.inbox.end('the connection was closed');
  }

  #start(
    method: string,
    message: JsonValue | undefined,
    body: string | Uint8Array | undefined,
    options: HttpOptions,
    usual: boolean,
    onevent?: (event: StreamEvent, reply: HttpReply) => void,
    onend?: (reply: HttpReply) => void,
  ): HttpReply {
    const own = options.anonymous ? {} : this.#endpoint.headers;
    const headers = merge(merge(this.headersFor(message, method), { headers: own }), options);
    const { sessionId } = this;
    const reply = HttpReply.start(
      this.#sockets,
      { method, target: options.target, headers, body, sendBytes: options.sendBytes, fresh: options.fresh },
      {
        onhead: (came) => {
          logged.position = this.transcript.length;
          if (isInitialize(message)) this.sessionId ??= came.headers[HeaderName.SessionId];
        },
        ...(onevent && { onevent }),
        ...(onend && { onend }),
      },
    );
    const fields = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const logged: LoggedReply = {
      reply,
      method,
      ids: message === undefined ? [] : requestIdsOf(message),
      isNotification: message !== undefined && isNotification(message),
      sessionId,
      agreed: this.#agreed,
      lastEventId: fields[HeaderName.LastEventId],
      usual,
      position: this.transcript.length,
    };
    if (this.replies.length < MAX_LOGGED) this.replies.push(logged);
    return reply;
  }

  /** Posts, and sees to it that what comes gets into the inbox. */
  async #sendMessage(message: JsonValue | undefined, body: string | Uint8Array): Promise<void> {
    if (this.#closing) return;
    this.#messages.noteCancelled(message);
    const ids = message === undefined ? [] : requestIdsOf(message);
    const ended = (reply: HttpReply): void => {
      if (this.#closing) return;
      if (reply.isEventStream && reply.status === 200) void this.#resume(reply, ids);
      else this.#messages.takeBody(reply, message, ids);
    };
    const reply = this.#start('POST', message, body, {}, true, this.#messages.takeEvent, ended);
    if (ids.length > 0) {
      await reply.written;
      return;
    }
    if (!(await reply.wait(({ end, hasHead, isEventStream }) => end !== undefined || (hasHead && isEventStream), this.#timeoutMs))) {
      if (reply.problem instanceof Unreachable) this.inbox.end(reply.problem.message);
    }
  }

  /** A stream that ended before it brought its response goes on where the client asks for it, if the server gave ids to its events. */
  async #resume(first: HttpReply, ids: readonly JsonValue[]): Promise<void> {
    let last = first;
    let lastEventId: string | undefined;
    // Nobody waits for what was cancelled.
    const isDone = (): boolean =>
      this.#closing !== undefined || ids.every((id) => this.#messages.hasAnswered(id) || this.cancelled.has(id));
    for (let count = 0; count < MAX_RESUMES; count++) {
      if (isDone()) return;
      lastEventId = last.events.findLast(({ id }) => id !== undefined && id !== '')?.id ?? lastEventId;
      if (lastEventId === undefined || !REVISION_FEATURES[this.revision].resumption) break;
      const retryMs = last.events.findLast((event) => event.retryMs !== undefined)?.retryMs ?? DEFAULT_RETRY_MS;
      await sleep(Math.min(retryMs, MAX_RETRY_MS), undefined, { signal: this.#closed.signal }).catch(() => {});
      if (isDone()) return;
      last = this.#start('GET', undefined, undefined, { headers: { 'Last-Event-ID': lastEventId } }, true, this.#messages.takeEvent);
      await last.wait(({ end }) => end !== undefined || ids.every((id) => this.#messages.hasAnswered(id)), 60_000);
      if (!last.isEventStream || last.status !== 200) break;
    }
    this.#messages.noteUnanswered(ids, `the stream of its POST ended without it (${last.describe()})`);
  }
}

function merge(headers: Record<string, string>, options: HttpOptions): Record<string, string> {
  const merged = { ...headers };
  const drop = (name: string): void => {
    for (const key of Object.keys(merged)) if (key.toLowerCase() === name.toLowerCase()) delete merged[key];
  };
  for (const name of options.omit ?? []) drop(name);
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    drop(name);
    merged[name] = value;
  }
  return merged;
}
