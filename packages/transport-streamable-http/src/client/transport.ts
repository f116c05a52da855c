import {
  BaseTransport,
  DeliveryOrder,
  JsonRpcError,
  type JsonRpcMessage,
  type JsonRpcRequest,
  type JsonRpcResultResponse,
  type Params,
  type SendOptions,
  TransportError,
} from '@mcpwire/jsonrpc';
import { eraOf, isRevision, REVISION_FEATURES } from '@mcpwire/protocol';
import { Endpoint } from './endpoint.js';
import { handlerFailed, statusError } from './errors.js';
import { Listening } from './listen.js';
import {
  DEFAULT_MAX_MESSAGE_BYTES,
  DEFAULT_RECONNECTION,
  type ReestablishedSession,
  type StreamableHTTPClientTransportOptions,
} from './options.js';
import { createOutgoing, type Outgoing } from './outgoing.js';
import { Post } from './post.js';
import { Reconnection } from './reconnection.js';
import { RequestHeaders } from './request-headers.js';
import { Session } from './session-id.js';
import { StreamRefused } from './stream.js';
import { Streams } from './streams.js';
import { ToolHeaders } from './tool-headers.js';

/**
 * The client's end of Streamable HTTP, for every revision since 2025-03-26: a drop-in for the official SDK's class of the same name, v1 and v2.
 *
 * - A message is modern if its `_meta` names a modern revision, otherwise legacy; both may go over one transport, so that a protocol layer
 *   can find out which era its server is of.
 * - What concerns one message rejects its `send`; a request whose stream ends without an answer is answered with error -31002. All
 *   else goes to `onerror`.
 * - Nothing here closes the transport but `close`: a server that is down may be up again for the next message.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http
 */
export class StreamableHTTPClientTransport extends BaseTransport {
  /** The server had lost the session, and there is a new one (option `reestablish`): what the old one knew, subscriptions for one, is gone. */
  onsessionreestablished: ((session: ReestablishedSession) => void) | undefined;

  readonly #endpoint: Endpoint;
  readonly #headers: RequestHeaders;
  readonly #session: Session;
  readonly #streams: Streams;
  readonly #post: Post;
  readonly #listening: Listening;
  readonly #listens: boolean;
  readonly #terminateOnCloseMs: number;
  #protocolVersion: string | undefined;
  #supportedVersions: readonly string[] | undefined;
  #closing: Promise<void> | undefined;

  /**
   * @param url of the MCP endpoint
   * @throws TypeError when it is no http or https URL, or holds credentials; RangeError for a bad limit
   */
  constructor(url: string | URL, options: StreamableHTTPClientTransportOptions = {}) {
    super();
    const { sessionId, protocolVersion, reconnectionScheduler, reestablish, terminateOnCloseMs = 0 } = options;
    if (!(terminateOnCloseMs >= 0)) throw new RangeError(`terminateOnCloseMs must be 0 or a positive number, not ${terminateOnCloseMs}`);
    const maxMessageBytes = options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES;
    if (!(maxMessageBytes > 0)) throw new RangeError(`maxMessageBytes must be a positive number, not ${maxMessageBytes}`);
    const reconnection = { ...DEFAULT_RECONNECTION, ...options.reconnectionOptions };
    this.sessionId = sessionId;
    this.#protocolVersion = protocolVersion;
    this.#listens = options.listen !== false;
    this.#terminateOnCloseMs = terminateOnCloseMs;
    this.#endpoint = new Endpoint(url, options);
    this.#headers = new RequestHeaders(options.requestInit?.headers);
    this.#session = new Session(this.#sessionHost(), reestablish);
    const order = new DeliveryOrder((message) => {
      // What a server says about the end of a session that this side has ended is no answer.
      if (!this.#closing) this.deliver(message);
    });
    const shared = {
      state: this.#state((message) => order.take(message)),
      endpoint: this.#endpoint,
      headers: this.#headers,
      session: this.#session,
      maxMessageBytes,
    };
    this.#streams = new Streams({
      ...shared,
      createReconnection: () => new Reconnection(reconnection, reconnectionScheduler),
      ongivenup: (stream) => this.#listening.rest(stream),
    });
    this.#listening = new Listening(this.#streams);
    this.#post = new Post({
      ...shared,
      streams: this.#streams,
      tools: new ToolHeaders((error) => this.report(error)),
      ontaken: (outgoing) => this.#taken(outgoing),
      oninitialized: (result) => this.#negotiated(result),
    });
  }

  /**
   * Whether aborting `requestSignal`, which closes a request's own stream, cancels it. False once a legacy revision is agreed on, where a
   * closed stream means nothing and `notifications/cancelled` has to be sent.
   */
  get hasPerRequestStream(): boolean {
    const version = this.#protocolVersion;
    return version === undefined || eraOf(version) === 'modern';
  }

  /** The revision that was agreed on, once it is known. */
  get protocolVersion(): string | undefined {
    return this.#protocolVersion;
  }

  /** Sends it in `MCP-Protocol-Version` from now on. Without this call, the answer to `initialize` tells. */
  setProtocolVersion(version: string): void {
    this.#protocolVersion = version;
  }

  /** An answer to `initialize` with another version is not heeded: whoever sent it is going to refuse it. */
  setSupportedProtocolVersions(versions: string[]): void {
    this.#supportedVersions = [...versions];
  }

  /**
   * Sends one message, or a batch of them (revision 2025-03-26 only). Resolves when the server has taken it: when its event stream has
   * begun, or when its JSON reply has been handed over. Messages sent at once travel at once, and may arrive in another order.
   * @throws TransportError `aborted`, `bad-response`, `closed`, `encode-failed`, `forbidden`, `http-status`, `message-too-large`, `not-started`,
   *   `not-supported`, `peer-gone`, `session-lost`, `timeout`, `unauthorized`, `write-failed`.
   */
  send(message: JsonRpcMessage | readonly JsonRpcMessage[], options: SendOptions = {}): Promise<void> {
    const unusable = this.#unusable();
    if (unusable) return Promise.reject(unusable);
    const aborted = options.signal?.aborted ? options.signal : options.requestSignal?.aborted ? options.requestSignal : undefined;
    if (aborted)
      return Promise.reject(new TransportError('aborted', 'The message was not sent: it was aborted.', { cause: aborted.reason }));
    let outgoing: Outgoing;
    try {
      outgoing = createOutgoing(message, options, this.#modernVersion);
    } catch (error) {
      return Promise.reject(error);
    }
    if (outgoing.method === 'notifications/cancelled') {
      const { requestId } = (message as { params?: Params }).params ?? {};
      this.#streams.unwant(requestId);
      this.#post.unwant(requestId);
    }
    if (outgoing.modernVersion !== undefined || outgoing.method === 'initialize') return this.#post.send(outgoing);
    if (Array.isArray(message) && !this.#mayBatch) {
      const version = this.#protocolVersion;
      return Promise.reject(new TransportError('not-supported', `Revision ${version} has no batches; send the messages one by one.`));
    }
    if (this.#session.lost) return Promise.reject(this.#session.lost);
    const { recovery } = this.#session;
    if (recovery) return this.#sendAfter(recovery, outgoing);
    return options.resumptionToken === undefined ? this.#post.send(outgoing) : this.#resume(outgoing, options.resumptionToken);
  }

  /**
   * Opens the stream for what the server says by itself, as happens by itself after the handshake: for a session that is gone on with, or
   * with `listen: false`. Resolves when it is open, or when the server has none (405).
   * @throws TransportError when it cannot be had
   */
  async listen(): Promise<void> {
    const unusable = this.#unusable();
    if (unusable) throw unusable;
    await this.#listening.open(this.sessionId);
  }

  /**
   * Takes up a stream where another transport, or an earlier process, left it. Resolves when it is open, or when the server has none (405).
   * @param lastEventId the last event that was seen of it
   * @throws TransportError when it cannot be had
   */
  async resumeStream(lastEventId: string, options: Pick<SendOptions, 'onresumptiontoken'> = {}): Promise<void> {
    const unusable = this.#unusable();
    if (unusable) throw unusable;
    const purpose = { awaited: undefined, isResumable: true, sessionId: this.sessionId, options };
    const stream = this.#streams.create(purpose, lastEventId);
    try {
      await stream.open();
    } catch (error) {
      stream.end();
      throw error instanceof StreamRefused ? error.cause : error;
    }
  }

  /**
   * Ends the session on the server, by DELETE. Fine with a server that does not let clients do so (405), or that has ended it already (404).
   * @throws TransportError as `send` does
   */
  async terminateSession(): Promise<void> {
    const { sessionId } = this;
    if (sessionId === undefined) return;
    const unusable = this.#unusable();
    if (unusable) throw unusable;
    await this.#delete(sessionId);
    // Another may have been begun meanwhile.
    if (this.sessionId !== sessionId) return;
    this.sessionId = undefined;
    this.#listening.close();
  }

  /**
   * Redeems the code that an authorization server has sent the user back with (options `authProvider` and `auth`).
   * @param codeOrParams the code, or the parameters of the callback's URL
   * @throws TransportError `unauthorized`, or what `auth` threw
   */
  finishAuth(codeOrParams: string | URLSearchParams, iss?: string): Promise<void> {
    return this.#endpoint.finishAuth(codeOrParams, iss);
  }

  /**
   * Breaks off whatever is under way and closes every connection. The session lives on on the server: see `terminateSession`, and the option
   * `terminateOnCloseMs`.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  protected async open(): Promise<void> {}

  protected override onInbox(waiting: boolean): void {
    this.#streams.isPaused = waiting;
  }

  async #close(): Promise<void> {
    this.#listening.close();
    this.#streams.close();
    this.#post.close();
    this.#session.close();
    await this.#endSession();
    await this.#endpoint.close();
    this.finish({ kind: 'closed' });
  }

  /** Never rejects, and takes no longer than it may. */
  async #endSession(): Promise<void> {
    const { sessionId } = this;
    const limitMs = this.#terminateOnCloseMs;
    if (sessionId === undefined || limitMs === 0 || this.unusable()) return;
    this.#session.end(new TransportError('closed', 'The transport is closed.'));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new TransportError('timeout', `The server did not answer DELETE within terminateOnCloseMs, ${limitMs} ms.`);
      timer = setTimeout(() => reject(error), limitMs);
    });
    try {
      await Promise.race([this.#delete(sessionId), late]);
    } catch (error) {
      this.report(error as Error);
    } finally {
      clearTimeout(timer);
    }
  }

  async #delete(sessionId: string): Promise<void> {
    const response = await this.#endpoint.request({ method: 'DELETE', headers: this.#headers.end(sessionId, this.#protocolVersion) });
    const { status } = response;
    if ((status < 200 || status >= 300) && status !== 404 && status !== 405) {
      throw (await this.#endpoint.toError('DELETE', response)).error;
    }
    response.body.cancel();
  }

  #unusable(): TransportError | undefined {
    return this.#closing ? new TransportError('closed', 'The transport is closed.') : this.unusable();
  }

  async #sendAfter(recovery: Promise<boolean>, outgoing: Outgoing): Promise<void> {
    await recovery;
    const unusable = this.#unusable() ?? this.#session.lost;
    if (unusable) throw unusable;
    await this.#post.send(outgoing);
  }

  /** Goes on with a request of an earlier transport: its answer comes under the id of this one. */
  async #resume({ request, options }: Outgoing, lastEventId: string): Promise<void> {
    const purpose = {
      awaited: request && new Set([request.id]),
      replayId: request?.id,
      isResumable: true,
      sessionId: this.sessionId,
      options,
    };
    const stream = this.#streams.create(purpose, lastEventId);
    try {
      if (await stream.open()) return;
    } catch (error) {
      stream.end();
      throw error instanceof StreamRefused ? error.cause : error;
    }
    throw statusError('http-status', 'The server does not resume streams (HTTP 405).', { status: 405, text: '' });
  }

  #taken({ method, modernVersion }: Outgoing): void {
    if (modernVersion !== undefined) return;
    const isBegun = method === 'notifications/initialized' && this.#listens;
    if (isBegun || this.#listening.isResting) this.#openListening();
  }

  #openListening(): void {
    this.#listening.open(this.sessionId).catch((error: Error) => {
      // That a session is lost is told once, for all that belonged to it.
      if (!this.#closing && (error as Partial<TransportError>).code !== 'session-lost') this.report(error);
    });
  }

  #negotiated({ protocolVersion }: Params): void {
    if (typeof protocolVersion !== 'string') return;
    if (this.#supportedVersions?.includes(protocolVersion) === false) return;
    this.#protocolVersion = protocolVersion;
  }

  async #handshake(initialize: JsonRpcRequest): Promise<JsonRpcResultResponse> {
    const answer = await this.#post.ask(initialize);
    if (!('result' in answer)) throw JsonRpcError.fromResponse(answer);
    const { protocolVersion } = (answer.result ?? {}) as Params;
    if (this.#protocolVersion !== undefined && protocolVersion !== this.#protocolVersion) {
      throw new TransportError('not-supported', `The server now speaks ${String(protocolVersion)}, and not ${this.#protocolVersion}.`);
    }
    await this.#post.send(createOutgoing({ jsonrpc: '2.0', method: 'notifications/initialized' }, {}, undefined));
    return answer;
  }

  get #modernVersion(): string | undefined {
    const version = this.#protocolVersion;
    return version !== undefined && eraOf(version) === 'modern' ? version : undefined;
  }

  /** Before the handshake nobody knows, and afterwards only one revision has them. */
  get #mayBatch(): boolean {
    const version = this.#protocolVersion;
    return version === undefined || (isRevision(version) && REVISION_FEATURES[version].batches);
  }

  #state(take: (message: JsonRpcMessage) => void) {
    const transport = this;
    return {
      get sessionId(): string | undefined {
        return transport.sessionId;
      },
      get protocolVersion(): string | undefined {
        return transport.#protocolVersion;
      },
      deliver: take,
      report: (error: Error): void => transport.report(error),
    };
  }

  #sessionHost() {
    const transport = this;
    return {
      get sessionId(): string | undefined {
        return transport.sessionId;
      },
      set sessionId(id: string | undefined) {
        transport.sessionId = id;
      },
      handshake: (initialize: JsonRpcRequest): Promise<JsonRpcResultResponse> => transport.#handshake(initialize),
      onlost: (error: TransportError | undefined): void => {
        transport.#listening.close();
        if (error && !transport.#closing) transport.report(error);
      },
      onreestablished: (session: ReestablishedSession): void => {
        try {
          transport.onsessionreestablished?.(session);
        } catch (cause) {
          transport.report(handlerFailed('onsessionreestablished', cause));
        }
      },
    };
  }
}
