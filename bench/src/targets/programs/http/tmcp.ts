// Served by srvx, the cheaper one of the two that its README names for Node. It answers every request with an event stream.
import { ZodJsonSchemaAdapter } from '@tmcp/adapter-zod';
import { HttpTransport } from '@tmcp/transport-http';
import { serve } from 'srvx/node';
import { McpServer } from 'tmcp';
import { z } from 'zod';
import { stream } from '../stream.js';
import { work, workState } from '../work.js';
import { announce } from './listen.js';
import { toToolResult } from './session-handler.js';
import { createTools } from './tools.js';

const server = new McpServer(
  { name: 'bench', version: '1.0.0', description: 'echo' },
  { adapter: new ZodJsonSchemaAdapter(), capabilities: { tools: {} } },
);
const tools = createTools();
server.tool({ name: 'echo', description: 'echo', schema: z.object({ text: z.string() }) }, (args) => toToolResult(tools.echo(args)));
server.tool({ name: 'hold', description: 'hold', schema: z.object({ key: z.string() }) }, async (args) =>
  toToolResult(await tools.hold(args)),
);
server.tool({ name: 'held', description: 'held' }, () => toToolResult(tools.held()));
const streamed = z.object({ chunks: z.number(), bytes: z.number(), everyMs: z.number() });
server.tool({ name: 'stream', description: 'stream', schema: streamed }, async (args) => {
  await stream((atMs, text) => server.progress(atMs, undefined, text), args);
  return toToolResult('');
});
const keyed = z.object({ key: z.string() });
server.tool({ name: 'work', description: 'work', schema: keyed }, ({ key }) => work(key, server.ctx.signal));
server.tool({ name: 'work_state', description: 'work_state', schema: keyed }, ({ key }) => toToolResult(workState(key)));
server.tool({ name: 'release', description: 'release' }, () => toToolResult(tools.release()));

const transport = new HttpTransport(server, { path: '/mcp' });
const listening = serve({
  port: 0,
  hostname: '127.0.0.1',
  silent: true,
  fetch: async (request) => (await transport.respond(request)) ?? new Response(null, { status: 404 }),
});
await listening.ready();
announce(Number(new URL(listening.url as string).port), '/mcp');
