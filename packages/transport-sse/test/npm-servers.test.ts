import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { Peer } from '@mcpwire/jsonrpc';
import { SSEClientTransport } from '@mcpwire/transport-sse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectSdkClient } from './support/sdk-clients.js';
import { until } from './support/until.js';

const require = createRequire(import.meta.url);
const manifest = require.resolve('@modelcontextprotocol/server-everything/package.json');
const [bin = ''] = Object.values<string>(JSON.parse(readFileSync(manifest, 'utf8')).bin);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('server-everything as npm installs it', () => {
  let program: ChildProcess;
  let url: string;
  let said = '';

  beforeAll(async () => {
    const port = await freePort();
    program = spawn(process.execPath, [join(dirname(manifest), bin), 'sse'], {
      env: { ...process.env, PORT: String(port) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    program.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await until(
      () => `it listens; it said ${said}`,
      () => said.includes(`port ${port}`),
      30_000,
    );
    url = `http://127.0.0.1:${port}/sse`;
  }, 40_000);

  afterAll(async () => {
    const exited = once(program, 'exit');
    program.kill('SIGKILL');
    await exited;
  });

  test('talks to our Peer', async () => {
    const peer = new Peer(new SSEClientTransport(url));
    await peer.start();
    const { serverInfo } = await peer.request<{ serverInfo: { name: string } }>('initialize', {
      protocolVersion: '2024-11-05',
      capabilities: {},
      clientInfo: { name: 'mcpwire-test', version: '1.0.0' },
    });
    expect(serverInfo.name).toMatch(/everything/);
    await peer.notify('notifications/initialized');
    const { tools } = await peer.request<{ tools: Array<{ name: string }> }>('tools/list');
    expect(tools.map(({ name }) => name)).toContain('echo');
    const result = await peer.request('tools/call', { name: 'echo', arguments: { message: 'hello' } });
    expect(result).toMatchObject({ content: [{ type: 'text', text: expect.stringContaining('hello') }] });
    await peer.close();
  });

  test.each(['v1', 'v2'] as const)('talks to the client of SDK %s over our transport', async (generation) => {
    const client = await connectSdkClient(generation, new SSEClientTransport(url));
    expect(await client.call('echo', { message: 'hello' })).toContain('hello');
    await client.close();
  });
});
