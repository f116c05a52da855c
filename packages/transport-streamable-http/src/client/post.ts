import { discardBody, type HttpBody, type HttpClientResponse, isMediaType, readText } from '@mcpwire/http';
import { quote } from '@mcpwire/http/client/transport-parts';
import {
  isJsonRpcError,
  JsonRpcError,
  type JsonRpcErrorResponse,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type Params,
  parse,
  type RequestId,
  type SendOptions,
  TransportError,
} from '@mcpwire/jsonrpc';
import { createRequestHeaders, HeaderName, McpErrorCode } from '@mcpwire/protocol';
import type { Endpoint } from './endpoint.js';
import { badResponse, statusError, toTransportError } from './errors.js';
import { awaitedOf, createOutgoing, type Outgoing } from './outgoing.js';
import { type HeaderFields, permitted, type RequestHeaders } from './request-headers.js';
import type { Session } from './session-id.js';
import { type ConnectionState, connectionLost, type Streams } from './streams.js';
import type { ToolHeaders } from './tool-headers.js';
import { refreshTools } from './tool-refresh.js';

/** How long a request of the transport's own may take. */
const OWN_REQUEST_TIMEOUT_MS = 60_000;

export interface PostOptions {
  state: ConnectionState;
  endpoint: Endpoint;
  headers: RequestHeaders;
  session: Session;
  streams: Streams;
  tools: ToolHeaders;
  maxMessageBytes: number;
  /** The server has taken a message. */
  ontaken: (outgoing: Outgoing) => void;
  /** The answer to an `initialize` has come. */
  oninitialized: (result: Params) => void;
}

/**
 * Sends messages by POST, and takes what comes in reply.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#sending-messages
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#sending-messages-to-the-server
 */
export class Post {
  readonly #options: PostOptions;
  /** Legacy requests whose POST has no reply yet; false where nobody wants the answer any more. */
  readonly #underWay = new Map<RequestId, boolean>();
  /** What the transport itself has asked and got no answer to: each rejects. */
  readonly #ownPending = new Set<(error: Error) => void>();
  #ownRequests = 0;

  constructor(options: PostOptions) {
    this.#options = options;
  }

  /** Resolves when the server has taken the message: for an event stream once it has begun, for a JSON reply once that was handed over. */
  async send(outgoing: Outgoing): Promise<void> {
    const { options, request, modernVersion } = outgoing;
    if (request === undefined || modernVersion !== undefined) return this.#sendAbortably(outgoing, options);
    this.#underWay.set(request.id, true);
    try {
      await this.#sendAbortably(outgoing, options);
    } finally {
      this.#underWay.delete(request.id);
    }
  }

  /** The request was cancelled: if its reply is a stream without the answer, that is no loss. */
  unwant(id: unknown): void {
    if (this.#underWay.has(id as RequestId)) this.#underWay.set(id as RequestId, false);
  }

  /** Nothing that the transport has asked is waited for any longer. */
  close(): void {
    const error = new TransportError('closed', 'The transport is closed.');
    for (const reject of [...this.#ownPending]) reject(error);
  }

  async #sendAbortably(outgoing: Outgoing, { signal, requestSignal }: SendOptions): Promise<void> {
    if (signal === undefined) return this.#exchange(outgoing, requestSignal);
    // This one ends the wait for the server, and nothing after that.
    const controller = new AbortController();
    const onabort = (): void => controller.abort(signal.reason);
    signal.addEventListener('abort', onabort, { once: true });
    try {
      await this.#exchange(outgoing, requestSignal ? AbortSignal.any([requestSignal, controller.signal]) : controller.signal);
    } finally {
      signal.removeEventListener('abort', onabort);
    }
  }

  /** A request of the transport's own, whose answer the user does not see. */
  ask(request: JsonRpcRequest): Promise<JsonRpcResponse> {
    return new Promise((resolve, reject) => {
      const controller = new AbortController();
      const settle = (): void => {
        clearTimeout(timer);
        this.#ownPending.delete(fail);
      };
      const fail = (error: unknown): void => {
        settle();
        reject(error);
      };
      const timer = setTimeout(() => {
        controller.abort();
        fail(new TransportError('timeout', `The server did not answer ${request.method} within ${OWN_REQUEST_TIMEOUT_MS} ms.`));
      }, OWN_REQUEST_TIMEOUT_MS);
      this.#ownPending.add(fail);
      const onanswer = (answer: JsonRpcResponse): undefined => {
        settle();
        resolve(answer);
      };
      const outgoing = createOutgoing(request, { requestSignal: controller.signal }, undefined);
      this.send({ ...outgoing, onanswer }).catch(fail);
    });
  }

  /** An id for a request of the transport's own, which no user's is likely to have. */
  createId(): RequestId {
    return `mcpwire-${++this.#ownRequests}`;
  }

  async #exchange(outgoing: Outgoing, signal: AbortSignal | undefined): Promise<void> {
    const { state, endpoint, session } = this.#options;
    const hasSession = outgoing.modernVersion === undefined && !isInitialize(outgoing);
    const sessionId = hasSession ? state.sessionId : undefined;
    const headers = this.#headersOf(outgoing, hasSession);
    const response = await endpoint.request({ method: 'POST', headers, body: outgoing.body, signal });
    const { status } = response;
    if (status >= 200 && status < 300) return this.#taken(outgoing, response, sessionId);
    if (status === 404 && sessionId !== undefined) {
      void discardBody(response.body);
      if (outgoing.isRepeated)
        throw statusError('session-lost', 'The server does not know its new session either (HTTP 404).', { status, text: '' });
      if (await session.recover(sessionId)) return this.#exchange({ ...outgoing, isRepeated: true }, signal);
      throw session.lost;
    }
    const { error, text } = await endpoint.toError('POST', response);
    const answer = outgoing.modernVersion !== undefined && mayAnswer(status) ? errorAnswerTo(outgoing.request, text) : undefined;
    if (!answer) throw error;
    if (answer.error.code === McpErrorCode.HeaderMismatch && (await this.#learnsParamHeaders(outgoing, headers))) {
      return this.#exchange({ ...outgoing, isRepeated: true }, signal);
    }
    this.#answer(outgoing, answer);
  }

  /** The server has taken the message: what does it reply? */
  async #taken(outgoing: Outgoing, response: HttpClientResponse, sessionId: string | undefined): Promise<void> {
    const { session, ontaken } = this.#options;
    const { request } = outgoing;
    const { body, headers } = response;
    if (request && isInitialize(outgoing)) {
      try {
        session.begin(request, headers);
      } catch (error) {
        body.cancel();
        throw error;
      }
    }
    ontaken(outgoing);
    if (request === undefined && awaitedOf(outgoing).length === 0) {
      void discardBody(body);
      return;
    }
    const contentType = headers['content-type'];
    // The exact forms are the usual ones, and cost nothing to tell.
    if (contentType === 'application/json' || isMediaType(contentType, 'application/json')) return this.#takeJson(outgoing, body);
    if (isMediaType(contentType, 'text/event-stream')) {
      this.#takeStream(outgoing, body, sessionId ?? this.#options.state.sessionId);
      return;
    }
    void discardBody(body);
    const reply = response.status === 202 ? 'HTTP 202, without an answer' : (contentType ?? 'no content type');
    throw badResponse(
      `The server replied to ${outgoing.method ?? 'a batch'} with ${reply}, not with application/json or text/event-stream`,
      {
        details: { status: response.status, contentType },
      },
    );
  }

  async #takeJson(outgoing: Outgoing, body: HttpBody): Promise<void> {
    const { state, maxMessageBytes } = this.#options;
    const { request } = outgoing;
    const text = await readText(body, { maxBytes: maxMessageBytes }).catch((error: unknown) => {
      throw toTransportError(error);
    });
    const parsed = parse(text);
    if (request && !Array.isArray(parsed) && !('method' in parsed) && !isJsonRpcError(parsed) && parsed.id === request.id) {
      this.#answer(outgoing, parsed);
      return;
    }
    const awaited = new Set(awaitedOf(outgoing));
    let fault: JsonRpcError | undefined;
    for (const item of Array.isArray(parsed) ? parsed : [parsed]) {
      if (isJsonRpcError(item)) fault = item;
      else if ('method' in item) state.deliver(item);
      else if (item.id !== undefined && awaited.delete(item.id)) this.#answer(outgoing, item);
      else if ('error' in item) fault = JsonRpcError.fromResponse(item);
      else state.deliver(item);
    }
    if (awaited.size === 0) return;
    const why = fault ? ` ${fault.message}.` : '';
    const error = badResponse(`The reply answers nothing that was asked.${why} It begins: ${quote(text)}`, { cause: fault });
    // Some of a batch may have been answered, so that it has not failed as a whole.
    if (request) throw error;
    for (const id of awaited) state.deliver(connectionLost(id, error));
  }

  #takeStream(outgoing: Outgoing, body: HttpBody, sessionId: string | undefined): void {
    const { streams } = this.#options;
    const { options, modernVersion, request } = outgoing;
    const isWanted = request === undefined || this.#underWay.get(request.id) !== false;
    const stream = streams.create({
      awaited: new Set(isWanted ? awaitedOf(outgoing) : []),
      isResumable: modernVersion === undefined,
      sessionId,
      options,
      onanswer: this.#needsLook(outgoing) ? (response) => this.#look(outgoing, response) : undefined,
    });
    stream.read(body);
  }

  #answer(outgoing: Outgoing, response: JsonRpcResponse): void {
    const delivered = this.#needsLook(outgoing) ? this.#look(outgoing, response) : response;
    if (delivered) this.#options.state.deliver(delivered);
  }

  #needsLook(outgoing: Outgoing): boolean {
    return outgoing.onanswer !== undefined || isInitialize(outgoing) || isToolList(outgoing);
  }

  /** Sees an answer before it is handed over. */
  #look(outgoing: Outgoing, response: JsonRpcResponse): JsonRpcResponse | undefined {
    const seen = isToolList(outgoing) ? this.#options.tools.learn(response) : response;
    if (outgoing.onanswer) return outgoing.onanswer(seen);
    if (isInitialize(outgoing) && 'result' in seen) this.#options.oninitialized((seen.result ?? {}) as Params);
    return seen;
  }

  #headersOf(outgoing: Outgoing, hasSession: boolean): HeaderFields {
    const { state, headers, tools } = this.#options;
    const { modernVersion, message, method, options } = outgoing;
    let fields: HeaderFields;
    if (modernVersion === undefined) {
      fields = hasSession ? headers.inSession(state.sessionId, state.protocolVersion) : headers.post;
    } else {
      const single = message as JsonRpcRequest | JsonRpcNotification;
      fields = { ...headers.post, ...createRequestHeaders(single, modernVersion) };
      if (method === 'tools/call' && !hasParamHeaders(options.headers)) fields = { ...fields, ...tools.headersOf(single.params) };
    }
    return options.headers ? { ...fields, ...permitted(options.headers) } : fields;
  }

  /**
   * The server misses `Mcp-Param-*` headers, or finds them wrong: the list of tools may have changed.
   * @returns whether there are other headers to send now
   */
  async #learnsParamHeaders(outgoing: Outgoing, sent: HeaderFields): Promise<boolean> {
    const { state, tools } = this.#options;
    const { request, options } = outgoing;
    // Whoever sets these headers knows the schema better.
    if (request?.method !== 'tools/call' || outgoing.isRepeated || hasParamHeaders(options.headers)) return false;
    try {
      await refreshTools(request, (page) => this.ask({ ...page, id: this.createId() }));
    } catch (error) {
      state.report(error as Error);
      return false;
    }
    const now = tools.headersOf(request.params) ?? {};
    const before = Object.entries(sent).filter(([name]) => name.startsWith(HeaderName.ParamPrefix));
    return before.length !== Object.keys(now).length || before.some(([name, value]) => now[name] !== value);
  }
}

function isInitialize({ method, request }: Outgoing): boolean {
  return method === 'initialize' && request !== undefined;
}

function isToolList({ method, modernVersion }: Outgoing): boolean {
  return method === 'tools/list' && modernVersion !== undefined;
}

function hasParamHeaders(headers: HeaderFields | undefined): boolean {
  return headers !== undefined && Object.keys(headers).some((name) => name.toLowerCase().startsWith(HeaderName.ParamPrefix));
}

/** A 401 or 403 is the authorization layer's, and from 500 on what is broken need not be the server itself. */
function mayAnswer(status: number): boolean {
  return status >= 400 && status < 500 && status !== 401 && status !== 403;
}

/** The error that the body of an HTTP error answers the request with, if it does. */
function errorAnswerTo(request: JsonRpcRequest | undefined, text: string): JsonRpcErrorResponse | undefined {
  if (!request) return undefined;
  const parsed = parse(text);
  if (Array.isArray(parsed) || isJsonRpcError(parsed) || 'method' in parsed) return undefined;
  const message: JsonRpcMessage = parsed;
  return 'error' in message && message.id === request.id ? message : undefined;
}
