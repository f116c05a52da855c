import {
  type CloseOptions,
  createOriginGuard,
  DEFAULT_GRACE_MS,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
} from '@mcpwire/http';
import { ErrorCode, isJsonRpcError, type Params, type Parsed } from '@mcpwire/jsonrpc';
import { eraOf, HeaderName, hasRequestMeta, MetaKey, REVISIONS, unsupportedProtocolVersion } from '@mcpwire/protocol';
import { SessionTransport } from '../session/session.js';
import { type SessionSettings, toSessionSettings } from '../session/session-options.js';
import { Sessions } from '../session/sessions.js';
import { createMemoryBus, type SubscriptionBus } from './bus.js';
import type { ChangeEvent } from './change-event.js';
import type { StreamableHTTPHandlerOptions } from './handler-options.js';
import { readPost } from './read-post.js';
import { refuse, refuseForbidden, refuseInvalid, refuseMethod, toRefusal } from './refusal.js';
import { serveStateless } from './stateless.js';
import { type StatelessSettings, toStatelessSettings } from './stateless-settings.js';
import { toStreamSettings } from './stream-settings.js';
import { isThenable } from './thenable.js';
import { toError } from './thrown.js';

/** An `HttpHandler` with the sessions that it owns. */
export interface StreamableHTTPHandler extends HttpHandler {
  /** Open sessions, by their ids. */
  readonly sessions: Iterable<SessionTransport> & {
    readonly size: number;
    get(sessionId: string): SessionTransport | undefined;
  };
  /** Carries changes to `subscriptions/listen` streams; undefined without the option `subscriptions`. */
  readonly bus: SubscriptionBus | undefined;
  /** Tells the clients that have asked for it of a change. @throws TypeError (as a rejection) without the option `subscriptions` */
  notify(event: ChangeEvent): Promise<void>;
  /**
   * Opens no more sessions, ends the streams that owe nothing, waits for what is in flight, and ends the sessions: at the latest after
   * `graceMs` (default 5 s). What a session store has of them is kept. The HTTP server is closed beside it, or behind it.
   */
  close(options?: CloseOptions): Promise<void>;
}

/**
 * Serves the Model Context Protocol over Streamable HTTP at one endpoint, to clients of every revision: what a request carries decides
 * how it is served.
 *
 * @throws TypeError without `onsession` and `onrequest`, with `subscriptions` and no `onrequest`, or for a path, host or origin that is none;
 *   RangeError for a limit that is none
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning#compatibility-matrix
 */
export function createStreamableHTTPHandler(options: StreamableHTTPHandlerOptions): StreamableHTTPHandler {
  const endpoint = new Endpoint(options);
  const handler = (request: HttpRequest): HttpResponse | Promise<HttpResponse> => endpoint.serve(request);
  return Object.defineProperties(handler, {
    sessions: { value: endpoint.sessions },
    bus: { value: endpoint.bus },
    notify: { value: (event: ChangeEvent) => endpoint.notify(event) },
    close: { value: (closeOptions: CloseOptions = {}) => endpoint.close(closeOptions.graceMs ?? DEFAULT_GRACE_MS) },
  }) as unknown as StreamableHTTPHandler;
}

class Endpoint {
  readonly sessions: StreamableHTTPHandler['sessions'];
  readonly bus: SubscriptionBus | undefined;
  readonly #options: StreamableHTTPHandlerOptions;
  readonly #guard: ReturnType<typeof createOriginGuard>;
  readonly #sessionful: Sessions | undefined;
  /** For legacy requests that are served by themselves; undefined where there are sessions, or no legacy revision is spoken. */
  readonly #single: SessionSettings | undefined;
  readonly #modern: StatelessSettings | undefined;
  /** Serves modern requests instead. */
  readonly #delegate: HttpHandler | undefined;
  readonly #legacyVersions: readonly string[];
  readonly #onerror: (error: Error) => void;

  constructor(options: StreamableHTTPHandlerOptions) {
    const { onsession, onrequest, path, supportedProtocolVersions: versions = REVISIONS } = options;
    if (path !== undefined && !/^\/[^?#\s]*$/.test(path)) {
      throw new TypeError(`path must be a path such as /mcp, without query or host, not ${JSON.stringify(path)}`);
    }
    const delegate = typeof options.modern === 'function' ? options.modern : undefined;
    if (!onsession && !onrequest && !delegate) {
      throw new TypeError('createStreamableHTTPHandler needs onsession, onrequest, or a handler as `modern`.');
    }
    const legacy = versions.filter((version) => eraOf(version) !== 'modern');
    const modern = versions.filter((version) => eraOf(version) === 'modern');
    if (options.subscriptions && (!onrequest || modern.length === 0)) {
      throw new TypeError(
        'subscriptions needs onrequest, and 2026-07-28 among supportedProtocolVersions: it is the revision that has them.',
      );
    }
    const streams = toStreamSettings(options);
    this.#options = options;
    // Dates: the newest first, which a client is to choose.
    this.#legacyVersions = [...legacy].sort().reverse();
    this.#onerror = toReporter(options.onerror);
    this.#guard = createOriginGuard(options);
    const session = toSessionSettings({ ...options, supportedProtocolVersions: legacy, streams });
    if (onsession && legacy.length > 0) this.#sessionful = new Sessions({ ...options, onsession, onerror: this.#onerror }, session);
    else if (onrequest && legacy.length > 0) this.#single = { ...session, sessionIdGenerator: undefined, endsWhenAnswered: true };
    this.sessions = this.#sessionful ?? NO_SESSIONS;
    if (modern.length > 0) this.#delegate = delegate;
    if (onrequest && modern.length > 0 && !delegate) {
      const { subscriptions } = options;
      if (subscriptions) this.bus = (subscriptions !== true && subscriptions.bus) || createMemoryBus({ onerror: this.#onerror });
      this.#modern = toStatelessSettings(
        {
          ...(options.modern as Exclude<typeof options.modern, HttpHandler>),
          onrequest,
          protocolVersions: modern,
          replyMode: options.replyMode,
          subscriptions: this.bus && { ...(subscriptions === true ? undefined : subscriptions || undefined), bus: this.bus },
          onerror: this.#onerror,
        },
        streams,
        legacy,
      );
    }
    if (!this.#sessionful && !this.#single && !this.#modern && !this.#delegate) {
      throw new TypeError('supportedProtocolVersions names no revision that the callbacks given here could serve.');
    }
  }

  serve(request: HttpRequest): HttpResponse | Promise<HttpResponse> {
    const { path } = this.#options;
    if (path !== undefined && request.path !== path) return refuseInvalid(404, `Not found: the MCP endpoint of this server is ${path}`);
    const refused = this.#guard(request);
    if (refused) return refuseForbidden(refused);
    try {
      if (request.method === 'POST') return this.#post(request);
      if (request.method === 'GET' || request.method === 'DELETE') return this.#getOrDelete(request);
      return this.#refuseMethod();
    } catch (error) {
      return this.#failed(error);
    }
  }

  async notify(event: ChangeEvent): Promise<void> {
    if (!this.bus) throw new TypeError('notify needs the option subscriptions.');
    await this.bus.publish(event);
  }

  async close(graceMs: number): Promise<void> {
    this.#modern?.subscriptions?.close();
    await this.#sessionful?.close(graceMs);
  }

  #post(request: HttpRequest): Promise<HttpResponse> {
    const held = this.#sessionful?.hold(request);
    if (held) return held.then((refusal) => refusal ?? this.#post(request));
    return readPost(request, this.#options)
      .then((parsed) => this.#route(request, parsed))
      .catch((error: unknown) => this.#failed(error));
  }

  /** The revision that a request is of, and then the session, decide who serves it. */
  #route(request: HttpRequest, parsed: Parsed): HttpResponse | Promise<HttpResponse> {
    if (isModern(request, parsed)) {
      if (this.#delegate) return this.#hand(request, parsed, this.#delegate);
      if (this.#modern) return serveStateless(request, parsed, this.#modern);
      return this.#refuseModern(request, parsed);
    }
    if (this.#sessionful) return this.#sessionful.serve(request, parsed);
    if (this.#single) return this.#serveOnce(request, parsed, this.#single);
    if (this.#delegate) return this.#hand(request, parsed, this.#delegate);
    // Which tells the client what is spoken here.
    return serveStateless(request, parsed, this.#modern as StatelessSettings);
  }

  /** The body has been read, and is handed on as what it said. */
  #hand(request: HttpRequest, parsed: Parsed, handler: HttpHandler): HttpResponse | Promise<HttpResponse> {
    request.parsedBody ??= parsed;
    return handler(request);
  }

  #serveOnce(request: HttpRequest, parsed: Parsed, settings: SessionSettings): HttpResponse | Promise<HttpResponse> {
    const { onrequest } = this.#options;
    const transport = new SessionTransport(settings);
    const onfail = (error: unknown): HttpResponse => {
      transport.end({ kind: 'failed', error: toError(error) }, true);
      if (isJsonRpcError(error)) return refuse(400, error);
      this.#onerror(toError(error));
      return refuseInvalid(500, 'Internal error', { code: ErrorCode.InternalError });
    };
    try {
      const ready = onrequest?.(transport, { http: request, principal: request.principal });
      if (!isThenable(ready)) return this.#handleOnce(transport, request, parsed);
      return Promise.resolve(ready).then(() => this.#handleOnce(transport, request, parsed), onfail);
    } catch (error) {
      return onfail(error);
    }
  }

  /** A POST that is refused has no answer to close the transport behind. */
  #handleOnce(transport: SessionTransport, request: HttpRequest, parsed: Parsed): HttpResponse | Promise<HttpResponse> {
    // While `onrequest` took its time. Whose client is gone is refused below.
    if (request.isClosed) transport.end({ kind: 'peer-gone' }, true);
    const answer = transport.handle(request, parsed);
    if (transport.inFlight === 0) void transport.close();
    return answer;
  }

  #getOrDelete(request: HttpRequest): HttpResponse | Promise<HttpResponse> {
    if (!this.#sessionful || eraOf(request.headers[HeaderName.ProtocolVersion] ?? '') === 'modern') return this.#refuseMethod();
    const answer = this.#sessionful.serve(request);
    return answer instanceof Promise ? answer.catch((error: unknown) => this.#failed(error)) : answer;
  }

  #refuseMethod(): HttpResponse {
    return refuseMethod(this.#sessionful ? 'GET, POST, DELETE' : 'POST', 'Method not allowed');
  }

  #refuseModern(request: HttpRequest, parsed: Parsed): HttpResponse {
    const single = Array.isArray(parsed) ? undefined : parsed;
    const meta = single && 'method' in single ? (single.params?._meta as Record<string, unknown> | undefined) : undefined;
    const requested = meta?.[MetaKey.ProtocolVersion] ?? request.headers[HeaderName.ProtocolVersion];
    const error = unsupportedProtocolVersion(String(requested), this.#legacyVersions, single && 'id' in single ? single.id : undefined);
    return refuse(400, error);
  }

  #failed(error: unknown): HttpResponse {
    const refusal = toRefusal(error);
    if (refusal) return refusal;
    this.#onerror(toError(error));
    return refuseInvalid(500, 'Internal error', { code: ErrorCode.InternalError });
  }
}

const NO_SESSIONS: StreamableHTTPHandler['sessions'] = { size: 0, get: () => undefined, [Symbol.iterator]: () => [].values() };

/** By its `_meta`, or its header; but an `initialize` without such `_meta` is always of the revisions that have a handshake. */
function isModern(request: HttpRequest, parsed: Parsed): boolean {
  const method = 'method' in parsed ? parsed.method : undefined;
  if (method !== undefined && hasRequestMeta((parsed as { params?: Params }).params)) return true;
  const version = request.headers[HeaderName.ProtocolVersion];
  return version !== undefined && method !== 'initialize' && eraOf(version) === 'modern';
}

function toReporter(onerror: ((error: Error) => void) | undefined): (error: Error) => void {
  return (error) => {
    try {
      if (onerror) onerror(error);
      // biome-ignore lint/suspicious/noConsole: the last resort before silence; `onerror` takes its place
      else console.error(error);
    } catch {
      // A broken log must not cost the client its answer.
    }
  };
}
