import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpServer } from '@mcpwire/http/node';
import { SSEServerTransport } from '@mcpwire/transport-sse/node';
import { createSSEHandler } from '@mcpwire/transport-sse/server';
import { SSEServerTransport as TransportV1 } from '@modelcontextprotocol/sdk/server/sse.js';
import { SSEServerTransport as TransportLegacy } from '@modelcontextprotocol/server-legacy/sse';
import { createSdkServer, type Generation } from './sdk-servers.js';

export interface Host {
  readonly url: string;
  close(): Promise<void>;
}

interface RoutedTransport {
  readonly sessionId: string;
  handlePostMessage(req: IncomingMessage, res: ServerResponse, parsedBody?: unknown): Promise<void>;
  close(): Promise<void>;
}

/** A program with routes and a map of sessions of its own, as it is written for the SDK's class. */
async function hostWithRoutes(
  generation: Generation,
  Transport: new (endpoint: string, res: ServerResponse) => RoutedTransport,
  onerror: (error: unknown) => void = () => {},
): Promise<Host> {
  const transports = new Map<string, RoutedTransport>();
  const listener: RequestListener = async (req, res) => {
    const url = new URL(req.url as string, 'http://localhost');
    if (req.method === 'GET' && url.pathname === '/sse') {
      const transport = new Transport('/messages', res);
      transports.set(transport.sessionId, transport);
      res.on('close', () => transports.delete(transport.sessionId));
      await createSdkServer(generation).connect(transport);
    } else if (req.method === 'POST' && url.pathname === '/messages') {
      const transport = transports.get(url.searchParams.get('sessionId') as string);
      if (transport) await transport.handlePostMessage(req, res).catch(onerror);
      else res.writeHead(404).end('No such session');
    } else res.writeHead(404).end();
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sse`,
    async close() {
      await Promise.all([...transports.values()].map((transport) => transport.close()));
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function hostWithHandler(generation: Generation): Promise<Host> {
  const handler = createSSEHandler({ onconnect: (transport) => createSdkServer(generation).connect(transport) });
  const server = await createHttpServer({ handler });
  return {
    url: `${server.url}/sse`,
    async close() {
      await handler.close({ graceMs: 0 });
      await server.close({ graceMs: 0 });
    },
  };
}

export type Hosting = 'createSSEHandler' | 'SSEServerTransport' | "the SDK's own class";

export function host(generation: Generation, hosting: Hosting): Promise<Host> {
  if (hosting === 'createSSEHandler') return hostWithHandler(generation);
  if (hosting === 'SSEServerTransport') return hostWithRoutes(generation, SSEServerTransport);
  // SDK v2 has its class in a package of its own.
  return hostWithRoutes(generation, generation === 'v1' ? TransportV1 : TransportLegacy);
}
