import type { HttpRequest, HttpResponse } from '@mcpwire/http';
import { ErrorCode, isJsonRpcError, JsonRpcError, type Parsed } from '@mcpwire/jsonrpc';
import { HeaderName, isSessionId } from '@mcpwire/protocol';
import type { LegacyContext } from '../server/handler-options.js';
import { checkAccept } from '../server/read-post.js';
import { Refusal, refuse, refuseInvalid } from '../server/refusal.js';
import { isThenable } from '../server/thenable.js';
import { toError } from '../server/thrown.js';
import { refuseUnknownSession } from './handshake.js';
import { SessionTransport } from './session.js';
import type { SessionSettings } from './session-options.js';
import { SessionRegistry } from './session-registry.js';
import type { SessionStore } from './session-store.js';

export interface SessionsOptions {
  onsession: (transport: SessionTransport, context: LegacyContext) => unknown;
  sessionIdGenerator?: (() => string) | undefined;
  maxSessions?: number | undefined;
  sessionIdleMs?: number | undefined;
  sessionStore?: SessionStore | undefined;
  /** Never throws. */
  onerror: (error: Error) => void;
}

const DEFAULT_MAX_SESSIONS = 10_000;
const DEFAULT_SESSION_IDLE_MS = 30 * 60_000;
/** A longer id is none of ours: no store need look for it. */
const MAX_SESSION_ID_LENGTH = 4_096;
/** How long a server may take to answer the handshake of a session that is brought back. */
const RESTORE_MS = 30_000;
/** How often a session store is told that a session is in use, and asked whether it still has it: at least eight times in `sessionIdleMs`. */
const MAX_STORE_TOUCH_MS = 60_000;

/** The sessions of one endpoint: opens them, finds them, brings them back from a store, and gives them up. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #settings: SessionSettings;
  readonly #registry: SessionRegistry;
  /** Sessions that are being brought back, by their ids and who asks, so that two requests do not do it twice. */
  readonly #restoring = new Map<string, Promise<SessionTransport | undefined>>();
  /** When the store was last told of each session that it has. */
  readonly #toldAt = new WeakMap<SessionTransport, number>();
  /** Sessions that are over for good: what the store is being told of them is out of date. */
  readonly #lost = new WeakSet<SessionTransport>();
  readonly #storeTouchMs: number;
  #isClosing = false;
  #onquiet: ((session: SessionTransport) => void) | undefined;

  constructor(options: SessionsOptions, settings: SessionSettings) {
    const { maxSessions = DEFAULT_MAX_SESSIONS, sessionIdleMs = DEFAULT_SESSION_IDLE_MS, sessionStore } = options;
    if (!(maxSessions > 0)) throw new RangeError(`maxSessions must be a positive number, not ${maxSessions}`);
    if (!(sessionIdleMs > 0)) throw new RangeError(`sessionIdleMs must be a positive number, not ${sessionIdleMs}`);
    this.#options = options;
    this.#storeTouchMs = Math.min(MAX_STORE_TOUCH_MS, sessionIdleMs / 8);
    this.#settings = {
      ...settings,
      onend: (session, isLost) => this.#onend(session, isLost),
      onquiet: (session) => this.#onquiet?.(session),
      ...(sessionStore && { onestablished: (session: SessionTransport) => this.#keep(session, sessionStore) }),
    };
    this.#registry = new SessionRegistry({
      maxSessions,
      sessionIdleMs,
      // With a store, a session that is given up here is not lost.
      onevict: (session) => session.end({ kind: 'closed' }, sessionStore === undefined),
    });
  }

  get size(): number {
    return this.#registry.size;
  }

  get(sessionId: string): SessionTransport | undefined {
    return this.#registry.get(sessionId);
  }

  [Symbol.iterator](): Iterator<SessionTransport> {
    return this.#registry.values();
  }

  /** What `SessionTransport.hold` says of a POST whose body is not read yet; undefined for a session that is not here. */
  hold(request: HttpRequest): Promise<HttpResponse | undefined> | undefined {
    const id = request.headers[HeaderName.SessionId];
    return id === undefined ? undefined : this.#registry.get(id)?.hold(request);
  }

  /** @param parsed what a POST carries */
  serve(request: HttpRequest, parsed?: Parsed): HttpResponse | Promise<HttpResponse> {
    const id = request.headers[HeaderName.SessionId];
    if (this.#isClosing && request.method !== 'DELETE' && isRequestOf(parsed)) return shuttingDown().response;
    if (id === undefined) {
      if (isInitialize(parsed)) return this.#open(request, parsed as Parsed);
      return refuseInvalid(400, 'Invalid request: the header Mcp-Session-Id is missing.');
    }
    if (!isSessionId(id)) return refuseInvalid(400, 'Invalid request: Mcp-Session-Id may hold visible ASCII only.');
    const session = this.#registry.use(id);
    if (session) {
      if (this.#options.sessionStore) this.#tell(session, id, this.#options.sessionStore);
      return session.handle(request, parsed);
    }
    const { sessionStore } = this.#options;
    if (!sessionStore || id.length > MAX_SESSION_ID_LENGTH) return refuseUnknownSession();
    return this.#restore(id, request, sessionStore).then((restored) => restored?.handle(request, parsed) ?? refuseUnknownSession());
  }

  /** Ends the sessions: those that owe an answer when it is given, or after `graceMs`. What a store has of them stays there. */
  close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    const end = (session: SessionTransport): void => session.end({ kind: 'closed' }, this.#options.sessionStore === undefined);
    return new Promise((resolve) => {
      const check = (): void => {
        if (this.#registry.size > 0) return;
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        for (const session of [...this]) end(session);
        check();
      }, graceMs);
      // Who called before waits as well.
      const onquiet = this.#onquiet;
      this.#onquiet = (session) => {
        onquiet?.(session);
        end(session);
        check();
      };
      for (const session of [...this]) {
        if (session.inFlight === 0) end(session);
        else session.endStandalone();
      }
      check();
    });
  }

  #open(request: HttpRequest, parsed: Parsed): HttpResponse | Promise<HttpResponse> {
    // Before a session is made for nothing.
    checkAccept(request);
    if (!this.#registry.makeRoom()) return this.#full().response;
    const { sessionIdGenerator = randomId, onsession } = this.#options;
    const id = sessionIdGenerator();
    if (this.#registry.has(id)) throw new Error('sessionIdGenerator has made the id of a session that is open.');
    const session = new SessionTransport(this.#settings, id);
    this.#registry.add(id, session);
    try {
      const ready = onsession(session, { http: request, principal: request.principal });
      if (!isThenable(ready)) return session.handle(request, parsed);
      return Promise.resolve(ready).then(
        () => {
          if (this.#isClosing) return shuttingDown().response;
          // Nobody would ever know the session's id.
          if (request.isClosed) session.end({ kind: 'peer-gone' }, true);
          return session.handle(request, parsed);
        },
        (error: unknown) => this.#failed(session, error),
      );
    } catch (error) {
      return this.#failed(session, error);
    }
  }

  #restore(id: string, request: HttpRequest, store: SessionStore): Promise<SessionTransport | undefined> {
    const { principal } = request;
    // No id has a space. Whoever may not have the session must not be the one whose answer its owner gets.
    const key = principal === undefined ? id : `${id} ${principal.id}`;
    let restoring = this.#restoring.get(key);
    if (!restoring) {
      restoring = this.#bringBack(id, request, store).finally(() => this.#restoring.delete(key));
      this.#restoring.set(key, restoring);
    }
    return restoring;
  }

  async #bringBack(id: string, request: HttpRequest, store: SessionStore): Promise<SessionTransport | undefined> {
    const record = await store.get(id);
    // `close` has come meanwhile, and would not know of it.
    if (this.#isClosing) throw shuttingDown();
    // Somebody else's is answered like none, and nothing is made for whoever asks.
    if (!record || record.id !== id || record.principalId !== request.principal?.id) return undefined;
    if (!this.#registry.makeRoom()) throw this.#full();
    const session = new SessionTransport(this.#settings, id);
    this.#registry.add(id, session);
    try {
      await this.#options.onsession(session, { http: request, principal: request.principal, restored: record });
      await within(RESTORE_MS, session.restore(record));
      this.#toldAt.set(session, performance.now());
      return session;
    } catch (error) {
      session.end({ kind: 'failed', error: toError(error) }, false);
      throw this.#isClosing ? shuttingDown() : error;
    }
  }

  #keep(session: SessionTransport, store: SessionStore): Promise<void> | undefined {
    const record = session.toRecord();
    if (!record) return undefined;
    return this.#run(async () => {
      await store.set(record.id, record);
      // It has ended meanwhile, and the store may have been told so before.
      if (this.#lost.has(session)) await store.delete(record.id);
      else this.#toldAt.set(session, performance.now());
    });
  }

  /** One that the store had, and has no more, was ended at another node. Nobody waits for the store here: what comes meanwhile is served. */
  #tell(session: SessionTransport, id: string, store: SessionStore): void {
    const now = performance.now();
    const toldAt = this.#toldAt.get(session);
    if (toldAt === undefined || now - toldAt < this.#storeTouchMs) return;
    this.#toldAt.set(session, now);
    void this.#run(async () => {
      if (await store.get(id)) await store.touch?.(id);
      else session.end({ kind: 'peer-gone' }, true);
    });
  }

  #onend(session: SessionTransport, isLost: boolean): void {
    const { sessionId } = session;
    if (sessionId === undefined) return;
    this.#registry.delete(sessionId, session);
    const { sessionStore } = this.#options;
    if (isLost && sessionStore) {
      this.#lost.add(session);
      void this.#run(() => sessionStore.delete(sessionId));
    }
    this.#onquiet?.(session);
  }

  /** A store that fails costs nobody the session. */
  async #run(task: () => void | Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.#options.onerror(toError(error));
    }
  }

  #failed(session: SessionTransport, error: unknown): HttpResponse {
    // By `close`, and so what was to be connected to it could not be.
    if (this.#isClosing && session.closeReason) return shuttingDown().response;
    session.end({ kind: 'failed', error: toError(error) }, true);
    if (isJsonRpcError(error)) return refuse(400, error);
    this.#options.onerror(toError(error));
    return refuseInvalid(500, 'The session could not be opened.', { code: ErrorCode.InternalError });
  }

  #full(): Refusal {
    const why = `Too many sessions: ${this.#registry.size} are open, as many as maxSessions allows, and none is idle. Try again later.`;
    return new Refusal(503, new JsonRpcError(ErrorCode.InternalError, why), { 'retry-after': '10' });
  }
}

function randomId(): string {
  return crypto.randomUUID();
}

function isInitialize(parsed: Parsed | undefined): boolean {
  return parsed !== undefined && !Array.isArray(parsed) && 'method' in parsed && parsed.method === 'initialize' && 'id' in parsed;
}

/** Whether it asks for work to be begun, or a stream to be opened. */
function isRequestOf(parsed: Parsed | undefined): boolean {
  if (parsed === undefined || Array.isArray(parsed)) return true;
  return 'method' in parsed && 'id' in parsed;
}

function shuttingDown(): Refusal {
  return new Refusal(503, new JsonRpcError(ErrorCode.InternalError, 'This server is shutting down.'), { 'retry-after': '1' });
}

/** @throws Error (as a rejection) after so many milliseconds */
async function within(limitMs: number, task: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`The server did not answer the handshake of a restored session within ${limitMs} ms.`)),
      limitMs,
    );
  });
  try {
    await Promise.race([task, late]);
  } finally {
    clearTimeout(timer);
  }
}
