import { createHttpServer } from '@mcpwire/http/node';
import { Peer, type RequestHandler, type Transport } from '@mcpwire/jsonrpc';
import { MetaKey } from '@mcpwire/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { StreamableHTTPClientTransport } from '../src/client.js';
import { createStreamableHTTPHandler } from '../src/server.js';
import { expectNoLeftovers } from './support/leftovers.js';
import { until } from './support/until.js';

expectNoLeftovers();

let toEnd: (() => Promise<void>) | undefined;
// Registered behind the check for leftovers, so that it runs before it.
afterEach(async () => {
  await toEnd?.();
  toEnd = undefined;
});

const clientInfo = { name: 'test', version: '1' };
const envelope = {
  [MetaKey.ProtocolVersion]: '2026-07-28',
  [MetaKey.ClientInfo]: clientInfo,
  [MetaKey.ClientCapabilities]: {},
};

/** A client and a server of ours over a real connection, after the handshake that their era has. */
async function connect(era: 'legacy' | 'modern', handlers: Record<string, RequestHandler>): Promise<Peer> {
  const serve = async (transport: Transport): Promise<void> => {
    const peer = new Peer(transport);
    peer.handle('initialize', () => ({ protocolVersion: '2025-11-25', capabilities: {}, serverInfo: clientInfo }));
    for (const [method, handler] of Object.entries(handlers)) peer.handle(method, handler);
    await peer.start();
  };
  const handler = createStreamableHTTPHandler({ onsession: serve, onrequest: serve });
  const server = await createHttpServer({ handler });
  const client = new Peer(new StreamableHTTPClientTransport(`${server.url}/mcp`));
  toEnd = async () => {
    await client.close();
    await handler.close({ graceMs: 0 });
    await server.close({ graceMs: 0 });
  };
  await client.start();
  if (era === 'modern') client.transport.setProtocolVersion?.('2026-07-28');
  else {
    await client.request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
    await client.notify('notifications/initialized');
  }
  return client;
}

describe.each(['legacy', 'modern'] as const)('in the %s era', (era) => {
  const params = era === 'modern' ? { _meta: envelope } : {};

  test('a request that its client cancels is aborted on the server, and others are not', async () => {
    const aborted: unknown[] = [];
    const handler: RequestHandler = ({ name }, { signal }) =>
      new Promise((resolve) => {
        if (name === 'other') setTimeout(resolve, 200, { name });
        signal.addEventListener('abort', () => aborted.push(name));
      });
    const client = await connect(era, { work: handler });
    const controller = new AbortController();
    const cancelled = client.request('work', { ...params, name: 'mine' }, { signal: controller.signal });
    const other = client.request('work', { ...params, name: 'other' });
    setTimeout(() => controller.abort(), 50);
    await expect(cancelled).rejects.toMatchObject({ code: 'aborted' });
    await until(() => aborted.length > 0, 'the handler is aborted');
    expect(await other).toEqual({ name: 'other' });
    expect(aborted).toEqual(['mine']);
  });

  test('a request that takes too long is aborted on the server', async () => {
    let reason: unknown;
    const client = await connect(era, {
      work: (_params, { signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => {
            reason = signal.reason;
          });
        }),
    });
    await expect(client.request('work', params, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'timeout' });
    await until(() => reason !== undefined, 'the handler is aborted');
  });

  test('progress arrives in order, and before the result', async () => {
    const client = await connect(era, {
      count: async (_params, context) => {
        for (let i = 1; i <= 50; i++) await context.progress(i, 50);
        return {};
      },
    });
    const seen: number[] = [];
    await client.request('count', params, { onprogress: ({ progress }) => seen.push(progress) });
    expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  });

  test('500 requests at once are answered each with its own', async () => {
    const client = await connect(era, { echo: async ({ n }) => ({ n }) });
    const answers = await Promise.all(Array.from({ length: 500 }, (_, n) => client.request<{ n: number }>('echo', { ...params, n })));
    expect(answers.map(({ n }) => n)).toEqual(Array.from({ length: 500 }, (_, n) => n));
  });

  test('what throws on the server is an error on the client', async () => {
    const client = await connect(era, {
      fail: () => {
        throw new Error('no');
      },
    });
    await expect(client.request('fail', params)).rejects.toMatchObject({ code: -32603, message: 'no' });
    await expect(client.request('unknown', params)).rejects.toMatchObject({ code: -32601 });
  });
});
