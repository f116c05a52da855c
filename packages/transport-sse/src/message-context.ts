import { type HttpRequest, toAuthInfo, toUrl } from '@mcpwire/http';
import type { MessageContext } from '@mcpwire/jsonrpc';

/**
 * What is known of a posted message. One object of one field for each: what it says is made when somebody asks, because few do and
 * a web `Request` costs more than the rest of the POST.
 */
export class PostContext implements MessageContext {
  readonly #http: HttpRequest;

  constructor(request: HttpRequest) {
    this.#http = request;
  }

  get requestInfo(): { headers: Record<string, string | string[] | undefined>; url?: URL | undefined } {
    return { headers: { ...this.#http.headers }, url: urlOf(this.#http) };
  }

  /** The web `Request`: the runtime's own where it has one, else a copy without the body, which has been read. */
  get request(): unknown {
    const { native, method, headers } = this.#http;
    if (typeof Request === 'undefined' || native instanceof Request) return native;
    const url = urlOf(this.#http);
    if (!url) return undefined;
    return new Request(url, {
      method,
      headers: Object.entries(headers).filter((field): field is [string, string] => field[1] !== undefined),
    });
  }

  get authInfo(): unknown {
    return this.#nativeAuth ?? (this.#http.principal && toAuthInfo(this.#http.principal));
  }

  /** What a middleware of the official SDK's has put on Node's request. */
  get #nativeAuth(): unknown {
    return authOf(this.#http);
  }
}

/** `req.auth` of Node's request, as `requireBearerAuth` of the official SDK sets it. */
export function authOf(request: HttpRequest): { clientId?: unknown } | undefined {
  const { request: nodeRequest } = (request.native ?? {}) as { request?: { auth?: { clientId?: unknown } } };
  return nodeRequest?.auth;
}

/** Undefined for a Host that no URL can have. */
function urlOf(request: HttpRequest): URL | undefined {
  try {
    return toUrl(request);
  } catch {
    return undefined;
  }
}
