import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Params, Peer } from '@mcpwire/jsonrpc';
import { StdioClientTransport } from '@mcpwire/transport-stdio/client';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectNoLeftovers, testEnv } from './support/leftovers.js';

expectNoLeftovers();

const require = createRequire(import.meta.url);
const bin = fileURLToPath(new URL('../node_modules/.bin/', import.meta.url));

/** A package's program as npm installs it: a command in node_modules/.bin. */
function commandOf(manifest: string): string {
  const [name = ''] = Object.keys(JSON.parse(readFileSync(manifest, 'utf8')).bin);
  return join(bin, name);
}
const clientInfo = { name: 'mcpwire-test', version: '1.0.0' };

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'mcpwire-servers-')));
  writeFileSync(join(folder, 'hello.txt'), 'hello from a file\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Conversation {
  serverName: string;
  tools: string[];
  result: unknown;
}

type Drive = (transport: StdioClientTransport, tool: string, args: Params) => Promise<Conversation>;

const drivers: Record<string, Drive> = {
  async 'our Peer'(transport, tool, args) {
    const peer = new Peer(transport);
    await peer.start();
    const { serverInfo } = await peer.request<{ serverInfo: { name: string } }>('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo,
    });
    await peer.notify('notifications/initialized');
    const { tools } = await peer.request<{ tools: Array<{ name: string }> }>('tools/list');
    const result = await peer.request('tools/call', { name: tool, arguments: args });
    await peer.close();
    return { serverName: serverInfo.name, tools: tools.map(({ name }) => name), result };
  },
  async 'the client of SDK v1'(transport, tool, args) {
    const client = new ClientV1(clientInfo);
    await client.connect(transport);
    const { tools } = await client.listTools();
    const result = await client.callTool({ name: tool, arguments: args });
    const serverName = client.getServerVersion()?.name ?? '';
    await client.close();
    return { serverName, tools: tools.map(({ name }) => name), result };
  },
  async 'the client of SDK v2'(transport, tool, args) {
    const client = new ClientV2(clientInfo);
    await client.connect(transport);
    const { tools } = await client.listTools();
    const result = await client.callTool({ name: tool, arguments: args });
    const serverName = client.getServerVersion()?.name ?? '';
    await client.close();
    return { serverName, tools: tools.map(({ name }) => name), result };
  },
};

interface Program {
  manifest: string;
  args: () => string[];
  serverName: string;
  tool: string;
  toolArgs: () => Params;
  answer: RegExp;
}

const programs: Program[] = [
  {
    manifest: require.resolve('@modelcontextprotocol/server-everything/package.json'),
    args: () => ['stdio'],
    serverName: 'mcp-servers/everything',
    tool: 'echo',
    toolArgs: () => ({ message: 'ünïcödé' }),
    answer: /ünïcödé/,
  },
  {
    manifest: require.resolve('@modelcontextprotocol/server-filesystem/package.json'),
    args: () => [folder],
    serverName: 'secure-filesystem-server',
    tool: 'read_text_file',
    toolArgs: () => ({ path: join(folder, 'hello.txt') }),
    answer: /hello from a file/,
  },
  {
    manifest: require.resolve('@modelcontextprotocol/server-memory/package.json'),
    args: () => [],
    serverName: 'memory-server',
    tool: 'create_entities',
    toolArgs: () => ({ entities: [{ name: 'wire', entityType: 'thing', observations: ['carries messages'] }] }),
    answer: /carries messages/,
  },
];

describe.each(programs)('$serverName', ({ manifest, args, serverName, tool, toolArgs, answer }) => {
  test.each(Object.keys(drivers))('driven by %s: initialize, list, call, close', async (driver) => {
    const env = testEnv({ MEMORY_FILE_PATH: join(folder, `memory-${driver}.jsonl`) });
    const transport = new StdioClientTransport({ command: commandOf(manifest), args: args(), env, stderr: 'pipe' });
    const errors: Error[] = [];
    transport.onerror = (error) => errors.push(error);
    const conversation = await (drivers[driver] as Drive)(transport, tool, toolArgs());
    expect(conversation.serverName).toBe(serverName);
    expect(conversation.tools).toContain(tool);
    expect(JSON.stringify(conversation.result)).toMatch(answer);
    expect(errors).toEqual([]);
    expect(transport.closeReason).toMatchObject({ kind: 'closed' });
  });
});
