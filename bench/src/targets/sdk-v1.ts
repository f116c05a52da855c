import type { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { createTransportClient, type RawTransport } from '../load/echo-client.js';
import { connectTransportSession } from '../load/http/transport-session.js';
import { toReconnection } from './http/reconnection.js';
import { maxMessageBytes } from './limits.js';
import { createReadBufferDecoder } from './stdio/read-buffer.js';
import { createSdkV1ToolClient } from './stdio/sdk-v1-tool-client.js';
import { allowWaitingSends } from './stdio/waiting-sends.js';
import type { ServerCommand, Target } from './target.js';

/** The official SDK, major version 1: its transports alone, without its protocol layer. */
export const sdkV1: Target = {
  name: 'sdk-v1',
  title: 'SDK v1',
  role: 'peer',
  about: 'the client and server transports of @modelcontextprotocol/sdk, driven directly; over HTTP on bare node:http',
  packageName: '@modelcontextprotocol/sdk',
  program: 'stdio/sdk-v1.js',
  connect: async (server) => createTransportClient((await createTransport(server)) as RawTransport),
  toolProgram: 'stdio/sdk-v1-tools.js',
  connectTool: async (server) => createSdkV1ToolClient(await createTransport(server)),
  http: {
    program: 'http/sdk-v1.js',
    sseProgram: 'sse/sdk-v1.js',
    connect: async (url) => {
      const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
      return connectTransportSession(new StreamableHTTPClientTransport(new URL(url)) as RawTransport);
    },
    connectResuming: async (url, waitMs) => {
      const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
      const reconnectionOptions = toReconnection(waitMs);
      return connectTransportSession(new StreamableHTTPClientTransport(new URL(url), { reconnectionOptions }) as RawTransport);
    },
  },
  framing: async () => {
    const { ReadBuffer, serializeMessage } = await import('@modelcontextprotocol/sdk/shared/stdio.js');
    return {
      createDecoder: (onmessage) => createReadBufferDecoder(new ReadBuffer({ maxBufferSize: maxMessageBytes }), onmessage),
      encode: (message) => Buffer.from(serializeMessage(message as never)),
    };
  },
  modules: {
    server: { specifier: '@modelcontextprotocol/sdk/server/stdio.js', packageName: '@modelcontextprotocol/sdk' },
    client: { specifier: '@modelcontextprotocol/sdk/client/stdio.js', packageName: '@modelcontextprotocol/sdk' },
    'http-server': { specifier: '@modelcontextprotocol/sdk/server/streamableHttp.js', packageName: '@modelcontextprotocol/sdk' },
    'http-client': { specifier: '@modelcontextprotocol/sdk/client/streamableHttp.js', packageName: '@modelcontextprotocol/sdk' },
    'sse-server': { specifier: '@modelcontextprotocol/sdk/server/sse.js', packageName: '@modelcontextprotocol/sdk' },
    'sse-client': { specifier: '@modelcontextprotocol/sdk/client/sse.js', packageName: '@modelcontextprotocol/sdk' },
    connect: { specifier: '@modelcontextprotocol/sdk/client/index.js', packageName: '@modelcontextprotocol/sdk' },
    jsonrpc: { specifier: '@modelcontextprotocol/sdk/shared/stdio.js', packageName: '@modelcontextprotocol/sdk' },
  },
};

async function createTransport({ command, args }: ServerCommand): Promise<StdioClientTransport> {
  allowWaitingSends();
  const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js');
  return new StdioClientTransport({ command, args: [...args], maxBufferSize: maxMessageBytes });
}
