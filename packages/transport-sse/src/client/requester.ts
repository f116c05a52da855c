import type { HttpClient, HttpClientResponse } from '@mcpwire/http';
import { createHttpClient } from '@mcpwire/http/client';
import type { Authorization } from './authorization.js';
import { readErrorText } from './error-text.js';
import { statusError, toTransportError } from './errors.js';
import type { FetchLike, SSEClientTransportOptions } from './options.js';
import { isSameOrigin, MAX_REDIRECTS, type RedirectPolicy, redirectTarget } from './redirect.js';

const DEFAULT_MAX_ERROR_BODY_BYTES = 64 * 1024;

export interface Exchange {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  /** The transport's own, which come before the user's. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly timeoutMs: number;
}

/**
 * Sends the requests of one connection: with the user's headers and a token, which it renews once, and along the redirects that may be
 * followed. It has HTTP clients of its own, because what a signal costs grows with the requests that listen to it.
 */
export class Requester {
  readonly #authorization: Authorization;
  readonly #streamClient: HttpClient;
  readonly #postClient: HttpClient;
  readonly #userHeaders: Readonly<Record<string, string>>;
  readonly #redirects: RedirectPolicy | 'none';
  readonly #maxErrorBodyBytes: number;
  /** Why it was closed. */
  #closedBy: Error | undefined;

  constructor(authorization: Authorization, options: SSEClientTransportOptions) {
    this.#authorization = authorization;
    const { requestInit, eventSourceInit } = options;
    this.#userHeaders = Object.fromEntries(new Headers(requestInit?.headers ?? undefined));
    const noRedirects = requestInit?.redirect === 'error' || requestInit?.redirect === 'manual';
    this.#redirects = noRedirects ? 'none' : (options.redirectPolicy ?? 'same-origin');
    this.#maxErrorBodyBytes = options.maxErrorBodyBytes ?? DEFAULT_MAX_ERROR_BODY_BYTES;

    const postFetch = options.fetch || isForFetch(requestInit) ? fetchWith(options.fetch, requestInit) : undefined;
    this.#postClient = createClient(postFetch, options);
    const streamInit: RequestInit | undefined = eventSourceInit?.withCredentials ? { ...requestInit, credentials: 'include' } : requestInit;
    const ownFetch = eventSourceInit?.fetch as FetchLike | undefined;
    const streamFetch = ownFetch || eventSourceInit?.withCredentials ? fetchWith(ownFetch ?? options.fetch, streamInit) : undefined;
    this.#streamClient = streamFetch ? createClient(streamFetch, options) : this.#postClient;
  }

  /**
   * @returns a response that is a success, and the URL that gave it
   * @throws TransportError (as a rejection) for any other, and when there is none; what an `authProvider` threw; what `close` was given
   */
  async request(exchange: Exchange): Promise<{ response: HttpClientResponse; url: URL }> {
    const what = `${exchange.method} ${exchange.url.href}`;
    for (let renewed = false; ; renewed = true) {
      const token = this.#authorization.isProvided ? await this.#authorization.token() : undefined;
      const { response, url } = await this.#send(exchange, token);
      const { status } = response;
      if (status >= 200 && status < 300) return { response, url };
      const text = await readErrorText(response.body, this.#maxErrorBodyBytes);
      if (status === 401 && !renewed) await this.#authorization.renew(what, response, text, token);
      else throw this.#toError(what, exchange, response, text);
    }
  }

  /** Breaks off whatever is under way, with `error`. Resolves when every connection is closed. */
  async close(error: Error): Promise<void> {
    this.#closedBy ??= error;
    await Promise.all([this.#postClient.close(), this.#streamClient.close()]);
  }

  async #send(exchange: Exchange, token: string | undefined): Promise<{ response: HttpClientResponse; url: URL }> {
    const { method, body, timeoutMs } = exchange;
    const client = method === 'GET' ? this.#streamClient : this.#postClient;
    let { url } = exchange;
    let headers: Record<string, string> = { ...this.#userHeaders, ...exchange.headers };
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    for (let redirects = 0; ; redirects++) {
      let response: HttpClientResponse;
      try {
        response = await client.request({ url, method, headers, headersTimeoutMs: timeoutMs, ...(body !== undefined && { body }) });
      } catch (error) {
        throw this.#closedBy ?? toTransportError(error);
      }
      if (response.status < 300 || response.status > 399 || redirects === MAX_REDIRECTS || this.#redirects === 'none')
        return { response, url };
      const target = redirectTarget(response.status, response.headers.location, { url, method }, this.#redirects);
      if (!target) return { response, url };
      response.body.cancel();
      if (!isSameOrigin(url, target)) {
        // The user's headers may be credentials; the transport's own are not.
        headers = { ...exchange.headers };
      }
      url = target;
    }
  }

  #toError(what: string, { method }: Exchange, { status, headers }: HttpClientResponse, text: string): Error {
    const { location, 'www-authenticate': wwwAuthenticate } = headers;
    const to =
      status >= 300 && status < 400 && location !== undefined
        ? `${what}, redirected to ${location.slice(0, 200)}, which is not followed,`
        : what;
    return statusError(
      to,
      { status, text, ...(wwwAuthenticate !== undefined && { wwwAuthenticate }), ...(location !== undefined && { location }) },
      method === 'POST',
    );
  }
}

/** What requests to an authorization server are sent with. */
export function authorizationFetch(options: SSEClientTransportOptions): FetchLike {
  return fetchWith(options.fetch, options.requestInit);
}

function createClient(fetchFn: FetchLike | undefined, options: SSEClientTransportOptions): HttpClient {
  return createHttpClient({ ...options.http, ...(fetchFn && { fetch: fetchFn as typeof fetch }) });
}

/** `fetch` with what the user wants of every request. What the transport says of a request comes before it. */
function fetchWith(fetchFn: FetchLike | undefined, requestInit: RequestInit | undefined): FetchLike {
  const { headers: _, signal: __, method: ___, body: ____, ...rest } = requestInit ?? {};
  // As it is when the request is made: what instruments `fetch` does so late.
  return (url, init) => (fetchFn ?? fetch)(url, { ...rest, ...init });
}

/** Whether there is something in it that only `fetch` can do. */
function isForFetch(requestInit: RequestInit | undefined): boolean {
  return Object.keys(requestInit ?? {}).some((name) => !['headers', 'method', 'body', 'signal', 'redirect'].includes(name));
}
