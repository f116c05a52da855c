import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { StreamableHTTPClientTransport } from '@mcpwire/transport-streamable-http/client';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { expect, test } from 'vitest';
import { closeAfterwards, expectNoLeftovers, until } from './fixtures/scene.js';

expectNoLeftovers();

const program = join(
  dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/package.json')),
  'dist/index.js',
);

/** `@modelcontextprotocol/server-everything` from npm, over Streamable HTTP. */
async function startEverything(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const child = spawn(process.execPath, [program, 'streamableHttp'], { env: { ...process.env, PORT: String(port) }, stdio: 'ignore' });
  const exited = once(child, 'exit');
  closeAfterwards(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const url = `http://127.0.0.1:${port}/mcp`;
  await until(
    'it listens',
    () =>
      fetch(url, { method: 'DELETE' }).then(
        async (response) => {
          await response.text();
          return true;
        },
        () => false,
      ),
    15_000,
  );
  return url;
}

test.each([
  ['v1', ClientV1],
  ['v2', ClientV2],
] as const)(
  'server-everything from npm, with the client of SDK %s',
  async (_, Client) => {
    const url = await startEverything();
    const transport = new StreamableHTTPClientTransport(url);
    closeAfterwards(() => transport.close());
    const client = new Client({ name: 'test', version: '1.0.0' });
    await client.connect(transport);
    expect(transport.sessionId).toBeDefined();
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('echo');
    const result = (await client.callTool({ name: 'echo', arguments: { message: 'ünïcödé' } })) as { content: Array<{ text: string }> };
    expect(result.content[0]?.text).toContain('ünïcödé');
    const { prompts } = await client.listPrompts();
    expect(prompts.length).toBeGreaterThan(0);
    const { resources } = await client.listResources();
    expect(resources.length).toBeGreaterThan(0);
    await transport.terminateSession();
    await client.close();
  },
  40_000,
);
