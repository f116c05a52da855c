import type { Target } from './target.js';

/** A server framework with a transport over fetch. */
export const mcpLite: Target = {
  name: 'mcp-lite',
  title: 'mcp-lite',
  role: 'peer',
  about:
    'StreamableHttpTransport of mcp-lite with a tool of its McpServer, whose protocol layer is in the figure, on Hono and @hono/node-server; keeps no sessions unless given a store, and answers JSON only to those who accept nothing else',
  packageName: 'mcp-lite',
  modules: { 'http-server': { specifier: 'mcp-lite', packageName: 'mcp-lite' } },
  http: { program: 'http/mcp-lite.js', acceptForJson: 'application/json' },
};
