import { checkLimits } from './limits.js';
import { type Linked, LinkedList } from './linked-list.js';
import type { SessionRecord, SessionStore } from './session-store.js';

/** Past each of them the sessions that were used longest ago are dropped. `Infinity` is no limit. */
export interface MemorySessionStoreOptions {
  /** Default 10,000. */
  maxSessions?: number | undefined;
  /** How long after its last use, by `lastSeenAtMs`, a session is kept. Default 30 minutes. */
  maxAgeMs?: number | undefined;
  /** Memory for the records, counted at two bytes a character and a fixed sum for each. Default 64 MiB. */
  maxBytes?: number | undefined;
}

/** A session store whose every method works at once. */
export interface MemorySessionStore extends SessionStore {
  get(id: string): SessionRecord | undefined;
  set(id: string, record: SessionRecord): void;
  delete(id: string): void;
  touch(id: string): void;
  readonly sessionCount: number;
  /** What `maxBytes` bounds. */
  readonly storedBytes: number;
}

/** What a session takes beside its text. Measured on Node 20, rounded up. */
const SESSION_BYTES = 384;

/**
 * Keeps sessions in this process: for several servers in one process, and for tests. `set`, `touch` and `delete` cost constant time.
 * @throws RangeError for a limit that is not positive
 */
export function createMemorySessionStore(options: MemorySessionStoreOptions = {}): MemorySessionStore {
  return new Store(options);
}

interface StoredSession extends Linked<StoredSession> {
  readonly id: string;
  /** As JSON: a record that somebody changes afterwards is not changed here. */
  readonly text: string;
  readonly bytes: number;
  lastSeenAtMs: number;
}

class Store implements MemorySessionStore {
  readonly #maxSessions: number;
  readonly #maxAgeMs: number;
  readonly #maxBytes: number;
  readonly #byId = new Map<string, StoredSession>();
  /** Longest unused first. */
  readonly #order = new LinkedList<StoredSession>();
  #bytes = 0;

  constructor({ maxSessions = 10_000, maxAgeMs = 30 * 60_000, maxBytes = 64 * 1024 * 1024 }: MemorySessionStoreOptions) {
    checkLimits({ maxSessions, maxAgeMs, maxBytes });
    this.#maxSessions = maxSessions;
    this.#maxAgeMs = maxAgeMs;
    this.#maxBytes = maxBytes;
  }

  get sessionCount(): number {
    return this.#order.length;
  }

  get storedBytes(): number {
    return this.#bytes;
  }

  get(id: string): SessionRecord | undefined {
    this.#trim();
    const session = this.#byId.get(id);
    if (!session || this.#isOld(session)) return undefined;
    return { ...(JSON.parse(session.text) as SessionRecord), lastSeenAtMs: session.lastSeenAtMs };
  }

  set(id: string, record: SessionRecord): void {
    this.delete(id);
    const text = JSON.stringify(record);
    const bytes = SESSION_BYTES + 2 * (id.length + text.length);
    const session: StoredSession = { id, text, bytes, lastSeenAtMs: record.lastSeenAtMs, previous: undefined, next: undefined };
    this.#byId.set(id, session);
    this.#order.append(session);
    this.#bytes += bytes;
    this.#trim();
  }

  delete(id: string): void {
    const session = this.#byId.get(id);
    if (!session) return;
    this.#byId.delete(id);
    this.#order.remove(session);
    this.#bytes -= session.bytes;
  }

  touch(id: string): void {
    const session = this.#byId.get(id);
    if (!session || this.#isOld(session)) return;
    session.lastSeenAtMs = Date.now();
    this.#order.remove(session);
    this.#order.append(session);
  }

  #isOld(session: StoredSession): boolean {
    return session.lastSeenAtMs < Date.now() - this.#maxAgeMs;
  }

  #trim(): void {
    for (let session = this.#order.first; session; session = this.#order.first) {
      if (this.#order.length <= this.#maxSessions && this.#bytes <= this.#maxBytes && !this.#isOld(session)) break;
      this.delete(session.id);
    }
  }
}
