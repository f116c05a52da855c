import type { HttpClient, HttpClientResponse } from '@mcpwire/http';
import { createHttpClient } from '@mcpwire/http/client';
import {
  Authorization,
  createAuthorizationFetch,
  createUserFetch,
  type FetchLike,
  followRedirects,
  needsFetch,
  type Redirected,
  type RedirectPolicy,
  readErrorText,
  toRedirectPolicy,
  UserWaits,
  whyNotFollowed,
} from '@mcpwire/http/client/transport-parts';
import { TransportError } from '@mcpwire/jsonrpc';
import { statusError, toTransportError } from './errors.js';
import type { SSEClientTransportOptions } from './options.js';

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
  readonly #redirects: RedirectPolicy;
  readonly #maxErrorBodyBytes: number;
  /** For the provider of tokens. */
  readonly #waits = new UserWaits();
  /** Why it was closed. */
  #closedBy: Error | undefined;

  constructor(authorization: Authorization, options: SSEClientTransportOptions) {
    this.#authorization = authorization;
    const { requestInit, eventSourceInit } = options;
    this.#userHeaders = Object.fromEntries(new Headers(requestInit?.headers ?? undefined));
    this.#redirects = toRedirectPolicy(options.redirectPolicy, requestInit);
    this.#maxErrorBodyBytes = maxErrorBodyBytesOf(options);

    const postFetch = needsFetch(options) ? createUserFetch(options) : undefined;
    this.#postClient = createClient(postFetch, options);
    const streamInit: RequestInit | undefined = eventSourceInit?.withCredentials ? { ...requestInit, credentials: 'include' } : requestInit;
    const ownFetch = eventSourceInit?.fetch as FetchLike | undefined;
    const streamFetch =
      ownFetch || eventSourceInit?.withCredentials
        ? createUserFetch({ fetch: ownFetch ?? options.fetch, requestInit: streamInit })
        : undefined;
    this.#streamClient = streamFetch ? createClient(streamFetch, options) : this.#postClient;
  }

  /**
   * @returns a response that is a success, and the URL that gave it
   * @throws TransportError (as a rejection) for any other, and when there is none; what an `authProvider` threw; what `close` was given
   */
  async request(exchange: Exchange): Promise<{ response: HttpClientResponse; url: URL }> {
    const { response, url } = this.#authorization.isProvided
      ? await this.#waits.during(this.#authorization.request((token) => this.#send(exchange, token)))
      : await this.#send(exchange, undefined);
    if (response.status >= 200 && response.status < 300) return { response, url: new URL(url) };
    throw await this.#toError(exchange, response, url);
  }

  /** Breaks off whatever is under way, with `error`. Resolves when every connection is closed. */
  async close(error: Error): Promise<void> {
    this.#closedBy ??= error;
    this.#waits.endAll(this.#closedBy);
    await Promise.all([this.#postClient.close(), this.#streamClient.close()]);
  }

  async #send({ method, url, headers: own, body, timeoutMs }: Exchange, token: string | undefined): Promise<Redirected> {
    const client = method === 'GET' ? this.#streamClient : this.#postClient;
    const headers: Record<string, string> = { ...this.#userHeaders, ...own };
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    const request = { url: url.href, method, headers, headersTimeoutMs: timeoutMs, ...(body !== undefined && { body }) };
    try {
      const response = await client.request(request);
      if (response.status < 300 || response.status > 399) return { response, url: request.url };
      // The user's headers may be credentials; the transport's own are not.
      return await followRedirects(client, request, response, this.#redirects, () => own);
    } catch (error) {
      throw this.#closedBy ?? toTransportError(error);
    }
  }

  async #toError({ method, url }: Exchange, response: HttpClientResponse, lastUrl: string): Promise<Error> {
    const { status, headers } = response;
    const text = await readErrorText(response.body, this.#maxErrorBodyBytes);
    if (status === 401) return this.#authorization.toError({ response, text });
    const { location } = headers;
    const why = whyNotFollowed(lastUrl, method, response, this.#redirects);
    const what = why === undefined ? `${method} ${url.href}` : `${method} ${url.href} (${why})`;
    return statusError(what, { status, text, ...(location !== undefined && { location }) }, method === 'POST');
  }
}

/** Tokens for every connection of one transport. */
export function createAuthorization(serverUrl: URL, options: SSEClientTransportOptions): Authorization {
  return new Authorization({
    ...options,
    serverUrl,
    fetchFn: createAuthorizationFetch(options, serverUrl),
    maxErrorBodyBytes: maxErrorBodyBytesOf(options),
    createError: (code, message, details) => new TransportError(code, message, { details }),
  });
}

function maxErrorBodyBytesOf({ maxErrorBodyBytes = DEFAULT_MAX_ERROR_BODY_BYTES }: SSEClientTransportOptions): number {
  return maxErrorBodyBytes;
}

function createClient(fetchFn: FetchLike | undefined, options: SSEClientTransportOptions): HttpClient {
  return createHttpClient({ ...options.http, ...(fetchFn && { fetch: fetchFn as typeof fetch }) });
}
