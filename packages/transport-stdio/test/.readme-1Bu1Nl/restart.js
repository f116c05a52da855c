import { Peer } from '@mcpwire/jsonrpc';
import { StdioClientTransport } from '@mcpwire/transport-stdio/client';

const transport = new StdioClientTransport({
  command: 'node',
  args: ['echo-server.js'],
  restart: { maxRestarts: 5, windowMs: 60_000, initialDelayMs: 250 },
});
const peer = new Peer(transport, { onerror: (error) => console.log(error.message.includes('Starting it again') ? 'crashed' : error.message) });
await peer.start();
if (transport.pid) process.kill(transport.pid, 'SIGKILL');
await new Promise((resolve) => setTimeout(resolve, 100));
console.log(await peer.request('echo', { after: 'the crash' }));
await peer.close();
