import process from 'node:process';
import { StdioServerTransport } from '@mcpwire/transport-stdio/server';
import type { Clients } from './clients.js';
import { sseEndpoint, streamableHttpEndpoint } from './endpoints.js';
import { addHttpOptions } from './http-options.js';
import { serveHttp } from './serve-http.js';
import type { TransportCommand } from './transport.js';

/** Serves every transport at once, over the same tools and the same note: a deployment for old clients and new ones. */
export const all: TransportCommand = {
  summary: 'serve /mcp, /sse and /messages, and stdin and stdout',
  configure: (command) => addHttpOptions(command, { json: true }),
  serve: (options, own) =>
    serveHttp(options, own, (clients, settings, onerror) => ({
      endpoints: [streamableHttpEndpoint(clients, settings, onerror), sseEndpoint(clients, settings)],
      // A terminal is somebody who reads the log, and no client.
      ...(!process.stdin.isTTY && { begin: () => serveStdio(clients, options.graceMs) }),
    })),
};

async function serveStdio(clients: Clients, graceMs: number): Promise<void> {
  const server = await clients.serve(new StdioServerTransport(process.stdin, process.stdout, { redirectStdout: true }), {
    sharedChannel: true,
  });
  // Open subscriptions are requests without an answer yet, and the transport would wait for them.
  process.stdin.once('end', () => void server.stop({ graceMs }));
}
