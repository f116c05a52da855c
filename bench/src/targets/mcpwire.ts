import { createTransportClient, type RawTransport } from '../load/echo-client.js';
import { connectTransportSession } from '../load/http/transport-session.js';
import { toReconnection } from './http/reconnection.js';
import { maxMessageBytes } from './limits.js';
import type { Target } from './target.js';

/** This project's stdio transport, driven directly. */
export const mcpwire: Target = {
  name: 'mcpwire',
  title: 'mcpwire',
  role: 'own',
  about:
    'the transports of @mcpwire/transport-stdio, /transport-streamable-http and /transport-sse, driven directly; over HTTP on @mcpwire/http',
  packageName: '@mcpwire/transport-stdio',
  program: 'stdio/mcpwire.js',
  connect: async ({ command, args }) => {
    const { StdioClientTransport } = await import('@mcpwire/transport-stdio/client');
    const transport = new StdioClientTransport({ command, args: [...args], maxMessageBytes });
    return createTransportClient(transport as RawTransport);
  },
  http: {
    program: 'http/mcpwire.js',
    modernProgram: 'http/mcpwire.js',
    sseProgram: 'sse/mcpwire.js',
    connect: async (url) => {
      const { StreamableHTTPClientTransport } = await import('@mcpwire/transport-streamable-http/client');
      return connectTransportSession(new StreamableHTTPClientTransport(new URL(url)) as RawTransport);
    },
    connectResuming: async (url, waitMs) => {
      const { StreamableHTTPClientTransport } = await import('@mcpwire/transport-streamable-http/client');
      const reconnectionOptions = toReconnection(waitMs);
      return connectTransportSession(new StreamableHTTPClientTransport(new URL(url), { reconnectionOptions }) as RawTransport);
    },
  },
  framing: async () => {
    const { NdjsonDecoder, encode } = await import('@mcpwire/jsonrpc');
    return {
      createDecoder: (onmessage, onerror) => new NdjsonDecoder({ maxMessageBytes, onmessage, onerror }),
      encode: (message) => toBytes(encode(message as never)),
    };
  },
  modules: {
    server: { specifier: '@mcpwire/transport-stdio/server', packageName: '@mcpwire/transport-stdio' },
    client: { specifier: '@mcpwire/transport-stdio/client', packageName: '@mcpwire/transport-stdio' },
    'http-server': { specifier: '@mcpwire/transport-streamable-http/node', packageName: '@mcpwire/transport-streamable-http' },
    'http-client': { specifier: '@mcpwire/transport-streamable-http/client', packageName: '@mcpwire/transport-streamable-http' },
    'sse-server': { specifier: '@mcpwire/transport-sse/node', packageName: '@mcpwire/transport-sse' },
    'sse-client': { specifier: '@mcpwire/transport-sse/client', packageName: '@mcpwire/transport-sse' },
    connect: { specifier: '@mcpwire/connect', packageName: '@mcpwire/connect' },
    jsonrpc: { specifier: '@mcpwire/jsonrpc', packageName: '@mcpwire/jsonrpc' },
    'event-stream': { specifier: '@mcpwire/event-stream', packageName: '@mcpwire/event-stream' },
    http: { specifier: '@mcpwire/http/node', packageName: '@mcpwire/http' },
    protocol: { specifier: '@mcpwire/protocol', packageName: '@mcpwire/protocol' },
  },
};

function toBytes(encoded: string | Uint8Array): Uint8Array {
  return typeof encoded === 'string' ? Buffer.from(encoded) : encoded;
}
