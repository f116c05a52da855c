import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { StdioClientTransport } from '@mcpwire/transport-stdio/client';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport as TheirTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { expectNoLeftovers, testEnv } from './support/leftovers.js';
import { until } from './support/until.js';

expectNoLeftovers();

const sdkServer = fileURLToPath(new URL('fixtures/sdk-server.js', import.meta.url));
const legacyServer = fileURLToPath(new URL('fixtures/legacy-server.js', import.meta.url));

function createClient(): Client {
  return new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto', probe: { timeoutMs: 3_000 } } });
}

function textOf(result: unknown): string {
  return (result as { content: Array<{ text: string }> }).content[0]?.text ?? '';
}

describe('revision 2026-07-28 through serveStdio', () => {
  const combinations = ['ours', 'theirs'].flatMap((client) => ['ours', 'theirs'].map((server) => ({ client, server })));

  test.each(combinations)(
    'client over $client, serveStdio over $server: calls, progress, cancellation, a subscription',
    async ({ client: whose, server }) => {
      const Transport = whose === 'ours' ? StdioClientTransport : TheirTransport;
      const transport = new Transport({ command: process.execPath, args: [sdkServer, 'serve', server], env: testEnv() });
      const client = createClient();
      await client.connect(transport);
      expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');

      expect((await client.listTools()).tools).toHaveLength(6);
      const text = 'x'.repeat(1_000_000);
      expect(textOf(await client.callTool({ name: 'echo', arguments: { text } })) === text).toBe(true);

      const seen: number[] = [];
      await client.callTool({ name: 'count', arguments: {} }, { onprogress: ({ progress }) => seen.push(progress) });
      if (whose === 'ours') expect(seen).toEqual([1, 2, 3]);

      const controller = new AbortController();
      const hanging = client.callTool(
        { name: 'hang', arguments: {} },
        { signal: controller.signal, onprogress: () => controller.abort('enough') },
      );
      await expect(hanging).rejects.toThrow(/enough/);
      await until('the tool hears of it', async () => textOf(await client.callTool({ name: 'cancelled', arguments: {} })) === '1');

      // Still open when the client closes. The server does not wait for its end, or it would have to be ended by a signal.
      await client.listen({ toolsListChanged: true });
      await client.close();
      if (transport instanceof StdioClientTransport) expect(transport.closeReason).toEqual({ kind: 'closed', exitCode: 0, signal: null });
    },
  );
});

describe('a legacy server meets the probe', () => {
  let log: string;

  beforeEach(() => {
    log = join(tmpdir(), `mcpwire-starts-${process.pid}-${Math.random().toString(36).slice(2)}`);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(log, { force: true });
  });

  const starts = (): number => readFileSync(log, 'utf8').trim().split('\n').length;

  test.each([
    ['dies of it', 'dies'],
    ['refuses it', 'refuses'],
    ['keeps silent', 'keeps-silent'],
  ])('it %s: the client falls back to initialize; two processes were started, one of them disposed of', async (_title, manner) => {
    const dispose = vi.spyOn(StdioClientTransport.prototype, '_dispose');
    const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto', probe: { timeoutMs: 500 } } });
    const transport = new StdioClientTransport({ command: process.execPath, args: [legacyServer, manner, log], env: testEnv() });
    await client.connect(transport);
    expect(client.getNegotiatedProtocolVersion()).toBe('2025-11-25');
    expect(starts()).toBe(2);
    expect(dispose).toHaveBeenCalledTimes(1);
    expect(dispose.mock.contexts[0]).not.toBe(transport);
    expect((await client.listTools()).tools).toEqual([]);
    await client.close();
    expect(transport.closeReason).toMatchObject({ kind: 'closed' });
  });

  test('with restart on, the process that was only started to be probed is not restarted', async () => {
    const client = createClient();
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [legacyServer, 'dies', log],
      env: testEnv(),
      restart: { initialDelayMs: 1 },
    });
    await client.connect(transport);
    expect(client.getNegotiatedProtocolVersion()).toBe('2025-11-25');
    expect(starts()).toBe(2);
    await client.close();
  });

  test('close() during the probe ends both', async () => {
    const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto', probe: { timeoutMs: 60_000 } } });
    const transport = new StdioClientTransport({ command: process.execPath, args: [legacyServer, 'keeps-silent', log], env: testEnv() });
    const connected = client.connect(transport);
    const failed = expect(connected).rejects.toThrow(/closed/);
    await until('the probe runs', () => {
      try {
        return starts() === 1;
      } catch {
        return false;
      }
    });
    await transport.close();
    await failed;
  });

  test('a program that is not there fails the connection', async () => {
    const client = createClient();
    const transport = new StdioClientTransport({ command: '/nowhere/server' });
    await expect(client.connect(transport)).rejects.toThrow(/Cannot start "\/nowhere\/server"/);
  });
});
