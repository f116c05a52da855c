import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';

/** An McpServer of SDK v1 with an `echo` tool, over any transport. */
export async function serveToolV1(transport: Parameters<McpServer['connect']>[0]): Promise<void> {
  const server = new McpServer({ name: 'bench', version: '1.0.0' });
  server.registerTool('echo', { inputSchema: { text: z.string() } }, async ({ text }) => ({ content: [{ type: 'text', text }] }));
  await server.connect(transport);
}
