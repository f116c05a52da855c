import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import {
  type CloseReason,
  createMemoryPair,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type MemoryPairOptions,
  type Transport,
} from '../src/index.js';
import { settle } from './fixtures/scripted-transport.js';

const note = (n: number, text = ''): JsonRpcMessage => ({ jsonrpc: '2.0', method: 'note', params: { n, text } });

interface Side {
  transport: Transport;
  seen: number[];
  closings: (CloseReason | undefined)[];
}

async function pair(options?: MemoryPairOptions, listening: { b?: boolean } = {}): Promise<{ a: Side; b: Side }> {
  const [a, b] = createMemoryPair(options).map((transport) => {
    const side: Side = { transport, seen: [], closings: [] };
    transport.onclose = (reason) => side.closings.push(reason);
    return side;
  }) as [Side, Side];
  listen(a);
  if (listening.b !== false) listen(b);
  await Promise.all([a.transport.start(), b.transport.start()]);
  return { a, b };
}

function listen({ transport, seen }: Side): void {
  transport.onmessage = (message) => {
    seen.push((message as JsonRpcNotification).params?.n as number);
  };
}

describe('a memory pair', () => {
  test('carries messages both ways, in order, in a later microtask', async () => {
    const { a, b } = await pair();
    for (let n = 0; n < 100; n++) void a.transport.send(note(n));
    void b.transport.send(note(100));
    expect([a.seen, b.seen]).toEqual([[], []]);
    await settle();
    expect(b.seen).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(a.seen).toEqual([100]);
  });

  test('hands over copies, as a wire does', async () => {
    const { a, b } = await pair();
    const sent = { jsonrpc: '2.0' as const, method: 'note', params: { list: [1], gone: undefined, when: new Date(0) } };
    const received = new Promise((resolve) => {
      b.transport.onmessage = resolve;
    });
    await a.transport.send(sent);
    sent.params.list.push(2);
    expect(await received).toEqual({ jsonrpc: '2.0', method: 'note', params: { list: [1], when: '1970-01-01T00:00:00.000Z' } });
  });

  test.each([
    ['a BigInt', { ...note(1), params: { big: 1n } }],
    ['nothing', undefined],
  ])('rejects %s with encode-failed, and never throws', async (_what, message) => {
    const { a } = await pair();
    await expect(a.transport.send(message as JsonRpcMessage)).rejects.toMatchObject({ name: 'TransportError', code: 'encode-failed' });
  });

  test('keeps what is sent before the other side starts', async () => {
    const [a, b] = createMemoryPair();
    await a.start();
    await a.send(note(1));
    const seen: unknown[] = [];
    b.onmessage = (message) => seen.push(message);
    await settle();
    expect(seen).toEqual([]);
    await b.start();
    await settle();
    expect(seen).toEqual([note(1)]);
  });

  test('goes on, in order, when handlers send from inside', async () => {
    const { a, b } = await pair();
    b.transport.onmessage = (message) => void b.transport.send(message);
    let left = 1000;
    const done = new Promise<void>((resolve) => {
      a.transport.onmessage = () => {
        if (--left === 0) resolve();
        else void a.transport.send(note(left));
      };
    });
    await a.transport.send(note(left));
    await done;
    expect(left).toBe(0);
  });
});

describe('when nobody listens on the other side', () => {
  const bytes = (message: JsonRpcMessage): number => JSON.stringify(message).length + 1;

  test('sends wait once maxQueuedBytes are queued, and all arrive when somebody does', async () => {
    const { a, b } = await pair({ maxQueuedBytes: 10 * bytes(note(10)) }, { b: false });
    const settled: number[] = [];
    const sends = Array.from({ length: 50 }, async (_, index) => {
      const n = index + 10;
      await a.transport.send(note(n));
      settled.push(n);
    });
    await settle();
    // One is in the receiver's hands beside what is queued.
    expect(settled).toEqual(Array.from({ length: 11 }, (_, index) => index + 10));
    listen(b);
    await Promise.all(sends);
    await settle();
    expect(b.seen).toEqual(Array.from({ length: 50 }, (_, index) => index + 10));
  });

  test('a send that waits gives up with its signal', async () => {
    const { a, b } = await pair({ maxQueuedBytes: 1 }, { b: false });
    await a.transport.send(note(1));
    await a.transport.send(note(2));
    const controller = new AbortController();
    const aborted = a.transport.send(note(3), { signal: controller.signal });
    const kept = a.transport.send(note(4));
    await settle();
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
    listen(b);
    await kept;
    await settle();
    expect(b.seen).toEqual([1, 2, 4]);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('more sends than may wait reject with queue-overflow', async () => {
    const { a, b } = await pair({ maxQueuedBytes: 1, maxWaitingSends: 2 }, { b: false });
    await a.transport.send(note(0));
    const outcomes = Promise.allSettled([1, 2, 3, 4].map((n) => a.transport.send(note(n))));
    await settle();
    listen(b);
    expect((await outcomes).map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : outcome.status))).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'queue-overflow',
    ]);
    await settle();
    expect(b.seen).toEqual([0, 1, 2, 3]);
  });
});

describe('closing one side', () => {
  test('ends both: first the messages, then the other side’s onclose', async () => {
    const { a, b } = await pair();
    const order: string[] = [];
    b.transport.onmessage = () => order.push('message');
    b.transport.onclose = (reason) => order.push(reason?.kind ?? 'nothing');
    for (let n = 0; n < 3; n++) await a.transport.send(note(n));
    void a.transport.send(note(3));
    await a.transport.close();
    expect(a.closings).toEqual([{ kind: 'closed' }]);
    await settle();
    expect(order).toEqual(['message', 'message', 'message', 'message', 'peer-gone']);
    await expect(b.transport.send(note(0))).rejects.toMatchObject({ code: 'peer-gone' });
    await expect(a.transport.send(note(0))).rejects.toMatchObject({ code: 'closed' });
    await b.transport.close();
    expect(order).toHaveLength(5);
  });

  test('settles the sends that wait, on both sides', async () => {
    const { a, b } = await pair({ maxQueuedBytes: 1 }, { b: false });
    a.transport.onmessage = undefined;
    const sends = [a, b].flatMap(({ transport }) => [1, 2, 3, 4].map((n) => transport.send(note(n))));
    const outcomes = Promise.allSettled(sends);
    await settle();
    await a.transport.close();
    expect((await outcomes).map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : outcome.status))).toEqual([
      'fulfilled',
      'fulfilled',
      'closed',
      'closed',
      'fulfilled',
      'fulfilled',
      'peer-gone',
      'peer-gone',
    ]);
  });

  test('leaves what waits for an onmessage to the other side, and its onclose after that', async () => {
    const { a, b } = await pair({}, { b: false });
    for (let n = 0; n < 5; n++) await a.transport.send(note(n));
    await a.transport.close();
    await settle();
    expect(b.closings).toEqual([]);
    listen(b);
    await settle();
    expect(b.seen).toEqual([0, 1, 2, 3, 4]);
    expect(b.closings).toEqual([{ kind: 'peer-gone' }]);
  });

  test('leaves to the other side also what it has put off in the middle', async () => {
    const { a, b } = await pair();
    b.transport.onmessage = () => {
      b.seen.push(0);
      b.transport.onmessage = undefined;
    };
    for (let n = 0; n < 5; n++) void a.transport.send(note(n));
    await a.transport.close();
    await settle();
    expect([b.seen, b.closings]).toEqual([[0], []]);
    listen(b);
    await settle();
    expect([b.seen, b.closings]).toEqual([[0, 1, 2, 3, 4], [{ kind: 'peer-gone' }]]);
  });

  test('from inside onmessage ends the deliveries at once', async () => {
    const { a, b } = await pair();
    b.transport.onmessage = () => {
      b.seen.push(0);
      void b.transport.close();
    };
    for (let n = 0; n < 5; n++) void a.transport.send(note(n));
    await settle();
    expect(b.seen).toEqual([0]);
    expect([a.closings, b.closings]).toEqual([[{ kind: 'peer-gone' }], [{ kind: 'closed' }]]);
  });

  test('before either has started works too', async () => {
    const [a, b] = createMemoryPair();
    await a.close();
    const closings: unknown[] = [];
    b.onclose = (reason) => closings.push(reason);
    await b.start();
    await settle();
    expect(closings).toEqual([{ kind: 'peer-gone' }]);
  });
});
