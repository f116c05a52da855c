// Served as its README says: a handler in a Hono app, which `@hono/node-server` runs on Node. Without adapters it keeps no sessions.
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { McpServer, StreamableHttpTransport } from 'mcp-lite';
import { type StreamOptions, stream } from '../stream.js';
import { announce } from './listen.js';
import { toToolResult } from './session-handler.js';
import { createTools } from './tools.js';

const server = new McpServer({ name: 'bench', version: '1.0.0' });
const tools = createTools();
const stringOf = (name: string): object => ({ type: 'object', properties: { [name]: { type: 'string' } }, required: [name] });
server.tool<{ text: string }>('echo', { inputSchema: stringOf('text'), handler: (args) => toToolResult(tools.echo(args)) });
server.tool<{ key: string }>('hold', { inputSchema: stringOf('key'), handler: async (args) => toToolResult(await tools.hold(args)) });
server.tool('held', { handler: () => toToolResult(tools.held()) });
server.tool('release', { handler: () => toToolResult(tools.release()) });

server.tool<StreamOptions>('stream', {
  inputSchema: { type: 'object' },
  handler: async (args, context) => {
    await stream((progress, message) => context.progress?.({ progress, message }), args);
    return toToolResult('');
  },
});

const handler = new StreamableHttpTransport().bind(server);
const app = new Hono();
app.all('/mcp', (context) => handler(context.req.raw));
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }: AddressInfo) => announce(port, '/mcp'));
