import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type PendingOptions, PendingRequests } from '../src/pending.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp() {
  const timedOut: [id: unknown, at: number][] = [];
  const began = performance.now();
  const pending = new PendingRequests((id) => timedOut.push([id, performance.now() - began]));
  const add = (id: string | number, options: Partial<PendingOptions> = {}): void =>
    pending.add(id, {
      method: 'x',
      timeoutMs: 100,
      maxTotalTimeoutMs: Number.POSITIVE_INFINITY,
      resolve: () => {},
      reject: () => {},
      ...options,
    });
  return { pending, timedOut, add };
}

describe('a request', () => {
  test('is taken once', () => {
    const { pending, add } = setUp();
    const release = vi.fn();
    add(1, { release });
    expect([pending.size, pending.has(1), pending.has('1')]).toEqual([1, true, false]);
    expect(pending.take(1)).toMatchObject({ method: 'x' });
    expect([pending.take(1), pending.size]).toEqual([undefined, 0]);
    expect(release).toHaveBeenCalledTimes(1);
  });

  test('times out after timeoutMs, and is gone then', () => {
    const { pending, timedOut, add } = setUp();
    add('a', { timeoutMs: 100 });
    vi.advanceTimersByTime(99);
    expect(timedOut).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(timedOut).toEqual([['a', 100]]);
    expect(pending.size).toBe(0);
  });

  test('times out after maxTotalTimeoutMs if that is less', () => {
    const { timedOut, add } = setUp();
    add('a', { timeoutMs: 100, maxTotalTimeoutMs: 30 });
    vi.advanceTimersByTime(1000);
    expect(timedOut).toEqual([['a', 30]]);
  });

  test('never times out when both limits are Infinity, and needs no timer for it', () => {
    const { pending, timedOut, add } = setUp();
    add('a', { timeoutMs: Number.POSITIVE_INFINITY });
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(10 ** 12);
    expect([timedOut, pending.size]).toEqual([[], 1]);
  });

  test('may wait longer than a timer can', () => {
    const { timedOut, add } = setUp();
    const days60 = 60 * 24 * 3600 * 1000;
    add('a', { timeoutMs: days60 });
    vi.advanceTimersByTime(2 ** 31 + 10);
    expect(timedOut).toEqual([]);
    vi.advanceTimersByTime(days60);
    expect(timedOut).toEqual([['a', days60]]);
  });
});

describe('progress', () => {
  test('gives a request time anew, up to its maximum', () => {
    const { pending, timedOut, add } = setUp();
    const onprogress = vi.fn();
    add('a', { timeoutMs: 100, maxTotalTimeoutMs: 250, onprogress });
    for (let n = 0; n < 10; n++) {
      vi.advanceTimersByTime(80);
      if (n < 3) expect(pending.extend('a')).toBe(onprogress);
    }
    expect(timedOut).toEqual([['a', 250]]);
    expect(pending.extend('a')).toBeUndefined();
  });

  test('lets the request time out timeoutMs after it', () => {
    const { pending, timedOut, add } = setUp();
    add('a', { onprogress: () => {} });
    vi.advanceTimersByTime(60);
    pending.extend('a');
    vi.advanceTimersByTime(1000);
    expect(timedOut).toEqual([['a', 160]]);
  });

  test('that nobody asked for gives no time', () => {
    const { pending, timedOut, add } = setUp();
    add('a');
    vi.advanceTimersByTime(60);
    expect(pending.extend('a')).toBeUndefined();
    vi.advanceTimersByTime(1000);
    expect(timedOut).toEqual([['a', 100]]);
  });
});

describe('many requests', () => {
  test('share one timer, and each times out at its own time', () => {
    const { pending, timedOut, add } = setUp();
    for (const ms of [300, 100, 200, 100]) add(`${ms}-${pending.size}`, { timeoutMs: ms });
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1000);
    expect(timedOut).toEqual([
      ['100-1', 100],
      ['100-3', 100],
      ['200-2', 200],
      ['300-0', 300],
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that are answered leave nothing but one timer, which finds nothing', () => {
    const { pending, timedOut, add } = setUp();
    for (let n = 0; n < 1000; n++) {
      add(n);
      pending.take(n);
    }
    expect([pending.size, vi.getTimerCount()]).toEqual([0, 1]);
    vi.advanceTimersByTime(100);
    expect([timedOut, vi.getTimerCount()]).toEqual([[], 0]);
  });

  test('may be added and taken while others time out', () => {
    const seen: unknown[] = [];
    const pending: PendingRequests = new PendingRequests((id) => {
      seen.push(id);
      pending.take('b');
      if (id === 'a') pending.add('c', { method: 'x', timeoutMs: 5, maxTotalTimeoutMs: 1000, resolve: () => {}, reject: () => {} });
    });
    const options = { method: 'x', timeoutMs: 10, maxTotalTimeoutMs: 1000, resolve: () => {}, reject: () => {} };
    pending.add('a', options);
    pending.add('b', options);
    vi.advanceTimersByTime(100);
    expect(seen).toEqual(['a', 'c']);
    expect([pending.size, vi.getTimerCount()]).toEqual([0, 0]);
  });

  test('are all rejected at the end, and released, and leave no timer', () => {
    const { pending, timedOut, add } = setUp();
    const [reject, release] = [vi.fn(), vi.fn()];
    for (let n = 0; n < 10; n++) add(n, { reject, release });
    const error = new Error('over');
    pending.rejectAll(error);
    expect([reject.mock.calls.length, release.mock.calls.length, pending.size, vi.getTimerCount()]).toEqual([10, 10, 0, 0]);
    expect(reject).toHaveBeenCalledWith(error);
    add('later');
    vi.advanceTimersByTime(100);
    expect(timedOut.map(([id]) => id)).toEqual(['later']);
  });
});
