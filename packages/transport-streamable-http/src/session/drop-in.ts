import type { HttpRequest, HttpResponse, OriginGuard } from '@mcpwire/http';
import { type ReadPostOptions, readPost } from '../server/read-post.js';
import { refuseInvalid, toRefusal } from '../server/refusal.js';
import { challengeScopes, type ScopeChallengeResolver } from './scope-challenge.js';
import { fromSdkOptions, type StreamableHTTPServerTransportOptions, toGuard } from './sdk-options.js';
import { SessionTransport } from './session.js';

/**
 * What the official SDK's server transports do beside being a session: their options, their guard, and one use only without a session. The
 * classes for Node and for fetch runtimes add how they are given a request.
 */
export abstract class DropInTransport extends SessionTransport {
  readonly #guard: OriginGuard | undefined;
  readonly #readOptions: ReadPostOptions;
  readonly #isStateless: boolean;
  #isUsed = false;
  #resolveScopes: ScopeChallengeResolver | undefined;

  constructor(options: StreamableHTTPServerTransportOptions = {}) {
    super(fromSdkOptions(options));
    this.#guard = toGuard(options);
    this.#readOptions = { maxBodyBytes: options.maxRequestBodySize };
    this.#isStateless = options.sessionIdGenerator === undefined;
  }

  /** SDK v2's `McpServer` says here which scopes its tools need. */
  setScopeChallengeResolver(resolver: ScopeChallengeResolver): void {
    this.#resolveScopes = resolver;
  }

  /** Without a session, requests of several clients would answer each other's ids. @returns what is wrong with one more request */
  protected use(): Error | undefined {
    if (this.#isStateless && this.#isUsed) {
      return new Error('Without a sessionIdGenerator a transport serves one HTTP request. Make a new one, and a new server, for each.');
    }
    this.#isUsed = true;
    return undefined;
  }

  protected serve(request: HttpRequest): HttpResponse | Promise<HttpResponse> {
    const forbidden = this.#guard?.(request);
    if (forbidden) return refuseInvalid(forbidden.status, typeof forbidden.body === 'string' ? forbidden.body.trim() : 'Forbidden');
    if (this.#resolveScopes && request.method === 'POST') return this.#serveChallenged(request, this.#resolveScopes);
    return this.handle(request);
  }

  async #serveChallenged(request: HttpRequest, resolve: ScopeChallengeResolver): Promise<HttpResponse> {
    try {
      const parsed = await readPost(request, this.#readOptions);
      return (await challengeScopes(request, parsed, resolve)) ?? (await this.handle(request, parsed));
    } catch (error) {
      const refusal = toRefusal(error);
      if (refusal) return refusal;
      throw error;
    }
  }
}
