// A tool that echoes, on the official SDK's first major, as its examples serve it. `node sdk-v1.js stdio|http`; the port comes as PORT.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';

function createMcpServer() {
  const server = new McpServer({ name: 'echo', version: '1.0.0' });
  server.registerTool('echo', { inputSchema: { text: z.string() } }, ({ text }) => ({ content: [{ type: 'text', text }] }));
  return server;
}

if (process.argv[2] === 'stdio') {
  await createMcpServer().connect(new StdioServerTransport());
} else {
  const port = Number(process.env.PORT);
  const transports = new Map();
  const open = async () => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => transports.set(id, transport),
      enableDnsRebindingProtection: true,
      allowedHosts: [`127.0.0.1:${port}`],
      allowedOrigins: [`http://127.0.0.1:${port}`],
    });
    transport.onclose = () => transports.delete(transport.sessionId);
    await createMcpServer().connect(transport);
    return transport;
  };
  createServer(async (request, response) => {
    if (new URL(request.url, 'http://localhost').pathname !== '/mcp') return response.writeHead(404).end();
    const id = request.headers['mcp-session-id'];
    const transport = id === undefined ? await open() : transports.get(id);
    if (!transport) {
      const error = { code: -32001, message: 'Session not found' };
      response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', error, id: null }));
      return;
    }
    await transport.handleRequest(request, response);
  }).listen(port, '127.0.0.1');
}
