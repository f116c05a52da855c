import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Progress, RequestContext } from '../src/index.js';
import { connect, outcomeOf } from './fixtures/peers.js';
import { settle } from './fixtures/scripted-transport.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets `ms` pass in steps, and all that they lead to happen. */
async function pass(ms: number, step: number = ms): Promise<void> {
  await settle();
  for (let passed = 0; passed < ms; passed += step) {
    vi.advanceTimersByTime(step);
    await settle();
  }
}

describe('a request that is not answered', () => {
  test('times out: it rejects with the limits, and the other side is told', async () => {
    const { client, server, wire } = await connect();
    let signal: AbortSignal | undefined;
    server.handle('slow', (_params, context) => {
      signal = context.signal;
      return new Promise(() => {});
    });
    const request = outcomeOf(client.request('slow', {}, { timeoutMs: 100, maxTotalTimeoutMs: 300 }));
    await pass(99);
    expect(client.pendingRequests).toBe(1);
    await pass(1);
    expect((await request).error).toMatchObject({
      name: 'TransportError',
      code: 'timeout',
      message: 'slow was not answered in time (timeoutMs 100, maxTotalTimeoutMs 300)',
      details: { timeoutMs: 100, maxTotalTimeoutMs: 300 },
    });
    expect(wire.at(-1)).toEqual(['>', { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1, reason: 'timeout' } }]);
    expect([signal?.aborted, client.pendingRequests, server.inFlightRequests]).toEqual([true, 0, 0]);
  });

  test('and is `initialize` times out without a word to the other side', async () => {
    const { client, server, wire } = await connect();
    server.handle('initialize', () => new Promise(() => {}));
    const request = outcomeOf(client.request('initialize', {}, { timeoutMs: 100 }));
    await pass(100);
    expect((await request).error?.code).toBe('timeout');
    expect(wire).toHaveLength(1);
  });

  test('times out after a minute unless told otherwise, by the peer or by the request', async () => {
    const { client, server } = await connect();
    const quick = await connect({ client: { timeoutMs: 20 } });
    server.handle('slow', () => new Promise(() => {}));
    quick.server.handle('slow', () => new Promise(() => {}));
    const ended: string[] = [];
    for (const [name, request] of [
      ['default', client.request('slow')],
      ['by the peer', quick.client.request('slow')],
      ['by the request', quick.client.request('slow', {}, { timeoutMs: 40 })],
    ] as const) {
      void outcomeOf(request).then(() => ended.push(name));
    }
    await pass(20);
    expect(ended).toEqual(['by the peer']);
    await pass(20);
    expect(ended).toEqual(['by the peer', 'by the request']);
    await pass(59_959);
    expect(ended).toHaveLength(2);
    await pass(1);
    expect(ended).toEqual(['by the peer', 'by the request', 'default']);
  });

  test('waits for ever if it is told to', async () => {
    const { client, server } = await connect();
    let answer: (value: unknown) => void = () => {};
    server.handle('slow', () => new Promise((resolve) => (answer = resolve)));
    const request = client.request('slow', {}, { timeoutMs: Number.POSITIVE_INFINITY, maxTotalTimeoutMs: Number.POSITIVE_INFINITY });
    await pass(1e9);
    answer('at last');
    expect(await request).toBe('at last');
  });

  test('whose answer comes after all is not an error', async () => {
    const { client, server, clientErrors } = await connect();
    server.handle('slow', () => new Promise((resolve) => setTimeout(resolve, 150)));
    const request = outcomeOf(client.request('slow', {}, { timeoutMs: 100 }));
    await pass(200, 50);
    expect((await request).error?.code).toBe('timeout');
    expect(clientErrors).toEqual([]);
  });
});

describe('progress', () => {
  /** A handler that reports progress every 80 ms, and answers with the last. */
  const steps = (count: number) => async (_params: unknown, context: RequestContext) => {
    for (let n = 1; n <= count; n++) {
      await new Promise((resolve) => setTimeout(resolve, 80));
      await context.progress(n, count, `step ${n}`);
    }
    return { count };
  };

  test('is heard by who asked for it, with the request’s id as its token', async () => {
    const { client, server, wire } = await connect();
    server.handle('steps', steps(2));
    const heard: Progress[] = [];
    const request = client.request('steps', { a: 1, _meta: { mine: 2 } }, { onprogress: (progress) => heard.push(progress) });
    await pass(200, 40);
    expect(await request).toEqual({ count: 2 });
    expect(wire[0]?.[1]).toMatchObject({ id: 1, params: { a: 1, _meta: { mine: 2, progressToken: 1 } } });
    expect(wire[1]?.[1]).toMatchObject({ method: 'notifications/progress', params: { progressToken: 1, progress: 1 } });
    expect(heard).toEqual([
      { progress: 1, total: 2, message: 'step 1' },
      { progress: 2, total: 2, message: 'step 2' },
    ]);
  });

  test('gives the request time anew', async () => {
    const { client, server } = await connect();
    server.handle('steps', steps(10));
    const request = client.request('steps', {}, { timeoutMs: 100, onprogress: () => {} });
    await pass(900, 20);
    expect(await request).toEqual({ count: 10 });
  });

  test('does not go past the maximum', async () => {
    const { client, server } = await connect();
    server.handle('steps', steps(100));
    const heard: number[] = [];
    const request = outcomeOf(
      client.request('steps', {}, { timeoutMs: 100, maxTotalTimeoutMs: 250, onprogress: ({ progress }) => heard.push(progress) }),
    );
    await pass(240, 20);
    expect(client.pendingRequests).toBe(1);
    await pass(20);
    expect((await request).error?.code).toBe('timeout');
    await pass(400, 20);
    expect([heard, server.inFlightRequests]).toEqual([[1, 2, 3], 0]);
  });

  test('that nobody asked for is not sent, and would give no time', async () => {
    const { client, server, wire } = await connect();
    server.handle('steps', steps(3));
    const request = outcomeOf(client.request('steps', {}, { timeoutMs: 100 }));
    for (let n = 0; n < 10; n++) {
      await server.notify('notifications/progress', { progressToken: 1, progress: n });
      await pass(20);
    }
    expect((await request).error?.code).toBe('timeout');
    expect(wire.filter(([direction]) => direction === '<')).toHaveLength(10);
  });

  test.each([
    ['with an unknown token', { progressToken: 99, progress: 1 }],
    ['with no token', { progress: 1 }],
    ['with the token as a string', { progressToken: '1', progress: 1 }],
    ['without progress', { progressToken: 1 }],
    ['with progress that is no number', { progressToken: 1, progress: 'half' }],
  ])('%s is ignored', async (_what, params) => {
    const { client, server, clientErrors } = await connect();
    server.handle('x', () => new Promise(() => {}));
    const onprogress = vi.fn();
    void outcomeOf(client.request('x', {}, { onprogress }));
    await server.notify('notifications/progress', params);
    await settle();
    expect([onprogress.mock.calls, clientErrors]).toEqual([[], []]);
  });

  test('ends with the answer, whatever the handler leaves running', async () => {
    const { client, server, wire, clientErrors } = await connect();
    let context: RequestContext | undefined;
    server.handle('x', (_params, its) => {
      context = its;
      return 'done';
    });
    const onprogress = vi.fn();
    expect(await client.request('x', {}, { onprogress })).toBe('done');
    expect(context?.wantsProgress).toBe(true);
    await context?.progress(1);
    await settle();
    expect([wire.length, onprogress.mock.calls, clientErrors]).toEqual([2, [], []]);
  });

  test('may be zero, and of a token that is a string, an empty one, or 0', async () => {
    const { client, server, wire } = await connect();
    server.handle('x', async (_params, context) => {
      await context.progress(0);
    });
    for (const progressToken of ['', 'abc', 0]) await client.request('x', { _meta: { progressToken } });
    expect(
      wire
        .filter(([, message]) => 'method' in message && message.method === 'notifications/progress')
        .map(([, message]) => (message as { params?: unknown }).params),
    ).toEqual(['', 'abc', 0].map((progressToken) => ({ progressToken, progress: 0 })));
  });

  test.each([null, 7, 'text', { progressToken: {} }, { progressToken: null }])(
    'is not wanted by a request whose _meta is %j',
    async (_meta) => {
      const { client, server } = await connect();
      server.handle('x', (_params, context) => context.wantsProgress);
      expect(await client.request('x', { _meta })).toBe(false);
    },
  );

  test('whose listener throws or rejects is reported, and the request goes on', async () => {
    const { client, server, clientErrors } = await connect();
    server.handle('steps', steps(2));
    let calls = 0;
    const request = client.request(
      'steps',
      {},
      {
        onprogress: () => {
          calls++;
          if (calls === 1) throw new Error('thrown');
          return Promise.reject(new Error('rejected'));
        },
      },
    );
    await pass(200, 40);
    expect(await request).toEqual({ count: 2 });
    expect(clientErrors).toMatchObject([
      { code: 'handler-failed', message: expect.stringContaining('thrown') },
      { code: 'handler-failed', message: expect.stringContaining('rejected') },
    ]);
  });
});
