// A tool that echoes, on the official SDK's second major, with the entry points that serve every revision. `node sdk-v2.js stdio|http`.
import { createServer } from 'node:http';
import { localhostHostValidation, localhostOriginValidation, toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

function createMcpServer() {
  const server = new McpServer({ name: 'echo', version: '1.0.0' });
  server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, ({ text }) => ({ content: [{ type: 'text', text }] }));
  return server;
}

if (process.argv[2] === 'stdio') {
  serveStdio(createMcpServer);
} else {
  const handle = toNodeHandler(createMcpHandler(createMcpServer));
  const hasGoodHost = localhostHostValidation();
  const hasGoodOrigin = localhostOriginValidation();
  createServer((request, response) => {
    if (!hasGoodHost(request, response) || !hasGoodOrigin(request, response)) return;
    void handle(request, response);
  }).listen(Number(process.env.PORT), '127.0.0.1');
}
