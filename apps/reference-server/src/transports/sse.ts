import { sseEndpoint } from './endpoints.js';
import { addHttpOptions } from './http-options.js';
import { serveHttp } from './serve-http.js';
import type { TransportCommand } from './transport.js';

/** Serves the HTTP+SSE transport of 2024-11-05. */
export const sse: TransportCommand = {
  summary: 'serve the older HTTP+SSE at /sse and /messages',
  configure: (command) => addHttpOptions(command, { json: false }),
  serve: (options, own) => serveHttp(options, own, (clients, settings) => ({ endpoints: [sseEndpoint(clients, settings)] })),
};
