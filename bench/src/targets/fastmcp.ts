import { createSdkV1ToolClient } from './stdio/sdk-v1-tool-client.js';
import type { Target } from './target.js';

/** A server framework above SDK v1, with an HTTP server of its own. */
export const fastmcp: Target = {
  name: 'fastmcp',
  title: 'fastmcp',
  role: 'peer',
  about:
    'a tool of FastMCP from punkpeye’s fastmcp, whose protocol layer is in the figure, with all that it does by itself: over HTTP on the server of mcp-proxy, which keeps the last events of each session; over stdio with the SDK v1 that it is made of, called by that SDK’s Client',
  packageName: 'fastmcp',
  toolProgram: 'stdio/fastmcp-tools.js',
  connectTool: async ({ command, args }) => {
    const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js');
    return createSdkV1ToolClient(new StdioClientTransport({ command, args: [...args] }));
  },
  http: { program: 'http/fastmcp.js', sseProgram: 'sse/fastmcp.js' },
};
