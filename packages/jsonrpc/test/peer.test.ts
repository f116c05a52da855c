import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createMemoryPair,
  ErrorCode,
  JsonRpcError,
  type JsonRpcMessage,
  LocalErrorCode,
  Peer,
  type RequestContext,
  type Transport,
  TransportError,
} from '../src/index.js';
import { connect, outcomeOf } from './fixtures/peers.js';
import { ScriptedTransport, settle } from './fixtures/scripted-transport.js';

/** Rejections that nobody handled. None may come from a peer. */
const unhandled: unknown[] = [];
const onunhandled = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => {
  process.on('unhandledRejection', onunhandled);
});
afterEach(async () => {
  await settle();
  process.off('unhandledRejection', onunhandled);
  expect(unhandled.splice(0)).toEqual([]);
});

/** A peer whose other side is the test. */
async function alone(options: { hasPerRequestStream?: boolean; maxInFlight?: number } = {}) {
  const transport = new ScriptedTransport();
  if (options.hasPerRequestStream !== undefined) transport.hasPerRequestStream = options.hasPerRequestStream;
  const errors: TransportError[] = [];
  const peer = new Peer(transport, { onerror: (error) => errors.push(error as TransportError), maxInFlight: options.maxInFlight });
  await peer.start();
  return { transport, peer, errors };
}

const never = (): Promise<never> => new Promise(() => {});

describe('a peer that refuses requests', () => {
  test('sends no answer, to handled methods neither, tells onerror, and hears the rest', async () => {
    const { transport, peer, errors } = await alone();
    let handled = 0;
    const noted: unknown[] = [];
    peer.handle('ping', () => handled++);
    peer.handleNotification('note', (params) => noted.push(params));
    peer.refuseRequests();
    const asked = peer.request('tools/list');
    transport.onmessage?.({ jsonrpc: '2.0', id: 'a', method: 'ping' });
    transport.onmessage?.({ jsonrpc: '2.0', id: 'b', method: 'unknown' });
    transport.onmessage?.({ jsonrpc: '2.0', method: 'note', params: { n: 1 } });
    transport.onmessage?.({ jsonrpc: '2.0', id: 1, result: { tools: [] } });
    expect(await asked).toEqual({ tools: [] });
    await settle();
    expect(transport.sent).toEqual([{ jsonrpc: '2.0', id: 1, method: 'tools/list' }]);
    expect(handled).toBe(0);
    expect(noted).toEqual([{ n: 1 }]);
    expect(errors.map(({ code, details }) => ({ code, details }))).toEqual([
      { code: 'not-supported', details: { id: 'a', method: 'ping' } },
      { code: 'not-supported', details: { id: 'b', method: 'unknown' } },
    ]);
    await peer.close();
  });
});

describe('a request', () => {
  test('is answered with what the handler returns, at once or later', async () => {
    const { client, server } = await connect();
    server.handle('sync', (params) => ({ got: params }));
    server.handle('async', async (params) => ({ got: params }));
    expect(await client.request('sync', { a: 1 })).toEqual({ got: { a: 1 } });
    expect(await client.request('async', { a: 2 })).toEqual({ got: { a: 2 } });
    expect(await client.request('sync')).toEqual({ got: {} });
  });

  test('may go either way, also both at once', async () => {
    const { client, server } = await connect();
    client.handle('sampling', async () => ({ text: 'hello' }));
    server.handle('tool', async () => ({ said: await server.request('sampling') }));
    expect(await client.request('tool')).toEqual({ said: { text: 'hello' } });
  });

  test.each([
    [undefined, {}],
    [null, null],
    [0, 0],
    ['', ''],
    [false, false],
    [[], []],
  ])('whose handler returns %j is answered with %j', async (returned, result) => {
    const { client, server } = await connect();
    server.handle('x', () => returned);
    expect(await client.request('x')).toEqual(result);
  });

  test('is told apart from others by its id, in whatever order the answers come', async () => {
    const { client, server } = await connect();
    const waiting: ((value: unknown) => void)[] = [];
    server.handle('wait', () => new Promise((resolve) => waiting.push(resolve)));
    const answers = Array.from({ length: 100 }, () => client.request('wait'));
    await settle();
    expect([client.pendingRequests, server.inFlightRequests]).toEqual([100, 100]);
    for (const n of [...waiting.keys()].reverse()) waiting[n]?.({ n });
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 100 }, (_, n) => ({ n })));
    expect([client.pendingRequests, server.inFlightRequests]).toEqual([0, 0]);
  });

  test('has ids that count up, and params only if there are any', async () => {
    const { transport, peer } = await alone();
    void peer.request('a').catch(() => {});
    void peer.request('b', { x: 1 }).catch(() => {});
    expect(transport.sent).toEqual([
      { jsonrpc: '2.0', id: 1, method: 'a' },
      { jsonrpc: '2.0', id: 2, method: 'b', params: { x: 1 } },
    ]);
    await peer.close();
  });

  test('hands its send options to the transport', async () => {
    const { transport, peer } = await alone();
    const options = { relatedRequestId: 7, headers: { 'Mcp-Param-X': 'y' }, resumptionToken: 't' };
    const answer = peer.request('a', undefined, options);
    expect(transport.sendOptions[0]).toMatchObject(options);
    transport.receive({ jsonrpc: '2.0', id: 1, result: {} });
    await answer;
  });

  test('may be of a method that every object has', async () => {
    const { client, server } = await connect();
    server.handle('__proto__', () => 'mine');
    expect(await client.request('__proto__')).toBe('mine');
    for (const method of ['constructor', 'toString', 'hasOwnProperty'])
      expect((await outcomeOf(client.request(method))).error?.code).toBe(ErrorCode.MethodNotFound);
  });

  test('rejects at once when it cannot be sent, and leaves nothing behind', async () => {
    const { client } = await connect();
    expect((await outcomeOf(client.request('x', { big: 1n }))).error).toMatchObject({ name: 'TransportError', code: 'encode-failed' });
    expect(client.pendingRequests).toBe(0);
    const unstarted = new Peer(createMemoryPair()[0]);
    expect((await outcomeOf(unstarted.request('x'))).error?.code).toBe('not-started');
    expect(unstarted.pendingRequests).toBe(0);
    await unstarted.close();
  });
});

describe('an error', () => {
  test('that a handler throws or rejects with reaches the one who asked, as it is', async () => {
    const { client, server } = await connect();
    const thrown = new JsonRpcError(-32002, 'Resource not found', { data: { uri: 'file:///x' } });
    server.handle('throws', () => {
      throw thrown;
    });
    server.handle('rejects', async () => {
      throw thrown;
    });
    for (const method of ['throws', 'rejects']) {
      expect((await outcomeOf(client.request(method))).error).toMatchObject({
        name: 'JsonRpcError',
        code: -32002,
        message: 'Resource not found',
        data: { uri: 'file:///x' },
      });
    }
  });

  test.each([
    ['an Error', new Error('broken'), -32603, 'broken'],
    ['a string', 'broken', -32603, 'broken'],
    ['nothing', undefined, -32603, 'undefined'],
    ['what has no text', Object.create(null), -32603, 'something was thrown that cannot be shown as text'],
    ['an aborted operation', new DOMException('The operation timed out', 'TimeoutError'), -32603, 'The operation timed out'],
  ])('is made of %s', async (_what, thrown, code, message) => {
    const { client, server, serverErrors } = await connect();
    server.handle('throws', () => {
      throw thrown;
    });
    server.handle('rejects', () => Promise.reject(thrown));
    for (const method of ['throws', 'rejects']) expect((await outcomeOf(client.request(method))).error).toMatchObject({ code, message });
    expect(serverErrors).toEqual([]);
    expect(server.inFlightRequests).toBe(0);
  });

  test('answers a method without a handler, and one whose handler was removed', async () => {
    const { client, server } = await connect();
    server.handle('x', () => 1).handle('x', undefined);
    expect((await outcomeOf(client.request('x'))).error).toMatchObject({ code: -32601, message: 'Method not found: x' });
    expect((await outcomeOf(client.request('y'.repeat(100_000)))).error?.message.length).toBeLessThan(300);
  });
});

describe('a result that is not JSON', () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  test.each([
    ['a circle', circular],
    ['a BigInt', { big: 1n }],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['what vanishes', { toJSON: () => undefined }],
    [
      'what throws when it is written',
      {
        toJSON: () => {
          throw new Error('no');
        },
      },
    ],
  ])('is answered with an error: %s', async (_what, result) => {
    const { client, server } = await connect();
    server.handle('x', () => result);
    server.handle('later', async () => result);
    for (const method of ['x', 'later']) {
      expect((await outcomeOf(client.request(method, {}, { timeoutMs: 1000 }))).error).toMatchObject({
        code: -32603,
        message: expect.stringContaining('cannot be written as JSON'),
      });
    }
    expect(server.inFlightRequests).toBe(0);
  });

  test('is reported to onerror', async () => {
    const { client, server, serverErrors } = await connect();
    server.handle('x', () => circular);
    await outcomeOf(client.request('x'));
    expect(serverErrors).toMatchObject([{ code: 'encode-failed' }]);
  });

  test('is answered also over a transport with errors of its own', async () => {
    const { transport, peer, errors } = await alone();
    transport.onsend = async (message) => {
      transport.sent.push(JSON.parse(JSON.stringify(message)));
    };
    peer.handle('x', () => circular);
    transport.receive({ jsonrpc: '2.0', id: 1, method: 'x' });
    await settle();
    expect(transport.sent).toMatchObject([{ id: 1, error: { code: -32603 } }]);
    expect(errors).toMatchObject([{ name: 'TypeError' }]);
  });

  test('may be an error’s data: the error is answered without', async () => {
    const { client, server } = await connect();
    server.handle('x', () => {
      throw new JsonRpcError(-32002, 'not found', { data: circular });
    });
    expect((await outcomeOf(client.request('x', {}, { timeoutMs: 1000 }))).error).toMatchObject({
      code: -32002,
      message: 'not found',
      data: undefined,
    });
  });
});

describe('a handler', () => {
  test('knows the request, and what the transport knows of it', async () => {
    const { transport, peer } = await alone();
    let seen: RequestContext | undefined;
    peer.handle('x', (_params, context) => {
      seen = context;
    });
    transport.receiveWith({ jsonrpc: '2.0', id: 'a', method: 'x' }, { authInfo: 'anna' });
    expect(seen).toMatchObject({ id: 'a', method: 'x', message: { authInfo: 'anna' }, cancelled: false, wantsProgress: false });
    expect(transport.sent).toEqual([{ jsonrpc: '2.0', id: 'a', result: {} }]);
  });

  test('is answered for once, even if it returns something that settles twice', async () => {
    const { transport, peer } = await alone();
    peer.handle('x', () => ({
      // biome-ignore lint/suspicious/noThenProperty: such objects exist
      then(resolve: (value: unknown) => void, reject: (error: unknown) => void) {
        resolve({ n: 1 });
        resolve({ n: 2 });
        reject(new Error('3'));
      },
    }));
    peer.handle('y', () => ({
      // biome-ignore lint/suspicious/noThenProperty: such objects exist
      get then() {
        throw new Error('no then');
      },
    }));
    transport.receive({ jsonrpc: '2.0', id: 1, method: 'x' }, { jsonrpc: '2.0', id: 2, method: 'y' });
    await settle();
    expect(transport.sent).toEqual([
      { jsonrpc: '2.0', id: 2, error: { code: -32603, message: 'no then' } },
      { jsonrpc: '2.0', id: 1, result: { n: 1 } },
    ]);
  });

  test('may have the request id 0, or an empty one, or one like __proto__', async () => {
    const { transport, peer } = await alone();
    peer.handle('x', async () => 'done');
    for (const id of [0, '', '__proto__', '0', -1]) transport.receive({ jsonrpc: '2.0', id, method: 'x' });
    await settle();
    expect(transport.sent).toEqual([0, '', '__proto__', '0', -1].map((id) => ({ jsonrpc: '2.0', id, result: 'done' })));
    expect(peer.inFlightRequests).toBe(0);
  });

  test('sends notifications that belong to its request', async () => {
    const { transport, peer } = await alone();
    peer.handle('x', async (_params, context) => {
      await context.notify('notifications/message', { level: 'info' });
      await context.notify('notifications/bare');
    });
    transport.receive({ jsonrpc: '2.0', id: 9, method: 'x' });
    await settle();
    expect(transport.sent).toEqual([
      { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info' } },
      { jsonrpc: '2.0', method: 'notifications/bare' },
      { jsonrpc: '2.0', id: 9, result: {} },
    ]);
    expect(transport.sendOptions.slice(0, 2)).toEqual([{ relatedRequestId: 9 }, { relatedRequestId: 9 }]);
  });

  test('need not await what it sends: a failure is told to onerror', async () => {
    const { transport, peer, errors } = await alone();
    peer.handle('x', (_params, context) => {
      void context.notify('a', { big: 1n });
      void context.progress(1);
      return {};
    });
    transport.onsend = (message) => ('id' in message ? Promise.resolve() : Promise.reject(new TransportError('queue-overflow', 'full')));
    transport.receive({ jsonrpc: '2.0', id: 1, method: 'x', params: { _meta: { progressToken: 't' } } });
    await settle();
    expect(errors.map(({ code }) => code)).toEqual(['queue-overflow', 'queue-overflow']);
  });
});

describe('a request with an id that is in use', () => {
  test('is refused, and the first one is answered', async () => {
    const { transport, peer, errors } = await alone();
    let finish: (value: unknown) => void = () => {};
    const handler = vi.fn(() => new Promise((resolve) => (finish = resolve)));
    peer.handle('x', handler);
    transport.receive(
      { jsonrpc: '2.0', id: 1, method: 'x' },
      { jsonrpc: '2.0', id: 1, method: 'x' },
      { jsonrpc: '2.0', id: '1', method: 'x' },
    );
    expect(handler).toHaveBeenCalledTimes(2);
    expect(transport.sent).toEqual([
      { jsonrpc: '2.0', id: 1, error: { code: -32600, message: expect.stringContaining('the id 1 is in use') } },
    ]);
    expect(errors).toMatchObject([{ code: 'duplicate-id', details: { id: 1 } }]);
    finish('done');
    await settle();
    expect(transport.sent.at(-1)).toMatchObject({ id: '1', result: 'done' });
    await peer.close();
  });

  test('is served once the first one is answered', async () => {
    const { transport, peer } = await alone();
    peer.handle('x', async () => 'done');
    for (let n = 0; n < 3; n++) {
      transport.receive({ jsonrpc: '2.0', id: 1, method: 'x' });
      await settle();
    }
    expect(transport.sent).toEqual(Array.from({ length: 3 }, () => ({ jsonrpc: '2.0', id: 1, result: 'done' })));
  });
});

test('more requests than maxInFlight are answered with an error, never with silence', async () => {
  const { client, server } = await connect({ server: { maxInFlight: 3 } });
  const waiting: ((value: unknown) => void)[] = [];
  server.handle('wait', () => new Promise((resolve) => waiting.push(resolve)));
  const outcomes = Promise.all(Array.from({ length: 5 }, () => outcomeOf(client.request('wait'))));
  await settle();
  expect(server.inFlightRequests).toBe(3);
  for (const resolve of waiting) resolve('done');
  expect((await outcomes).map(({ value, error }) => value ?? error?.code)).toEqual([
    'done',
    'done',
    'done',
    LocalErrorCode.TooManyRequests,
    LocalErrorCode.TooManyRequests,
  ]);
  const again = client.request('wait');
  await settle();
  waiting.at(-1)?.('done');
  expect(await again).toBe('done');
});

describe('a response that nobody awaits', () => {
  test('is ignored when it answers what was given up', async () => {
    const { transport, peer, errors } = await alone();
    const controller = new AbortController();
    const request = outcomeOf(peer.request('x', undefined, { signal: controller.signal }));
    await settle();
    controller.abort();
    await request;
    transport.receive({ jsonrpc: '2.0', id: 1, result: {} }, { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'x' } });
    expect(errors).toEqual([]);
  });

  test.each([
    ['an id that was never used', { jsonrpc: '2.0', id: 99, result: {} }, /99/],
    ['a string', { jsonrpc: '2.0', id: '1', result: {} }, /"1"/],
    ['0', { jsonrpc: '2.0', id: 0, result: {} }, / 0,/],
    ['no id', { jsonrpc: '2.0', error: { code: -32700, message: 'Parse error\u001b[2J' } }, /undefined.*-32700: "Parse error\\u001b/],
    ['an id of null', { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'what?' } }, /null.*-32600/],
    ['an endless id', { jsonrpc: '2.0', id: 'x'.repeat(100_000), result: {} }, /^.{0,400}$/],
  ])('is reported when its id is %s', async (_what, response, says) => {
    const { transport, peer, errors } = await alone();
    const answer = peer.request('x');
    transport.receive(response as JsonRpcMessage);
    expect(errors).toMatchObject([{ name: 'TransportError', code: 'unknown-response', message: expect.stringMatching(says) }]);
    if ('error' in response) expect(errors[0]?.cause).toMatchObject({ name: 'JsonRpcError', code: response.error.code });
    expect(peer.pendingRequests).toBe(1);
    transport.receive({ jsonrpc: '2.0', id: 1, result: 'still there' });
    expect(await answer).toBe('still there');
  });

  test('may come with members that are undefined, from a transport within the process', async () => {
    const { transport, peer } = await alone();
    const answer = peer.request('x');
    transport.receive({ jsonrpc: '2.0', id: 1, result: 'fine', error: undefined } as unknown as JsonRpcMessage);
    expect(await answer).toBe('fine');
  });
});

describe('a notification', () => {
  test('reaches its handler with its params, and what has none is ignored', async () => {
    const { client, server, serverErrors } = await connect();
    const seen: unknown[] = [];
    server.handleNotification('a', (params) => seen.push(params));
    await client.notify('a', { x: 1 });
    await client.notify('a');
    await client.notify('b');
    await settle();
    expect([seen, serverErrors]).toEqual([[{ x: 1 }, {}], []]);
    server.handleNotification('a', undefined);
    await client.notify('a');
    await settle();
    expect(seen).toHaveLength(2);
  });

  test('whose handler throws, or rejects, is reported to onerror', async () => {
    const { client, server, serverErrors } = await connect();
    const thrown = new Error('broken');
    server.handleNotification('throws', () => {
      throw thrown;
    });
    server.handleNotification('rejects', async () => {
      throw thrown;
    });
    await client.notify('throws');
    await client.notify('rejects');
    await settle();
    expect(serverErrors).toMatchObject([
      { code: 'handler-failed', message: 'The handler of throws failed: broken', cause: thrown },
      { code: 'handler-failed', message: 'The handler of rejects failed: broken', cause: thrown },
    ]);
  });
});

describe('over a transport that misbehaves', () => {
  const failure = new Error('no route');
  const ways: [what: string, onsend: () => Promise<void>][] = [
    ['rejects', () => Promise.reject(failure)],
    [
      'throws',
      () => {
        throw failure;
      },
    ],
    ['rejects with no error', () => Promise.reject(undefined)],
  ];

  test.each(ways)('a send that %s rejects the request and the notification, and leaves nothing behind', async (what, onsend) => {
    const { transport, peer, errors } = await alone();
    transport.onsend = onsend;
    const controller = new AbortController();
    const expected = what === 'rejects with no error' ? undefined : failure;
    expect((await outcomeOf(peer.request('x', undefined, { signal: controller.signal }))).error).toBe(expected);
    expect((await outcomeOf(peer.notify('x'))).error).toBe(expected);
    controller.abort();
    await settle();
    expect([peer.pendingRequests, errors]).toEqual([0, []]);
  });

  test.each(ways)('a send that %s reports the answer that was lost', async (_what, onsend) => {
    const { transport, peer, errors } = await alone();
    peer.handle('sync', () => 1);
    peer.handle('async', async () => 1);
    transport.onsend = onsend;
    transport.receive(
      { jsonrpc: '2.0', id: 1, method: 'sync' },
      { jsonrpc: '2.0', id: 2, method: 'async' },
      { jsonrpc: '2.0', id: 3, method: 'unknown' },
    );
    await settle();
    expect(errors).toHaveLength(3);
    expect(errors.every((error) => error instanceof Error)).toBe(true);
    expect(peer.inFlightRequests).toBe(0);
  });

  test('an onerror that throws breaks nothing', async () => {
    const { transport, peer } = await alone();
    peer.onerror = () => {
      throw new Error('from onerror');
    };
    peer.handle('x', async () => ({ big: 1n }));
    peer.handleNotification('n', async () => {
      throw new Error('broken');
    });
    transport.onsend = async (message) => {
      transport.sent.push(JSON.parse(JSON.stringify(message)));
    };
    transport.receive({ jsonrpc: '2.0', id: 1, method: 'x' }, { jsonrpc: '2.0', method: 'n' }, { jsonrpc: '2.0', id: 99, result: {} });
    transport.fail(new Error('some trouble'));
    await settle();
    expect(transport.sent).toMatchObject([{ id: 1, error: { code: -32603 } }]);
  });
});

describe('when the connection ends', () => {
  test('every request rejects with the reason, and those of the other side are aborted and not answered', async () => {
    const { transport, peer, errors } = await alone();
    const signals: AbortSignal[] = [];
    peer.handle('x', async (_params, { signal }) => {
      signals.push(signal);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return 'too late';
    });
    const onclose = vi.fn();
    peer.onclose = onclose;
    transport.receive({ jsonrpc: '2.0', id: 1, method: 'x' });
    const requests = [outcomeOf(peer.request('a')), outcomeOf(peer.request('b'))];
    const cause = new Error('exit code 3');
    const before = transport.sent.length;
    transport.end({ kind: 'peer-gone', error: cause });
    for (const { error } of await Promise.all(requests))
      expect(error).toMatchObject({ name: 'TransportError', code: 'peer-gone', message: expect.stringContaining('exit code 3'), cause });
    expect(signals[0]?.aborted).toBe(true);
    expect(signals[0]?.reason).toMatchObject({ code: 'peer-gone' });
    await settle();
    expect([transport.sent.length, peer.pendingRequests, peer.inFlightRequests, errors]).toEqual([before, 0, 0, []]);
    expect(onclose.mock.calls).toEqual([[{ kind: 'peer-gone', error: cause }]]);
  });

  test('a handler that answers, sends and reports progress afterwards does nothing', async () => {
    const { transport, peer, errors } = await alone();
    let go: () => void = () => {};
    peer.handle('x', async (_params, context) => {
      await new Promise<void>((resolve) => (go = resolve));
      await context.progress(1);
      await context.notify('a');
      throw new Error('too late');
    });
    transport.receive({ jsonrpc: '2.0', id: 1, method: 'x', params: { _meta: { progressToken: 1 } } });
    await peer.close();
    go();
    await settle();
    expect([transport.sent, errors]).toEqual([[], []]);
  });

  test('a handler may close it', async () => {
    const { client, server } = await connect();
    server.handle('x', () => void server.close());
    expect((await outcomeOf(client.request('x'))).error).toMatchObject({ code: 'peer-gone' });
  });

  test('by close, requests reject with closed, now and later, and onclose fires once', async () => {
    const { client, server } = await connect();
    const onclose = vi.fn(() => void client.close());
    client.onclose = onclose;
    server.handle('wait', never);
    const request = outcomeOf(client.request('wait'));
    await settle();
    await client.close();
    await client[Symbol.asyncDispose]();
    expect((await request).error?.code).toBe('closed');
    expect((await outcomeOf(client.request('wait'))).error?.code).toBe('closed');
    expect((await outcomeOf(client.notify('wait'))).error?.code).toBe('closed');
    expect(onclose).toHaveBeenCalledTimes(1);
    await settle();
    expect(server.inFlightRequests).toBe(0);
  });

  test('requests end with it also over a transport that does not say so, says so twice, or fails to close', async () => {
    const silent = new ScriptedTransport();
    silent.close = async () => {};
    const twice = new ScriptedTransport();
    twice.close = async () => {
      (twice.onclose as () => void)();
      (twice.onclose as () => void)();
    };
    const failing = new ScriptedTransport();
    failing.close = () => Promise.reject(new Error('cannot close'));
    for (const transport of [silent, twice, failing]) {
      const onclose = vi.fn();
      const peer = new Peer(transport, { onclose });
      await peer.start();
      const request = outcomeOf(peer.request('x'));
      await outcomeOf(peer.close());
      expect((await request).error?.code).toBe('closed');
      expect([onclose.mock.calls.length, peer.pendingRequests]).toEqual([1, 0]);
    }
  });

  test('`await using` closes it', async () => {
    const [a, b] = createMemoryPair();
    const other = new Peer(b);
    await other.start();
    {
      await using peer = new Peer(a);
      await peer.start();
    }
    await settle();
    expect((await outcomeOf(other.notify('x'))).error?.code).toBe('peer-gone');
  });
});

describe('limits', () => {
  test.each([{ timeoutMs: 0 }, { timeoutMs: Number.NaN }, { maxTotalTimeoutMs: -1 }])('of a request can not be %j', async (options) => {
    const { client } = await connect();
    expect((await outcomeOf(client.request('x', {}, options))).error).toBeInstanceOf(RangeError);
    expect(client.pendingRequests).toBe(0);
    expect(() => new Peer(createMemoryPair()[0], options)).toThrow(RangeError);
  });

  test('on requests in flight can not be zero or no number', () => {
    for (const maxInFlight of [0, Number.NaN]) expect(() => new Peer(createMemoryPair()[0], { maxInFlight })).toThrow(/maxInFlight/);
  });
});

test('a transport of the SDK’s shape, callbacks undefined and onclose without a reason, will do', async () => {
  const transport: Transport = {
    start: async () => {},
    send: async () => {},
    close: async () => transport.onclose?.(),
    [Symbol.asyncDispose]: async () => {},
  };
  const peer = new Peer(transport);
  await peer.start();
  const lost = outcomeOf(peer.request('x'));
  transport.onclose?.();
  expect((await lost).error?.code).toBe('peer-gone');
  const another = new Peer(transport);
  const given = outcomeOf(another.request('x'));
  await another.close();
  expect((await given).error?.code).toBe('closed');
});
