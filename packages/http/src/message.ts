import type { HttpBody } from './body.js';
import type { BodySink } from './body-sink.js';
import type { Principal } from './principal.js';

/** Field names in lower case. A field that was sent several times arrives joined with `, `. */
export type HttpHeaders = Readonly<Record<string, string | undefined>>;

/** Field names in lower case; an array is sent as several fields of that name. A value with CR, LF or NUL is refused. */
export type HttpResponseHeaders = Readonly<Record<string, string | number | readonly string[]>>;

/** One request, the same whichever runtime received it. Nothing of it is decoded or normalised. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query as they were sent: `/mcp?x=1`. */
  readonly url: string;
  /** What stands before the `?` in `url`. */
  readonly path: string;
  /** What stands after the `?` in `url`, '' without one. */
  readonly query: string;
  /** `host` is set over HTTP/2 as well (from `:authority`). */
  readonly headers: HttpHeaders;
  /** Read it with `readBody` or `readBodyText`. What nobody reads is thrown away. */
  readonly body: HttpBody;
  /** Aborts when the client is gone before it has the whole response. It costs something, so it is made when first asked for. */
  readonly signal: AbortSignal;
  /** True once nobody waits for a response any more: the client is gone, or has it. Costs nothing to ask. */
  readonly isClosed: boolean;
  /**
   * Called once when `isClosed` becomes true, with whether the client went before it had the whole response. A plain property, because an
   * AbortSignal for each request adds up; `signal` is for whatever takes signals.
   */
  onclose: ((aborted: boolean) => void) | undefined;
  /** The address of the other end of the connection: a proxy's, if there is one. */
  readonly remoteAddress: string | undefined;
  /** Whether this connection is TLS. Behind a proxy that ends TLS it is not. */
  readonly encrypted: boolean;
  /** '1.0', '1.1' or '2.0'; '' where the runtime does not tell. */
  readonly httpVersion: string;
  /** Who sent it, once `authenticated` or whoever stands in front has found out. */
  principal: Principal | undefined;
  /** The body as somebody in front has parsed it (`express.json()`). When it is set, `body` may already be used up. */
  parsedBody: unknown;
  /** What the runtime gave: `{ request, response }` of Node, or a `Request`. */
  readonly native: unknown;
}

/** Writes a response's body bit by bit. See `HttpResponse.body`. */
export type BodyWriter = (sink: BodySink) => void | Promise<void>;

export interface HttpResponse {
  /** 200 to 599. */
  readonly status: number;
  readonly headers?: HttpResponseHeaders | undefined;
  /**
   * The whole body, or a function that writes it. A function that returns a promise is done when that resolves, and the
   * response is cut off when it rejects. One that returns nothing calls `sink.end()` itself, whenever that is. It is not
   * called where the response can't have a body: for HEAD, 204 and 304.
   */
  readonly body?: string | Uint8Array | BodyWriter | undefined;
}

/**
 * Answers a request. Throw an `HttpError` to answer with its status. Anything else that is thrown is answered with 500,
 * told to `onerror`, and not shown to the client.
 */
export type HttpHandler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

/** A response of plain text. */
export function textResponse(status: number, text: string, headers?: HttpResponseHeaders): HttpResponse {
  return { status, headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' }, body: text };
}

/** The absolute URL that the client asked for, as far as this connection shows: its Host, and `https` over TLS. */
export function toUrl(request: HttpRequest): URL {
  const origin = `${request.encrypted ? 'https' : 'http'}://${request.headers.host ?? 'localhost'}`;
  // Concatenated, not resolved: a path that begins with // is a path, and would resolve to another host.
  return new URL(origin + (request.url.startsWith('/') ? request.url : `/${request.url}`));
}
