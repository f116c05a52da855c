import { fileURLToPath } from 'node:url';
import type { JsonRpcMessage } from '@mcpwire/jsonrpc';
import { Peer } from '@mcpwire/jsonrpc';
import type { StdioServerParameters } from '@mcpwire/transport-stdio/client';
import { StdioClientTransport } from '@mcpwire/transport-stdio/client';
import { StdioServerTransport } from '@mcpwire/transport-stdio/server';

if (process.argv[2] === 'server') {
  const peer = new Peer(new StdioServerTransport());
  peer.handle('double', (params) => ({ value: Number(params.value) * 2 }));
  await peer.start();
} else {
  const parameters: StdioServerParameters = {
    command: process.execPath,
    args: [fileURLToPath(import.meta.url), 'server'],
    stderr: 'inherit',
  };
  const transport = new StdioClientTransport(parameters);
  const errors: (Error | JsonRpcMessage)[] = [];
  transport.onerror = (error) => errors.push(error);
  const peer = new Peer(transport);
  await peer.start();
  const { value } = await peer.request<{ value: number }>('double', { value: 21 });
  await peer.close();
  if (value !== 42 || errors.length > 0) throw new Error(`unexpected: ${value}, ${errors.join('; ')}`);
  console.log('works');
}
