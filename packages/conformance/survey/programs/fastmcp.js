// A tool that echoes, on FastMCP. `node fastmcp.js stdio|http`; with http it serves /mcp and /sse, on the port that comes as PORT.
import { FastMCP } from 'fastmcp';
import { z } from 'zod';

const server = new FastMCP({ name: 'echo', version: '1.0.0' });
server.addTool({ name: 'echo', description: 'echoes', parameters: z.object({ text: z.string() }), execute: async ({ text }) => text });

await server.start(
  process.argv[2] === 'stdio'
    ? { transportType: 'stdio' }
    : { transportType: 'httpStream', httpStream: { port: Number(process.env.PORT), host: '127.0.0.1' } },
);
