/** A published revision of the protocol, named by its date. */
export type Revision = '2024-11-05' | '2025-03-26' | '2025-06-18' | '2025-11-25' | '2026-07-28';

/**
 * `legacy` revisions open a session with an `initialize` handshake; `modern` ones carry version, identity and capabilities in every
 * request (2026-07-28, basic/versioning, "Terminology").
 */
export type Era = 'legacy' | 'modern';

/** All of them, oldest first. */
export const REVISIONS: readonly Revision[] = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'];
export const LATEST_REVISION: Revision = '2026-07-28';
/** What an `initialize` handshake can agree on at most. */
export const LATEST_LEGACY_REVISION: Revision = '2025-11-25';
/** The first revision of the modern era. */
const FIRST_MODERN_REVISION: Revision = '2026-07-28';
/**
 * What a legacy server takes a request for that has no `MCP-Protocol-Version` header and no session to tell (2025-06-18 and 2025-11-25,
 * basic/transports, "Protocol Version Header"). A modern server may do so only if it serves clients older than 2025-06-18.
 */
export const ASSUMED_REVISION: Revision = '2025-03-26';

/** What a revision has. Each member names the pages it was read from, under `specification/<revision>/`. */
export interface RevisionFeatures {
  readonly era: Era;
  /** The HTTP transport it defines: 2024-11-05 basic/transports "HTTP with SSE", from 2025-03-26 "Streamable HTTP". */
  readonly httpTransport: 'http-sse' | 'streamable-http';
  /** An `initialize` request and `notifications/initialized` come first: basic/lifecycle "Initialization"; gone by 2026-07-28 changelog, 2. */
  readonly initialize: boolean;
  /** `Mcp-Session-Id`, and DELETE to end a session: basic/transports "Session Management"; gone by 2026-07-28 changelog, 1. */
  readonly sessions: boolean;
  /** JSON-RPC batches must be accepted: 2025-03-26 basic/index "Batching"; gone by 2025-06-18 changelog, 1. */
  readonly batches: boolean;
  /** GET opens a stream for what the server has to say by itself: basic/transports "Listening for Messages from the Server". */
  readonly getStream: boolean;
  /** Event ids, and `Last-Event-ID` to go on after one: basic/transports "Resumability and Redelivery"; gone by 2026-07-28 changelog, 9. */
  readonly resumption: boolean;
  /**
   * A stream begins with an event that has an id and empty data, and a server that closes a connection before its stream is over
   * sends `retry` first: 2025-11-25 basic/transports "Sending Messages to the Server", 6.
   */
  readonly primingEvent: boolean;
  /**
   * When a client sends `MCP-Protocol-Version`: basic/transports "Protocol Version Header" from 2025-06-18, on all requests after
   * `initialize`; 2026-07-28 basic/transports/streamable-http "Protocol Version Header", on every POST.
   */
  readonly versionHeader: 'never' | 'after-initialize' | 'always';
  /** `Mcp-Method`, `Mcp-Name` and `Mcp-Param-*`: 2026-07-28 basic/transports/streamable-http "Request Metadata". */
  readonly metadataHeaders: boolean;
  /** Version and capabilities in every request's `_meta`: 2026-07-28 basic/index "`_meta`", per-request protocol fields. */
  readonly requestMeta: boolean;
  /** `server/discover`: 2026-07-28 server/discover. */
  readonly discover: boolean;
  /** `subscriptions/listen`: 2026-07-28 basic/patterns/subscriptions. */
  readonly listen: boolean;
  /** The server sends requests of its own, and the client posts responses; gone by 2026-07-28 basic/transports/index "Messages". */
  readonly serverRequests: boolean;
  /** Closing a request's stream cancels it: 2026-07-28 basic/patterns/cancellation "Transport-Specific Cancellation". Before, it must not. */
  readonly cancelByClosing: boolean;
  /** Results say their `resultType`: 2026-07-28 basic/index "ResultType". */
  readonly resultType: boolean;
  /**
   * The status that an invalid `Origin` must get: 2025-11-25 basic/transports "Security Warning", 1; 2026-07-28
   * basic/transports/streamable-http "Security & Endpoint", 1. Earlier revisions demand the check, and leave the status open.
   */
  readonly originStatus: 403 | undefined;
}

const november2024: RevisionFeatures = {
  era: 'legacy',
  httpTransport: 'http-sse',
  initialize: true,
  sessions: false,
  batches: false,
  getStream: false,
  resumption: false,
  primingEvent: false,
  versionHeader: 'never',
  metadataHeaders: false,
  requestMeta: false,
  discover: false,
  listen: false,
  serverRequests: true,
  cancelByClosing: false,
  resultType: false,
  originStatus: undefined,
};
const march2025: RevisionFeatures = {
  ...november2024,
  httpTransport: 'streamable-http',
  sessions: true,
  batches: true,
  getStream: true,
  resumption: true,
};
const june2025: RevisionFeatures = { ...march2025, batches: false, versionHeader: 'after-initialize' };
const november2025: RevisionFeatures = { ...june2025, primingEvent: true, originStatus: 403 };
const july2026: RevisionFeatures = {
  ...november2025,
  era: 'modern',
  initialize: false,
  sessions: false,
  getStream: false,
  resumption: false,
  primingEvent: false,
  versionHeader: 'always',
  metadataHeaders: true,
  requestMeta: true,
  discover: true,
  listen: true,
  serverRequests: false,
  cancelByClosing: true,
  resultType: true,
};

/** The table: what each revision has. */
export const REVISION_FEATURES: Readonly<Record<Revision, RevisionFeatures>> = {
  '2024-11-05': november2024,
  '2025-03-26': march2025,
  '2025-06-18': june2025,
  '2025-11-25': november2025,
  '2026-07-28': july2026,
};

export function isRevision(value: unknown): value is Revision {
  return typeof value === 'string' && Object.hasOwn(REVISION_FEATURES, value);
}

/**
 * The era of a version string, also of one that is not published yet: `2026-07-28` and later are modern. Undefined for what is no
 * date at all.
 */
export function eraOf(version: string): Era | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(version)) return undefined;
  return version < FIRST_MODERN_REVISION ? 'legacy' : 'modern';
}
