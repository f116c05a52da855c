import { discardBody, type HttpClient, type HttpClientResponse } from '@mcpwire/http';
import { createHttpClient } from '@mcpwire/http/client';
import { Authorization, unauthorizedBy } from './authorization.js';
import { parseBearerChallenge } from './challenge.js';
import { readErrorText } from './error-body.js';
import { describeStatus, statusError, toTransportError } from './errors.js';
import { DEFAULT_MAX_ERROR_BODY_BYTES, type FetchLike, type StreamableHTTPClientTransportOptions } from './options.js';
import { MAX_REDIRECTS, parseRedirect } from './redirect.js';
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
  readonly #redirects: 'same-origin' | 'follow' | 'none';
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
    const redirect = options.requestInit?.redirect;
    this.#redirects = redirect === 'error' || redirect === 'manual' ? 'none' : (options.redirectPolicy ?? 'same-origin');
    this.#authorization = new Authorization({ ...options, serverUrl: this.url, fetchFn: this.#fetchForAuthorization() });
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
    const text = await readErrorText(response.body, this.#maxErrorBodyBytes);
    if (response.status === 401) return { error: unauthorizedBy({ response, text }), text };
    const redirect = parseRedirect(this.url, method, response.status, response.headers.location, 'same-origin');
    if (redirect) {
      const why = 'refusal' in redirect ? redirect.refusal : `more than ${MAX_REDIRECTS} redirects, or requestInit.redirect forbids it`;
      const message = `${describeStatus(method, response, '')}: the redirect was not followed, since ${why}`;
      return { error: statusError('http-status', message, { status: response.status, text }), text };
    }
    const code = response.status === 403 ? 'forbidden' : 'http-status';
    return { error: statusError(code, describeStatus(method, response, text), { status: response.status, text }), text };
  }

  /** Breaks off what is under way and closes every connection. */
  async close(): Promise<void> {
    // Made now if there is none, so that nothing can be requested any more.
    await this.#http.close();
  }

  get #http(): HttpClient {
    this.#client ??= createHttpClient({
      ...this.#options.http,
      headersTimeoutMs: this.#options.headersTimeoutMs,
      ...(this.#needsFetch() && { fetch: this.#fetch() as typeof fetch }),
    });
    return this.#client;
  }

  async #withToken(request: EndpointRequest): Promise<HttpClientResponse> {
    for (let renewed = false, widened = 0; ; ) {
      const token = await this.#authorization.token().catch((error: unknown) => {
        throw toTransportError(error);
      });
      const headers = token === undefined ? request.headers : { ...request.headers, authorization: `Bearer ${token}` };
      const response = await this.#send(request, headers);
      if (response.status === 401 && !renewed) {
        renewed = true;
        await this.#authorization.renew({ response, text: await readErrorText(response.body, this.#maxErrorBodyBytes) }, token);
      } else if (response.status === 403 && parseBearerChallenge(response.headers['www-authenticate']).error === 'insufficient_scope') {
        const text = await readErrorText(response.body, this.#maxErrorBodyBytes);
        await this.#authorization.widen({ response, text }, widened++);
      } else {
        return response;
      }
    }
  }

  async #send(request: EndpointRequest, headers: HeaderFields): Promise<HttpClientResponse> {
    const { method, body, signal } = request;
    try {
      const response = await this.#http.request({ url: this.url, method, headers, body, signal });
      if (response.status < 300 || response.status >= 400 || this.#redirects === 'none') return response;
      return await this.#follow(request, headers, response);
    } catch (error) {
      throw toTransportError(error);
    }
  }

  async #follow(request: EndpointRequest, headers: HeaderFields, redirected: HttpClientResponse): Promise<HttpClientResponse> {
    const { method, body, signal } = request;
    let response = redirected;
    let url = this.url;
    let fields = headers;
    for (let followed = 0; followed < MAX_REDIRECTS; followed++) {
      const policy = this.#redirects === 'follow' ? 'follow' : 'same-origin';
      const redirect = parseRedirect(url, method, response.status, response.headers.location, policy);
      if (!redirect || 'refusal' in redirect) break;
      await discardBody(response.body);
      if (!redirect.isSameOrigin) fields = harmless(fields);
      url = redirect.to.href;
      response = await this.#http.request({ url, method, headers: fields, body, signal });
    }
    return response;
  }

  #needsFetch(): boolean {
    const { fetch, requestInit } = this.#options;
    const handled = ['headers', 'method', 'body', 'signal', 'redirect'];
    return fetch !== undefined || Object.keys(requestInit ?? {}).some((member) => !handled.includes(member));
  }

  /** The user's `fetch`, or the runtime's, with what of `requestInit` only that can do. */
  #fetch(): FetchLike {
    const { fetch: own, requestInit } = this.#options;
    const { headers, method, body, signal, redirect, ...more } = requestInit ?? {};
    const send: FetchLike = own ?? ((input, init) => fetch(input, init));
    const asWished = redirect === 'error' || redirect === 'manual' ? { redirect } : {};
    return (input, init) => send(input, { ...more, ...init, ...asWished });
  }

  /** What the authorization flow sends its requests with: the user's headers stay with the server they are meant for. */
  #fetchForAuthorization(): FetchLike {
    const { fetch: own, requestInit } = this.#options;
    const send: FetchLike = own ?? ((input, init) => fetch(input, init));
    const { origin } = new URL(this.url);
    return (input, init) => {
      const { headers: mine, ...more } = requestInit ?? {};
      if (!mine || new URL(input).origin !== origin) return send(input, { ...more, ...init });
      const headers = new Headers(mine);
      new Headers(init?.headers).forEach((value, name) => {
        headers.set(name, value);
      });
      return send(input, { ...more, ...init, headers });
    };
  }
}
