import { SSEClientTransport } from '@mcpwire/transport-sse/client';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { describe, expect, test } from 'vitest';
import { expectNoLeftovers } from './support/leftovers.js';
import { connectSdkClient, theirTransport } from './support/sdk-clients.js';
import { type Hosting, host } from './support/sdk-hosts.js';
import { until } from './support/until.js';

expectNoLeftovers();

const generations = ['v1', 'v2'] as const;
const hostings: Hosting[] = ['createSSEHandler', 'SSEServerTransport', "the SDK's own class"];

const combinations = generations.flatMap((client) =>
  generations.flatMap((server) =>
    hostings.flatMap((hosting) =>
      (['ours', 'theirs'] as const)
        // Theirs on both sides is for them to test.
        .filter((transport) => transport === 'ours' || hosting !== "the SDK's own class")
        .map((transport) => ({ client, server, hosting, transport })),
    ),
  ),
);

describe('the official SDK', () => {
  test.each(combinations)(
    'client $client over $transport transport and server $server on $hosting do all they can',
    async (combination) => {
      const { client: clientGeneration, server, hosting, transport: whose } = combination;
      const hosted = await host(server, hosting);
      const transport = whose === 'ours' ? new SSEClientTransport(new URL(hosted.url)) : theirTransport(clientGeneration, hosted.url);
      const client = await connectSdkClient(clientGeneration, transport);

      // Lists, calls.
      const { tools } = await client.listTools();
      expect(tools.map((tool) => tool.name)).toEqual(['echo', 'large', 'count', 'hang', 'cancelled', 'roots', 'http']);
      expect(await client.call('echo', { text: 'line one\nline two \u2028 ünïcödé 🎉' })).toBe('line one\nline two \u2028 ünïcödé 🎉');

      // Progress comes before the answer, in order. Over their transport some is lost when it comes together with the answer.
      const seen: number[] = [];
      expect(await client.call('count', {}, { onprogress: ({ progress }) => seen.push(progress) })).toBe('counted');
      if (whose === 'ours') expect(seen).toEqual([1, 2, 3]);

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

      let closings = 0;
      const before = transport.onclose;
      transport.onclose = (...reason) => {
        before?.(...reason);
        closings++;
      };
      await client.close();
      expect(closings).toBe(1);
      if (whose === 'ours') expect(transport.closeReason).toEqual({ kind: 'closed' });
      await hosted.close();
    },
  );
});

describe('a tool of the official SDK knows', () => {
  test.each(generations.flatMap((server) => hostings.slice(0, 2).map((hosting) => ({ server, hosting }))))(
    'the headers of the POST that called it: $server on $hosting',
    async ({ server, hosting }) => {
      const hosted = await host(server, hosting);
      const transport = new SSEClientTransport(hosted.url, { requestInit: { headers: { 'X-Test': 'a value' } } });
      const client = await connectSdkClient(server, transport);
      expect(JSON.parse(await client.call('http'))).toEqual({ header: 'a value' });
      await client.close();
      await hosted.close();
    },
  );
});

test('the client of SDK v2 finds out over our transport that the server is of a legacy revision', async () => {
  const hosted = await host('v2', 'createSSEHandler');
  const transport = new SSEClientTransport(hosted.url);
  const client = new ClientV2({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(transport);
  expect((await client.listTools()).tools).toHaveLength(7);
  await client.close();
  await hosted.close();
});
