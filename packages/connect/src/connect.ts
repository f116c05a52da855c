import type { Transport } from '@mcpwire/jsonrpc';
import { SSEClientTransport, type SSEClientTransportOptions } from '@mcpwire/transport-sse/client';
import { StreamableHTTPClientTransport, type StreamableHTTPClientTransportOptions } from '@mcpwire/transport-streamable-http/client';
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
  /** More for the Streamable HTTP transport alone. */
  streamableHttp?: StreamableHTTPClientTransportOptions | undefined;
  /** More for the HTTP+SSE transport alone. */
  sse?: SSEClientTransportOptions | undefined;
  /** Told once which transport is used and why: at once if the target says it, otherwise when the server has answered. */
  ondecision?: ((decision: Decision) => void) | undefined;
}

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
  const createStreamableHttp = (): Transport => new StreamableHTTPClientTransport(url, { ...common, ...options.streamableHttp });
  const createSse = (): Transport => new SSEClientTransport(url, { ...common, ...options.sse });
  const { ondecision } = options;
  if (transport === undefined) return new FallbackTransport({ streamableHttp: createStreamableHttp(), createSse, ondecision });
  ondecision?.({ transport, because: 'target', reason: `The target's scheme says so.` });
  return transport === 'sse' ? createSse() : createStreamableHttp();
}
