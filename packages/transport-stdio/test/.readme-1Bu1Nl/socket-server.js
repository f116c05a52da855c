import { createServer } from 'node:net';
import { Peer } from '@mcpwire/jsonrpc';
import { PipeTransport } from '@mcpwire/transport-stdio';

const server = createServer(async (socket) => {
  const peer = new Peer(new PipeTransport(socket, socket, { answerMalformed: true }));
  peer.handle('echo', (params) => params);
  await peer.start();
});
server.listen('./mcp.sock', () => console.log('listening'));
