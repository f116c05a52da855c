import { expect, test } from 'vitest';
import { within } from '../src/deadline.js';
import { expectNoLeftovers } from './support/leftovers.js';

expectNoLeftovers();

const never: Promise<void> = new Promise(() => {});

test('true when the promise comes first, false when time runs out', async () => {
  expect(await within(10_000, Promise.resolve())).toBe(true);
  expect(await within(10, never)).toBe(false);
});

test('a signal that aborts ends the wait, also one that has aborted before', async () => {
  expect(await within(Number.POSITIVE_INFINITY, never, AbortSignal.abort())).toBe(true);
  const controller = new AbortController();
  const waited = within(Number.POSITIVE_INFINITY, never, controller.signal);
  controller.abort();
  expect(await waited).toBe(true);
});

test('a promise that rejects does so here', async () => {
  await expect(within(10_000, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});
