import { createHttpServer } from '@mcpwire/http/node';
import type { JsonRpcMessage } from '@mcpwire/jsonrpc';
import { Peer } from '@mcpwire/jsonrpc';
import { DEFAULT_SSE_PATH } from '@mcpwire/transport-sse';
import type { Reconnection, SSEClientTransportOptions } from '@mcpwire/transport-sse/client';
import { SSEClientTransport } from '@mcpwire/transport-sse/client';
import type { SSEServerTransportOptions } from '@mcpwire/transport-sse/node';
import { SSEServerTransport } from '@mcpwire/transport-sse/node';
import type { SSEHandler, SSEHandlerOptions } from '@mcpwire/transport-sse/server';
import { createSSEHandler } from '@mcpwire/transport-sse/server';

const serverOptions: SSEHandlerOptions = {
  async onconnect(transport, request) {
    if (request.path !== DEFAULT_SSE_PATH) throw new Error(`unexpected: ${request.path}`);
    const peer = new Peer(transport);
    peer.handle('double', (params) => ({ value: Number(params.value) * 2 }));
    await peer.start();
  },
  keepAliveMs: 1_000,
};
const handler: SSEHandler = createSSEHandler(serverOptions);
const server = await createHttpServer({ handler });

const clientOptions: SSEClientTransportOptions = { reconnect: { maxAttempts: 3 }, authProvider: { token: async () => undefined } };
const transport = new SSEClientTransport(`${server.url}${DEFAULT_SSE_PATH}`, clientOptions);
const errors: (Error | JsonRpcMessage | Reconnection)[] = [];
transport.onerror = (error) => errors.push(error);
transport.onreconnect = (reconnection) => {
  errors.push(reconnection);
};
const peer = new Peer(transport);
await peer.start();
const { value } = await peer.request<{ value: number }>('double', { value: 21 });
await peer.close();
await server.close();
if (value !== 42 || errors.length > 0) throw new Error(`unexpected: ${value}, ${errors.join('; ')}`);

const dropIn: (...parameters: ConstructorParameters<typeof SSEServerTransport>) => SSEServerTransport = (endpoint, res, options) =>
  new SSEServerTransport(endpoint, res, options);
export const protectedOptions: SSEServerTransportOptions = { enableDnsRebindingProtection: true, allowedHosts: ['localhost:3000'] };
export { dropIn };

console.log('works');
