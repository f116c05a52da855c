import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Reconnection } from '../../src/client/reconnection.js';

const options = { initialReconnectionDelay: 1_000, maxReconnectionDelay: 5_000, reconnectionDelayGrowFactor: 2, maxRetries: 3 };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** How long the next attempt is waited for; undefined if there is none. */
function nextWait(reconnection: Reconnection, retryMs?: number): number | undefined {
  let isDone = false;
  const before = performance.now();
  if (!reconnection.schedule(retryMs, () => (isDone = true))) return undefined;
  while (!isDone) vi.advanceTimersToNextTimer();
  return Math.round(performance.now() - before);
}

const fruitless = { broughtEvent: false, livedMs: 0 };
const fruitful = { broughtEvent: true, livedMs: 0 };

describe('the waits', () => {
  test('grow up to their limit, and end after maxRetries attempts that brought nothing', () => {
    const reconnection = new Reconnection({ ...options, maxRetries: 5 }, undefined);
    expect(Array.from({ length: 6 }, () => nextWait(reconnection))).toEqual([1_000, 2_000, 4_000, 5_000, 5_000, undefined]);
  });

  test('are what the server asks for', () => {
    const reconnection = new Reconnection(options, undefined);
    expect(Array.from({ length: 4 }, () => nextWait(reconnection, 7_000))).toEqual([7_000, 7_000, 7_000, undefined]);
  });

  test('begin anew after a stream that brought an event', () => {
    const reconnection = new Reconnection(options, undefined);
    for (let n = 0; n < 20; n++) {
      expect(nextWait(reconnection)).toBe(1_000);
      reconnection.note(fruitful);
    }
  });

  test('begin anew after a stream that lived at least as long as was waited for it', () => {
    const reconnection = new Reconnection(options, undefined);
    expect(nextWait(reconnection)).toBe(1_000);
    reconnection.note({ broughtEvent: false, livedMs: 999 });
    expect(nextWait(reconnection)).toBe(2_000);
    reconnection.note({ broughtEvent: false, livedMs: 2_000 });
    expect(nextWait(reconnection)).toBe(1_000);
  });

  test('do not begin anew because a server asks for a wait that any stream outlives', () => {
    const reconnection = new Reconnection({ ...options, maxRetries: 2 }, undefined);
    for (let n = 0; n < 2; n++) {
      expect(nextWait(reconnection, 1)).toBe(1);
      reconnection.note({ broughtEvent: false, livedMs: 3 });
    }
    expect(nextWait(reconnection, 1)).toBeUndefined();
  });

  test('are no shorter than the budget allows, whatever the server asks for and however much it brings', () => {
    const reconnection = new Reconnection(options, undefined);
    const before = performance.now();
    const waits = Array.from({ length: 100 }, () => {
      const wait = nextWait(reconnection, 1);
      reconnection.note(fruitful);
      return wait;
    });
    expect(waits.slice(0, 4)).toEqual([1, 1, 1, 1]);
    // 96 more, one a second.
    expect(performance.now() - before).toBeGreaterThan(95_000);
  });

  test('a server that brings nothing and asks to be asked at once is given up soon', () => {
    const reconnection = new Reconnection(options, undefined);
    const waits = Array.from({ length: 4 }, () => {
      reconnection.note(fruitless);
      return nextWait(reconnection, 1);
    });
    expect(waits).toEqual([1, 1, 1, undefined]);
  });
});

test('cancel leaves no timer, and no attempt is made', () => {
  const reconnection = new Reconnection(options, undefined);
  const attempt = vi.fn();
  reconnection.schedule(undefined, attempt);
  expect(vi.getTimerCount()).toBe(1);
  reconnection.cancel();
  expect(vi.getTimerCount()).toBe(0);
  expect(attempt).not.toHaveBeenCalled();
});

describe('a scheduler', () => {
  test('may call at once, twice, or after it was cancelled: each attempt is made once at most', () => {
    const attempt = vi.fn();
    new Reconnection(options, (reconnect) => reconnect()).schedule(undefined, attempt);
    expect(attempt).toHaveBeenCalledTimes(1);
    let call = (): void => {};
    const reconnection = new Reconnection(options, (reconnect) => {
      call = reconnect;
    });
    reconnection.schedule(undefined, attempt);
    call();
    call();
    expect(attempt).toHaveBeenCalledTimes(2);
    reconnection.schedule(undefined, attempt);
    reconnection.cancel();
    call();
    expect(attempt).toHaveBeenCalledTimes(2);
  });
});
