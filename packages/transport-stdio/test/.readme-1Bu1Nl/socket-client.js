import { once } from 'node:events';
import { connect } from 'node:net';
import { Peer } from '@mcpwire/jsonrpc';
import { PipeTransport } from '@mcpwire/transport-stdio';

const socket = connect('./mcp.sock');
await once(socket, 'connect');
const peer = new Peer(new PipeTransport(socket, socket));
await peer.start();
console.log(await peer.request('echo', { over: 'a socket' }));
await peer.close();
