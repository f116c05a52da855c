import type { HttpHandler, HttpRequest, OriginGuardOptions, Principal } from '@mcpwire/http';
import type { Transport } from '@mcpwire/jsonrpc';
import type { SessionTransport } from '../session/session.js';
import type { SessionOptions } from '../session/session-options.js';
import type { SessionRecord, SessionStore } from '../session/session-store.js';
import type { StatelessContext } from './stateless-context.js';
import type { StatelessOptions } from './stateless-settings.js';
import type { SubscriptionsOptions } from './subscriptions.js';

/** What is known of whoever opens a session, or of a legacy request that is served by itself. */
export interface LegacyContext {
  /** The request that opens the session, or brings it back. */
  readonly http: HttpRequest;
  /** Who sent it, where the endpoint is behind `authenticated`. */
  readonly principal: Principal | undefined;
  /** Set where the session was opened elsewhere, or before a restart: what is kept of it. Its handshake is repeated behind `onsession`. */
  readonly restored?: SessionRecord | undefined;
}

export interface StreamableHTTPHandlerOptions
  extends Omit<
      SessionOptions,
      'sessionId' | 'oninitialize' | 'onestablished' | 'ondelete' | 'onend' | 'onquiet' | 'streams' | 'endsWhenAnswered'
    >,
    OriginGuardOptions {
  /**
   * A client opens a session (revisions up to 2025-11-25): connect a server to the transport. Its messages are handed over when what this
   * returns is done. What is thrown is answered with 500 and goes to `onerror`.
   */
  onsession?: ((transport: SessionTransport, context: LegacyContext) => unknown) | undefined;
  /**
   * A request is served by itself: connect a server to the transport, which closes behind the answer. Every request of 2026-07-28, whose
   * context has `meta`; and those of the revisions before, where there is no `onsession`.
   */
  onrequest?: ((transport: Transport, context: StatelessContext | LegacyContext) => unknown) | undefined;
  /** Requests to other paths are answered with 404. Default: whatever comes is served. */
  path?: string | undefined;
  /** Revisions of both eras that are spoken. Default: all that are published. */
  supportedProtocolVersions?: readonly string[] | undefined;
  /** Sessions at once. For one more, the one that is idle for longest is closed; none idle: 503. Default 10,000. */
  maxSessions?: number | undefined;
  /** A session without a request or an open stream for this long is closed. Default 30 min. */
  sessionIdleMs?: number | undefined;
  /** Keeps sessions beyond this process. A session that is closed only because it was idle, or for room, can then be gone on with. */
  sessionStore?: SessionStore | undefined;
  /**
   * What requests of 2026-07-28 are served by, beside `onrequest`; or a handler that serves them instead, with the body in
   * `request.parsedBody`. The official SDK's is one: `fromFetchHandler(createMcpHandler(factory).fetch)` of `@mcpwire/http/web`.
   */
  modern?: HttpHandler | Pick<StatelessOptions, 'inputSchemaOf' | 'maxLearnedTools' | 'onnotification'> | undefined;
  /** Serves `subscriptions/listen` (2026-07-28) from a bus: `true` for one within this process. Default: it goes to `onrequest`. */
  subscriptions?: boolean | (Omit<SubscriptionsOptions, 'bus'> & Partial<Pick<SubscriptionsOptions, 'bus'>>) | undefined;
  /** Told what goes wrong on this side. What concerns one session goes to its transport's `onerror`. Default: console.error. */
  onerror?: ((error: Error) => void) | undefined;
}
