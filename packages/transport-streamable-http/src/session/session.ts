import type { HttpRequest, HttpResponse } from '@mcpwire/http';
import {
  BaseTransport,
  type CloseReason,
  DeliveryOrder,
  isErrorResponse,
  isJsonRpcError,
  isRequest,
  type JsonRpcError,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type Parsed,
  type RequestId,
  type SendOptions,
  TransportError,
} from '@mcpwire/jsonrpc';
import { HeaderName, isSessionId } from '@mcpwire/protocol';
import { SENT, unsendable } from '../server/event-writer.js';
import { type AcceptedReplies, checkAccept, readPost } from '../server/read-post.js';
import { refuseInvalid, refuseMethod, toRefusal } from '../server/refusal.js';
import type { ReplyOptions } from '../server/reply.js';
import { Handshake, refuseUnknownSession } from './handshake.js';
import { Inbox } from './inbox.js';
import { IN_USE, readBatch } from './incoming-batch.js';
import { HttpMessageContext } from './message-context.js';
import { OpenRequests } from './open-requests.js';
import { Restoration } from './restoration.js';
import { BATCH_REVISION, type SessionOptions, type SessionSettings, toSessionSettings } from './session-options.js';
import { SessionReply } from './session-reply.js';
import type { SessionRecord } from './session-store.js';
import { SessionStreams } from './session-streams.js';
import { TransientReplies } from './transient-replies.js';

const ACCEPTED: HttpResponse = { status: 202 };
const OK: HttpResponse = { status: 200 };

/**
 * One session of a client that speaks a revision before 2026-07-28; or, without a session id, whatever comes by the POSTs that are handed
 * to it. Connect a server to it, and pass it the session's HTTP requests.
 *
 * A response finds its stream by one look-up. A request that is answered with JSON costs its reply, its context, and a Map entry.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http
 */
export class SessionTransport extends BaseTransport {
  readonly #settings: SessionSettings;
  readonly #handshake: Handshake;
  readonly #requests: OpenRequests;
  /** Undefined without a session, whose replies have no stream to come back to. */
  #streams: SessionStreams | undefined;
  readonly #inbox = new Inbox();
  #restoring: Restoration | undefined;

  /** @param options what is made of them may be given too, and then serves many sessions */
  constructor(options: SessionOptions | SessionSettings = {}, sessionId: string | undefined = options.sessionId) {
    super();
    this.#settings = toSessionSettings(options);
    this.#handshake = new Handshake(this.#settings.supportedProtocolVersions);
    this.#requests = new OpenRequests(this.#settings.maxInFlight, () => this.#onquiet());
    if (sessionId !== undefined) this.#setSessionId(sessionId);
  }

  /** The revision that was agreed on; undefined before. */
  get protocolVersion(): string | undefined {
    return this.#handshake.version;
  }

  /** True when nothing is open that somebody waits on. */
  get isIdle(): boolean {
    return this.#streams?.isConnected !== true && this.#requests.isIdle;
  }

  /** Requests of the client that are not answered yet. */
  get inFlight(): number {
    return this.#requests.size;
  }

  /** What another process needs to know to go on with the session; undefined before `initialize` is answered, and without a session id. */
  toRecord(): SessionRecord | undefined {
    return this.sessionId === undefined ? undefined : this.#handshake.toRecord(this.sessionId);
  }

  setProtocolVersion(version: string): void {
    this.#handshake.version = version;
  }

  setSupportedProtocolVersions(versions: string[]): void {
    this.#handshake.supported = versions;
  }

  /**
   * Answers one HTTP request of the session.
   * @param parsed the body of a POST, where `readPost` has read it already
   */
  handle(request: HttpRequest, parsed?: Parsed): HttpResponse | Promise<HttpResponse> {
    try {
      switch (request.method) {
        case 'POST':
          return this.#post(request, parsed);
        case 'GET':
          if (this.#isStateless) return refuseMethod('POST', 'Without a session there is no stream to open by GET.');
          return this.#refuse(request) ?? this.#openStreams.listen(request);
        case 'DELETE':
          if (this.#isStateless) return refuseMethod('POST', 'Without a session there is nothing to end.');
          return this.#terminate(request);
        default:
          return refuseMethod(this.#isStateless ? 'POST' : 'GET, POST, DELETE', 'Method not allowed');
      }
    } catch (error) {
      return toResponse(error);
    }
  }

  /**
   * While too much waits for an `onmessage`, a POST is held back, its body better not read before this is done.
   * @returns undefined when there is room; else a promise, which may bring the answer to a POST that is not taken
   */
  hold(request: HttpRequest): Promise<HttpResponse | undefined> | undefined {
    // What is refused anyway waits for nothing.
    return this.#inbox.isFull && !this.#refuse(request) ? this.#inbox.hold(request) : undefined;
  }

  /**
   * Sends a response on the reply that waits for it, what belongs to a request (`relatedRequestId`) on that request's reply, and anything
   * else on the stream that the client has opened by GET. While there is none, it waits there: see `maxBacklogBytes`.
   *
   * @throws TransportError (as a rejection) `unknown-response`, `peer-gone`, `queue-overflow`, `write-failed` where the client takes no
   *   stream, `aborted`, `encode-failed`, `closed`, `not-started`
   */
  send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    const unusable = this.unusable() ?? unsendable(message);
    if (unusable) return Promise.reject(unusable);
    const signal = options?.signal;
    if (signal?.aborted) {
      return Promise.reject(new TransportError('aborted', 'The send was aborted before it began.', { cause: signal.reason }));
    }
    if (!('method' in message)) return this.#respond(message, signal);
    const related = options?.relatedRequestId;
    if (related === undefined) return this.#sendAlone(message, signal);
    const reply = this.#requests.get(related);
    if (reply) return reply.notify(message, signal);
    const why = 'The request that the message belongs to is not in flight: it was answered, or cancelled.';
    return Promise.reject(new TransportError('peer-gone', why, { details: { relatedRequestId: related } }));
  }

  /** Ends the session: every request in flight is answered with an error, and every stream ends. */
  close(): Promise<void> {
    this.end({ kind: 'closed' }, true);
    return SENT;
  }

  /** @param isLost false where the session may go on in another process: then what is stored of it is kept */
  end(reason: CloseReason, isLost: boolean): void {
    if (this.closeReason) return;
    this.#requests.end();
    this.#streams?.close();
    this.#restoring?.giveUp();
    this.finish(reason);
    this.#inbox.release();
    if (isLost) void this.#streams?.forget();
    this.#settings.onend?.(this, isLost);
  }

  /** Ends the stream that owes nothing: the server is about to stop. */
  endStandalone(): void {
    this.#streams?.close();
  }

  /** Closes the connection that the answer to a request would go to, where the client can come back for it: it is told when to. */
  closeSSEStream(requestId: RequestId): void {
    this.#requests.get(requestId)?.disconnect();
  }

  /** Closes the connection of the stream that a GET opened; what is sent from now on waits for the client to come back. */
  closeStandaloneSSEStream(): void {
    this.#streams?.disconnect();
  }

  /**
   * Brings a session back that another process, or an earlier life of this one, has opened: hands over its `initialize` and
   * `notifications/initialized` as its client had sent them, and keeps the answer to itself.
   * @throws (as a rejection) what the server answers instead of a result
   */
  async restore(record: SessionRecord): Promise<void> {
    if (this.closeReason) throw new TransportError('closed', 'The session has ended before it was restored.');
    this.#handshake.restore(record);
    this.#restoring = new Restoration(record);
    this.deliver(this.#restoring.request);
    await this.#restoring.answered;
    this.#restoring = undefined;
    this.#handshake.restore(record);
    this.deliver({ jsonrpc: '2.0', method: 'notifications/initialized' });
  }

  protected override async open(): Promise<void> {}

  protected override onInbox(waiting: boolean): void {
    this.#inbox.setWaiting(waiting);
  }

  get #isStateless(): boolean {
    return this.#streams === undefined && this.#settings.sessionIdGenerator === undefined;
  }

  /** Where there is a session id: those requests that come before are refused. */
  get #openStreams(): SessionStreams {
    return this.#streams as SessionStreams;
  }

  #setSessionId(sessionId: string): void {
    if (!isSessionId(sessionId)) throw new TypeError('A session id must be one or more visible ASCII characters (0x21 to 0x7E).');
    this.sessionId = sessionId;
    this.#streams = new SessionStreams(sessionId, {
      settings: this.#settings,
      handshake: this.#handshake,
      report: (error) => this.report(error),
      ondisconnect: (reply, aborted) => this.#ondisconnect(reply, aborted),
      isOver: () => this.closeReason !== undefined,
    });
  }

  #post(request: HttpRequest, parsed: Parsed | undefined): HttpResponse | Promise<HttpResponse> {
    const held = this.hold(request);
    if (held) return held.then((refusal) => refusal ?? this.#post(request, parsed));
    if (parsed !== undefined) return this.#receive(request, parsed);
    return readPost(request, this.#settings)
      .then((message) => this.#post(request, message))
      .catch(toResponse);
  }

  #receive(request: HttpRequest, parsed: Parsed): HttpResponse | Promise<HttpResponse> {
    try {
      if (Array.isArray(parsed)) return this.#receiveBatch(request, parsed);
      if (isJsonRpcError(parsed)) return refuseInvalid(400, parsed.message, { code: parsed.code, id: parsed.id });
      if (!isRequest(parsed)) return this.#refuse(request) ?? this.#take(request, parsed);
      if (parsed.method === 'initialize' && !this.#isStateless) return this.#initialize(request, parsed);
      const refusal = this.#refuse(request);
      if (refusal) return refusal;
      const accepted = checkAccept(request);
      if (this.#requests.has(parsed.id)) return refuseInvalid(400, IN_USE);
      return this.#begin(request, accepted, parsed, undefined);
    } catch (error) {
      return toResponse(error);
    }
  }

  #initialize(request: HttpRequest, message: JsonRpcRequest): HttpResponse | Promise<HttpResponse> {
    if (this.closeReason) return refuseUnknownSession();
    if (this.#handshake.isBegun) {
      return refuseInvalid(400, 'Invalid request: the session is initialized already. A new one begins without a session id.');
    }
    const accepted = checkAccept(request);
    const { sessionIdGenerator, oninitialize } = this.#settings;
    if (this.sessionId === undefined && sessionIdGenerator) this.#setSessionId(sessionIdGenerator());
    this.#handshake.begin(request, message);
    const headers = { [HeaderName.SessionId]: this.sessionId as string };
    const done = oninitialize?.(this, request);
    if (!done) return this.#begin(request, accepted, message, headers);
    return done.then(() => (this.closeReason ? refuseUnknownSession() : this.#begin(request, accepted, message, headers)));
  }

  #begin(
    request: HttpRequest,
    accepted: AcceptedReplies,
    message: JsonRpcRequest,
    headers: ReplyOptions['headers'],
  ): HttpResponse | Promise<HttpResponse> {
    const reply = this.#toReply([message.id], request, accepted, { headers });
    if (this.#requests.add(reply)) {
      reply.begin();
      this.deliver(message, new HttpMessageContext(request, this.#streams?.closersOf(reply)));
      this.#inbox.count(request, message);
    }
    return reply.answer;
  }

  #receiveBatch(request: HttpRequest, elements: Array<JsonRpcMessage | JsonRpcError>): HttpResponse | Promise<HttpResponse> {
    const refusal = this.#refuse(request);
    if (refusal) return refusal;
    const version = this.#handshake.version ?? request.headers[HeaderName.ProtocolVersion] ?? BATCH_REVISION;
    if (version !== BATCH_REVISION) {
      return refuseInvalid(400, `Invalid request: protocol version ${BATCH_REVISION} alone has batches; send each message by itself.`);
    }
    const batch = readBatch(elements, (id) => this.#requests.has(id));
    if ('status' in batch) return batch;
    const { messages, ids, errors } = batch;
    if (ids.length === 0) {
      this.#takeAll(request, messages, undefined);
      this.#endIfDone();
      return ACCEPTED;
    }
    const reply = this.#toReply(ids, request, checkAccept(request), { due: ids.length + errors.length, isBatch: true });
    const isTaken = this.#requests.add(reply);
    reply.begin();
    for (const error of errors) reply.respond(error.toResponse()).catch(ignore);
    if (isTaken) this.#takeAll(request, messages, reply);
    return reply.answer;
  }

  #toReply(
    ids: readonly RequestId[],
    request: HttpRequest,
    accepted: AcceptedReplies,
    options: Pick<ReplyOptions, 'due' | 'isBatch' | 'headers'>,
  ): SessionReply {
    const { replyMode: mode, streams: settings } = this.#settings;
    const { due, isBatch, headers } = options;
    return new SessionReply(this.#streams ?? this.#transientReplies, ids, { accepted, mode, settings, request, due, isBatch, headers });
  }

  /** In order, and a response behind a notification a microtask later. */
  #takeAll(request: HttpRequest, messages: readonly JsonRpcMessage[], reply: SessionReply | undefined): void {
    const context = new HttpMessageContext(request, reply && this.#streams?.closersOf(reply));
    const order = new DeliveryOrder((message) => {
      this.deliver(message, context);
      this.#requests.noteCancelled(message, this.#handshake.id);
    });
    for (const message of messages) order.take(message);
    this.#inbox.count(request, [...messages]);
  }

  #take(request: HttpRequest, message: JsonRpcMessage): HttpResponse {
    this.deliver(message, new HttpMessageContext(request, undefined));
    this.#inbox.count(request, message);
    this.#requests.noteCancelled(message, this.#handshake.id);
    this.#endIfDone();
    return ACCEPTED;
  }

  #respond(message: JsonRpcResponse, signal: AbortSignal | undefined): Promise<void> {
    const { id } = message;
    if (id === undefined) return this.#requests.respond(message, signal);
    if (id === this.#restoring?.request.id) {
      this.#restoring.settle(message);
      return SENT;
    }
    if (id !== this.#handshake.id) return this.#requests.respond(message, signal);
    if (isErrorResponse(message)) {
      const sent = this.#requests.respond(message, signal);
      // A session that could not be opened is none.
      this.end({ kind: 'closed' }, true);
      return sent;
    }
    this.#handshake.finish(message);
    const done = this.#settings.onestablished?.(this);
    return done ? done.then(() => this.#respondToInitialize(message, id, signal)) : this.#requests.respond(message, signal);
  }

  /** The client may have gone while the session was made known: then its id reaches nobody. */
  #respondToInitialize(message: JsonRpcResponse, id: RequestId, signal: AbortSignal | undefined): Promise<void> {
    const reply = this.#requests.get(id);
    const isGone = reply !== undefined && !reply.isOpen && !reply.isStream;
    const sent = this.#requests.respond(message, signal);
    if (isGone) this.end({ kind: 'peer-gone' }, true);
    return sent;
  }

  #sendAlone(message: JsonRpcRequest | JsonRpcNotification, signal: AbortSignal | undefined): Promise<void> {
    if (this.#streams) return this.#streams.standalone.send(message, signal);
    const why = `${message.method} belongs to no request, and without a session there is no stream that it could be sent on.`;
    const error = new TransportError('write-failed', why);
    if (isRequest(message)) return Promise.reject(error);
    // Reported and not rejected: whoever sends a notification seldom waits for what becomes of it.
    this.report(error);
    return SENT;
  }

  #terminate(request: HttpRequest): HttpResponse | Promise<HttpResponse> {
    const { allowDelete = true, ondelete } = this.#settings;
    if (!allowDelete) return refuseMethod('GET, POST', 'Clients cannot end sessions here.');
    const refusal = this.#refuse(request);
    if (refusal) return refusal;
    const end = (): HttpResponse => {
      this.end({ kind: 'peer-gone' }, true);
      return OK;
    };
    const done = ondelete?.(this);
    return done ? done.then(end) : end();
  }

  /** A reply's client is gone; and with it the answer, unless there is a store in which it waits for the client to come back. */
  #ondisconnect(reply: SessionReply, aborted: boolean): void {
    if (!aborted || reply.due === 0 || reply.log) return;
    const initializeId = this.#handshake.id;
    // The id of a session that is being opened has reached nobody; and without a session nobody else can cancel.
    if (this.#isStateless || (initializeId !== undefined && !reply.isStream && reply.ids.includes(initializeId))) {
      this.end({ kind: 'peer-gone' }, true);
    } else if (this.#settings.cancelOnDisconnect) {
      for (const id of reply.ids) {
        if (id === initializeId || !this.#requests.delete(id)) continue;
        const params = { requestId: id, reason: 'The client went away.' };
        this.deliver({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
      }
    }
  }

  #onquiet(): void {
    this.#endIfDone();
    this.#settings.onquiet?.(this);
  }

  /** A transport for one POST is over with its last answer; in a microtask, because whoever sends it is in the midst of that. */
  #endIfDone(): void {
    if (this.#settings.endsWhenAnswered && this.#requests.size === 0) queueMicrotask(() => this.close());
  }

  /** What keeps any request but `initialize` from being served. */
  #refuse(request: HttpRequest): HttpResponse | undefined {
    if (this.closeReason) return refuseUnknownSession();
    return this.#isStateless ? this.#handshake.refuseVersion(request) : this.#handshake.refuse(request, this.sessionId);
  }

  get #transientReplies(): TransientReplies {
    return new TransientReplies((reply, aborted) => this.#ondisconnect(reply, aborted));
  }
}

/** A fault of this side is for the HTTP adapter to report. */
function toResponse(error: unknown): HttpResponse {
  const refusal = toRefusal(error);
  if (refusal) return refusal;
  throw error;
}

function ignore(): void {}
