import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BoundedQueue, type BoundedQueueOptions, TransportError } from '../src/index.js';
import { usedBytes } from './fixtures/memory-use.js';

type Outcome = 'pending' | 'accepted' | unknown;

/** A queue whose sink records; an item is named by what it holds. */
function setUp<T = string>(
  options: Omit<BoundedQueueOptions<T>, 'accept'>,
  onaccept: (item: T, bytes: number, queue: BoundedQueue<T>) => void = () => {},
) {
  const accepted: T[] = [];
  const outcomes = new Map<T, Outcome>();
  const queue: BoundedQueue<T> = new BoundedQueue<T>({
    ...options,
    accept: (item, bytes) => {
      accepted.push(item);
      onaccept(item, bytes, queue);
      return Promise.resolve();
    },
  });
  const push = (item: T, bytes: number, signal?: AbortSignal): Promise<void> => {
    outcomes.set(item, 'pending');
    return queue.push(item, bytes, signal).then(
      () => {
        outcomes.set(item, 'accepted');
      },
      (error: unknown) => {
        outcomes.set(item, (error as TransportError).code ?? error);
      },
    );
  };
  return { queue, accepted, outcomes, push };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a push', () => {
  test('is accepted at once while there is room, and counts its bytes', async () => {
    const { queue, accepted, push } = setUp({ maxQueuedBytes: 10 });
    void push('a', 4);
    void push('b', 6);
    expect(accepted).toEqual(['a', 'b']);
    expect([queue.queuedBytes, queue.waiting]).toEqual([10, 0]);
  });

  test('waits when there is none, until as much is released as it needs', async () => {
    const { queue, accepted, outcomes, push } = setUp({ maxQueuedBytes: 10 });
    void push('a', 8);
    void push('b', 4);
    await settle();
    expect([accepted, outcomes.get('b'), queue.waiting, queue.queuedBytes]).toEqual([['a'], 'pending', 1, 8]);
    queue.release(1);
    expect(accepted).toEqual(['a']);
    queue.release(1);
    expect(accepted).toEqual(['a', 'b']);
    await settle();
    expect([outcomes.get('b'), queue.waiting, queue.queuedBytes]).toEqual(['accepted', 0, 10]);
  });

  test('waits behind those that wait already, even if it would fit', () => {
    const { queue, accepted, push } = setUp({ maxQueuedBytes: 10 });
    void push('a', 8);
    void push('large', 5);
    void push('small', 1);
    expect(accepted).toEqual(['a']);
    queue.release(8);
    expect(accepted).toEqual(['a', 'large', 'small']);
  });

  test('of more than the whole room is accepted, alone', () => {
    const { queue, accepted, push } = setUp({ maxQueuedBytes: 10 });
    void push('a', 1);
    void push('giant', 1000);
    void push('b', 1);
    expect(accepted).toEqual(['a']);
    queue.release(1);
    expect(accepted).toEqual(['a', 'giant']);
    queue.release(999);
    expect(accepted).toEqual(['a', 'giant', 'b']);
  });

  test('settles as the sink does', async () => {
    const refusal = new Error('the disk is full');
    const queue = new BoundedQueue<string>({ accept: () => Promise.reject(refusal) });
    await expect(queue.push('a', 1)).rejects.toBe(refusal);
  });

  test('that the sink throws at is rejected, and its bytes are given back', async () => {
    const refusal = new Error('no');
    const queue = new BoundedQueue<string>({
      maxQueuedBytes: 10,
      accept: (item) => {
        if (item.startsWith('bad')) throw refusal;
        return Promise.resolve();
      },
    });
    await queue.push('a', 10);
    const waiting = [queue.push('bad 1', 10), queue.push('bad 2', 5), queue.push('b', 5)];
    queue.release(10);
    expect(await Promise.allSettled(waiting)).toMatchObject([{ reason: refusal }, { reason: refusal }, { status: 'fulfilled' }]);
    await expect(queue.push('bad 3', 1)).rejects.toBe(refusal);
    expect([queue.queuedBytes, queue.waiting]).toEqual([5, 0]);
  });

  test('past the bound of waiting ones is rejected with queue-overflow, which names the figures and the remedy', async () => {
    const { queue, accepted, outcomes, push } = setUp({ maxQueuedBytes: 10, maxWaitingSends: 2 });
    void push('a', 10);
    void push('b', 1);
    void push('c', 1);
    await push('d', 1);
    expect(outcomes.get('d')).toBe('queue-overflow');
    await expect(queue.push('e', 1)).rejects.toMatchObject({
      name: 'TransportError',
      message: expect.stringMatching(/^2 sends .* 10 queued bytes.*maxWaitingSends or maxQueuedBytes/),
      details: { limit: 2, queuedBytes: 10 },
    });
    queue.release(10);
    await push('f', 1);
    expect(accepted).toEqual(['a', 'b', 'c', 'f']);
  });

  test('charged more afterwards counts more', () => {
    const { queue, accepted, push } = setUp({ maxQueuedBytes: 10 });
    void push('a', 5);
    queue.charge(5);
    void push('b', 1);
    expect([queue.queuedBytes, accepted]).toEqual([10, ['a']]);
    queue.release(10);
    expect(accepted).toEqual(['a', 'b']);
  });
});

test.each([
  { maxQueuedBytes: 0 },
  { maxQueuedBytes: Number.NaN },
  { maxQueuedBytes: -1 },
  { maxWaitingSends: -1 },
  { maxWaitingSends: Number.NaN },
])('limits can not be %j', (options) => {
  expect(() => setUp(options)).toThrow(RangeError);
});

describe('a signal', () => {
  test('that is aborted already rejects the push', async () => {
    const { queue, accepted, outcomes, push } = setUp({ maxQueuedBytes: 10 });
    await push('a', 1, AbortSignal.abort('changed my mind'));
    expect([outcomes.get('a'), accepted, queue.queuedBytes]).toEqual(['aborted', [], 0]);
    await expect(queue.push('b', 1, AbortSignal.abort('why'))).rejects.toMatchObject({
      name: 'TransportError',
      code: 'aborted',
      cause: 'why',
    });
  });

  test('that aborts while a push waits rejects it, and lets those behind it through', async () => {
    const { queue, accepted, outcomes, push } = setUp({ maxQueuedBytes: 10 });
    const controller = new AbortController();
    void push('a', 8);
    void push('large', 5, controller.signal);
    void push('small', 2);
    controller.abort();
    expect(accepted).toEqual(['a', 'small']);
    await settle();
    expect([outcomes.get('large'), outcomes.get('small'), queue.waiting]).toEqual(['aborted', 'accepted', 0]);
  });

  test('that aborts after a push was accepted changes nothing', async () => {
    const { accepted, outcomes, push } = setUp({ maxQueuedBytes: 10 });
    const controller = new AbortController();
    await push('a', 8, controller.signal);
    controller.abort();
    expect([accepted, outcomes.get('a')]).toEqual([['a'], 'accepted']);
  });

  test('gets no listener from a push that is accepted at once, one from however many wait, and keeps none', async () => {
    const { queue, push } = setUp({ maxQueuedBytes: 10 });
    const { signal } = new AbortController();
    const listeners = (): number => getEventListeners(signal, 'abort').length;
    void push('a', 10, signal);
    expect(listeners()).toBe(0);
    for (let n = 0; n < 50; n++) void push(`${n}`, 1, signal);
    expect(listeners()).toBe(1);
    queue.release(10);
    expect(listeners()).toBe(1);
    for (let n = 0; n < 4; n++) queue.release(10);
    expect([queue.waiting, listeners()]).toEqual([0, 0]);
    void push('b', 10, signal);
    queue.fail(new Error('over'));
    expect(listeners()).toBe(0);
  });

  test('that aborts while the sink is called leaves order and count right', async () => {
    const controllers = Array.from({ length: 10 }, () => new AbortController());
    const { queue, accepted, outcomes, push } = setUp({ maxQueuedBytes: 10 }, (item) => {
      if (item === '0') for (const n of [1, 2, 5, 9]) controllers[n]?.abort();
    });
    void push('first', 10);
    for (const [n, { signal }] of controllers.entries()) void push(`${n}`, 1, signal);
    queue.release(10);
    expect(accepted).toEqual(['first', '0', '3', '4', '6', '7', '8']);
    expect([queue.waiting, queue.queuedBytes]).toEqual([0, 6]);
    await settle();
    expect([...outcomes.values()].filter((outcome) => outcome === 'aborted')).toHaveLength(4);
  });

  test('of a push that gave up keeps neither the push nor its place, while the reader is stalled', async () => {
    const { queue, push } = setUp<string>({ maxQueuedBytes: 10 });
    void push('stalls the rest', 10);
    void push('waits on', 1);
    const before = await usedBytes();
    const pushes: Promise<void>[] = [];
    for (let n = 0; n < 20_000; n++) {
      const controller = new AbortController();
      pushes.push(queue.push(Buffer.alloc(20_000, `${n} `).toString('latin1'), 20_000, controller.signal).catch(() => {}));
      controller.abort();
    }
    await Promise.all(pushes.splice(0));
    expect(queue.waiting).toBe(1);
    expect((await usedBytes()) - before).toBeLessThan(4 * 1024 * 1024);
  });
});

describe('the sink', () => {
  test('may release at once, for a hundred thousand that wait', async () => {
    const { queue, accepted, push } = setUp<number>({ maxQueuedBytes: 10, maxWaitingSends: 200_000 }, (item, bytes) => {
      if (item > 0) queue.release(bytes);
    });
    void push(0, 10);
    for (let n = 1; n <= 100_000; n++) void push(n, 10);
    expect(queue.waiting).toBe(100_000);
    queue.release(10);
    expect(accepted).toEqual(Array.from({ length: 100_001 }, (_, n) => n));
    expect([queue.waiting, queue.queuedBytes]).toEqual([0, 0]);
  });

  test('may release in part, so that the next one is taken within', () => {
    const { queue, accepted, push } = setUp({ maxQueuedBytes: 10 }, (item) => {
      if (item === 'b') queue.release(4);
    });
    void push('a', 10);
    for (const item of ['b', 'c', 'd', 'e']) void push(item, 5);
    queue.release(10);
    // b gives back 4 of its 5 at once: c fits beside the 1 that is left, d does not.
    expect(accepted).toEqual(['a', 'b', 'c']);
    expect([queue.waiting, queue.queuedBytes]).toEqual([2, 6]);
    queue.release(6);
    expect(accepted).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('may push: that comes after all that wait', () => {
    const { queue, accepted, push } = setUp({ maxQueuedBytes: 10 }, (item) => {
      if (item === 'b') void push('from b', 1);
    });
    void push('a', 10);
    for (const item of ['b', 'c', 'd']) void push(item, 1);
    queue.release(10);
    expect(accepted).toEqual(['a', 'b', 'c', 'd', 'from b']);
  });

  test('may fail the queue: nothing is taken after that', async () => {
    const failure = new TransportError('peer-gone', 'gone');
    const { queue, accepted, outcomes, push } = setUp({ maxQueuedBytes: 10 }, (item) => {
      if (item === 'b') queue.fail(failure);
    });
    void push('a', 10);
    for (const item of ['b', 'c', 'd']) void push(item, 1);
    queue.release(10);
    await settle();
    expect(accepted).toEqual(['a', 'b']);
    expect(['b', 'c', 'd'].map((item) => outcomes.get(item))).toEqual(['accepted', 'peer-gone', 'peer-gone']);
    expect(queue.waiting).toBe(0);
  });
});

describe('fail', () => {
  test('rejects all that wait and all that come, with the first error', async () => {
    const { queue, accepted, outcomes, push } = setUp({ maxQueuedBytes: 10 });
    void push('a', 10);
    void push('b', 1);
    const failure = new TransportError('peer-gone', 'gone');
    queue.fail(failure);
    queue.fail(new TransportError('closed', 'too late'));
    await push('c', 1);
    expect([accepted, outcomes.get('a'), outcomes.get('b'), outcomes.get('c')]).toEqual([['a'], 'accepted', 'peer-gone', 'peer-gone']);
    queue.release(10);
    expect(accepted).toEqual(['a']);
    await expect(queue.push('d', 1)).rejects.toBe(failure);
  });
});

/** What a queue must do, written down another way: a list, and no cleverness. */
test('any sequence of pushes, releases and aborts is accepted in order, none lost, none twice, never over the bound', () => {
  const operation = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('push' as const), bytes: fc.integer({ min: 0, max: 15 }) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('release' as const), bytes: fc.integer({ min: 1, max: 12 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('abort' as const), bytes: fc.nat() }) },
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const max = 10;
      const { queue, accepted, push } = setUp<number>({ maxQueuedBytes: max });
      const model = { queued: 0, accepted: [] as number[], waiting: [] as { item: number; bytes: number }[] };
      const controllers: AbortController[] = [];
      const admit = (): void => {
        while (model.waiting[0] && (model.queued === 0 || model.queued + model.waiting[0].bytes <= max)) {
          const { item, bytes } = model.waiting.shift() as { item: number; bytes: number };
          model.accepted.push(item);
          model.queued += bytes;
        }
      };
      for (const { do: what, bytes } of operations) {
        if (what === 'push') {
          const controller = new AbortController();
          const item = controllers.push(controller) - 1;
          void push(item, bytes, controller.signal);
          model.waiting.push({ item, bytes });
        } else if (what === 'release') {
          const released = Math.min(bytes, model.queued);
          queue.release(released);
          model.queued -= released;
        } else if (controllers.length > 0) {
          const item = bytes % controllers.length;
          controllers[item]?.abort();
          model.waiting = model.waiting.filter((waiter) => waiter.item !== item);
        }
        admit();
        expect(accepted).toEqual(model.accepted);
        expect([queue.queuedBytes, queue.waiting]).toEqual([model.queued, model.waiting.length]);
      }
    }),
    { numRuns: 300 },
  );
});

test('ten times as many that wait cost at most 40 times as much, also on one signal, also when all abort', {
  timeout: 120_000,
}, async () => {
  const runs: [what: string, most: number, run: (count: number) => Promise<void>][] = [
    ['released one by one', 100_000, (count) => waitAndRelease(count)],
    ['on one signal', 100_000, (count) => waitAndRelease(count, new AbortController().signal)],
    ['aborted from the last to the first', 30_000, (count) => waitAndAbort(count)],
  ];
  for (const [what, most, run] of runs) {
    let fewest = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let round = 0; round < 10; round++) {
      for (const [n, count] of [most / 10, most].entries()) {
        const before = performance.now();
        await run(count);
        fewest = fewest.with(n, Math.min(fewest[n] as number, performance.now() - before));
      }
      if (round >= 1 && (fewest[1] as number) <= 40 * (fewest[0] as number)) break;
    }
    expect((fewest[1] as number) / (fewest[0] as number), what).toBeLessThanOrEqual(40);
  }

  async function waitAndRelease(count: number, signal?: AbortSignal): Promise<void> {
    const { queue, accepted, push } = setUp<number>({ maxQueuedBytes: 10, maxWaitingSends: count });
    const pushes = Array.from({ length: count }, (_, n) => push(n, 10, signal));
    for (let n = 0; n < count; n++) queue.release(10);
    await Promise.all(pushes);
    expect(accepted.length).toBe(count);
  }

  async function waitAndAbort(count: number): Promise<void> {
    const { queue, push } = setUp<number>({ maxQueuedBytes: 10, maxWaitingSends: count });
    void push(-1, 10);
    const controllers = Array.from({ length: count }, () => new AbortController());
    const pushes = controllers.map(({ signal }, n) => push(n, 10, signal));
    for (const controller of controllers.reverse()) controller.abort();
    await Promise.all(pushes);
    expect(queue.waiting).toBe(0);
  }
});
