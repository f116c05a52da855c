import type { HttpRequest } from '@mcpwire/http';
import type { JsonRpcNotification } from '@mcpwire/jsonrpc';
import { eraOf, REVISION_FEATURES, REVISIONS } from '@mcpwire/protocol';
import type { ReplyMode } from './reply.js';
import type { RequestTransport } from './request-transport.js';
import type { StatelessContext } from './stateless-context.js';
import type { StreamSettings } from './stream-settings.js';
import { Subscriptions, type SubscriptionsOptions } from './subscriptions.js';
import { ToolHeaders } from './tool-headers.js';

/**
 * Serves one request: connect a server or a `Peer` to the transport, which delivers that request once it is started, and ends with its
 * answer. What is thrown, or rejected with, is answered: a `JsonRpcError` as it is, anything else with -32603 and 500.
 */
export type OnRequest = (transport: RequestTransport, context: StatelessContext) => unknown;

export interface StatelessOptions {
  onrequest: OnRequest;
  /** Modern revisions that are served; others get -32022. Default: all that are published. */
  protocolVersions?: readonly string[] | undefined;
  /** Default `auto`. */
  replyMode?: ReplyMode | undefined;
  /**
   * Where the `inputSchema` of a tool comes from, by which the `Mcp-Param-*` headers of its calls are checked. By default schemas are
   * learned from the `tools/list` results that are sent, for each principal.
   */
  inputSchemaOf?: ((toolName: string, context: StatelessContext) => unknown) | undefined;
  /** Tools with such headers that are remembered; the one unused for longest is forgotten. Default 10,000. */
  maxLearnedTools?: number | undefined;
  /** Serves `subscriptions/listen` here. Without it, that goes to `onrequest` like any other request. */
  subscriptions?: SubscriptionsOptions | undefined;
  /** Told of notifications that a client posts. The core of 2026-07-28 has none over HTTP; extensions may. Default: accepted, ignored. */
  onnotification?: ((notification: JsonRpcNotification, request: HttpRequest) => void) | undefined;
  /** Told what went wrong on this side. */
  onerror?: ((error: Error) => void) | undefined;
}

/** What all modern requests of one endpoint share. */
export interface StatelessSettings {
  readonly onrequest: OnRequest;
  readonly onnotification: ((notification: JsonRpcNotification, request: HttpRequest) => void) | undefined;
  readonly protocolVersions: readonly string[];
  /** What -32022 offers to choose from: with legacy revisions, where the endpoint serves those too. */
  readonly offeredVersions: readonly string[];
  readonly replyMode: ReplyMode;
  readonly streams: StreamSettings;
  readonly toolHeaders: ToolHeaders<StatelessContext>;
  readonly subscriptions: Subscriptions | undefined;
  readonly onerror: (error: Error) => void;
}

/**
 * Fills in the defaults: once for an endpoint, not for each request.
 *
 * @param legacyVersions that the endpoint serves besides, to be offered to a client whose version is not served
 */
export function toStatelessSettings(
  options: StatelessOptions,
  streams: StreamSettings,
  legacyVersions: readonly string[] = [],
): StatelessSettings {
  const { onrequest, onnotification, inputSchemaOf, maxLearnedTools, replyMode = 'auto' } = options;
  const protocolVersions = options.protocolVersions ?? REVISIONS.filter((revision) => REVISION_FEATURES[revision].era === 'modern');
  if (protocolVersions.length === 0) throw new RangeError('protocolVersions must name at least one revision');
  for (const version of protocolVersions) {
    if (eraOf(version) !== 'modern')
      throw new RangeError(`protocolVersions may name modern revisions only, not ${JSON.stringify(version)}`);
  }
  const onerror = (error: Error): void => {
    try {
      options.onerror?.(error);
    } catch {
      // A broken log must not cost the client its answer.
    }
  };
  return {
    onrequest,
    onnotification,
    protocolVersions,
    offeredVersions: [...protocolVersions, ...legacyVersions].sort().reverse(),
    replyMode,
    streams,
    toolHeaders: new ToolHeaders({ inputSchemaOf, maxLearnedTools, onerror }),
    subscriptions: options.subscriptions && new Subscriptions(options.subscriptions, streams, onerror),
    onerror,
  };
}
