import { Peer } from '@mcpwire/jsonrpc';
import { StdioClientTransport } from '@mcpwire/transport-stdio/client';

const peer = new Peer(new StdioClientTransport({ command: 'node', args: ['echo-server.js'] }));
await peer.start();
console.log(await peer.request('echo', { text: 'hello' }));
await peer.close();
console.log(peer.transport.closeReason);
