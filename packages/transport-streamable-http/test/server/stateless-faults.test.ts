// What goes wrong over the official SDK's own 2026-07-28 path, or has its like there, goes right over this one.

import { fromFetchHandler } from '@mcpwire/http/web';
import { type JsonRpcRequest, Peer } from '@mcpwire/jsonrpc';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMemoryBus } from '../../src/server/bus.js';
import { createStreamableHTTPHandler } from '../../src/server/handler.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import { adapters, EventReader, exchange, modernEndpoint, modernRequest, post, type Served } from '../support/modern.js';
import { sleep, until } from '../support/until.js';

expectNoLeftovers();

const call = (params: object = {}, id: string | number = 1): JsonRpcRequest =>
  modernRequest('tools/call', { id, params: { name: 'a', ...params } });

describe.each(adapters)('over $name', (adapter) => {
  let served: Served;
  let endpoint: ReturnType<typeof modernEndpoint> | undefined;
  let errors: Error[];

  beforeEach(() => {
    errors = [];
    endpoint = undefined;
  });

  afterEach(async () => {
    endpoint?.close();
    await served.dispose();
  });

  async function serve(options: Parameters<typeof modernEndpoint>[0], highWaterMarkBytes?: number): Promise<void> {
    const onerror = (error: Error): void => void errors.push(error);
    endpoint = modernEndpoint({ onerror, ...options });
    served = await adapter.serve(endpoint.handler, { onerror, highWaterMarkBytes });
  }

  test('9: a server that sends more than its client reads has to wait, and hears when the client goes', async () => {
    let sent = 0;
    let failure: unknown;
    await serve(
      {
        maxQueuedBytes: 256 * 1024,
        onrequest(transport) {
          transport.onmessage = async () => {
            try {
              for (; sent < 10_000; sent++)
                await transport.send({ jsonrpc: '2.0', method: 'notifications/message', params: { data: 'x'.repeat(32 * 1024) } });
            } catch (error) {
              failure = error;
            }
          };
          return transport.start();
        },
      },
      16 * 1024,
    );
    const controller = new AbortController();
    const response = await post(served, call(), { signal: controller.signal });
    expect(response.headers['content-type']).toBe('text/event-stream');
    let before = -1;
    while (before !== sent) {
      before = sent;
      await sleep(50);
    }
    // What the system's sockets take, and the bound.
    expect(sent).toBeGreaterThan(1);
    expect(sent).toBeLessThan(1_000);
    response.body.cancel();
    controller.abort();
    await until(() => failure !== undefined, 'the server hears of it');
    expect(failure).toMatchObject({ code: 'peer-gone' });
  });

  test('10: a request that was cancelled leaves nothing behind, though it is never answered', async () => {
    let closed = 0;
    await serve({
      onrequest(transport) {
        // As the official SDK's Protocol does: an aborted request is not answered.
        const peer = new Peer(transport, { onclose: () => closed++ });
        peer.handle('tools/call', async (_params, context) => {
          await context.notify('notifications/message', { level: 'info', data: 1 });
          await new Promise(() => {});
        });
        return peer.start();
      },
    });
    const readers = await Promise.all(Array.from({ length: 10 }, (_, n) => EventReader.open(served, call({}, n))));
    for (const reader of readers) await reader.untilMessages(1);
    expect(endpoint?.settings.streams.keepAlive?.size).toBe(10);
    for (const reader of readers) reader.close();
    await until(() => closed === 10, 'every server is told');
    await until(() => served.inFlight === 0, 'nothing is left in flight');
    expect(endpoint?.settings.streams.keepAlive?.size).toBe(0);
  });

  test('11: closing the transport settles a reply that was going to be JSON, and a notification before it is not lost', async () => {
    await serve({
      replyMode: 'json',
      onrequest(transport) {
        transport.onmessage = () => void transport.close();
        return transport.start();
      },
    });
    expect((await exchange(served, call())).status).toBe(500);
    await served.dispose();
    await serve({
      replyMode: 'auto',
      onrequest(transport) {
        const peer = new Peer(transport);
        peer.handle('tools/call', async (_params, context) => {
          await context.notify('notifications/message', { level: 'info', data: 1 });
          return {};
        });
        return peer.start();
      },
    });
    expect((await exchange(served, call())).messages).toHaveLength(2);
  });

  test("12: a server's request, which 2026-07-28 does not have, fails at once and does not wait for an answer", async () => {
    let took = Number.POSITIVE_INFINITY;
    await serve({
      onrequest(transport) {
        const peer = new Peer(transport);
        peer.handle('tools/call', async () => {
          const before = performance.now();
          await expect(peer.request('sampling/createMessage')).rejects.toMatchObject({ code: 'not-supported' });
          took = performance.now() - before;
          return {};
        });
        return peer.start();
      },
    });
    expect((await exchange(served, call())).json?.result).toEqual({});
    expect(took).toBeLessThan(5_000);
  });

  test('15: requests with the same id at the same time get each its own answer', async () => {
    const waiting: (() => void)[] = [];
    await serve({
      onrequest(transport) {
        const peer = new Peer(transport);
        peer.handle('tools/call', async ({ arguments: args }) => {
          await new Promise<void>((resolve) => waiting.push(resolve));
          return { args };
        });
        return peer.start();
      },
    });
    const answers = ['one', 'two', 'three'].map((n) => exchange(served, call({ arguments: { n } }, 1)));
    await until(() => waiting.length === 3, 'all have come');
    for (const answer of waiting.toReversed()) answer();
    expect((await Promise.all(answers)).map(({ json }) => json?.result)).toEqual(['one', 'two', 'three'].map((n) => ({ args: { n } })));
  });

  test('19: a refusal has the id of the request that it refuses, and a failure says nothing of the inside', async () => {
    await serve({
      onrequest: () => {
        throw new TypeError('secret of /home');
      },
    });
    const refused = await exchange(served, { ...call({}, 'mine'), params: {} }, { headers: { 'mcp-protocol-version': '2026-07-28' } });
    expect([refused.status, refused.json?.id]).toEqual([400, 'mine']);
    const failed = await exchange(served, call({}, 'mine'));
    expect([failed.status, failed.json?.id, failed.json?.error]).toEqual([500, 'mine', { code: -32603, message: 'Internal error' }]);
  });

  test('22: a client that goes aborts the handlers of its requests, and of no other', async () => {
    const aborted: unknown[] = [];
    let started = 0;
    let answer = (): void => {};
    await serve({
      onrequest(transport) {
        const peer = new Peer(transport);
        peer.handle('tools/call', async (_params, { signal, id }) => {
          signal.addEventListener('abort', () => aborted.push(id));
          started++;
          await new Promise<void>((resolve) => {
            if (id === 'stays') answer = resolve;
          });
          return {};
        });
        return peer.start();
      },
    });
    const stays = exchange(served, call({}, 'stays'));
    const controller = new AbortController();
    const goes = post(served, call({}, 'goes'), { signal: controller.signal });
    await until(() => started === 2, 'both are called');
    controller.abort();
    await expect(goes).rejects.toThrow();
    await until(() => aborted.length > 0, 'the handler hears of it');
    answer();
    expect((await stays).json?.result).toEqual({});
    expect(aborted).toEqual(['goes']);
  });

  test('24: a body that was read is handed to a fetch-style handler as it is, and not written as JSON again', async () => {
    let written = 0;
    const inner = fromFetchHandler(async (request, { parsedBody }) => {
      const body = parsedBody as JsonRpcRequest & { toJSON?: unknown };
      // Whoever does read it gets it, written then.
      const read = request.headers.has('x-read') ? await request.text() : '';
      return Response.json({ jsonrpc: '2.0', id: body.id, result: { read } });
    });
    const handler = createStreamableHTTPHandler({
      modern(request) {
        const parsed = request.parsedBody as object;
        Object.defineProperty(parsed, 'toJSON', { value: () => ({ written: ++written }) });
        return inner(request);
      },
    });
    served = await adapter.serve(handler);
    expect((await exchange(served, call())).json?.result).toEqual({ read: '' });
    expect(written).toBe(0);
    expect((await exchange(served, call(), { headers: { 'x-read': 'yes' } })).json?.result).toEqual({ read: '{"written":1}' });
  });

  test('26: a subscription makes no server', async () => {
    let made = 0;
    await serve({ onrequest: () => made++, subscriptions: { bus: createMemoryBus() } });
    const reader = await EventReader.open(
      served,
      modernRequest('subscriptions/listen', { params: { notifications: { toolsListChanged: true } } }),
    );
    await reader.untilMessages(1);
    reader.close();
    await until(() => endpoint?.settings.subscriptions?.size === 0, 'it is gone');
    expect(made).toBe(0);
  });
});
