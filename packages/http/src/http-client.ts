import type { HttpBody } from './body.js';
import type { HttpHeaders } from './message.js';

export interface HttpClientRequest {
  readonly url: string | URL;
  /** Default GET. */
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | undefined;
  /** Gives the request up, at whatever point it is. After the response's last byte it does nothing. */
  readonly signal?: AbortSignal | undefined;
  /** From sending the request to the response's headers; 0 for no limit. Default: the client's. */
  readonly headersTimeoutMs?: number | undefined;
}

export interface HttpClientResponse {
  readonly status: number;
  /** Names in lower case; a field that came several times is joined with `, `. */
  readonly headers: HttpHeaders;
  /** Read it (`readBytes`, `readText`, `body.read`) or get rid of it (`discardBody`): until then it holds its connection. */
  readonly body: HttpBody;
}

/**
 * Sends requests, one at a time or many. Redirects are never followed: the 3xx is the response. Once the headers are
 * there, no clock runs: a stream may be quiet for as long as it likes.
 */
export interface HttpClient {
  /** @throws HttpClientError (as a rejection) when there is no response. */
  request(request: HttpClientRequest): Promise<HttpClientResponse>;
  /** Breaks off whatever is under way and closes every connection. What is requested after that is rejected with `closed`. */
  close(): Promise<void>;
}

export interface HttpClientOptions {
  /** Sends the requests instead. Its own redirects and timeouts are its own affair; it is asked for `redirect: 'manual'`. */
  fetch?: typeof fetch | undefined;
  /** From sending a request to the response's headers; 0 for no limit. Default 300 s. */
  headersTimeoutMs?: number | undefined;
}

export const DEFAULT_HEADERS_TIMEOUT_MS = 300_000;
