import type { Params } from '@mcpwire/jsonrpc';

/** What another process needs to know to go on with a session: plain JSON. */
export interface SessionRecord {
  readonly id: string;
  /** Who opened it (`Principal.id`); nobody else may use it. Absent where requests are not authenticated. */
  readonly principalId?: string | undefined;
  /** The revision that was agreed on. */
  readonly protocolVersion: string;
  /** The `params` of the client's `initialize` request: its capabilities, its name and version. */
  readonly initialize: Params;
  /** Milliseconds since 1970. */
  readonly createdAtMs: number;
  /** Milliseconds since 1970. */
  readonly lastSeenAtMs: number;
}

/**
 * Keeps the sessions of a server, so that one survives a restart, or goes on at another node. Each method may return its value at once or
 * a promise.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management
 */
export interface SessionStore {
  /** The session's record, a copy; undefined where there is none, or none any more: a session that was kept, and is not any more, is over. */
  get(id: string): SessionRecord | undefined | Promise<SessionRecord | undefined>;
  /** Keeps a copy of the record in place of the one before. */
  set(id: string, record: SessionRecord): void | Promise<void>;
  /** Forgets the session. One that is not there is no error. */
  delete(id: string): void | Promise<void>;
  /** The session was used now: sets `lastSeenAtMs`. One that is not there is no error, and is not made. */
  touch?(id: string): void | Promise<void>;
}
