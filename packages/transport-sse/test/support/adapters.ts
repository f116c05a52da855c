import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HttpHandler } from '@mcpwire/http';
import { createHttpServer, type HttpServerOptions, toNodeHandler } from '@mcpwire/http/node';
import { toFetchHandler } from '@mcpwire/http/web';
import type { SSEClientTransportOptions } from '@mcpwire/transport-sse/client';
import { Agent, H2CClient } from 'undici';
import { certificate } from './certificate.js';
import { Relay } from './relay.js';

/** A handler being served, and how a client of ours reaches it. */
export interface Served {
  readonly url: string;
  readonly clientOptions: SSEClientTransportOptions;
  /** Between client and server, where there is a wire. */
  readonly relay: Relay | undefined;
  dispose(): Promise<void>;
}

export interface Adapter {
  readonly name: string;
  serve(handler: HttpHandler): Promise<Served>;
}

/** Over a Unix socket, whose buffers do not grow: on TCP nobody could say when a reader that takes nothing has stopped the writer. */
async function overUnixSocket(handler: HttpHandler): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'mcpwire-sse-'));
  const nodeHandler = toNodeHandler(handler, { onerror: () => {} });
  const server = createServer(nodeHandler);
  await new Promise<void>((resolve) => server.listen(join(folder, 'server'), resolve));
  const relay = await Relay.to({ path: join(folder, 'server') }, join(folder, 'relay'));
  const dispatcher = new Agent({ connect: { socketPath: join(folder, 'relay') } });
  return {
    url: 'http://localhost',
    clientOptions: { http: { dispatcher } },
    relay,
    async dispose() {
      await dispatcher.destroy();
      await relay.close();
      await nodeHandler.close({ graceMs: 0 });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}

async function overTcp(
  handler: HttpHandler,
  options: Partial<HttpServerOptions>,
  toClient: (url: string) => { clientOptions: SSEClientTransportOptions; dispose?: () => Promise<void> },
): Promise<Served> {
  const server = await createHttpServer({ onerror: () => {}, ...options, handler });
  const relay = await Relay.to({ port: server.port, host: '127.0.0.1' });
  const url = `${options.tls ? 'https' : 'http'}://127.0.0.1:${relay.port}`;
  const { clientOptions, dispose } = toClient(url);
  return {
    url,
    clientOptions,
    relay,
    async dispose() {
      await dispose?.();
      await relay.close();
      await server.close({ graceMs: 0 });
    },
  };
}

/** Every way the transport can be served that differs in what carries it. */
export const adapters: Readonly<Record<'http1' | 'http2' | 'h2c' | 'web', Adapter>> = {
  http1: { name: 'HTTP/1.1', serve: overUnixSocket },
  http2: {
    name: 'HTTP/2 and TLS',
    async serve(handler) {
      const tls = await certificate();
      return overTcp(handler, { tls, http2: true }, () => ({ clientOptions: { http: { tls: { ca: tls.cert } } } }));
    },
  },
  h2c: {
    name: 'HTTP/2 in clear text',
    serve: (handler) =>
      overTcp(handler, { http2: true }, (url) => {
        const dispatcher = new H2CClient(url, { pipelining: 100 });
        return { clientOptions: { http: { dispatcher } }, dispose: () => dispatcher.destroy() };
      }),
  },
  web: {
    name: 'fetch',
    async serve(handler) {
      const fetchHandler = toFetchHandler(handler, { onerror: () => {} });
      return {
        url: 'http://localhost:1234',
        clientOptions: { fetch: async (input, init) => buffered(await fetchHandler(new Request(input, init))) },
        relay: undefined,
        dispose: () => fetchHandler.close({ graceMs: 0 }),
      };
    },
  },
};

/** As a runtime's socket would: takes some of the body before it is asked for. */
function buffered(response: Response): Response {
  const strategy = new ByteLengthQueuingStrategy({ highWaterMark: 64 * 1024 });
  const body = response.body?.pipeThrough(new TransformStream<Uint8Array, Uint8Array>({}, strategy, strategy)) ?? null;
  return new Response(body, response);
}
