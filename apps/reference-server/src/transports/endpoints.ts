import { createSSEHandler } from '@mcpwire/transport-sse/server';
import { createMemoryEventStore, createStreamableHTTPHandler } from '@mcpwire/transport-streamable-http/server';
import type { Clients } from './clients.js';
import { allowedHosts, type Routes } from './http-listener.js';
import type { HttpOptions } from './http-options.js';

/** What serves some paths, and can be stopped. */
export interface Endpoint {
  readonly routes: Routes;
  close(options: { graceMs: number }): Promise<void>;
}

/** `/mcp`: a server for each session of a legacy client, and one for each request of a modern one. */
export function streamableHttpEndpoint(clients: Clients, options: HttpOptions, onerror: (error: Error) => void): Endpoint {
  const handler = createStreamableHTTPHandler({
    onsession: async (transport) => void (await clients.serve(transport, { sharedChannel: false })),
    onrequest: async (transport) => void (await clients.serve(transport, { sharedChannel: false })),
    // A client of a legacy revision that lost its connection comes back for the rest.
    eventStore: createMemoryEventStore(),
    ...(options.json && { replyMode: 'json' as const }),
    allowedHosts: allowedHosts(options),
    onerror,
  });
  return { routes: { '/mcp': handler }, close: (closeOptions) => handler.close(closeOptions) };
}

/** `/sse` and `/messages`: a server for each connection. */
export function sseEndpoint(clients: Clients, options: HttpOptions): Endpoint {
  const handler = createSSEHandler({
    onconnect: async (transport) => void (await clients.serve(transport, { sharedChannel: false })),
    allowedHosts: allowedHosts(options),
  });
  return { routes: { '/sse': handler, '/messages': handler }, close: (closeOptions) => handler.close(closeOptions) };
}
