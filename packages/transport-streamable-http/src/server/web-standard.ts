import { type FetchHandler, toFetchHandler } from '@mcpwire/http/web';
import { DropInTransport } from '../session/drop-in.js';
import { type SdkAuthInfo, SdkPrincipal } from '../session/sdk-auth.js';
import type { StreamableHTTPServerTransportOptions } from '../session/sdk-options.js';

/** The SDK's name for the options. */
export type WebStandardStreamableHTTPServerTransportOptions = StreamableHTTPServerTransportOptions;

/** What somebody in front knows about a request. */
export interface HandleRequestOptions {
  /** The body, where it is parsed already; then the request's own is not read. */
  parsedBody?: unknown;
  authInfo?: SdkAuthInfo | undefined;
}

/**
 * One session of a client, where requests are `Request` objects: Bun, Deno, workers, Hono. A drop-in for the official SDK's class of that
 * name, v1 and v2.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http
 */
export class WebStandardStreamableHTTPServerTransport extends DropInTransport {
  readonly #handler: FetchHandler;

  constructor(options?: WebStandardStreamableHTTPServerTransportOptions) {
    super(options);
    this.#handler = toFetchHandler((request) => this.serve(request), { onerror: (error) => this.report(error) });
  }

  /**
   * Answers one HTTP request.
   * @throws Error (as a rejection) for a second request without a session
   */
  handleRequest(request: Request, { parsedBody, authInfo }: HandleRequestOptions = {}): Promise<Response> {
    const misuse = this.use();
    if (misuse) return Promise.reject(misuse);
    return this.#handler(request, { parsedBody, principal: authInfo && new SdkPrincipal(authInfo) });
  }
}
