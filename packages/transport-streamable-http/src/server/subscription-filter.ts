import { ErrorCode, JsonRpcError, type JsonRpcRequest } from '@mcpwire/jsonrpc';

/**
 * Which changes a client wants to hear of, or a server agrees to tell.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions#notification-filter
 */
export interface SubscriptionFilter {
  toolsListChanged?: boolean | undefined;
  promptsListChanged?: boolean | undefined;
  resourcesListChanged?: boolean | undefined;
  /** The URIs whose updates are wanted, exactly as they are told. */
  resourceSubscriptions?: readonly string[] | undefined;
}

const LISTS = ['toolsListChanged', 'promptsListChanged', 'resourcesListChanged'] as const;

/**
 * Reads the filter of a `subscriptions/listen` request: what it really asks for, each URI once.
 *
 * @param maxUris how many resources it may name
 * @returns the filter, or -32602 with the request's id
 */
export function parseSubscriptionFilter({ id, params }: JsonRpcRequest, maxUris: number): SubscriptionFilter | JsonRpcError {
  const invalid = (why: string): JsonRpcError => new JsonRpcError(ErrorCode.InvalidParams, `Invalid params: ${why}`, { id });
  const requested = params?.notifications;
  if (!isObject(requested)) return invalid('"notifications" must be an object: the changes to hear of');
  const filter: SubscriptionFilter = {};
  for (const list of LISTS) {
    const value = requested[list];
    if (value !== undefined && typeof value !== 'boolean') return invalid(`"notifications.${list}" must be a boolean`);
    if (value) filter[list] = true;
  }
  const { resourceSubscriptions: uris } = requested;
  if (uris === undefined) return filter;
  if (!Array.isArray(uris) || !uris.every((uri) => typeof uri === 'string')) {
    return invalid('"notifications.resourceSubscriptions" must be an array of strings');
  }
  if (uris.length > maxUris) {
    return invalid(`"notifications.resourceSubscriptions" names ${uris.length} resources, and maxResourcesPerSubscription is ${maxUris}`);
  }
  if (uris.length > 0) filter.resourceSubscriptions = [...new Set<string>(uris)];
  return filter;
}

/** What of `honoured` was asked for: a server must not send what a client has not requested, whatever it offers. */
export function intersect(requested: SubscriptionFilter, honoured: SubscriptionFilter): SubscriptionFilter {
  const both: SubscriptionFilter = {};
  for (const list of LISTS) if (requested[list] && honoured[list]) both[list] = true;
  const { resourceSubscriptions: asked } = requested;
  const { resourceSubscriptions: agreed } = honoured;
  if (asked && agreed) {
    const offered = new Set(agreed);
    const uris = asked.filter((uri) => offered.has(uri));
    if (uris.length > 0) both.resourceSubscriptions = uris;
  }
  return both;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
