import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@mcpwire/transport-stdio/client';

const client = new Client({ name: 'my-client', version: '1.0.0' });
await client.connect(new StdioClientTransport({ command: 'node', args: ['server.js'] }));
console.log((await client.listTools()).tools.map((tool) => tool.name));
await client.close();
