import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { StdioServerTransport } from '@mcpwire/transport-stdio/server';

serveStdio(() => {
  const server = new McpServer({ name: 'my-server', version: '1.0.0' });
  server.registerTool('now', {}, async () => ({ content: [{ type: 'text', text: new Date().toISOString() }] }));
  return server;
}, { transport: new StdioServerTransport() });
