import { type NodeHandler, type NodeRequest, type NodeResponse, toNodeHandler } from '@mcpwire/http/node';
import { ErrorCode } from '@mcpwire/jsonrpc';
import { refuseInvalid } from '../server/refusal.js';
import { DropInTransport } from '../session/drop-in.js';
import { type SdkAuthInfo, SdkPrincipal } from '../session/sdk-auth.js';
import type { StreamableHTTPServerTransportOptions } from '../session/sdk-options.js';

/**
 * One session of a client, over Node's own HTTP objects: `node:http`, `node:https`, `node:http2` and Express. A drop-in for the official
 * SDK's class of that name (v1), and of the name `NodeStreamableHTTPServerTransport` (v2).
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http
 */
export class StreamableHTTPServerTransport extends DropInTransport {
  /** Made once: a request costs its exchange, and no listener of its own. */
  readonly #handler: NodeHandler;

  constructor(options?: StreamableHTTPServerTransportOptions) {
    super(options);
    this.#handler = toNodeHandler((request) => this.#serveOnce(request), { onerror: (error) => this.report(error) });
  }

  /**
   * Answers one HTTP request.
   * @param req with `auth`, where a middleware has authenticated it
   * @param parsedBody the body, where a middleware (`express.json()`) has parsed it
   * @returns resolves when the response is over: for an event stream, when that ends. Never rejects.
   */
  handleRequest(req: NodeRequest & { auth?: SdkAuthInfo | undefined }, res: NodeResponse, parsedBody?: unknown): Promise<void> {
    return new Promise((resolve) => {
      if (res.destroyed || res.closed) {
        resolve();
        return;
      }
      res.once('close', resolve);
      this.#handler(req, res, { parsedBody, principal: req.auth && new SdkPrincipal(req.auth) });
    });
  }

  #serveOnce(request: Parameters<DropInTransport['serve']>[0]): ReturnType<DropInTransport['serve']> {
    const misuse = this.use();
    if (misuse === undefined) return this.serve(request);
    this.report(misuse);
    return refuseInvalid(500, misuse.message, { code: ErrorCode.InternalError });
  }
}

export { StreamableHTTPServerTransport as NodeStreamableHTTPServerTransport };
