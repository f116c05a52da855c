import { Peer, type Transport } from '@mcpwire/jsonrpc';

/** What happened to the tools of a server. */
export interface Calls {
  started: number;
  aborted: number;
}

const META = { 'io.modelcontextprotocol/serverInfo': { name: 'peer-server', version: '1.0.0' } };
const complete = (result: object): object => ({ resultType: 'complete', ...result, _meta: META });
const text = (value: string): object => complete({ content: [{ type: 'text', text: value }] });

const noArguments = { type: 'object', properties: {} };
const tools = [
  {
    name: 'echo',
    inputSchema: {
      type: 'object',
      properties: {
        text: { type: 'string' },
        region: { type: 'string', 'x-mcp-header': 'Region' },
        count: { type: 'integer', 'x-mcp-header': 'Count' },
      },
      required: ['text'],
    },
  },
  { name: 'count', inputSchema: noArguments },
  { name: 'hang', inputSchema: noArguments },
  { name: 'fail', inputSchema: noArguments },
  { name: 'übersetze', inputSchema: noArguments },
];

/** A server of 2026-07-28 on nothing but `Peer`. */
export function createPeerServer(calls: Calls, onerror?: (error: Error) => void): (transport: Transport) => Promise<void> {
  return (transport) => {
    const peer = new Peer(transport, { onerror });
    peer.handle('server/discover', () =>
      complete({
        supportedVersions: ['2026-07-28'],
        capabilities: { tools: { listChanged: true }, resources: { subscribe: true, listChanged: true } },
        ttlMs: 0,
        cacheScope: 'public',
      }),
    );
    peer.handle('tools/list', () => complete({ tools, ttlMs: 0, cacheScope: 'public' }));
    peer.handle('tools/call', async ({ name, arguments: args }, context) => {
      calls.started++;
      switch (name) {
        case 'echo':
          return text((args as { text: string }).text);
        case 'count':
          for (let n = 1; n <= 3; n++) await context.progress(n, 3);
          return text('counted');
        case 'hang':
          await context.progress(1);
          await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
          calls.aborted++;
          return text('too late');
        case 'ask':
          return text(await peer.request('roots/list').then(String, (error: Error) => error.message));
        case 'fail':
          throw new Error('It failed');
        default:
          return text(`called ${String(name)}`);
      }
    });
    return peer.start();
  };
}
