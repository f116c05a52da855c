// What a request carries decides how it is served: 2026-07-28, basic/versioning "Compatibility Matrix" and
// basic/transports/streamable-http "Backward Compatibility", over each adapter.

import { Peer, type Transport } from '@mcpwire/jsonrpc';
import { describe, expect, test } from 'vitest';
import type { StreamableHTTPHandlerOptions } from '../../src/server.js';
import { Endpoint } from '../support/endpoint.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import { connect, initializeRequest, LegacyClient } from '../support/legacy.js';
import { adapters, exchange, modernRequest, post } from '../support/modern.js';
import { until } from '../support/until.js';

expectNoLeftovers();

const ping = { jsonrpc: '2.0', id: 'p', method: 'ping' };

describe.each(adapters)('over $name', (adapter) => {
  const endpoint = new Endpoint(adapter);
  /** The transports of requests that were served by themselves. */
  let single: (Transport & { closeReason?: unknown })[] = [];

  const onrequest = async (transport: Transport): Promise<void> => {
    single.push(transport);
    await connect(transport, { 'tools/list': () => ({ resultType: 'complete', tools: [] }) });
  };

  async function serve(options: StreamableHTTPHandlerOptions): Promise<LegacyClient> {
    single = [];
    return endpoint.serve({}, options);
  }

  const modern = async (fields?: Parameters<typeof modernRequest>[1], headers?: Record<string, string>) => {
    const {
      status,
      json,
      headers: answered,
    } = await exchange(endpoint.served, modernRequest('tools/list', fields), headers && { headers });
    return { status, json, sessionId: answered['mcp-session-id'] };
  };

  describe('an endpoint of both eras', () => {
    test('serves a request with modern _meta by itself, and an initialize with a session', async () => {
      const client = await serve({ onrequest });
      expect((await modern()).json?.result).toEqual({ resultType: 'complete', tools: [] });
      const dual = await serve({
        onrequest,
        onsession: async (transport) => {
          await connect(transport);
        },
      });
      expect((await dual.initialize()).status).toBe(200);
      expect((await dual.exchange(ping)).status).toBe(200);
      expect((await modern()).status).toBe(200);
      expect(single).toHaveLength(1);
      expect(endpoint.handler.sessions.size).toBe(1);
      void client;
    });

    test('ignores a session id on a modern request, and never mints one', async () => {
      const client = await serve({ onrequest, onsession: (transport) => connect(transport) });
      await client.initialize();
      for (const id of [client.sessionId as string, 'unknown']) {
        const { status, sessionId } = await modern({}, { 'mcp-session-id': id });
        expect([status, sessionId]).toEqual([200, undefined]);
      }
    });

    test('takes an initialize for legacy even under a modern header, and anything else under one for modern', async () => {
      const client = await serve({ onrequest, onsession: (transport) => connect(transport) });
      expect((await client.exchange(initializeRequest(), { 'mcp-protocol-version': '2026-07-28' })).json.result).toMatchObject({
        protocolVersion: '2025-11-25',
      });
      const bare = await client.exchange({ jsonrpc: '2.0', id: 1, method: 'tools/list' }, { 'mcp-protocol-version': '2026-07-28' });
      expect([bare.status, bare.json.error?.code]).toEqual([400, -32602]);
    });

    test('names all its versions to a client that asks for another modern one', async () => {
      await serve({ onrequest, onsession: (transport) => connect(transport) });
      const { status, json } = await modern({ protocolVersion: '2030-01-01' });
      expect([status, json?.error?.code]).toEqual([400, -32022]);
      expect(json?.error?.data).toEqual({
        supported: ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'],
        requested: '2030-01-01',
      });
    });

    test('answers GET and DELETE under a modern header with 405', async () => {
      const client = await serve({ onrequest, onsession: (transport) => connect(transport) });
      await client.initialize();
      for (const method of ['GET', 'DELETE']) {
        const { status, body } = await client.send(method, undefined, { 'mcp-protocol-version': '2026-07-28' });
        body.cancel();
        expect(status).toBe(405);
      }
      expect((await client.exchange(ping)).status).toBe(200);
    });
  });

  describe('an endpoint with sessions only', () => {
    test('names its versions to a modern client, with the error that the specification has for it', async () => {
      await serve({});
      const { status, json } = await modern({ id: 'm' });
      expect([status, json?.id, json?.error?.code]).toEqual([400, 'm', -32022]);
      expect(json?.error?.data).toEqual({ supported: ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'], requested: '2026-07-28' });
    });
  });

  describe('an endpoint without sessions', () => {
    test('serves legacy requests by themselves, the handshake as well, and closes each transport behind its answer', async () => {
      const client = await serve({ onrequest });
      const { status, headers, json } = await client.exchange(initializeRequest('2025-06-18'));
      expect([status, headers['mcp-session-id']]).toEqual([200, undefined]);
      expect(json.result).toMatchObject({ protocolVersion: '2025-06-18' });
      expect((await client.exchange({ jsonrpc: '2.0', method: 'notifications/initialized' })).status).toBe(202);
      // A session id from elsewhere means nothing here.
      expect((await client.exchange(ping, { 'mcp-session-id': 'x', 'mcp-protocol-version': '2025-06-18' })).json.result).toEqual({});
      await until(() => single.every(({ closeReason }) => closeReason !== undefined), 'all transports are closed');
      expect(single).toHaveLength(3);
    });

    test('takes a request without a version for 2025-03-26, the one with batches', async () => {
      const client = await serve({ onrequest });
      expect((await client.exchange([ping, { ...ping, id: 'q' }])).json).toHaveLength(2);
      expect((await client.exchange([ping], { 'mcp-protocol-version': '2025-06-18' })).status).toBe(400);
      expect((await client.exchange(ping, { 'mcp-protocol-version': '1999-01-01' })).status).toBe(400);
      await until(() => single.every(({ closeReason }) => closeReason !== undefined), 'all transports are closed');
    });

    test('serves two clients that use the same id at once', async () => {
      const open: (() => void)[] = [];
      const client = await serve({
        onrequest: async (transport) => {
          await connect(transport, { slow: (params) => new Promise((resolve) => open.push(() => resolve(params))) });
        },
      });
      const both = [client.call('slow', { n: 1 }, {}, 1), client.call('slow', { n: 2 }, {}, 1)];
      await until(() => open.length === 2, 'both arrive');
      for (const answer of open) answer();
      expect((await Promise.all(both)).map(({ json }) => json.result)).toEqual([{ n: 1 }, { n: 2 }]);
    });

    test('has no GET and no DELETE', async () => {
      const client = await serve({ onrequest });
      for (const method of ['GET', 'DELETE', 'PUT']) {
        const { status, headers, body } = await client.send(method, undefined);
        body.cancel();
        expect([method, status, headers.allow]).toEqual([method, 405, 'POST']);
      }
    });

    test('aborts the handler of a client that goes away: nobody else could ever cancel it', async () => {
      let aborted = false;
      let begun = false;
      const client = await serve({
        onrequest: async (transport) => {
          await connect(transport, {
            hang: (_, { signal }) =>
              new Promise((_, reject) => {
                begun = true;
                signal.addEventListener('abort', () => {
                  aborted = true;
                  reject(signal.reason);
                });
              }),
          });
        },
      });
      const controller = new AbortController();
      const gone = client.send('POST', { jsonrpc: '2.0', id: 1, method: 'hang' }, {}, controller.signal);
      gone.catch(() => {});
      await until(() => begun, 'the request arrives');
      controller.abort();
      await until(() => aborted, 'the handler hears of it');
    });

    test('tells the server that a request of its own has nowhere to go, and where a notification went', async () => {
      const failures: unknown[] = [];
      const reported: unknown[] = [];
      const client = await serve({
        onrequest: async (transport) => {
          const peer = new Peer(transport, { onerror: (error) => reported.push(error) });
          peer.handle('ping', async () => {
            await peer.request('roots/list').catch((error) => failures.push(error));
            await peer.notify('notifications/tools/list_changed');
            return {};
          });
          await peer.start();
        },
      });
      expect((await client.exchange(ping)).json.result).toEqual({});
      expect(failures).toMatchObject([{ code: 'write-failed' }]);
      expect(reported).toMatchObject([{ code: 'write-failed', message: expect.stringContaining('notifications/tools/list_changed') }]);
    });

    test('whose onrequest fails answers 500 and shows nothing of why', async () => {
      const client = await serve({ onrequest: () => Promise.reject(new Error('secret')) });
      const { status, text } = await client.exchange(ping);
      expect(status).toBe(500);
      expect(text).not.toContain('secret');
      expect(endpoint.errors.map(({ message }) => message)).toEqual(['secret']);
    });
  });

  describe('an endpoint of 2026-07-28 only', () => {
    test('names its version to a legacy client, whatever that sends', async () => {
      const client = await serve({ onrequest, onsession: (transport) => connect(transport), supportedProtocolVersions: ['2026-07-28'] });
      const { status, text } = await client.exchange(initializeRequest());
      expect(status).toBe(400);
      expect(text).toContain('2026-07-28');
      expect((await client.exchange(ping)).status).toBe(400);
      expect((await client.get()).status).toBe(405);
      expect((await client.delete()).status).toBe(405);
      expect((await modern()).status).toBe(200);
      expect(endpoint.transports).toHaveLength(0);
    });
  });

  test('path is the only one that is served', async () => {
    const client = await serve({ path: '/mcp' });
    const elsewhere = await client.exchange(initializeRequest());
    expect([elsewhere.status, elsewhere.json.error?.message]).toEqual([404, 'Not found: the MCP endpoint of this server is /mcp']);
    const { url } = endpoint.served;
    const at = new LegacyClient({ ...endpoint.served, url: `${url}/mcp?x=1` });
    await at.initialize();
    expect((await at.exchange(ping)).status).toBe(200);
  });

  test('notify and the bus reach modern subscribers', async () => {
    await serve({ onrequest, subscriptions: true });
    const listen = modernRequest('subscriptions/listen', { id: 'l', params: { notifications: { toolsListChanged: true } } });
    const controller = new AbortController();
    const { status, body } = await post(endpoint.served, listen, { signal: controller.signal });
    expect(status).toBe(200);
    let text = '';
    const onchunk = (chunk: Uint8Array): void => {
      text += new TextDecoder().decode(chunk);
    };
    body.read({ onchunk, onend: () => {}, onerror: () => {} });
    await until(() => text.includes('acknowledged'), 'the acknowledgement');
    await endpoint.handler.notify({ kind: 'tools_list_changed' });
    await until(() => text.includes('notifications/tools/list_changed'), 'the notification');
    controller.abort();
    await serve({});
    await expect(endpoint.handler.notify({ kind: 'tools_list_changed' })).rejects.toThrow('subscriptions');
  });
});
