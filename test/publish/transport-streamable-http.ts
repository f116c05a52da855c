import { createHttpServer } from '@mcpwire/http/node';
import { Peer } from '@mcpwire/jsonrpc';
import type { EventStore as EventStoreOfRoot, StreamableHTTPClientTransportOptions } from '@mcpwire/transport-streamable-http';
import { StreamableHTTPClientTransport } from '@mcpwire/transport-streamable-http/client';
import type { StreamableHTTPServerTransportOptions } from '@mcpwire/transport-streamable-http/node';
import { NodeStreamableHTTPServerTransport } from '@mcpwire/transport-streamable-http/node';
import type { EventStore, StreamableHTTPHandlerOptions } from '@mcpwire/transport-streamable-http/server';
import { createMemoryEventStore, createStreamableHTTPHandler } from '@mcpwire/transport-streamable-http/server';
import type { EventStoreCase } from '@mcpwire/transport-streamable-http/store-contract';
import { eventStoreContract } from '@mcpwire/transport-streamable-http/store-contract';

const eventStore: EventStore & EventStoreOfRoot = createMemoryEventStore({ maxEvents: 1000 });
const clientOptions: StreamableHTTPClientTransportOptions = { authProvider: { token: () => 'secret' } };
const cases: readonly EventStoreCase[] = eventStoreContract;
const dropIn: StreamableHTTPServerTransportOptions = { sessionIdGenerator: undefined, eventStore };
await new NodeStreamableHTTPServerTransport(dropIn).close();

const errors: Error[] = [];
const options: StreamableHTTPHandlerOptions = {
  eventStore,
  onerror: (error) => errors.push(error),
  async onsession(transport) {
    const peer = new Peer(transport);
    peer.handle('initialize', () => ({
      protocolVersion: '2025-11-25',
      capabilities: {},
      serverInfo: { name: 'published', version: '1.0.0' },
    }));
    peer.handle('double', (params) => ({ value: Number(params.value) * 2 }));
    await peer.start();
  },
};
const handler = createStreamableHTTPHandler(options);
const server = await createHttpServer({ handler });

const peer = new Peer(new StreamableHTTPClientTransport(server.url, clientOptions));
await peer.start();
await peer.request('initialize', {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'published', version: '1.0.0' },
});
const { value } = await peer.request<{ value: number }>('double', { value: 21 });
await peer.close();
await handler.close({ graceMs: 0 });
await server.close({ graceMs: 0 });
if (value !== 42 || cases.length === 0 || errors.length > 0) throw new Error(`unexpected: ${value}, ${errors.join('; ')}`);
console.log('works');
