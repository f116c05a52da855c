import { getEventListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { createMemoryPair, Peer, type RequestContext, TransportError } from '../src/index.js';
import { connect, outcomeOf } from './fixtures/peers.js';
import { ScriptedTransport, settle } from './fixtures/scripted-transport.js';

const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('a request whose signal aborts', () => {
  test('rejects at once, and the other side is told, its handler’s signal aborted, and no answer sent', async () => {
    const { client, server, wire, clientErrors, serverErrors } = await connect();
    let context: RequestContext | undefined;
    let finish: (value: unknown) => void = () => {};
    server.handle('slow', (_params, its) => {
      context = its;
      return new Promise((resolve) => (finish = resolve));
    });
    const controller = new AbortController();
    const request = outcomeOf(client.request('slow', undefined, { signal: controller.signal }));
    await settle();
    controller.abort(new Error('the user pressed stop'));
    expect((await request).error).toMatchObject({
      name: 'TransportError',
      code: 'aborted',
      message: 'slow was aborted',
      cause: { message: 'the user pressed stop' },
    });
    await settle();
    expect(wire.slice(1)).toEqual([
      ['>', { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1, reason: 'the user pressed stop' } }],
    ]);
    expect([context?.cancelled, context?.signal.aborted, server.inFlightRequests, client.pendingRequests]).toEqual([true, true, 0, 0]);
    expect(context?.signal.reason).toMatchObject({ code: 'aborted', message: expect.stringContaining('the user pressed stop') });
    await context?.progress(1);
    await context?.notify('a');
    finish('too late');
    await settle();
    expect([wire.length, clientErrors, serverErrors]).toEqual([2, [], []]);
  });

  test('before it is sent is not sent', async () => {
    const { client, wire } = await connect();
    expect((await outcomeOf(client.request('x', {}, { signal: AbortSignal.abort('no') }))).error).toMatchObject({
      code: 'aborted',
      cause: 'no',
    });
    await settle();
    expect(wire).toEqual([]);
  });

  test('after the answer changes nothing', async () => {
    const { client, server, wire } = await connect();
    server.handle('x', () => 'done');
    const controller = new AbortController();
    expect(await client.request('x', {}, { signal: controller.signal })).toBe('done');
    expect(listenersOf(controller.signal)).toBe(0);
    controller.abort();
    await settle();
    expect(wire).toHaveLength(2);
  });

  test.each([
    ['a DOMException', undefined, 'This operation was aborted'],
    ['a string', 'no longer needed', 'no longer needed'],
    ['what has no text', Object.create(null), 'something was thrown that cannot be shown as text'],
  ])('for a reason that is %s tells it', async (_what, reason, told) => {
    const { client, server, wire } = await connect();
    server.handle('x', () => new Promise(() => {}));
    const controller = new AbortController();
    const request = outcomeOf(client.request('x', {}, { signal: controller.signal }));
    await settle();
    controller.abort(reason);
    expect((await request).error?.code).toBe('aborted');
    await settle();
    expect(wire.at(-1)?.[1]).toMatchObject({ method: 'notifications/cancelled', params: { reason: told } });
  });

  test('and is `initialize` is given up without a word', async () => {
    const { client, server, wire } = await connect();
    server.handle('initialize', () => new Promise(() => {}));
    const controller = new AbortController();
    const request = outcomeOf(client.request('initialize', {}, { signal: controller.signal }));
    await settle();
    controller.abort();
    expect((await request).error?.code).toBe('aborted');
    await settle();
    expect(wire).toHaveLength(1);
  });

  test('while it still waits for room in the queue never leaves, and neither does its cancellation', async () => {
    const [a, b] = createMemoryPair({ maxQueuedBytes: 1 });
    const client = new Peer(a);
    await Promise.all([client.start(), b.start()]);
    // Nobody listens at b yet: two messages are on their way, the others wait.
    for (let n = 0; n < 2; n++) await client.notify('filler');
    const controller = new AbortController();
    const aborted = outcomeOf(client.request('x', {}, { signal: controller.signal }));
    const kept = outcomeOf(client.request('y'));
    await settle();
    controller.abort();
    expect((await aborted).error?.code).toBe('aborted');
    const seen: unknown[] = [];
    b.onmessage = (message) => seen.push((message as { method: string }).method);
    await settle();
    expect(seen).toEqual(['filler', 'filler', 'y']);
    await client.close();
    expect((await kept).error?.code).toBe('closed');
  });

  test('while it is being sent, but can no longer be held back, is cancelled on the wire', async () => {
    const transport = new ScriptedTransport();
    const peer = new Peer(transport);
    await peer.start();
    transport.onsend = (message) => {
      transport.sent.push(message);
      // As on a pipe whose reader is slow: accepted, and not confirmed yet.
      return new Promise(() => {});
    };
    const controller = new AbortController();
    const request = outcomeOf(peer.request('x', {}, { signal: controller.signal }));
    controller.abort();
    await request;
    await settle();
    expect(transport.sent).toMatchObject([{ id: 1 }, { method: 'notifications/cancelled', params: { requestId: 1 } }]);
    await peer.close();
  });

  test.each([
    ['nobody is told of a cancellation that close cuts off', true, []],
    ['a cancellation that cannot be sent is told to onerror', false, ['The transport is closed.']],
  ])('%s', async (_, closes, told) => {
    const transport = new ScriptedTransport();
    const errors: string[] = [];
    const peer = new Peer(transport, { onerror: (error) => errors.push(error.message) });
    await peer.start();
    let fail = (): void => {};
    transport.onsend = (message) =>
      'id' in message
        ? Promise.resolve()
        : new Promise((_resolve, reject) => (fail = () => reject(new TransportError('closed', 'The transport is closed.'))));
    const controller = new AbortController();
    const request = outcomeOf(peer.request('x', {}, { signal: controller.signal }));
    await settle();
    controller.abort();
    await request;
    if (closes) await peer.close();
    fail();
    await settle();
    expect(errors).toEqual(told);
    await peer.close();
  });
});

test('a request whose send lasts until its answer is cancelled on the wire, though the transport would give its send up', async () => {
  const transport = new ScriptedTransport();
  // As over HTTP in a legacy revision: a POST each, whose end means nothing to the other side.
  transport.hasPerRequestStream = false;
  const peer = new Peer(transport);
  await peer.start();
  transport.onsend = (message, options) => {
    transport.sent.push(message);
    return new Promise((_resolve, reject) => options?.signal?.addEventListener('abort', () => reject(options.signal?.reason)));
  };
  const controller = new AbortController();
  const request = outcomeOf(peer.request('x', {}, { signal: controller.signal }));
  controller.abort();
  expect((await request).error?.code).toBe('aborted');
  await settle();
  expect(transport.sent).toMatchObject([{ id: 1 }, { method: 'notifications/cancelled', params: { requestId: 1 } }]);
  await peer.close();
});

describe('over a transport where each request has a stream of its own', () => {
  async function alone() {
    const transport = new ScriptedTransport();
    transport.hasPerRequestStream = true;
    const peer = new Peer(transport);
    await peer.start();
    return { transport, peer };
  }

  test('a request that is cancelled ends its stream, and sends nothing', async () => {
    const { transport, peer } = await alone();
    const controller = new AbortController();
    const request = outcomeOf(peer.request('x', {}, { signal: controller.signal }));
    const other = outcomeOf(peer.request('y'));
    const [first, second] = transport.sendOptions.map((options) => options?.requestSignal);
    expect([first?.aborted, second?.aborted]).toEqual([false, false]);
    controller.abort('stop');
    expect((await request).error?.code).toBe('aborted');
    expect([first?.aborted, second?.aborted]).toEqual([true, false]);
    expect(first?.reason).toMatchObject({ code: 'aborted' });
    await settle();
    expect(transport.sent).toHaveLength(2);
    await peer.close();
    await other;
  });

  test('a request that times out does so too', async () => {
    const { transport, peer } = await alone();
    const request = await outcomeOf(peer.request('x', {}, { timeoutMs: 5 }));
    expect(request.error?.code).toBe('timeout');
    expect(transport.sendOptions[0]?.requestSignal?.reason).toBe(request.error);
    await settle();
    expect(transport.sent).toHaveLength(1);
    await peer.close();
  });

  test('a request that is answered, with a result or an error, does not', async () => {
    const { transport, peer } = await alone();
    const requests = [outcomeOf(peer.request('x')), outcomeOf(peer.request('y'))];
    transport.receive({ jsonrpc: '2.0', id: 1, result: {} }, { jsonrpc: '2.0', id: 2, error: { code: 1, message: 'no' } });
    await Promise.all(requests);
    expect(transport.sendOptions.map((options) => options?.requestSignal?.aborted)).toEqual([false, false]);
    await peer.close();
  });
});

describe('a handler', () => {
  test('hears of the cancellation through its signal, whenever it asks for that', async () => {
    const { client, server } = await connect();
    const reasons: unknown[] = [];
    server.handle('early', async (_params, { signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      reasons.push(signal.reason);
    });
    server.handle('late', async (_params, context) => {
      await settle();
      await settle();
      expect(context.cancelled).toBe(true);
      reasons.push(context.signal.reason);
    });
    for (const method of ['early', 'late']) {
      const controller = new AbortController();
      const request = outcomeOf(client.request(method, {}, { signal: controller.signal }));
      await Promise.resolve();
      await Promise.resolve();
      await Promise.resolve();
      controller.abort();
      await request;
      await vi.waitFor(() => expect(reasons).toHaveLength(method === 'early' ? 1 : 2));
    }
    expect(reasons).toMatchObject([{ code: 'aborted' }, { code: 'aborted' }]);
    expect(server.inFlightRequests).toBe(0);
  });

  test('that throws because of it is not answered for either', async () => {
    const { client, server, wire, serverErrors } = await connect();
    server.handle('x', async (_params, { signal }) => {
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    const controller = new AbortController();
    const request = outcomeOf(client.request('x', {}, { signal: controller.signal }));
    await settle();
    controller.abort();
    await request;
    await settle();
    expect(wire.filter(([direction]) => direction === '<')).toEqual([]);
    expect(serverErrors).toEqual([]);
  });

  test('of another request with the same id is not disturbed by one that was cancelled', async () => {
    const transport = new ScriptedTransport();
    const peer = new Peer(transport);
    await peer.start();
    const finish: ((value: unknown) => void)[] = [];
    peer.handle('x', () => new Promise((resolve) => finish.push(resolve)));
    transport.receive({ jsonrpc: '2.0', id: 1, method: 'x' });
    transport.receive({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    transport.receive({ jsonrpc: '2.0', id: 1, method: 'x' });
    finish[0]?.('cancelled');
    await settle();
    expect([peer.inFlightRequests, transport.sent]).toEqual([1, []]);
    finish[1]?.('wanted');
    await settle();
    expect(transport.sent).toEqual([{ jsonrpc: '2.0', id: 1, result: 'wanted' }]);
    await peer.close();
  });
});

describe('a cancellation', () => {
  test.each([
    ['of an unknown request', { requestId: 99 }],
    ['of an answered request', { requestId: 1 }],
    ['without an id', {}],
    ['of an id that is none', { requestId: { a: 1 } }],
    ['of null', { requestId: null }],
  ])('%s is ignored', async (_what, params) => {
    const { client, server, serverErrors } = await connect();
    server.handle('x', () => 'done');
    await client.request('x');
    await client.notify('notifications/cancelled', params);
    expect(await client.request('x')).toBe('done');
    expect(serverErrors).toEqual([]);
  });

  test('is a cancellation also when its reason is none', async () => {
    const { client, server, serverErrors } = await connect();
    let signal: AbortSignal | undefined;
    server.handle('x', (_params, context) => {
      signal = context.signal;
      return new Promise(() => {});
    });
    void outcomeOf(client.request('x'));
    await settle();
    await client.notify('notifications/cancelled', { requestId: 1, reason: { toString: null, valueOf: null } });
    await settle();
    expect([signal?.aborted, server.inFlightRequests, serverErrors]).toEqual([true, 0, []]);
  });

  test('may have a handler besides', async () => {
    const { client, server } = await connect();
    const seen: unknown[] = [];
    server.handleNotification('notifications/cancelled', (params) => seen.push(params));
    await client.notify('notifications/cancelled', { requestId: 7 });
    await settle();
    expect(seen).toEqual([{ requestId: 7 }]);
  });

  test('that cannot be sent is reported', async () => {
    const transport = new ScriptedTransport();
    const errors: Error[] = [];
    const peer = new Peer(transport, { onerror: (error) => errors.push(error) });
    await peer.start();
    const controller = new AbortController();
    const request = outcomeOf(peer.request('x', {}, { signal: controller.signal }));
    await settle();
    const failure = new TransportError('queue-overflow', 'full');
    transport.onsend = () => Promise.reject(failure);
    controller.abort();
    await request;
    await settle();
    expect(errors).toEqual([failure]);
    await peer.close();
  });
});

describe('a thousand cancelled requests', () => {
  test.each([
    ['each with a signal of its own', false],
    ['all on one signal', true],
  ])('%s leave nothing behind', async (_what, shared) => {
    const { client, server, wire, clientErrors, serverErrors } = await connect();
    server.handle('slow', async (_params, { signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    const one = new AbortController();
    const controllers = Array.from({ length: 1000 }, () => (shared ? one : new AbortController()));
    const requests = controllers.map(({ signal }) => outcomeOf(client.request('slow', {}, { signal, onprogress: () => {} })));
    await settle();
    expect([client.pendingRequests, server.inFlightRequests]).toEqual([1000, 1000]);
    expect(listenersOf(one.signal)).toBe(shared ? 1 : 0);
    for (const controller of controllers) controller.abort();
    for (const { error } of await Promise.all(requests)) expect(error?.code).toBe('aborted');
    await settle();
    expect([client.pendingRequests, server.inFlightRequests, clientErrors, serverErrors]).toEqual([0, 0, [], []]);
    expect(controllers.reduce((sum, { signal }) => sum + listenersOf(signal), 0)).toBe(0);
    expect(wire.filter(([, message]) => 'method' in message && message.method === 'notifications/cancelled')).toHaveLength(1000);
    expect(wire.filter(([direction]) => direction === '<')).toEqual([]);
  });

  test('leave no timer once the connection is closed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const transport = new ScriptedTransport();
      const peer = new Peer(transport);
      await peer.start();
      const controller = new AbortController();
      const requests = Array.from({ length: 1000 }, () => outcomeOf(peer.request('x', {}, { signal: controller.signal })));
      controller.abort();
      await Promise.all(requests);
      expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
      await peer.close();
      void outcomeOf(peer.request('x'));
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
