// `subscriptions/listen` of 2026-07-28 as the transport itself serves it, over each adapter.

import { JsonRpcError, LocalErrorCode, Peer } from '@mcpwire/jsonrpc';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMemoryBus, type MemoryBus, type SubscriptionBus } from '../../src/server/bus.js';
import type { ChangeEvent } from '../../src/server/change-event.js';
import type { SubscriptionFilter } from '../../src/server/subscription-filter.js';
import type { SubscriptionsOptions } from '../../src/server/subscriptions.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import { adapters, EventReader, exchange, modernEndpoint, modernRequest, post, type Served } from '../support/modern.js';
import { sleep, until } from '../support/until.js';

expectNoLeftovers();

const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';
const ALL: SubscriptionFilter = {
  toolsListChanged: true,
  promptsListChanged: true,
  resourcesListChanged: true,
  resourceSubscriptions: ['a:1', 'a:2'],
};

const listen = (notifications: SubscriptionFilter = ALL, id: string | number = 1) =>
  modernRequest('subscriptions/listen', { id, params: { notifications } });
const acknowledged = (notifications: SubscriptionFilter, id: string | number = 1) => ({
  jsonrpc: '2.0',
  method: 'notifications/subscriptions/acknowledged',
  params: { _meta: { [SUBSCRIPTION_ID]: id }, notifications },
});
const told = (method: string, id: string | number = 1, params: object = {}) => ({
  jsonrpc: '2.0',
  method: `notifications/${method}`,
  params: { ...params, _meta: { [SUBSCRIPTION_ID]: id } },
});
const ended = (id: string | number = 1) => ({ jsonrpc: '2.0', id, result: { resultType: 'complete', _meta: { [SUBSCRIPTION_ID]: id } } });

describe.each(adapters)('over $name', (adapter) => {
  let served: Served;
  let endpoint: ReturnType<typeof modernEndpoint>;
  let bus: MemoryBus;
  let errors: Error[];

  beforeEach(() => {
    errors = [];
    bus = createMemoryBus();
  });

  afterEach(async () => {
    endpoint?.close();
    await served?.dispose();
    expect(bus.listeners, 'listeners left on the bus').toBe(0);
  });

  type Extra = Partial<Parameters<typeof modernEndpoint>[0]> & { highWaterMarkBytes?: number };

  async function serve(subscriptions: Partial<SubscriptionsOptions> = {}, { highWaterMarkBytes, ...options }: Extra = {}): Promise<void> {
    const onerror = (error: Error): void => void errors.push(error);
    endpoint = modernEndpoint({ onrequest: () => expect.unreachable(), onerror, subscriptions: { bus, ...subscriptions }, ...options });
    served = await adapter.serve(endpoint.handler, { onerror, highWaterMarkBytes });
  }

  const open = async (filter?: SubscriptionFilter, id?: string | number): Promise<EventReader> => {
    const reader = await EventReader.open(served, listen(filter, id));
    await reader.untilMessages(1);
    return reader;
  };
  const count = (): number | undefined => endpoint.settings.subscriptions?.size;

  describe('a subscription', () => {
    test('begins with what was granted, before anything is told, and is an event stream', async () => {
      await serve();
      const reader = await EventReader.open(served, listen(ALL, 'my subscription'));
      bus.publish({ kind: 'tools_list_changed' });
      expect(reader.status).toBe(200);
      expect(reader.headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
      expect(reader.headers['mcp-session-id']).toBeUndefined();
      expect(await reader.untilMessages(2)).toEqual([acknowledged(ALL, 'my subscription'), told('tools/list_changed', 'my subscription')]);
    });

    test('is a stream where replies are JSON else, and refused to who takes none', async () => {
      await serve({}, { replyMode: 'json' });
      const reader = await open();
      expect(reader.headers['content-type']).toBe('text/event-stream');
      expect((await exchange(served, listen(), { headers: { accept: 'application/json' } })).status).toBe(406);
      expect(count()).toBe(1);
    });

    test('is told each kind of change that was asked for, with the id of the request', async () => {
      await serve();
      const reader = await open(ALL, 7);
      bus.publish({ kind: 'tools_list_changed' });
      bus.publish({ kind: 'prompts_list_changed' });
      bus.publish({ kind: 'resources_list_changed' });
      bus.publish({
        kind: 'resource_updated',
        uri: 'a:2',
        params: { title: 't', _meta: { 'example.com/x': 1, [SUBSCRIPTION_ID]: 'other' } },
      });
      expect((await reader.untilMessages(5)).slice(1)).toEqual([
        told('tools/list_changed', 7),
        told('prompts/list_changed', 7),
        told('resources/list_changed', 7),
        {
          jsonrpc: '2.0',
          method: 'notifications/resources/updated',
          params: { uri: 'a:2', title: 't', _meta: { 'example.com/x': 1, [SUBSCRIPTION_ID]: 7 } },
        },
      ]);
    });

    test('is told nothing that was not asked for, not of a resource of another URI either', async () => {
      await serve();
      const reader = await open({ promptsListChanged: true, resourceSubscriptions: ['a:1'] });
      bus.publish({ kind: 'tools_list_changed' });
      bus.publish({ kind: 'resources_list_changed' });
      for (const uri of ['a:2', 'a:', 'a:1/', 'A:1', '']) bus.publish({ kind: 'resource_updated', uri });
      bus.publish({ kind: 'prompts_list_changed' });
      bus.publish({ kind: 'resource_updated', uri: 'a:1' });
      expect((await reader.untilMessages(3)).slice(1)).toEqual([
        told('prompts/list_changed'),
        told('resources/updated', 1, { uri: 'a:1' }),
      ]);
    });

    test('is granted what the server honours of it, and told so', async () => {
      let asked: unknown;
      await serve({
        honour(filter, context) {
          asked = [filter, context.meta.protocolVersion];
          return { toolsListChanged: true, promptsListChanged: true, resourceSubscriptions: ['a:2', 'a:3'] };
        },
      });
      const requested = {
        toolsListChanged: true,
        promptsListChanged: false,
        resourcesListChanged: true,
        resourceSubscriptions: ['a:1', 'a:2'],
      };
      const reader = await open(requested);
      expect(reader.messages).toEqual([acknowledged({ toolsListChanged: true, resourceSubscriptions: ['a:2'] })]);
      expect(asked).toEqual([{ toolsListChanged: true, resourcesListChanged: true, resourceSubscriptions: ['a:1', 'a:2'] }, '2026-07-28']);
      for (const kind of ['prompts_list_changed', 'resources_list_changed'] as const) bus.publish({ kind });
      for (const uri of ['a:1', 'a:3', 'a:2']) bus.publish({ kind: 'resource_updated', uri });
      expect((await reader.untilMessages(2))[1]).toEqual(told('resources/updated', 1, { uri: 'a:2' }));
    });

    test('may wait until the server knows what to honour', async () => {
      await serve({ honour: async () => ALL });
      expect((await open({ toolsListChanged: true })).messages).toEqual([acknowledged({ toolsListChanged: true })]);
    });

    test('of nothing is granted nothing, and stays open', async () => {
      await serve();
      const reader = await open({});
      expect(reader.messages).toEqual([acknowledged({})]);
      bus.publish({ kind: 'tools_list_changed' });
      await sleep(20);
      expect([reader.messages.length, reader.ending]).toEqual([1, undefined]);
    });

    test.each<[unknown, RegExp]>([
      [null, /must be an object/],
      [{ toolsListChanged: 1 }, /toolsListChanged/],
      [{ resourceSubscriptions: ['1', '2', '3', '4'] }, /names 4 resources/],
    ])('to %j is refused with -32602, not opened', async (notifications, message) => {
      await serve({ maxResourcesPerSubscription: 3 });
      const { status, headers, json } = await exchange(served, listen(notifications as SubscriptionFilter, 'bad'));
      expect([status, headers['content-type'], json?.id, json?.error?.code]).toEqual([400, 'application/json', 'bad', -32602]);
      expect(json?.error?.message).toMatch(message);
      expect(count()).toBe(0);
    });

    test('has headers that are held against the body, as any request', async () => {
      await serve();
      expect((await exchange(served, listen(), { headers: { 'mcp-method': 'tools/list' } })).json?.error?.code).toBe(-32020);
    });
  });

  describe('several subscriptions', () => {
    test('know nothing of each other, though they have the same id', async () => {
      await serve();
      const tools = await open({ toolsListChanged: true }, 1);
      const prompts = await open({ promptsListChanged: true }, 1);
      const named = await open({ toolsListChanged: true, resourceSubscriptions: ['a:1'] }, 'one');
      bus.publish({ kind: 'tools_list_changed' });
      bus.publish({ kind: 'prompts_list_changed' });
      bus.publish({ kind: 'resource_updated', uri: 'a:1' });
      expect((await tools.untilMessages(2)).slice(1)).toEqual([told('tools/list_changed')]);
      expect((await prompts.untilMessages(2)).slice(1)).toEqual([told('prompts/list_changed')]);
      expect((await named.untilMessages(3)).slice(1)).toEqual([
        told('tools/list_changed', 'one'),
        told('resources/updated', 'one', { uri: 'a:1' }),
      ]);
      expect(bus.listeners).toBe(1);
      tools.close();
      await until(() => count() === 2, 'one is gone');
      bus.publish({ kind: 'tools_list_changed' });
      await named.untilMessages(4);
      expect([tools.messages.length, prompts.messages.length]).toEqual([2, 2]);
    });

    test('are as many as maxSubscriptions; one more is refused until one has ended', async () => {
      await serve({ maxSubscriptions: 2 });
      const first = await open();
      await open();
      const { status, headers, json } = await exchange(served, listen(ALL, 'third'));
      expect([status, headers['retry-after'], json?.id, json?.error?.code]).toEqual([503, '10', 'third', LocalErrorCode.TooManyRequests]);
      expect(json?.error?.message).toContain('maxSubscriptions is 2');
      first.close();
      await until(() => count() === 1, 'one is gone');
      expect((await open()).messages).toEqual([acknowledged(ALL)]);
    });

    test('are as many as maxSubscriptions also when they come at once, to a server that takes its time', async () => {
      await serve({
        maxSubscriptions: 2,
        honour: async (filter) => {
          await sleep(5);
          return filter;
        },
      });
      const responses = await Promise.all(Array.from({ length: 6 }, () => EventReader.open(served, listen())));
      expect(responses.map(({ status }) => status).toSorted()).toEqual([200, 200, 503, 503, 503, 503]);
      expect([count(), bus.listeners]).toEqual([2, 1]);
    });
  });

  describe('the end', () => {
    test('by the client takes the subscription away at once', async () => {
      await serve();
      const reader = await open();
      expect([count(), bus.listeners, endpoint.settings.streams.keepAlive?.size]).toEqual([1, 1, 1]);
      reader.close();
      await until(() => count() === 0, 'it is gone');
      expect([bus.listeners, endpoint.settings.streams.keepAlive?.size]).toEqual([0, 0]);
      await until(() => served.inFlight === 0, 'nothing is left in flight');
    });

    test('by the server is told with a result that has the subscription id', async () => {
      await serve({ serverInfo: { name: 'server', version: '1' } });
      const readers = [await open(ALL, 1), await open(ALL, 'two')];
      endpoint.settings.subscriptions?.close();
      for (const [at, id] of [1, 'two'].entries()) {
        const reader = readers[at] as EventReader;
        expect(await reader.untilEnded()).toEqual({});
        const end = ended(id);
        const _meta = { ...end.result._meta, 'io.modelcontextprotocol/serverInfo': { name: 'server', version: '1' } };
        expect(reader.messages.slice(1)).toEqual([{ ...end, result: { ...end.result, _meta } }]);
      }
      expect([count(), bus.listeners]).toEqual([0, 0]);
      const { status, json } = await exchange(served, listen());
      expect([status, json?.error?.code]).toEqual([503, LocalErrorCode.TooManyRequests]);
    });

    test('comes in good order when the HTTP server stops', async () => {
      await serve();
      const reader = await open();
      bus.publish({ kind: 'tools_list_changed' });
      await served.close({ graceMs: 2_000 });
      expect(await reader.untilEnded()).toEqual({});
      expect(reader.messages).toEqual([acknowledged(ALL), told('tools/list_changed'), ended()]);
    });

    test('of one stream that is not read comes when it holds too much, and the others hear everything', async () => {
      await serve({ maxQueuedBytesPerSubscription: 128 * 1024 }, { highWaterMarkBytes: 16 * 1024 });
      const stalled = await post(served, listen());
      const readers = [await open(), await open()];
      const title = 'x'.repeat(10_000);
      let published = 0;
      while (count() === 3 && published < 5_000) {
        bus.publish({ kind: 'tools_list_changed', params: { title } });
        published++;
        if (published % 10 === 0) await Promise.all(readers.map((reader) => reader.untilMessages(1 + published)));
      }
      expect(count()).toBe(2);
      for (const reader of readers) expect((await reader.untilMessages(1 + published)).length).toBe(1 + published);
      bus.publish({ kind: 'prompts_list_changed' });
      for (const reader of readers) expect((await reader.untilMessages(2 + published)).at(-1)).toEqual(told('prompts/list_changed'));
      // What it had not read is lost, and it can see that: the stream has no end.
      await expect(
        new Promise((resolve, reject) => stalled.body.read({ onchunk: () => {}, onend: () => resolve('ended'), onerror: reject })),
      ).rejects.toThrow();
    });
  });

  test('a quiet subscription is kept open by comments', async () => {
    await serve({}, { keepAliveMs: 40 });
    const reader = await open();
    await until(() => (reader.text.match(/^:/gm) ?? []).length >= 2, 'comments come');
    expect(reader.messages).toEqual([acknowledged(ALL)]);
  });

  describe('a bus', () => {
    /** As over a network: subscribing takes its time. */
    const slowBus = (inner: SubscriptionBus, unsubscribeMs = 1): SubscriptionBus => ({
      publish: (event) => inner.publish(event),
      async subscribe(listener) {
        await sleep(10);
        const unsubscribe = await inner.subscribe(listener);
        return async () => {
          await sleep(unsubscribeMs);
          await unsubscribe();
        };
      },
    });

    /** A bus that listens when it is told to, and not before. */
    const holdBus = (inner: MemoryBus) => {
      const steps: string[] = [];
      let letListen = (): void => {};
      const allowed = new Promise<void>((resolve) => {
        letListen = resolve;
      });
      const subscribe: SubscriptionBus['subscribe'] = async (listener) => {
        steps.push('asked');
        await allowed;
        steps.push('listens');
        const unsubscribe = inner.subscribe(listener);
        return () => {
          steps.push('let go');
          unsubscribe();
        };
      };
      return { bus: { publish: (event: ChangeEvent) => inner.publish(event), subscribe }, steps, letListen };
    };

    test('is listened to before the client is told that it is, so that no change is lost', async () => {
      const held = holdBus(bus);
      await serve({ bus: held.bus });
      let isTold = false;
      const opening = EventReader.open(served, listen()).then((opened) => {
        isTold = true;
        return opened;
      });
      await until(() => held.steps.length === 1, 'the bus is asked');
      await sleep(5);
      expect([bus.listeners, isTold]).toEqual([0, false]);
      held.letListen();
      const reader = await opening;
      await reader.untilMessages(1);
      expect(bus.listeners).toBe(1);
      bus.publish({ kind: 'tools_list_changed' });
      expect((await reader.untilMessages(2))[1]).toEqual(told('tools/list_changed'));
      reader.close();
      await until(() => bus.listeners === 0, 'the bus is let go');
    });

    test('that is slow is let go although the client went before it was ready', async () => {
      const held = holdBus(bus);
      await serve({ bus: held.bus });
      const controller = new AbortController();
      const response = post(served, listen(), { signal: controller.signal });
      await until(() => held.steps.length === 1, 'the bus is asked');
      controller.abort();
      await expect(response).rejects.toThrow();
      held.letListen();
      await until(() => held.steps.length === 3 && count() === 0 && served.inFlight === 0, 'everything is let go');
      expect(held.steps).toEqual(['asked', 'listens', 'let go']);
    });

    test('that tells nobody twice, although it is slow to let go of a listener', async () => {
      await serve({ bus: slowBus(bus, 500) });
      const first = await open();
      first.close();
      await until(() => count() === 0, 'the first is gone');
      const second = await open();
      expect(bus.listeners).toBe(2);
      bus.publish({ kind: 'tools_list_changed' });
      await second.untilMessages(2);
      await sleep(10);
      expect(second.messages).toEqual([acknowledged(ALL), told('tools/list_changed')]);
      second.close();
      await until(() => bus.listeners === 0, 'the bus is let go');
    });

    test.each<[string, SubscriptionBus['subscribe']]>([
      [
        'throws',
        () => {
          throw new Error('secret');
        },
      ],
      ['rejects', () => Promise.reject(new Error('secret'))],
    ])('that %s when it is to be listened to makes the request fail, and the next one tries anew', async (_what, subscribe) => {
      let broken = true;
      await serve({ bus: { publish: () => {}, subscribe: (listener) => (broken ? subscribe(listener) : bus.subscribe(listener)) } });
      const { status, json, text } = await exchange(served, listen(ALL, 'x'));
      expect([status, json?.id, json?.error?.code]).toEqual([500, 'x', -32603]);
      expect(text).not.toContain('secret');
      expect(errors.map(({ message }) => message)).toEqual(['secret']);
      broken = false;
      expect((await open()).messages).toEqual([acknowledged(ALL)]);
    });

    test('that carries what is no change has that told to the server, and nothing to the clients', async () => {
      await serve();
      const reader = await open();
      for (const event of [
        null,
        {},
        { kind: 'notifications/message' },
        { kind: 'resource_updated' },
        { kind: 'tools_list_changed', params: [] },
        { kind: '__proto__' },
      ]) {
        bus.publish(event as never);
      }
      bus.publish({ kind: 'tools_list_changed' });
      expect((await reader.untilMessages(2)).slice(1)).toEqual([told('tools/list_changed')]);
      expect(errors.length).toBe(6);
      expect(errors[3]?.message).toBe('The bus carried what is no ChangeEvent: {"kind":"resource_updated"}');
    });

    test('that carries what cannot be written as JSON has that told to the server', async () => {
      await serve();
      const reader = await open();
      bus.publish({ kind: 'tools_list_changed', params: { n: 1n } });
      bus.publish({ kind: 'prompts_list_changed' });
      expect((await reader.untilMessages(2)).slice(1)).toEqual([told('prompts/list_changed')]);
      expect(errors.map(({ name }) => name)).toEqual(['TypeError']);
    });
  });

  describe('honour', () => {
    test.each([
      [
        'throws',
        () => {
          throw new JsonRpcError(1_234, 'Not for you', { data: { why: 1 } });
        },
      ],
      ['rejects', () => Promise.reject(new JsonRpcError(1_234, 'Not for you', { data: { why: 1 } }))],
    ])('that %s with a JSON-RPC error refuses the subscription with that', async (_what, honour) => {
      await serve({ honour });
      const { status, json } = await exchange(served, listen(ALL, 'n'));
      expect([status, json]).toEqual([200, { jsonrpc: '2.0', id: 'n', error: { code: 1_234, message: 'Not for you', data: { why: 1 } } }]);
      expect([count(), errors]).toEqual([0, []]);
    });

    test('that fails is a fault of the server', async () => {
      await serve({ honour: () => Promise.reject(new Error('secret')) });
      const { status, text } = await exchange(served, listen());
      expect(status).toBe(500);
      expect(text).not.toContain('secret');
      expect(errors.map(({ message }) => message)).toEqual(['secret']);
    });
  });

  test('a change that a request brings about may be sent on its transport, and goes to the subscriptions instead', async () => {
    await serve(
      {},
      {
        onrequest(transport) {
          const peer = new Peer(transport);
          peer.handle('tools/call', async () => {
            await peer.notify('notifications/tools/list_changed');
            await peer.notify('notifications/resources/updated', { uri: 'a:1' });
            return { done: await peer.notify('notifications/resources/updated', {}).catch(({ code }) => code) };
          });
          return peer.start();
        },
      },
    );
    const reader = await open();
    const { json } = await exchange(served, modernRequest('tools/call', { params: { name: 'a' } }));
    expect(json?.result).toEqual({ done: 'not-supported' });
    expect((await reader.untilMessages(3)).slice(1)).toEqual([told('tools/list_changed'), told('resources/updated', 1, { uri: 'a:1' })]);
  });

  test('without the option the request goes to the server, which may answer it itself', async () => {
    endpoint = modernEndpoint({
      onrequest(transport) {
        const peer = new Peer(transport);
        peer.handle('subscriptions/listen', async (_params, context) => {
          const _meta = { [SUBSCRIPTION_ID]: context.id };
          await context.notify('notifications/subscriptions/acknowledged', { _meta, notifications: { toolsListChanged: true } });
          await context.notify('notifications/tools/list_changed', { _meta });
          return { resultType: 'complete', _meta };
        });
        return peer.start();
      },
    });
    served = await adapter.serve(endpoint.handler);
    const { messages } = await exchange(served, listen());
    expect(messages).toMatchObject([acknowledged({ toolsListChanged: true }), told('tools/list_changed'), ended()]);
  });
});
