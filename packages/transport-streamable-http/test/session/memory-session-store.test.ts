import { afterEach, expect, test, vi } from 'vitest';
import { createMemorySessionStore } from '../../src/session/memory-session-store.js';
import type { SessionRecord } from '../../src/session/session-store.js';
import { heapUsed } from '../support/heap.js';

function record(id: string, more: Partial<SessionRecord> = {}): SessionRecord {
  const now = Date.now();
  return { id, protocolVersion: '2025-11-25', initialize: { capabilities: {} }, createdAtMs: now, lastSeenAtMs: now, ...more };
}

afterEach(() => {
  vi.useRealTimers();
});

test('a record is there at once, without a promise', () => {
  const store = createMemorySessionStore();
  const kept = record('s', { principalId: 'someone' });
  expect(store.set('s', kept)).toBeUndefined();
  expect(store.get('s')).toEqual(kept);
});

test('maxSessions bounds how many are kept, the longest unused dropped first', () => {
  const store = createMemorySessionStore({ maxSessions: 10 });
  for (let n = 0; n < 100; n++) {
    store.set(`s${n}`, record(`s${n}`));
    store.touch('s0');
  }
  expect(store.sessionCount).toBe(10);
  expect(store.get('s0')).toBeDefined();
  expect(store.get('s90')).toBeUndefined();
  expect(store.get('s91')).toBeDefined();
});

test('maxBytes bounds what is kept', () => {
  const store = createMemorySessionStore({ maxBytes: 100_000 });
  for (let n = 0; n < 100; n++) store.set(`s${n}`, record(`s${n}`, { initialize: { text: 'x'.repeat(5_000) } }));
  expect(store.storedBytes).toBeLessThanOrEqual(100_000);
  expect(store.sessionCount).toBe(9);
  store.set('huge', record('huge', { initialize: { text: 'x'.repeat(100_000) } }));
  expect([store.sessionCount, store.storedBytes]).toEqual([0, 0]);
});

test('a session is kept for maxAgeMs after its last use, however old it is', () => {
  vi.useFakeTimers();
  const store = createMemorySessionStore({ maxAgeMs: 1000 });
  store.set('used', record('used'));
  store.set('unused', record('unused'));
  for (let n = 0; n < 5; n++) {
    vi.advanceTimersByTime(600);
    store.touch('used');
  }
  expect(store.get('used')).toMatchObject({ lastSeenAtMs: Date.now(), createdAtMs: Date.now() - 3000 });
  expect(store.get('unused')).toBeUndefined();
  expect(store.sessionCount).toBe(1);
  vi.advanceTimersByTime(1001);
  store.touch('used');
  expect(store.get('used')).toBeUndefined();
});

test('a limit that is none is refused', () => {
  expect(() => createMemorySessionStore({ maxSessions: 0 })).toThrow('maxSessions must be a positive number');
});

test('what a store holds takes no more memory than it counts', () => {
  const before = heapUsed();
  const store = createMemorySessionStore();
  for (let n = 0; n < 10_000; n++) store.set(`session-${n}`, record(`session-${n}`));
  const taken = heapUsed() - before;
  expect(store.sessionCount).toBe(10_000);
  expect(taken).toBeLessThan(store.storedBytes);
  expect(taken).toBeGreaterThan(store.storedBytes / 5);
});
