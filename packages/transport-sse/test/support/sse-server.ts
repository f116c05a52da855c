import type { HttpHandler, HttpRequest } from '@mcpwire/http';
import { createHttpServer, type HttpServer, type HttpServerOptions } from '@mcpwire/http/node';
import type { JsonRpcRequest, JsonRpcResponse } from '@mcpwire/jsonrpc';
import { createSSEHandler, type SSEConnection, type SSEHandler, type SSEHandlerOptions } from '@mcpwire/transport-sse/server';
import { Observed } from './observed.js';
import { until } from './until.js';

/** Our server, and the transports of the clients that have come. */
export class SseServer {
  readonly handler: SSEHandler;
  readonly clients: Observed<SSEConnection>[] = [];
  readonly requests: HttpRequest[] = [];
  /** What the HTTP server was told. */
  readonly errors: Error[] = [];
  #server!: HttpServer;

  private constructor(options: Partial<SSEHandlerOptions>) {
    const { onconnect, ...others } = options;
    this.handler = createSSEHandler({
      ...others,
      onconnect: async (transport, request) => {
        this.clients.push(new Observed(transport));
        this.requests.push(request);
        await onconnect?.(transport, request);
        await transport.start();
      },
    });
  }

  static async start(
    options: Partial<SSEHandlerOptions> = {},
    http: Partial<HttpServerOptions> = {},
    wrap: (handler: HttpHandler) => HttpHandler = (handler) => handler,
  ): Promise<SseServer> {
    const server = new SseServer(options);
    server.#server = await createHttpServer({ onerror: (error) => server.errors.push(error), ...http, handler: wrap(server.handler) });
    return server;
  }

  get origin(): string {
    return this.#server.url;
  }

  get port(): number {
    return this.#server.port;
  }

  get url(): string {
    return `${this.origin}/sse`;
  }

  /** The first client's transport, once there is one. */
  async client(): Promise<Observed<SSEConnection>> {
    await until('a client has come', () => this.clients.length > 0);
    return this.clients[0] as Observed<SSEConnection>;
  }

  async close(graceMs = 0): Promise<void> {
    await this.handler.close({ graceMs });
    await this.#server.close({ graceMs });
  }
}

/** Answers each request with its own method and params. */
export function echo(transport: SSEConnection): void {
  const { onmessage } = transport;
  transport.onmessage = (message, context) => {
    onmessage?.(message, context);
    if (!('method' in message && 'id' in message)) return;
    const { id, method, params } = message as JsonRpcRequest;
    const answer: JsonRpcResponse = { jsonrpc: '2.0', id, result: { method, ...(params && { params }) } };
    transport.send(answer).catch(() => {});
  };
}
