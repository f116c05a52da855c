import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { SSEClientTransport } from '@mcpwire/transport-sse/client';
import { SSEServerTransport } from '@mcpwire/transport-sse/node';
import { createSSEHandler } from '@mcpwire/transport-sse/server';

let transport;
const server = createServer(async (req, res) => {
  if (req.method === 'POST') {
    await transport.handlePostMessage(req, res);
    return;
  }
  transport = new SSEServerTransport('/messages', res);
  transport.onmessage = ({ id, method }) => transport.send({ jsonrpc: '2.0', id, result: { method } });
  await transport.start();
}).listen(0, '127.0.0.1');
await once(server, 'listening');

const client = new SSEClientTransport(`http://127.0.0.1:${server.address().port}/sse`);
const answered = new Promise((resolve, reject) => {
  client.onmessage = resolve;
  client.onerror = reject;
});
await client.start();
await client.send({ jsonrpc: '2.0', id: 7, method: 'ping' });
assert.deepEqual(await answered, { jsonrpc: '2.0', id: 7, result: { method: 'ping' } });
await client.close();
await transport.close();
server.closeAllConnections();
server.close();

assert.equal(createSSEHandler({ onconnect() {} }).connections.size, 0);
console.log('works');
