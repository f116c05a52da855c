import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { type HttpRequest, type HttpResponse, textResponse } from '@mcpwire/http';
import { openSink, toNodeHandler } from '@mcpwire/http/node';
import type { JsonRpcMessage, MessageContext } from '@mcpwire/jsonrpc';
import { check, isJsonRpcError, TransportError } from '@mcpwire/jsonrpc/transport-parts';
import { SSEConnection, STREAM_HEADERS } from './connection.js';
import { authOf } from './message-context.js';
import { type SSEServerLimits, toConnectionSettings } from './options.js';
import { unknownSession } from './posted-transport.js';
import { createToEndpoint } from './server-endpoint.js';

export { SSEConnection } from './connection.js';
export type { SSEServerLimits } from './options.js';

export interface SSEServerTransportOptions extends SSEServerLimits {
  /** Check Host and Origin, on the stream and on each POST. Default false, as in the official SDK. `createSSEHandler` checks always. */
  enableDnsRebindingProtection?: boolean | undefined;
  /** With the protection: the Host fields that are served, exactly as clients write them. Default: any. */
  allowedHosts?: string[] | undefined;
  /** With the protection: the Origins that are served. A request without one is. Default: any. */
  allowedOrigins?: string[] | undefined;
}

/** For this module only: what a transport answers to a POST. */
let respond: (transport: SSEServerTransport, request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

/**
 * The server's end of one connection on Node's own request and response objects: a drop-in for the official SDK's class of the same
 * name, where a program has its own routes and its own map of sessions. `createSSEHandler` has both built in, over HTTP/1.1 and HTTP/2.
 *
 * What is different from the SDK's: an absolute endpoint keeps its origin; a slow client holds `send` back; idle streams get comments;
 * `onclose` fires once; no answer repeats what was posted; another media type than JSON is answered with 415, and a body that is too
 * large with 413.
 *
 * @see https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse
 */
export class SSEServerTransport extends SSEConnection {
  static {
    respond = (transport, request) => transport.#respond(request);
  }

  readonly #res: ServerResponse | Http2ServerResponse;
  readonly #options: SSEServerTransportOptions;

  /**
   * @param endpoint where the client is to post to: a path, or a URL. The session's id is added as `sessionId`.
   * @param res the response to the GET request; the stream begins with `start`
   * @throws TypeError for an endpoint that can't be, RangeError for such a limit
   */
  constructor(endpoint: string, res: ServerResponse | Http2ServerResponse, options: SSEServerTransportOptions = {}) {
    const sessionId = crypto.randomUUID();
    super(sessionId, createToEndpoint(endpoint)(sessionId), toConnectionSettings(options));
    this.#res = res;
    this.#options = options;
  }

  /**
   * Answers a POST that is meant for this session.
   * @param parsedBody what a body parser in front has made of the body
   * @throws TransportError `not-started` before `start`, with the POST answered by 500
   */
  async handlePostMessage(
    req: IncomingMessage | Http2ServerRequest,
    res: ServerResponse | Http2ServerResponse,
    parsedBody?: unknown,
  ): Promise<void> {
    const answered = answer(this, req, res, parsedBody);
    if (!this.started && !this.closeReason) {
      await answered;
      throw new TransportError('not-started', 'A message was posted before the transport was started: call start() first.');
    }
    await answered;
  }

  /**
   * Takes a message that came by another way than a POST.
   * @throws JsonRpcError (as a rejection) if it is none; `onerror` is told too
   */
  async handleMessage(message: unknown, extra?: MessageContext): Promise<void> {
    const checked = check(message);
    if (isJsonRpcError(checked)) {
      this.report(new TransportError('malformed-message', `A message was refused. ${checked.message}`, { cause: checked }));
      throw checked;
    }
    this.receive(checked as JsonRpcMessage, extra);
  }

  /** What `handlePostMessage` answers. */
  #respond(request: HttpRequest): HttpResponse | Promise<HttpResponse> {
    if (this.closeReason) return unknownSession();
    if (!this.started) return textResponse(500, 'The event stream is not open yet.\n');
    const foreign = this.#foreign(request.headers.host, request.headers.origin);
    if (foreign) {
      this.report(new TransportError('forbidden', `A POST was refused: its ${foreign} is not allowed.`));
      return textResponse(403, `Forbidden: this server does not serve requests with this ${foreign}.\n`);
    }
    // Who opened the stream posts to it. A POST without credentials is let through by whoever let it through.
    const opener = (this.#res.req as { auth?: { clientId?: unknown } }).auth;
    const sender = authOf(request);
    if (opener?.clientId !== undefined && sender && sender.clientId !== opener.clientId) return unknownSession();
    return this.post(request, this.#options);
  }

  protected override async open(): Promise<void> {
    const res = this.#res;
    const { host, ':authority': authority, origin } = res.req.headers;
    const foreign = this.#foreign(host ?? (authority as string | undefined), origin);
    if (foreign) {
      (res as ServerResponse).writeHead(403).end(`Forbidden: this server does not serve requests with this ${foreign}.\n`);
      const error = new TransportError('forbidden', `The connection was refused: its ${foreign} is not allowed.`);
      this.fail(error);
      throw error;
    }
    if (res.headersSent || res.writableEnded || res.destroyed || res.req.method === 'HEAD') {
      const error = new TransportError(
        'write-failed',
        'No event stream can be written here: the response was begun already, its client is gone, or it is one to HEAD.',
      );
      this.fail(error);
      throw error;
    }
    this.attach(openSink(res, { status: 200, headers: STREAM_HEADERS }));
    await super.open();
  }

  /** The field that is not allowed; undefined if the request may pass. */
  #foreign(host: string | undefined, origin: string | undefined): 'Host' | 'Origin' | undefined {
    const { enableDnsRebindingProtection, allowedHosts, allowedOrigins } = this.#options;
    if (!enableDnsRebindingProtection) return undefined;
    if (allowedHosts && allowedHosts.length > 0 && (host === undefined || !allowedHosts.includes(host))) return 'Host';
    if (allowedOrigins && allowedOrigins.length > 0 && origin && !allowedOrigins.includes(origin)) return 'Origin';
    return undefined;
  }
}

/** The transport whose POST the one listener below is being called for, and the answer it gives. */
let current: SSEServerTransport | undefined;
let answering: Promise<unknown> | undefined;

/** One for all transports: a listener for each would weigh as much as the rest of an idle connection. */
const listener = toNodeHandler((request) => {
  const response = respond(current as SSEServerTransport, request);
  if (response instanceof Promise) answering = response;
  return response;
});

async function answer(
  transport: SSEServerTransport,
  req: IncomingMessage | Http2ServerRequest,
  res: ServerResponse | Http2ServerResponse,
  parsedBody: unknown,
): Promise<void> {
  current = transport;
  answering = undefined;
  // Calls the handler before it returns.
  listener(req, res, { parsedBody });
  current = undefined;
  try {
    await answering;
  } catch {
    // An HttpError is the answer, and `onerror` was told.
  }
}
