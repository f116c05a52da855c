import { createServer } from 'node:http';
import { StreamableHTTPClientTransport } from '@mcpwire/transport-streamable-http/client';
import { Client } from '@modelcontextprotocol/client';
import { describe, expect, test } from 'vitest';
import type { Exchange } from './fixtures/raw-server.js';
import { closeAfterwards, expectNoLeftovers, serve } from './fixtures/scene.js';
import { listen, serveSdk, serveSdkHandler, shut } from './fixtures/sdk-servers.js';

expectNoLeftovers();

function createClient(mode: 'auto' | 'legacy' | { pin: string } = 'auto'): Client {
  return new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode, probe: { timeoutMs: 3_000 } } });
}

function transportTo(url: string): StreamableHTTPClientTransport {
  const transport = new StreamableHTTPClientTransport(url);
  closeAfterwards(() => transport.close());
  return transport;
}

describe('versionNegotiation of SDK v2’s client', () => {
  test('auto finds a modern server', async () => {
    const server = await serveSdkHandler();
    closeAfterwards(() => server.close());
    const client = createClient();
    await client.connect(transportTo(server.url));
    expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
  });

  test.each(['v1', 'v2'] as const)(
    'auto falls back to initialize with a legacy server (%s), over the same transport',
    async (generation) => {
      const server = await serveSdk(generation);
      closeAfterwards(() => server.close());
      const client = createClient();
      const transport = transportTo(server.url);
      await client.connect(transport);
      expect(client.getNegotiatedProtocolVersion()).toBe('2025-11-25');
      expect(transport.sessionId).toBeDefined();
      expect((await client.listTools()).tools).toHaveLength(6);
      await client.close();
      expect(transport.closeReason).toEqual({ kind: 'closed' });
    },
  );

  test.each([400, 404, 405, 406, 415])('auto takes an HTTP %i without a JSON-RPC error for a legacy server', async (status) => {
    const { script, methods } = legacyServer((exchange) => exchange.send(status, 'what?'));
    const server = await serve(script);
    const client = createClient();
    await client.connect(transportTo(server.url));
    expect(methods).toEqual(['server/discover', 'initialize', 'notifications/initialized']);
    expect(client.getNegotiatedProtocolVersion()).toBe('2025-06-18');
    // No header of the modern era goes to a legacy server.
    expect(server.requests[1]?.headers['mcp-method']).toBeUndefined();
    await client.close();
  });

  test('auto takes -32601 for a legacy server, as a plain 200 and as a 404', async () => {
    for (const status of [200, 404]) {
      const { script } = legacyServer((exchange) => {
        const error = { code: -32601, message: 'Method not found' };
        exchange.send(status, JSON.stringify({ jsonrpc: '2.0', id: exchange.message.id, error }), { 'content-type': 'application/json' });
      });
      const server = await serve(script);
      const client = createClient();
      await client.connect(transportTo(server.url));
      expect(client.getNegotiatedProtocolVersion()).toBe('2025-06-18');
      await client.close();
    }
  });

  test('a 500, a web page and a server that is not there are errors, and no reason to fall back', async () => {
    const broken = await serve((exchange) => exchange.send(500, 'oops'));
    await expect(createClient().connect(transportTo(broken.url))).rejects.toThrow(/HTTP 500/);
    const page = await serve((exchange) => exchange.send(200, '<html>', { 'content-type': 'text/html' }));
    await expect(createClient().connect(transportTo(page.url))).rejects.toThrow(/unusable reply/);
    const gone = createServer();
    const url = await listen(gone);
    await shut(gone);
    await expect(createClient().connect(transportTo(url))).rejects.toThrow(/probe failed/);
    expect(broken.requests.length + page.requests.length).toBe(2);
  });

  test('pin does not fall back', async () => {
    const { script, methods } = legacyServer((exchange) => exchange.send(400));
    const server = await serve(script);
    await expect(createClient({ pin: '2026-07-28' }).connect(transportTo(server.url))).rejects.toThrow();
    expect(methods).toEqual(['server/discover']);
  });

  test('-32022 with another modern version is asked for again', async () => {
    let asked = 0;
    const server = await serve((exchange) => {
      asked++;
      const { id } = exchange.message;
      const error = { code: -32022, message: 'Unsupported protocol version', data: { supported: ['2026-07-28'], requested: 'x' } };
      if (asked === 1) exchange.send(400, JSON.stringify({ jsonrpc: '2.0', id, error }), { 'content-type': 'application/json' });
      else
        exchange.result({
          resultType: 'complete',
          supportedVersions: ['2026-07-28'],
          capabilities: {},
          serverInfo: { name: 'x', version: '1' },
        });
    });
    const client = createClient();
    await client.connect(transportTo(server.url));
    expect(asked).toBe(2);
    await client.close();
  });

  test('a session that is gone on with: no initialize, the version is known', async () => {
    const server = await serveSdk('v2');
    closeAfterwards(() => server.close());
    const first = transportTo(server.url);
    const client = createClient('legacy');
    await client.connect(first);
    const { sessionId } = first;
    await first.close();
    const second = new StreamableHTTPClientTransport(server.url, { sessionId });
    closeAfterwards(() => second.close());
    await client.connect(second);
    expect(second.protocolVersion).toBe('2025-11-25');
    expect((await client.listTools()).tools).toHaveLength(6);
  });
});

/** A server of 2025-06-18 that answers what it does not know as told. */
function legacyServer(unknown: (exchange: Exchange) => void): { script: (exchange: Exchange) => void; methods: string[] } {
  const methods: string[] = [];
  return {
    methods,
    script(exchange) {
      if (exchange.method === 'GET') {
        exchange.send(405);
        return;
      }
      const { method } = exchange.message;
      methods.push(method);
      if (method === 'initialize') {
        exchange.result({ protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'legacy', version: '1' } });
      } else if (method === 'notifications/initialized') exchange.send(202);
      else unknown(exchange);
    },
  };
}
