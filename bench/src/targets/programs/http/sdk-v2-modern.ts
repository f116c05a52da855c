// The SDK's server for requests of 2026-07-28, which has no transport by itself: its McpServer stands above it.
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { work, workState } from '../work.js';
import { createAskedServer, listen } from './listen.js';
import { toToolResult } from './session-handler.js';
import { createTools } from './tools.js';

const tools = createTools();
const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'bench', version: '1.0.0' }, { capabilities: { tools: {} } });
  const keyed = z.object({ key: z.string() });
  server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, (args) => toToolResult(tools.echo(args)));
  server.registerTool('work', { inputSchema: keyed }, ({ key }, { mcpReq }) => work(key, mcpReq.signal));
  server.registerTool('work_state', { inputSchema: keyed }, ({ key }) => toToolResult(workState(key)));
  return server;
});
const serve = toNodeHandler(handler);
await listen(
  createAskedServer((request, response) => void serve(request as never, response)),
  '/mcp',
);
