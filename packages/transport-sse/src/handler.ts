import {
  type Authenticate,
  authenticated,
  type ChallengeOptions,
  type CloseOptions,
  guarded,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  type OriginGuardOptions,
  textResponse,
} from '@mcpwire/http';
import { type ConnectionSettings, type SSEConnection, STREAM_HEADERS } from './connection.js';
import {
  DEFAULT_MAX_SESSIONS,
  DEFAULT_MESSAGE_PATH,
  DEFAULT_SESSION_ID_PARAM,
  DEFAULT_SESSION_IDLE_MS,
  DEFAULT_SSE_PATH,
} from './defaults.js';
import { type SSEServerLimits, toConnectionSettings } from './options.js';
import { unknownSession } from './posted-transport.js';
import { createToEndpoint, queryValue, type ToEndpoint } from './server-endpoint.js';
import { Session } from './session.js';
import { Sessions } from './sessions.js';

export interface SSEHandlerOptions extends SSEServerLimits, OriginGuardOptions {
  /**
   * A client has connected: give its transport to a server, `await server.connect(transport)`. The client gets its stream once the
   * promise resolves. What it rejects with is the answer: an `HttpError`'s status, else 500.
   */
  onconnect: (transport: SSEConnection, request: HttpRequest) => void | Promise<void>;
  /** Where clients open their stream. Default `/sse`. */
  ssePath?: string | undefined;
  /** Where clients post to. Default `/messages`. */
  messagePath?: string | undefined;
  /**
   * What clients are told to post to, where it is not `messagePath` below the path that Express has mounted this at: a path, a URL, or
   * a relative reference such as `messages`, which any proxy may put under a prefix. A function is asked for every client.
   */
  endpoint?: string | ((request: HttpRequest) => string) | undefined;
  /** The query parameter for the session's id. Default `sessionId`; the official SDK for Python has `session_id`. */
  sessionIdParam?: string | undefined;
  /** Must not be guessable. Default: a random UUID. */
  sessionIdGenerator?: (() => string) | undefined;
  /** Lets clients in, on both endpoints. A session is bound to the principal that opened it. Default: everyone. */
  authenticate?: Authenticate | undefined;
  /** What clients that are not let in are told, beside the status. */
  challenge?: ChallengeOptions | undefined;
  /** Sessions at once. Past it, one that was idle for `sessionIdleMs` is closed; without one, new clients get 503. Default 10,000. */
  maxSessions?: number | undefined;
  /** How long a session must have posted nothing before it may have to make room. None is closed for being idle alone. Default 30 min. */
  sessionIdleMs?: number | undefined;
}

/** Serves both endpoints, through any adapter of `@mcpwire/http`. */
export interface SSEHandler extends HttpHandler, AsyncDisposable {
  /** The open connections by their session ids; live. */
  readonly connections: ReadonlyMap<string, SSEConnection>;
  /**
   * Takes no more clients (503). Each connection is closed once its requests are answered, and after `graceMs` (default 5 s) whether they
   * are or not. Resolves when none is left. Call it before the server's own `close`, or let that do the same.
   */
  close(options?: CloseOptions): Promise<void>;
}

const DEFAULT_CLOSE_GRACE_MS = 5_000;

/**
 * The server's side of HTTP+SSE: both endpoints, the sessions, their limits, and the guard against other sites' pages. Everything is
 * checked at once here, so a wrong option fails where it was written.
 *
 * @throws TypeError or RangeError for an option that can't be
 * @see https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse
 */
export function createSSEHandler(options: SSEHandlerOptions): SSEHandler {
  const server = new SSEServer(options);
  let handler: HttpHandler = (request) => server.handle(request);
  if (options.authenticate) handler = authenticated(handler, options.authenticate, options.challenge);
  handler = guarded(handler, options);
  return Object.defineProperties(handler, {
    connections: { value: server.sessions.byId },
    close: { value: (closeOptions?: CloseOptions) => server.close(closeOptions?.graceMs) },
    [Symbol.asyncDispose]: { value: () => server.close() },
  }) as SSEHandler;
}

class SSEServer {
  readonly sessions: Sessions<Session>;
  readonly #options: SSEHandlerOptions;
  readonly #ssePath: string;
  readonly #messagePath: string;
  readonly #sessionIdParam: string;
  readonly #settings: ConnectionSettings;
  readonly #toEndpoint: (request: HttpRequest) => ToEndpoint;
  /** What a client is told for which there is no room. */
  readonly #full: string;
  #draining = false;

  constructor(options: SSEHandlerOptions) {
    const { ssePath = DEFAULT_SSE_PATH, messagePath = DEFAULT_MESSAGE_PATH, sessionIdParam = DEFAULT_SESSION_ID_PARAM } = options;
    assertPath('ssePath', ssePath);
    assertPath('messagePath', messagePath);
    this.#options = options;
    this.#ssePath = ssePath;
    this.#messagePath = messagePath;
    this.#sessionIdParam = sessionIdParam;
    this.#settings = toConnectionSettings(options);
    this.#toEndpoint = createEndpoints(options, messagePath, sessionIdParam);
    const { maxSessions = DEFAULT_MAX_SESSIONS, sessionIdleMs = DEFAULT_SESSION_IDLE_MS } = options;
    this.sessions = new Sessions(maxSessions, sessionIdleMs);
    this.#full = `Too many sessions: maxSessions is ${maxSessions}, and none was idle for ${sessionIdleMs} ms. Try again later.\n`;
  }

  handle(request: HttpRequest): HttpResponse | Promise<HttpResponse> {
    const { path, method } = request;
    const isStream = path === this.#ssePath;
    const isMessages = path === this.#messagePath;
    if (isMessages && method === 'POST') return this.#post(request);
    if (isStream && method === 'GET') return this.#open(request);
    if (!isStream && !isMessages) return textResponse(404, 'Not Found\n');
    const allow = [...(isStream ? ['GET'] : []), ...(isMessages ? ['POST'] : [])].join(', ');
    return textResponse(405, 'Method Not Allowed\n', { allow });
  }

  async close(graceMs: number = DEFAULT_CLOSE_GRACE_MS): Promise<void> {
    this.#draining = true;
    for (const session of [...this.sessions.byId.values()]) session.retire();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([this.sessions.empty(), late]);
    clearTimeout(timer);
    await Promise.all([...this.sessions.byId.values()].map((session) => session.close()));
  }

  #post(request: HttpRequest): HttpResponse | Promise<HttpResponse> {
    const id = queryValue(request.query, this.#sessionIdParam);
    if (id === undefined || id === '') return textResponse(400, `The query parameter ${this.#sessionIdParam} is missing.\n`);
    const session = this.sessions.byId.get(id);
    // Somebody else's is as good as none: whether it exists is nobody's business.
    if (!session || session.principalId !== request.principal?.id) return unknownSession();
    return session.post(request, this.#options);
  }

  #open(request: HttpRequest): HttpResponse | Promise<HttpResponse> {
    if (this.#draining) return textResponse(503, 'The server is stopping.\n', { 'retry-after': 1 });
    if (!this.sessions.makeRoom()) return textResponse(503, this.#full, { 'retry-after': 30 });
    const id = this.#options.sessionIdGenerator?.() ?? crypto.randomUUID();
    if (typeof id !== 'string' || id === '' || this.sessions.byId.has(id)) {
      throw new TypeError('sessionIdGenerator must return a text that no open session has.');
    }
    const session = new Session(id, this.#toEndpoint(request)(id), this.#settings, this.sessions, request.principal?.id);
    this.sessions.add(session);
    const response: HttpResponse = { status: 200, headers: STREAM_HEADERS, body: (sink) => session.attach(sink) };
    try {
      const connected = this.#options.onconnect(session, request);
      if (!connected) return response;
      // Until there is a stream, nothing else tells of a client that goes.
      request.onclose = () => session.leave();
      return connected.then(
        () => {
          request.onclose = undefined;
          return response;
        },
        (error: unknown) => {
          request.onclose = undefined;
          throw this.#refused(session, error);
        },
      );
    } catch (error) {
      throw this.#refused(session, error);
    }
  }

  #refused(session: Session, thrown: unknown): unknown {
    session.fail(thrown instanceof Error ? thrown : new Error(`onconnect threw ${String(thrown)}`));
    return thrown;
  }
}

function assertPath(name: string, path: string): void {
  if (!/^\/[^?#\s]*$/.test(path)) throw new TypeError(`${name} must be a path such as /sse, not ${JSON.stringify(path)}`);
}

/** An endpoint is taken apart once where it is always the same, so that a connection costs a concatenation. */
function createEndpoints(options: SSEHandlerOptions, messagePath: string, sessionIdParam: string): (request: HttpRequest) => ToEndpoint {
  const { endpoint } = options;
  if (typeof endpoint === 'function') return (request) => createToEndpoint(endpoint(request), sessionIdParam);
  const fixed = createToEndpoint(endpoint ?? messagePath, sessionIdParam);
  if (endpoint !== undefined) return () => fixed;
  return (request) => {
    const mount = mountPathOf(request);
    return mount === '' ? fixed : createToEndpoint(mount + messagePath, sessionIdParam);
  };
}

/** Where Express, or what works like it, has mounted the handler: it takes that off the URL. */
function mountPathOf(request: HttpRequest): string {
  const { request: nodeRequest } = (request.native ?? {}) as { request?: { baseUrl?: unknown } };
  const baseUrl = nodeRequest?.baseUrl;
  // Two slashes would begin a host.
  return typeof baseUrl === 'string' ? baseUrl.replace(/^\/+/, '/') : '';
}
