import { type HttpRequest, type Principal, toAuthInfo, toUrl } from '@mcpwire/http';
import type { JsonRpcRequest, MessageContext } from '@mcpwire/jsonrpc';
import type { RequestMeta } from '@mcpwire/protocol';
import { toWebRequest } from './lazy-request.js';

/**
 * What is known of a modern request, beside the transport that it comes on. Handlers find it as the context of the message. Nothing is
 * made of the HTTP request before somebody asks: few do, and a web `Request` is dear.
 */
export class StatelessContext implements MessageContext {
  readonly message: JsonRpcRequest;
  /** What the request says of its client: version, capabilities, name. */
  readonly meta: RequestMeta;
  readonly http: HttpRequest;
  #webRequest: Request | undefined;

  constructor(message: JsonRpcRequest, meta: RequestMeta, http: HttpRequest) {
    this.message = message;
    this.meta = meta;
    this.http = http;
  }

  /** Who sent it, where the endpoint is behind `authenticated`. */
  get principal(): Principal | undefined {
    return this.http.principal;
  }

  get requestInfo(): { headers: Record<string, string | string[] | undefined>; url?: URL | undefined } {
    return { headers: { ...this.http.headers }, url: toUrlOrNothing(this.http) };
  }

  /** A web `Request`: the runtime's own, or one without the body, which has been read. */
  get request(): unknown {
    this.#webRequest ??= toWebRequest(this.http);
    return this.#webRequest;
  }

  /** Of `principal`, or what a middleware has put on Node's request, as the official SDK's do. */
  get authInfo(): unknown {
    const { principal, native } = this.http;
    if (principal) return toAuthInfo(principal);
    return (native as { request?: { auth?: unknown } } | undefined)?.request?.auth;
  }
}

/** A Host may be what no URL can have. */
function toUrlOrNothing(http: HttpRequest): URL | undefined {
  try {
    return toUrl(http);
  } catch {
    return undefined;
  }
}
