import { Peer } from '@mcpwire/jsonrpc';
import { StreamableHTTPClientTransport } from '@mcpwire/transport-streamable-http/client';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { ListRootsRequestSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, test } from 'vitest';
import { closeAfterwards, expectNoLeftovers, until } from './fixtures/scene.js';
import { EventStore, type SdkServer, serveSdk, serveSdkHandler } from './fixtures/sdk-servers.js';

expectNoLeftovers();

const roots = { roots: [{ uri: 'file:///home/user', name: 'home' }] };

interface CallOptions {
  signal?: AbortSignal;
  onprogress?: (progress: { progress: number }) => void;
}

/** What both SDKs' clients can do, in one form. */
interface AnyClient {
  listTools(): Promise<{ tools: Array<{ name: string }> }>;
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<string>;
  announced: () => number;
  close(): Promise<void>;
}

function textOf(result: unknown): string {
  return (result as { content: Array<{ text: string }> }).content[0]?.text ?? '';
}

type Negotiation = 'legacy' | 'auto' | { pin: string };

async function connectClient(
  generation: 'v1' | 'v2',
  transport: StreamableHTTPClientTransport,
  mode: Negotiation = 'legacy',
): Promise<AnyClient> {
  let announced = 0;
  closeAfterwards(() => transport.close());
  if (generation === 'v1') {
    const client = new ClientV1({ name: 'test', version: '1.0.0' }, { capabilities: { roots: {} } });
    client.setRequestHandler(ListRootsRequestSchema, () => roots);
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => void announced++);
    await client.connect(transport);
    return {
      listTools: () => client.listTools(),
      call: async (name, args = {}, options = {}) => textOf(await client.callTool({ name, arguments: args }, undefined, options)),
      announced: () => announced,
      close: () => client.close(),
    };
  }
  const client = new ClientV2({ name: 'test', version: '2.0.0' }, { capabilities: { roots: {} }, versionNegotiation: { mode } });
  client.setRequestHandler('roots/list', () => roots);
  client.setNotificationHandler('notifications/tools/list_changed', () => void announced++);
  await client.connect(transport);
  return {
    listTools: () => client.listTools(),
    call: async (name, args = {}, options = {}) => textOf(await client.callTool({ name, arguments: args }, options)),
    announced: () => announced,
    close: () => client.close(),
  };
}

async function serving(server: Promise<SdkServer>): Promise<SdkServer> {
  const served = await server;
  closeAfterwards(() => served.close());
  return served;
}

/** Everything that goes in both reply modes and both eras. */
async function doesAllItCan(client: AnyClient, server: SdkServer, { progress }: { progress: boolean }): Promise<void> {
  const { tools } = await client.listTools();
  expect(tools.map((tool) => tool.name)).toEqual(['echo', 'large', 'count', 'hang', 'roots', 'polled']);
  expect(await client.call('echo', { text: 'line one\nline two \u2028 ünïcödé 🎉' })).toBe('line one\nline two \u2028 ünïcödé 🎉');

  const seen: number[] = [];
  expect(await client.call('count', {}, { onprogress: (step) => seen.push(step.progress) })).toBe('counted');
  if (progress) expect(seen).toEqual([1, 2, 3]);

  const controller = new AbortController();
  const hanging = client.call('hang', {}, { signal: controller.signal, onprogress: () => controller.abort('no longer wanted') });
  if (!progress) setTimeout(() => controller.abort('no longer wanted'), 100);
  await expect(hanging).rejects.toThrow(/no longer wanted/);
  await until('the tool hears of it', () => server.cancelled() === 1);

  const large = 'ü'.repeat(500_000);
  expect((await client.call('echo', { text: large })) === large).toBe(true);
  expect(Buffer.byteLength(await client.call('large', { bytes: 4_000_000 }))).toBe(4_000_000);
  const many = await Promise.all(Array.from({ length: 100 }, (_, n) => client.call('echo', { text: `number ${n}` })));
  expect(many).toEqual(Array.from({ length: 100 }, (_, n) => `number ${n}`));
}

const generations = ['v1', 'v2'] as const;
const legacy = generations.flatMap((client) => generations.flatMap((server) => ['sse', 'json'].map((mode) => ({ client, server, mode }))));

describe('legacy revisions, with a session', () => {
  test.each(legacy)(
    'client $client over our transport and server $server that replies with $mode',
    async ({ client: generation, server: of, mode }) => {
      const server = await serving(serveSdk(of, { json: mode === 'json' }));
      const transport = new StreamableHTTPClientTransport(new URL(server.url));
      const client = await connectClient(generation, transport);
      expect(transport.sessionId).toMatch(/^[0-9a-f-]{36}$/);
      await doesAllItCan(client, server, { progress: mode === 'sse' });

      // The server asks the client, on the request's stream; and speaks by itself, on the standing one.
      if (mode === 'sse') expect(await client.call('roots')).toBe('file:///home/user');
      await until('the announcement comes', async () => {
        server.announce();
        return client.announced() > 0;
      });

      await transport.terminateSession();
      expect(transport.sessionId).toBeUndefined();
      await client.close();
      expect(transport.closeReason).toEqual({ kind: 'closed' });
    },
  );

  test.each(generations)(
    'server %s closes the connection before it has answered: the client comes back for the answer',
    async (generation) => {
      const server = await serving(serveSdk(generation, { eventStore: new EventStore() }));
      const transport = new StreamableHTTPClientTransport(server.url);
      const client = await connectClient(generation, transport);
      const seen: number[] = [];
      expect(await client.call('polled', {}, { onprogress: (step) => seen.push(step.progress) })).toBe('polled');
      expect(seen).toEqual([1, 2]);
      await client.close();
    },
  );
});

describe('legacy revisions, without sessions', () => {
  test.each(legacy)(
    'client $client over our transport and server $server that replies with $mode',
    async ({ client: generation, server: of, mode }) => {
      const server = await serving(serveSdk(of, { json: mode === 'json', sessions: false }));
      const transport = new StreamableHTTPClientTransport(server.url);
      const client = await connectClient(generation, transport);
      expect(transport.sessionId).toBeUndefined();
      expect((await client.listTools()).tools).toHaveLength(6);
      expect(await client.call('echo', { text: 'x' })).toBe('x');
      await client.close();
    },
  );
});

describe('both eras at one endpoint, SDK v2’s createMcpHandler through our adapter', () => {
  test.each(['auto', 'sse', 'json'] as const)('client v2 pinned to 2026-07-28, replies %s', async (mode) => {
    const server = await serving(serveSdkHandler(mode));
    const transport = new StreamableHTTPClientTransport(server.url);
    const client = await connectClient('v2', transport, { pin: '2026-07-28' });
    expect(transport).toMatchObject({ protocolVersion: '2026-07-28', sessionId: undefined });
    await doesAllItCan(client, server, { progress: mode !== 'json' });
    await client.close();
  });

  test.each(generations)('client %s that only speaks legacy', async (generation) => {
    const server = await serving(serveSdkHandler());
    const client = await connectClient(generation, new StreamableHTTPClientTransport(server.url));
    expect(await client.call('echo', { text: 'x' })).toBe('x');
    await client.close();
  });

  test('a subscription: acknowledged, told of changes, ended by either side', async () => {
    const server = await serving(serveSdkHandler());
    const transport = new StreamableHTTPClientTransport(server.url);
    closeAfterwards(() => transport.close());
    const client = new ClientV2({ name: 'test', version: '2.0.0' }, { versionNegotiation: { mode: 'auto' } });
    let changes = 0;
    client.setNotificationHandler('notifications/tools/list_changed', () => void changes++);
    await client.connect(transport);
    const errors: Error[] = [];
    client.onerror = (error) => errors.push(error);
    const first = await client.listen({ toolsListChanged: true });
    server.announce();
    await until('it is told', () => changes === 1);
    await first.close();
    server.announce();
    const second = await client.listen({ toolsListChanged: true });
    expect(changes).toBe(1);
    await server.close();
    expect(await second.closed).not.toBe('local');
    await client.close();
    expect(errors).toEqual([]);
  });
});

test('a Peer without any SDK: the transport knows session and version by itself', async () => {
  const server = await serving(serveSdk('v2'));
  const transport = new StreamableHTTPClientTransport(server.url);
  const peer = new Peer(transport);
  closeAfterwards(() => peer.close());
  await peer.start();
  await peer.request('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'peer', version: '1' } });
  expect(transport).toMatchObject({ protocolVersion: '2025-06-18' });
  await peer.notify('notifications/initialized');
  const { tools } = (await peer.request('tools/list', {})) as { tools: unknown[] };
  expect(tools).toHaveLength(6);
});
