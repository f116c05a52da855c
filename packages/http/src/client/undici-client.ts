import type { Dispatcher } from 'undici';
import { DEFAULT_HEADERS_TIMEOUT_MS, type HttpClient, type HttpClientRequest, type HttpClientResponse } from '../http-client.js';
import { HttpClientError } from '../http-client-error.js';
import { aborted } from './fetch-client.js';
import { readProxies } from './proxies.js';
import type { ClientTlsOptions, KnownProtocols, UndiciAgentOptions } from './undici-agent.js';
import { UndiciExchange } from './undici-exchange.js';

export interface UndiciClientOptions {
  headersTimeoutMs?: number | undefined;
  /** For a connection to be made, TLS included. Default 10 s. */
  connectTimeoutMs?: number | undefined;
  /** Connections to one origin at once. Streams hold one each over HTTP/1.1, so a low number can leave requests waiting. Default: no limit. */
  maxConnections?: number | undefined;
  tls?: ClientTlsOptions | undefined;
  /** Speak HTTP/2 where a server offers it over TLS. Not through a proxy. Default true. */
  http2?: boolean | undefined;
  /** Heed http_proxy, https_proxy and no_proxy, as they are when the client is made. Default true. */
  proxyFromEnvironment?: boolean | undefined;
  /** Another way to send: an `Agent`, `ProxyAgent` or interceptor of undici's. It stays the caller's to close. */
  dispatcher?: Dispatcher | undefined;
}

/** So many addresses are remembered taken apart: a program has a few. */
const MAX_REMEMBERED = 64;

/** A client over undici's dispatcher. undici is loaded for the first request: whoever imports this and talks over stdio does without. */
export class UndiciClient implements HttpClient {
  #dispatcher: Dispatcher | undefined;
  readonly #owned: UndiciAgentOptions | undefined;
  #protocols: KnownProtocols | undefined;
  #loading: Promise<void> | undefined;
  readonly #headersTimeoutMs: number;
  readonly #targets = new Map<string, { origin: string; path: string }>();
  readonly #active = new Set<UndiciExchange>();
  #closed = false;
  #destroyed: Promise<void> | undefined;

  constructor(options: UndiciClientOptions) {
    this.#headersTimeoutMs = options.headersTimeoutMs ?? DEFAULT_HEADERS_TIMEOUT_MS;
    if (options.dispatcher) this.#dispatcher = options.dispatcher;
    else {
      this.#owned = {
        tls: options.tls,
        http2: options.http2 ?? true,
        maxConnections: options.maxConnections,
        connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
        proxies: (options.proxyFromEnvironment ?? true) ? readProxies() : undefined,
      };
    }
  }

  request(request: HttpClientRequest): Promise<HttpClientResponse> {
    if (this.#closed) return Promise.reject(closed());
    if (request.signal?.aborted) return Promise.reject(aborted(request.signal));
    let target: { origin: string; path: string };
    try {
      target = this.#target(String(request.url));
    } catch (cause) {
      return Promise.reject(new HttpClientError('bad-request', `${String(request.url)} is no absolute http or https URL.`, { cause }));
    }
    const { method = 'GET', headers, body, headersTimeoutMs = this.#headersTimeoutMs } = request;
    return new Promise((resolve, reject) => {
      const exchange = new UndiciExchange(request, headersTimeoutMs, { resolve, reject, onover: () => this.#active.delete(exchange) });
      this.#active.add(exchange);
      const options: Dispatcher.DispatchOptions = {
        ...target,
        method,
        headers: headers ?? null,
        body: body ?? null,
        headersTimeout: headersTimeoutMs,
        bodyTimeout: 0,
        // Lets requests share an HTTP/2 connection. It sends nothing twice: over HTTP/1.1 each has its connection to itself.
        idempotent: true,
      };
      if (this.#dispatcher) this.#schedule(options, exchange);
      else {
        this.#loading ??= this.#load();
        this.#loading.then(
          () => this.#schedule(options, exchange),
          (error: unknown) => exchange.giveUp(HttpClientError.from(error, 'undici could not be loaded')),
        );
      }
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const exchange of [...this.#active]) exchange.giveUp(closed());
    await this.#loading?.catch(() => {});
    if (this.#owned) this.#destroyed ??= this.#dispatcher?.destroy(closed());
    await this.#destroyed;
  }

  async #load(): Promise<void> {
    const { createAgent } = await import('./undici-agent.js');
    const { dispatcher, protocols } = createAgent(this.#owned as UndiciAgentOptions);
    this.#dispatcher = dispatcher;
    this.#protocols = protocols;
  }

  /** At once, unless what the origin speaks is about to be known. */
  #schedule(options: Dispatcher.DispatchOptions, exchange: UndiciExchange): void {
    const wait = exchange.isOver ? undefined : this.#protocols?.settled(String(options.origin));
    if (wait) void wait.then(() => this.#dispatch(options, exchange));
    else this.#dispatch(options, exchange);
  }

  #dispatch(options: Dispatcher.DispatchOptions, exchange: UndiciExchange): void {
    if (exchange.isOver) return;
    try {
      (this.#dispatcher as Dispatcher).dispatch(options, exchange);
    } catch (error) {
      exchange.giveUp(HttpClientError.from(error, `${options.method} ${String(options.origin)}${options.path} failed`));
    }
  }

  #target(url: string): { origin: string; path: string } {
    let target = this.#targets.get(url);
    if (target) return target;
    const { protocol, origin, pathname, search } = new URL(url);
    if (protocol !== 'http:' && protocol !== 'https:') throw new TypeError(`${protocol} is neither http: nor https:`);
    target = { origin, path: pathname + search };
    if (this.#targets.size >= MAX_REMEMBERED) this.#targets.clear();
    this.#targets.set(url, target);
    return target;
  }
}

function closed(): HttpClientError {
  return new HttpClientError('closed', 'This client is closed.');
}
