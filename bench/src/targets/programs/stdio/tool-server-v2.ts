import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** An McpServer of SDK v2 with an `echo` tool, over any transport. */
export async function serveToolV2(transport: Parameters<McpServer['connect']>[0]): Promise<void> {
  const server = new McpServer({ name: 'bench', version: '1.0.0' });
  server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, async ({ text }) => ({ content: [{ type: 'text', text }] }));
  await server.connect(transport);
}
