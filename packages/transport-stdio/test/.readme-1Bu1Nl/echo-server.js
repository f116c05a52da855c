import { Peer } from '@mcpwire/jsonrpc';
import { StdioServerTransport } from '@mcpwire/transport-stdio/server';

const peer = new Peer(new StdioServerTransport());
peer.handle('echo', (params) => params);
await peer.start();
