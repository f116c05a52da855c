import type { HttpClient, HttpClientRequest, HttpClientResponse } from '@mcpwire/http';
import { createHttpClient } from '@mcpwire/http/client';
import {
  Authorization,
  createAuthorizationFetch,
  createUserFetch,
  describeStatus,
  followRedirects,
  needsFetch,
  type RedirectPolicy,
  readErrorText,
  toRedirectPolicy,
  UserWaits,
  whyNotFollowed,
} from '@mcpwire/http/client/transport-parts';
import { TransportError } from '@mcpwire/jsonrpc';
import { statusError, toTransportError } from './errors.js';
import { DEFAULT_MAX_ERROR_BODY_BYTES, type StreamableHTTPClientTransportOptions } from './options.js';
import { type HeaderFields, harmless } from './request-headers.js';

export interface EndpointRequest {
  readonly method: 'POST' | 'GET' | 'DELETE';
  readonly headers: HeaderFields;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The MCP endpoint of a server: sends requests there with a token, if there is one, follows redirects as far as they may be followed, and
 * repeats what was refused for want of authorization. Without a provider and a redirect, a request costs one `await`.
 */
export class Endpoint {
  readonly url: string;
  readonly #options: StreamableHTTPClientTransportOptions;
  readonly #maxErrorBodyBytes: number;
  readonly #authorization: Authorization;
  readonly #redirects: RedirectPolicy;
  /** For the provider of tokens. */
  readonly #waits = new UserWaits();
  #client: HttpClient | undefined;

  constructor(url: string | URL, options: StreamableHTTPClientTransportOptions) {
    const { username, password, protocol } = new URL(url);
    if (protocol !== 'http:' && protocol !== 'https:') throw new TypeError(`The URL of an MCP endpoint is http or https, not ${protocol}`);
    if (username !== '' || password !== '') {
      throw new TypeError('The URL of an MCP endpoint holds no credentials: pass them as requestInit.headers or by an authProvider');
    }
    this.url = String(url);
    this.#options = options;
    this.#maxErrorBodyBytes = options.maxErrorBodyBytes ?? DEFAULT_MAX_ERROR_BODY_BYTES;
    this.#redirects = toRedirectPolicy(options.redirectPolicy, options.requestInit);
    this.#authorization = new Authorization({
      ...options,
      serverUrl: this.url,
      fetchFn: createAuthorizationFetch(options, this.url),
      maxErrorBodyBytes: this.#maxErrorBodyBytes,
      createError: (code, message, details) => new TransportError(code, message, { details }),
    });
  }

  /** Finishes an OAuth flow. */
  finishAuth(codeOrParams: string | URLSearchParams, iss?: string): Promise<void> {
    return this.#authorization.finish(codeOrParams, iss);
  }

  /**
   * Sends a request. A response is none that a redirect or a fresh token could mend.
   * @throws TransportError when there is no response, or `unauthorized` or `forbidden`
   */
  request(request: EndpointRequest): Promise<HttpClientResponse> {
    return this.#authorization.isProvided ? this.#withToken(request) : this.#send(request, request.headers);
  }

  /** The error that a response stands for, whose body is read for it. */
  async toError(method: string, response: HttpClientResponse): Promise<{ error: Error; text: string }> {
    const { status } = response;
    const text = await readErrorText(response.body, this.#maxErrorBodyBytes);
    if (status === 401) return { error: this.#authorization.toError({ response, text }), text };
    const why = whyNotFollowed(this.url, method, response, this.#redirects);
    const message = why === undefined ? describeStatus(method, status, text) : `${describeStatus(method, status, '')}: ${why}`;
    return { error: statusError(status === 403 ? 'forbidden' : 'http-status', message, { status, text }), text };
  }

  /** Breaks off what is under way and closes every connection. */
  async close(): Promise<void> {
    this.#waits.endAll(new TransportError('closed', 'The transport is closed.'));
    // Made now if there is none, so that nothing can be requested any more.
    await this.#http.close();
  }

  get #http(): HttpClient {
    this.#client ??= createHttpClient({
      ...this.#options.http,
      headersTimeoutMs: this.#options.headersTimeoutMs,
      ...(needsFetch(this.#options) && { fetch: createUserFetch(this.#options) as typeof fetch }),
    });
    return this.#client;
  }

  async #withToken(request: EndpointRequest): Promise<HttpClientResponse> {
    try {
      const exchange = this.#authorization.request(async (token) => {
        const headers = token === undefined ? request.headers : { ...request.headers, authorization: `Bearer ${token}` };
        return { response: await this.#send(request, headers) };
      });
      return (await this.#waits.during(exchange, request.signal, aborted)).response;
    } catch (error) {
      throw toTransportError(error);
    }
  }

  async #send({ method, body, signal }: EndpointRequest, headers: HeaderFields): Promise<HttpClientResponse> {
    const request: HttpClientRequest = { url: this.url, method, headers, body, signal };
    try {
      const response = await this.#http.request(request);
      if (response.status < 300 || response.status >= 400) return response;
      return (await followRedirects(this.#http, request, response, this.#redirects, harmless)).response;
    } catch (error) {
      throw toTransportError(error);
    }
  }
}

function aborted(signal: AbortSignal): TransportError {
  return new TransportError('aborted', 'The request was aborted.', { cause: signal.reason });
}
