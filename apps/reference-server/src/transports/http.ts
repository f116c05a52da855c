import { streamableHttpEndpoint } from './endpoints.js';
import { addHttpOptions } from './http-options.js';
import { serveHttp } from './serve-http.js';
import type { TransportCommand } from './transport.js';

/** Serves Streamable HTTP, legacy sessions and modern requests on one endpoint. */
export const http: TransportCommand = {
  summary: 'serve Streamable HTTP at /mcp, every revision from 2025-03-26 on',
  configure: (command) => addHttpOptions(command, { json: true }),
  serve: (options, own) =>
    serveHttp(options, own, (clients, settings, onerror) => ({ endpoints: [streamableHttpEndpoint(clients, settings, onerror)] })),
};
