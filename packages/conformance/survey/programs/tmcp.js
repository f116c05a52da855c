// A tool that echoes, on tmcp, as its README serves it. `node tmcp.js stdio|http|sse`; the port comes as PORT.
import { ZodJsonSchemaAdapter } from '@tmcp/adapter-zod';
import { HttpTransport } from '@tmcp/transport-http';
import { SseTransport } from '@tmcp/transport-sse';
import { StdioTransport } from '@tmcp/transport-stdio';
import { serve } from 'srvx/node';
import { McpServer } from 'tmcp';
import { z } from 'zod';

const server = new McpServer(
  { name: 'echo', version: '1.0.0', description: 'echoes' },
  { adapter: new ZodJsonSchemaAdapter(), capabilities: { tools: {} } },
);
server.tool({ name: 'echo', description: 'echoes', schema: z.object({ text: z.string() }) }, ({ text }) => ({
  content: [{ type: 'text', text }],
}));

const kind = process.argv[2];
if (kind === 'stdio') {
  new StdioTransport(server).listen();
} else {
  const transport = kind === 'sse' ? new SseTransport(server) : new HttpTransport(server, { path: '/mcp' });
  serve({
    port: Number(process.env.PORT),
    hostname: '127.0.0.1',
    silent: true,
    fetch: async (request) => (await transport.respond(request)) ?? new Response(null, { status: 404 }),
  });
}
