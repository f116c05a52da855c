import { FetchClient } from './client/fetch-client.js';
import { UndiciClient, type UndiciClientOptions } from './client/undici-client.js';
import type { HttpClient, HttpClientOptions } from './http-client.js';

export type { ClientTlsOptions } from './client/undici-agent.js';
export type { UndiciClientOptions } from './client/undici-client.js';
export type { HttpClient, HttpClientOptions, HttpClientRequest, HttpClientResponse } from './http-client.js';

export interface NodeHttpClientOptions extends HttpClientOptions, UndiciClientOptions {}

/** A client over undici; over `fetch` when the caller passes one, and then the options that are undici's are not looked at. */
export function createHttpClient(options: NodeHttpClientOptions = {}): HttpClient {
  return options.fetch ? new FetchClient(options) : new UndiciClient(options);
}
