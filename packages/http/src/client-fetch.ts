import { FetchClient } from './client/fetch-client.js';
import type { HttpClient, HttpClientOptions } from './http-client.js';

export type { HttpClient, HttpClientOptions, HttpClientRequest, HttpClientResponse } from './http-client.js';

/** A client over `fetch`, for browsers, Bun, Deno and workers, and wherever the caller has a `fetch` of its own. */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  return new FetchClient(options);
}
