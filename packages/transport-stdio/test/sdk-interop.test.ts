import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { StdioClientTransport } from '@mcpwire/transport-stdio/client';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as TransportV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, test } from 'vitest';
import { expectNoLeftovers, testEnv } from './support/leftovers.js';
import { until } from './support/until.js';

expectNoLeftovers();

const serverProgram = fileURLToPath(new URL('fixtures/sdk-server.js', import.meta.url));
const roots = { roots: [{ uri: 'file:///home/user', name: 'home' }] };

function parameters(...args: string[]): Parameters {
  return { command: process.execPath, args: [serverProgram, ...args], env: testEnv() };
}

interface Parameters {
  command: string;
  args: string[];
  env: Record<string, string>;
}

interface CallOptions {
  signal?: AbortSignal;
  onprogress?: (progress: { progress: number }) => void;
}

/** What both SDKs' clients can do, in one form. */
interface AnyClient {
  listTools(): Promise<{ tools: Array<{ name: string }> }>;
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<string>;
  close(): Promise<void>;
}

function textOf(result: unknown): string {
  return (result as { content: Array<{ text: string }> }).content[0]?.text ?? '';
}

const clients: Record<string, (transport: StdioClientTransport) => Promise<AnyClient>> = {
  async v1(transport) {
    const client = new ClientV1({ name: 'test', version: '1.0.0' }, { capabilities: { roots: {} } });
    client.setRequestHandler(ListRootsRequestSchema, () => roots);
    await client.connect(transport);
    return {
      listTools: () => client.listTools(),
      call: async (name, args = {}, options = {}) => textOf(await client.callTool({ name, arguments: args }, undefined, options)),
      close: () => client.close(),
    };
  },
  async v2(transport) {
    const client = new ClientV2({ name: 'test', version: '2.0.0' }, { capabilities: { roots: {} } });
    client.setRequestHandler('roots/list', () => roots);
    await client.connect(transport);
    return {
      listTools: () => client.listTools(),
      call: async (name, args = {}, options = {}) => textOf(await client.callTool({ name, arguments: args }, options)),
      close: () => client.close(),
    };
  },
};

/** Theirs is passed off as ours here: that the types agree is tested in sdk-types.test.ts. */
const theirs: Record<string, new (server: Parameters) => unknown> = { v1: TransportV1, v2: TransportV2 };

const combinations = ['v1', 'v2'].flatMap((clientGeneration) =>
  ['v1', 'v2'].flatMap((serverGeneration) =>
    ['ours', 'theirs'].flatMap((clientTransport) =>
      ['ours', 'theirs'].map((serverTransport) => ({ clientGeneration, serverGeneration, clientTransport, serverTransport })),
    ),
  ),
);

describe('the official SDK, legacy revisions', () => {
  test.each(combinations)(
    'client $clientGeneration over $clientTransport and server $serverGeneration over $serverTransport do all they can',
    async ({ clientGeneration, serverGeneration, clientTransport, serverTransport }) => {
      const Transport = clientTransport === 'ours' ? StdioClientTransport : (theirs[clientGeneration] as typeof StdioClientTransport);
      const transport = new Transport(parameters(serverGeneration, serverTransport));
      const client = await (clients[clientGeneration] as (typeof clients)[string])(transport);

      // Lists, calls.
      const { tools } = await client.listTools();
      expect(tools.map((tool) => tool.name)).toEqual(['echo', 'large', 'count', 'hang', 'cancelled', 'roots']);
      expect(await client.call('echo', { text: 'line one\nline two \u2028 ünïcödé 🎉' })).toBe('line one\nline two \u2028 ünïcödé 🎉');

      // Progress comes before the answer, in order. Over their transport some is lost when it comes together with the answer.
      const seen: number[] = [];
      expect(await client.call('count', {}, { onprogress: ({ progress }) => seen.push(progress) })).toBe('counted');
      if (clientTransport === 'ours') expect(seen).toEqual([1, 2, 3]);

      // Cancellation reaches the tool, and the connection lives on.
      const controller = new AbortController();
      const hanging = client.call('hang', {}, { signal: controller.signal, onprogress: () => controller.abort('no longer wanted') });
      await expect(hanging).rejects.toThrow(/no longer wanted/);
      await until('the tool hears of it', async () => (await client.call('cancelled')) === '1');

      // The server asks the client while the client waits for the server.
      expect(await client.call('roots')).toBe('file:///home/user');

      // Large both ways, and several at once.
      const large = 'ü'.repeat(500_000);
      expect((await client.call('echo', { text: large })) === large).toBe(true);
      expect(Buffer.byteLength(await client.call('large', { bytes: 4_000_000 }))).toBe(4_000_000);
      const many = await Promise.all(Array.from({ length: 200 }, (_, n) => client.call('echo', { text: `number ${n}` })));
      expect(many).toEqual(Array.from({ length: 200 }, (_, n) => `number ${n}`));

      const gone = new Promise<void>((resolve) => {
        const before = transport.onclose;
        transport.onclose = (...reason) => {
          before?.(...reason);
          resolve();
        };
      });
      await client.close();
      await gone;
      if (clientTransport === 'ours') expect(transport.closeReason).toEqual({ kind: 'closed', exitCode: 0, signal: null });
    },
  );
});
