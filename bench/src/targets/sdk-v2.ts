import type { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { createTransportClient, type RawTransport } from '../load/echo-client.js';
import { connectTransportSession } from '../load/http/transport-session.js';
import { toReconnection } from './http/reconnection.js';
import { maxMessageBytes } from './limits.js';
import { createReadBufferDecoder } from './stdio/read-buffer.js';
import { createSdkV2ToolClient } from './stdio/sdk-v2-tool-client.js';
import { allowWaitingSends } from './stdio/waiting-sends.js';
import type { ServerCommand, Target } from './target.js';

/** The official SDK, major version 2: its transports alone, without its protocol layer. */
export const sdkV2: Target = {
  name: 'sdk-v2',
  title: 'SDK v2',
  role: 'peer',
  about:
    'the transports of @modelcontextprotocol/client and /server, driven directly; over HTTP those of /node on bare node:http, over SSE those of /server-legacy',
  packageName: '@modelcontextprotocol/server',
  program: 'stdio/sdk-v2.js',
  connect: async (server) => createTransportClient((await createTransport(server)) as RawTransport),
  toolProgram: 'stdio/sdk-v2-tools.js',
  connectTool: async (server) => createSdkV2ToolClient(await createTransport(server)),
  http: {
    program: 'http/sdk-v2.js',
    modernProgram: 'http/sdk-v2-modern.js',
    sseProgram: 'sse/sdk-v2.js',
    connect: async (url) => {
      const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
      return connectTransportSession(new StreamableHTTPClientTransport(new URL(url)) as RawTransport);
    },
    connectResuming: async (url, waitMs) => {
      const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
      const reconnectionOptions = toReconnection(waitMs);
      return connectTransportSession(new StreamableHTTPClientTransport(new URL(url), { reconnectionOptions }) as RawTransport);
    },
  },
  framing: async () => {
    const { ReadBuffer, serializeMessage } = await import('@modelcontextprotocol/server');
    return {
      createDecoder: (onmessage) => createReadBufferDecoder(new ReadBuffer({ maxBufferSize: maxMessageBytes }), onmessage),
      encode: (message) => Buffer.from(serializeMessage(message as never)),
    };
  },
  modules: {
    server: { specifier: '@modelcontextprotocol/server/stdio', packageName: '@modelcontextprotocol/server' },
    client: { specifier: '@modelcontextprotocol/client/stdio', packageName: '@modelcontextprotocol/client' },
    'http-server': { specifier: '@modelcontextprotocol/node', packageName: '@modelcontextprotocol/node' },
    'http-client': { specifier: '@modelcontextprotocol/client', packageName: '@modelcontextprotocol/client' },
    'sse-server': { specifier: '@modelcontextprotocol/server-legacy/sse', packageName: '@modelcontextprotocol/server-legacy' },
    'sse-client': { specifier: '@modelcontextprotocol/client', packageName: '@modelcontextprotocol/client' },
    connect: { specifier: '@modelcontextprotocol/client', packageName: '@modelcontextprotocol/client' },
  },
};

async function createTransport({ command, args }: ServerCommand): Promise<StdioClientTransport> {
  allowWaitingSends();
  const { StdioClientTransport } = await import('@modelcontextprotocol/client/stdio');
  return new StdioClientTransport({ command, args: [...args], maxBufferSize: maxMessageBytes });
}
