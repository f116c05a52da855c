import assert from 'node:assert/strict';
import { StdioClientTransport } from '@mcpwire/transport-stdio/client';
import { StdioServerTransport } from '@mcpwire/transport-stdio/server';

if (process.argv[2] === 'server') {
  const server = new StdioServerTransport();
  server.onmessage = ({ id, method }) => server.send({ jsonrpc: '2.0', id, result: { method } });
  await server.start();
} else {
  const client = new StdioClientTransport({ command: process.execPath, args: [import.meta.filename, 'server'] });
  const answered = new Promise((resolve, reject) => {
    client.onmessage = resolve;
    client.onerror = reject;
  });
  const closed = new Promise((resolve) => {
    client.onclose = resolve;
  });
  await client.start();
  await client.send({ jsonrpc: '2.0', id: 7, method: 'ping' });
  assert.deepEqual(await answered, { jsonrpc: '2.0', id: 7, result: { method: 'ping' } });
  await client.close();
  await closed;
  console.log('works');
}
