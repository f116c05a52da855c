// A tool that echoes, on mcp-lite, with sessions, as its README serves it. The port comes as PORT.
import { InMemorySessionAdapter, McpServer, StreamableHttpTransport } from 'mcp-lite';
import { serve } from 'srvx/node';

const server = new McpServer({ name: 'echo', version: '1.0.0' });
server.tool('echo', {
  description: 'echoes',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  handler: ({ text }) => ({ content: [{ type: 'text', text }] }),
});

const port = Number(process.env.PORT);
const handle = new StreamableHttpTransport({
  sessionAdapter: new InMemorySessionAdapter({ maxEventBufferSize: 1024 }),
  allowedHosts: [`127.0.0.1:${port}`],
  allowedOrigins: [`http://127.0.0.1:${port}`],
}).bind(server);
serve({
  port,
  hostname: '127.0.0.1',
  silent: true,
  fetch: (request) => (new URL(request.url).pathname === '/mcp' ? handle(request) : new Response(null, { status: 404 })),
});
