import { describe, expect, test } from 'vitest';
import { type LimitedSession, Sessions } from '../src/sessions.js';

class TestSession implements LimitedSession {
  readonly sessionId: string;
  usedAtMs: number;
  closed = false;

  constructor(sessionId: string, usedAtMs: number) {
    this.sessionId = sessionId;
    this.usedAtMs = usedAtMs;
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

describe('sessions', () => {
  test('that are idle long enough make room, the one that was idle longest first', () => {
    const sessions = new Sessions<TestSession>(2, 100);
    const [old, older] = [new TestSession('a', 10), new TestSession('b', 5)];
    sessions.add(old);
    sessions.add(older);
    expect(sessions.makeRoom(104)).toBe(false);
    expect(sessions.makeRoom(105)).toBe(true);
    expect([old.closed, older.closed]).toEqual([false, true]);
    expect([...sessions.byId.keys()]).toEqual(['a']);
  });

  test('a full server looks through them once, and not for each client that it refuses', () => {
    const sessions = new Sessions<TestSession>(100, 1_000);
    let looks = 0;
    for (let n = 0; n < 100; n++) {
      const session = new TestSession(String(n), n);
      const usedAtMs = (): number => {
        looks++;
        return n;
      };
      Object.defineProperty(session, 'usedAtMs', { get: usedAtMs });
      sessions.add(session);
    }
    for (let now = 100; now < 1_000; now++) expect(sessions.makeRoom(now)).toBe(false);
    expect(looks).toBeLessThan(500);
    expect(sessions.makeRoom(1_000)).toBe(true);
  });

  test('that were used meanwhile are not idle', () => {
    const sessions = new Sessions<TestSession>(1, 100);
    const session = new TestSession('a', 0);
    sessions.add(session);
    expect(sessions.makeRoom(50)).toBe(false);
    session.usedAtMs = 90;
    expect(sessions.makeRoom(150)).toBe(false);
    expect(sessions.makeRoom(190)).toBe(true);
  });

  test('tell when none is left', async () => {
    const sessions = new Sessions<TestSession>(1, 100);
    await sessions.empty();
    const session = new TestSession('a', 0);
    sessions.add(session);
    let empty = false;
    const waiting = sessions.empty().then(() => {
      empty = true;
    });
    await Promise.resolve();
    expect(empty).toBe(false);
    const also = sessions.empty();
    sessions.delete(session);
    await waiting;
    expect(empty).toBe(true);
    // Whoever asked beside it is told as well.
    await also;
  });
});
