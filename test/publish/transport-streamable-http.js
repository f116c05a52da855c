import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { StreamableHTTPClientTransport } from '@mcpwire/transport-streamable-http/client';
import { StreamableHTTPServerTransport } from '@mcpwire/transport-streamable-http/node';
import { createMemoryEventStore } from '@mcpwire/transport-streamable-http/server';
import { eventStoreContract } from '@mcpwire/transport-streamable-http/store-contract';

for (const { run } of eventStoreContract) await run(createMemoryEventStore);

const server = new StreamableHTTPServerTransport({ sessionIdGenerator: () => 'a-session', eventStore: createMemoryEventStore() });
server.onmessage = ({ id, method }) => {
  if (id === undefined) return;
  const initialized = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'published', version: '1.0.0' } };
  server.send({ jsonrpc: '2.0', id, result: method === 'initialize' ? initialized : { method } });
};
await server.start();
const http = createServer((req, res) => server.handleRequest(req, res));
await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));

const client = new StreamableHTTPClientTransport(`http://127.0.0.1:${http.address().port}/mcp`);
client.onerror = (error) => {
  throw error;
};
await client.start();

/** Sends a request and waits for its answer. */
function ask(id, method, params) {
  const answered = new Promise((resolve) => {
    client.onmessage = resolve;
  });
  return client.send({ jsonrpc: '2.0', id, method, params }).then(() => answered);
}

await ask(1, 'initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'published', version: '1.0.0' } });
client.setProtocolVersion('2025-11-25');
assert.equal(client.sessionId, 'a-session');
assert.deepEqual(await ask(2, 'ping'), { jsonrpc: '2.0', id: 2, result: { method: 'ping' } });
await client.terminateSession();
await client.close();
http.close();
http.closeAllConnections();
console.log('works');
