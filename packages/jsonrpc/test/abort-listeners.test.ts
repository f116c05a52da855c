import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { AbortListeners } from '../src/abort-listeners.js';

const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

test('however many wait for a signal, it has one listener, and none once the last one has gone', () => {
  const { signal } = new AbortController();
  const listeners = new AbortListeners();
  const remove = Array.from({ length: 1000 }, () => listeners.add(signal, () => {}));
  expect(listenersOf(signal)).toBe(1);
  for (const [n, take] of remove.entries()) {
    expect(listenersOf(signal)).toBe(1);
    take();
    take();
    if (n === 998) expect(listenersOf(signal)).toBe(1);
  }
  expect(listenersOf(signal)).toBe(0);
});

test('one that comes after all have gone is called as well', () => {
  const controller = new AbortController();
  const listeners = new AbortListeners();
  const called: number[] = [];
  listeners.add(controller.signal, () => called.push(1))();
  listeners.add(controller.signal, () => called.push(2));
  expect(listenersOf(controller.signal)).toBe(1);
  controller.abort();
  expect(called).toEqual([2]);
});

test('all are called once, in order, when it aborts', () => {
  const controller = new AbortController();
  const listeners = new AbortListeners();
  const called: number[] = [];
  for (const n of [1, 2, 3]) listeners.add(controller.signal, () => called.push(n));
  controller.abort();
  controller.abort();
  expect(called).toEqual([1, 2, 3]);
  expect(listenersOf(controller.signal)).toBe(0);
});

test('one that was taken back is not called, even if that happens while others are', () => {
  const controller = new AbortController();
  const listeners = new AbortListeners();
  const called: number[] = [];
  const removeLast: (() => void)[] = [];
  listeners.add(controller.signal, () => {
    called.push(1);
    for (const remove of removeLast) remove();
  });
  listeners.add(controller.signal, () => called.push(2))();
  removeLast.push(listeners.add(controller.signal, () => called.push(3)));
  controller.abort();
  expect(called).toEqual([1]);
});

test('signals do not disturb each other', () => {
  const [a, b] = [new AbortController(), new AbortController()];
  const listeners = new AbortListeners();
  const called: string[] = [];
  listeners.add(a.signal, () => called.push('a'));
  listeners.add(b.signal, () => called.push('b'));
  b.abort();
  expect(called).toEqual(['b']);
  expect(listenersOf(a.signal)).toBe(1);
});
