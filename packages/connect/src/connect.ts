import { type Transport, TransportError } from '@mcpwire/jsonrpc';
import { SSEClientTransport, type SSEClientTransportOptions } from '@mcpwire/transport-sse/client';
import {
  type ReestablishedSession,
  StreamableHTTPClientTransport,
  type StreamableHTTPClientTransportOptions,
} from '@mcpwire/transport-streamable-http/client';
import type { Decision } from './decision.js';
import { FallbackTransport } from './fallback-transport.js';
import { type ParsedTarget, parseTarget, type Target } from './target.js';

export interface ConnectOptions {
  /** Sent with every HTTP request: `{ authorization: 'Bearer …' }`. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Gives the token of each HTTP request, and is told when it was refused. See the transports' own option. */
  authProvider?: StreamableHTTPClientTransportOptions['authProvider'];
  /** Used for every HTTP request instead of this runtime's own client. */
  fetch?: typeof fetch | undefined;
  /**
   * More for the Streamable HTTP transport alone. Two defaults differ from its own: `reestablish` is true and `terminateOnCloseMs` 2,000, as
   * revisions with sessions ask of a client.
   */
  streamableHttp?: StreamableHTTPClientTransportOptions | undefined;
  /** More for the HTTP+SSE transport alone. */
  sse?: SSEClientTransportOptions | undefined;
  /**
   * The server had lost the session (HTTP 404), and a new one was begun in its stead: what the old one knew, subscriptions for one, is gone.
   * `onerror` of the transport, or of the peer over it, is told too.
   */
  onsessionreestablished?: ((session: ReestablishedSession) => void) | undefined;
  /** Told once which transport is used and why: at once if the target says it, otherwise when the server has answered. */
  ondecision?: ((decision: Decision) => void) | undefined;
}

/** How long `close` waits for a server to end the session. */
const TERMINATE_MS = 2_000;

/**
 * Makes the transport that a URL asks for. It is not started: an SDK's `client.connect(transport)` does that, or `negotiate`.
 * For commands too, import `connect` from `@mcpwire/connect/node`.
 *
 * @throws TypeError for a target that can't be understood, or one that is a command
 */
export function connect(target: Target, options: ConnectOptions = {}): Transport {
  const parsed = parseTarget(target);
  if (parsed.kind === 'command') {
    throw new TypeError(
      `${JSON.stringify(parsed.command)} is a command. Import connect from '@mcpwire/connect/node' to start one, or write the URL with its scheme.`,
    );
  }
  return connectToUrl(parsed, options);
}

export function connectToUrl({ url, transport }: ParsedTarget & { kind: 'url' }, options: ConnectOptions): Transport {
  const common = {
    ...(options.authProvider && { authProvider: options.authProvider }),
    ...(options.fetch && { fetch: options.fetch }),
    ...(options.headers && { requestInit: { headers: { ...options.headers } } }),
  };
  const createStreamableHttp = (): Transport => {
    const defaults = { reestablish: true, terminateOnCloseMs: TERMINATE_MS };
    const created = new StreamableHTTPClientTransport(url, { ...defaults, ...common, ...options.streamableHttp });
    created.onsessionreestablished = (session) => {
      created.onerror?.(sessionReplaced(session));
      options.onsessionreestablished?.(session);
    };
    return created;
  };
  const createSse = (): Transport => new SSEClientTransport(url, { ...common, ...options.sse });
  const { ondecision } = options;
  if (transport === undefined) return new FallbackTransport({ streamableHttp: createStreamableHttp(), createSse, ondecision });
  ondecision?.({ transport, because: 'target', reason: `The target's scheme says so.` });
  return transport === 'sse' ? createSse() : createStreamableHttp();
}

function sessionReplaced({ lostSessionId, sessionId }: ReestablishedSession): TransportError {
  return new TransportError(
    'session-lost',
    'The server no longer knew the session (HTTP 404). A new one was begun, which knows nothing of it.',
    {
      details: { status: 404, lostSessionId, sessionId },
    },
  );
}
