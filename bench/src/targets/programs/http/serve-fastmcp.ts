import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { FastMCP } from 'fastmcp';
import { z } from 'zod';
import { stream } from '../stream.js';
import { work, workState } from '../work.js';
import { announce, replies } from './listen.js';
import { createTools } from './tools.js';

const silent = { debug: () => {}, error: () => {}, info: () => {}, log: () => {}, warn: () => {} };
/** It does not say which port it got, so it is given one, which another process may take first. */
const attempts = 5;

/** A server of fastmcp with the bench's tools. */
export function createFastMcp(): FastMCP {
  const server = new FastMCP({ name: 'bench', version: '1.0.0', logger: silent });
  const tools = createTools();
  const keyed = z.object({ key: z.string() });
  server.addTool({ name: 'echo', parameters: z.object({ text: z.string() }), execute: async (args) => tools.echo(args) });
  server.addTool({ name: 'hold', parameters: keyed, execute: (args) => tools.hold(args) });
  server.addTool({ name: 'held', execute: async () => tools.held() });
  server.addTool({ name: 'release', execute: async () => tools.release() });
  server.addTool({
    name: 'stream',
    parameters: z.object({ chunks: z.number(), bytes: z.number(), everyMs: z.number() }),
    execute: async (args, { reportProgress }) => {
      await stream((progress, message) => reportProgress({ progress, message }), args);
      return '';
    },
  });
  server.addTool({ name: 'work', parameters: keyed, execute: ({ key }, { signal }) => work(key, signal) });
  server.addTool({ name: 'work_state', parameters: keyed, execute: async ({ key }) => workState(key) });
  return server;
}

/** Serves it over both HTTP transports, as it always does, and says where: by `path` for one of them. */
export async function serveFastMcp(path: '/mcp' | '/sse'): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const port = await findFreePort();
    try {
      const httpStream = { port, host: '127.0.0.1', enableJsonResponse: replies === 'json' };
      await createFastMcp().start({ transportType: 'httpStream', httpStream });
      return announce(port, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempt === attempts) throw error;
    }
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
