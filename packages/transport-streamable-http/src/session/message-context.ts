import { type HttpRequest, toAuthInfo } from '@mcpwire/http';
import type { MessageContext } from '@mcpwire/jsonrpc';
import { toSafeUrl, toWebRequest } from '../server/lazy-request.js';
import { type SdkAuthInfo, SdkPrincipal } from './sdk-auth.js';

/** How a message's receiver closes the connections that its answer, or what it says by itself, would go to. */
export interface StreamClosers {
  closeSSEStream: (() => void) | undefined;
  closeStandaloneSSEStream: (() => void) | undefined;
}

/** What is known of a message by the HTTP request that brought it. Nothing of it is made before somebody asks. */
export class HttpMessageContext implements MessageContext {
  readonly #request: HttpRequest;
  readonly #closers: StreamClosers | undefined;
  #requestInfo: RequestInfo | undefined;
  #webRequest: Request | undefined;

  constructor(request: HttpRequest, closers: StreamClosers | undefined) {
    this.#request = request;
    this.#closers = closers;
  }

  get requestInfo(): RequestInfo {
    this.#requestInfo ??= new RequestInfo(this.#request);
    return this.#requestInfo;
  }

  /** A web `Request` without its body, which is read already. */
  get request(): Request {
    this.#webRequest ??= toWebRequest(this.#request);
    return this.#webRequest;
  }

  get authInfo(): SdkAuthInfo | undefined {
    const { principal } = this.#request;
    return principal instanceof SdkPrincipal ? principal.authInfo : principal && toAuthInfo(principal);
  }

  get closeSSEStream(): (() => void) | undefined {
    return this.#closers?.closeSSEStream;
  }

  get closeStandaloneSSEStream(): (() => void) | undefined {
    return this.#closers?.closeStandaloneSSEStream;
  }
}

/** The request as SDK v1 shows it. */
class RequestInfo {
  readonly headers: Record<string, string | string[] | undefined>;
  readonly #request: HttpRequest;

  constructor(request: HttpRequest) {
    this.#request = request;
    this.headers = request.headers;
  }

  get url(): URL {
    return toSafeUrl(this.#request);
  }
}
