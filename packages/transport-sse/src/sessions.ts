/** What the limits need to know of a session. */
export interface LimitedSession {
  readonly sessionId: string;
  /** When it last posted something, or was opened: milliseconds of `performance.now()`. */
  usedAtMs: number;
  close(): Promise<void>;
}

/** Open sessions by their ids, and no more of them than `maxSessions`. */
export class Sessions<T extends LimitedSession> {
  readonly byId: Map<string, T> = new Map();
  readonly #maxSessions: number;
  readonly #idleMs: number;
  #onempty: (() => void)[] = [];
  /** Before this time no session is idle long enough: nobody need look. */
  #noneIdleUntilMs = Number.NEGATIVE_INFINITY;

  constructor(maxSessions: number, idleMs: number) {
    if (!(maxSessions >= 1)) throw new RangeError(`maxSessions must be one or more, not ${maxSessions}`);
    if (!(idleMs >= 0)) throw new RangeError(`sessionIdleMs must be zero or more, not ${idleMs}`);
    this.#maxSessions = maxSessions;
    this.#idleMs = idleMs;
  }

  /** Whether one more fits. Where it is full, the session that was idle longest makes room, if it was idle long enough. */
  makeRoom(now: number = performance.now()): boolean {
    if (this.byId.size < this.#maxSessions) return true;
    if (now < this.#noneIdleUntilMs) return false;
    let oldest: T | undefined;
    for (const session of this.byId.values()) if (!oldest || session.usedAtMs < oldest.usedAtMs) oldest = session;
    if (!oldest) return true;
    if (now - oldest.usedAtMs < this.#idleMs) {
      // Sessions are only ever used later, so a server that is full looks through them once, and not for every client it refuses.
      this.#noneIdleUntilMs = oldest.usedAtMs + this.#idleMs;
      return false;
    }
    this.delete(oldest);
    void oldest.close();
    return true;
  }

  add(session: T): void {
    this.byId.set(session.sessionId, session);
  }

  delete(session: T): void {
    if (this.byId.get(session.sessionId) === session) this.byId.delete(session.sessionId);
    if (this.byId.size > 0) return;
    for (const resolve of this.#onempty.splice(0)) resolve();
  }

  /** Resolves when there is none. */
  empty(): Promise<void> {
    if (this.byId.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onempty.push(resolve);
    });
  }
}
