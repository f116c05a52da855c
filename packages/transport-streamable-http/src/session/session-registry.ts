import type { SessionTransport } from './session.js';

export interface SessionRegistryOptions {
  /** Sessions at once. */
  maxSessions: number;
  /** How long a session that nobody uses is kept. */
  sessionIdleMs: number;
  /** A session is given up: it was idle for too long, or had to make room. */
  onevict: (session: SessionTransport) => void;
}

interface Entry {
  readonly session: SessionTransport;
  /** By `performance.now()`, to the second. */
  usedAt: number;
}

/** A session's place in the order of use is this much behind at most: moving it costs more than finding it. */
const TOUCH_MS = 1_000;
/** How long it is taken for granted that no session is idle, when none was. */
const NONE_IDLE_MS = 1_000;

/**
 * The sessions of one server, in the order of their use, bounded by number and by time. One timer serves all of them; it runs only while
 * there are any, and keeps no process alive.
 *
 * Finding a session costs a Map look-up and a look at the clock.
 */
export class SessionRegistry {
  readonly #options: SessionRegistryOptions;
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #noneIdleUntil = 0;

  constructor(options: SessionRegistryOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The session of this id, which counts as used now. */
  use(id: string): SessionTransport | undefined {
    const entry = this.#entries.get(id);
    if (!entry) return undefined;
    const now = performance.now();
    if (now - entry.usedAt > TOUCH_MS) this.#touch(id, entry, now);
    return entry.session;
  }

  get(id: string): SessionTransport | undefined {
    return this.#entries.get(id)?.session;
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  *values(): Generator<SessionTransport, void, undefined> {
    for (const { session } of this.#entries.values()) yield session;
  }

  /** Call `makeRoom` before. */
  add(id: string, session: SessionTransport): void {
    this.#entries.set(id, { session, usedAt: performance.now() });
    this.#start();
  }

  delete(id: string, session: SessionTransport): void {
    if (this.#entries.get(id)?.session !== session) return;
    this.#entries.delete(id);
    this.#noneIdleUntil = 0;
    if (this.#entries.size === 0) this.#stop();
  }

  /** Gives up the session that was unused for longest, if it takes that. @returns false when there is no room, and no idle session */
  makeRoom(): boolean {
    if (this.#entries.size < this.#options.maxSessions) return true;
    const now = performance.now();
    if (now < this.#noneIdleUntil) return false;
    // No further than once around: what is moved to the end comes again.
    let left = this.#entries.size;
    for (const [id, entry] of this.#entries) {
      if (left-- === 0) break;
      if (entry.session.isIdle) {
        this.#evict(id, entry);
        return true;
      }
      // In use at this very moment, whenever its last request was.
      this.#touch(id, entry, now);
    }
    // To ask thousands of sessions for each client that is refused would make refusing dear.
    this.#noneIdleUntil = now + NONE_IDLE_MS;
    return false;
  }

  #touch(id: string, entry: Entry, now: number): void {
    entry.usedAt = now;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
  }

  #evict(id: string, entry: Entry): void {
    this.#entries.delete(id);
    if (this.#entries.size === 0) this.#stop();
    this.#options.onevict(entry.session);
  }

  #sweep(): void {
    const now = performance.now();
    const { sessionIdleMs } = this.#options;
    for (const [id, entry] of this.#entries) {
      if (now - entry.usedAt < sessionIdleMs) return;
      if (entry.session.isIdle) this.#evict(id, entry);
      else this.#touch(id, entry, now);
    }
  }

  #start(): void {
    const { sessionIdleMs } = this.#options;
    if (this.#timer !== undefined || sessionIdleMs === Number.POSITIVE_INFINITY) return;
    this.#timer = setInterval(() => this.#sweep(), Math.min(Math.max(sessionIdleMs / 8, 20), 60_000));
    if (typeof this.#timer === 'object') this.#timer.unref();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
