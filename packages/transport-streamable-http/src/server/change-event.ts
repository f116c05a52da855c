import type { Params } from '@mcpwire/jsonrpc';

/**
 * Something a server offers has changed. This is all that a `subscriptions/listen` stream may carry. The shape is that of the official
 * SDK's `ServerEvent` (v2), so that one bus serves both.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions#notification-filter
 */
export type ChangeEvent = (
  | { readonly kind: 'tools_list_changed' }
  | { readonly kind: 'prompts_list_changed' }
  | { readonly kind: 'resources_list_changed' }
  | { readonly kind: 'resource_updated'; readonly uri: string }
) & {
  /** Passed on in the notification. */
  readonly params?: Params | undefined;
};

export type ChangeKind = ChangeEvent['kind'];

/** The notification that tells of each kind of change. */
export const CHANGE_METHODS: Readonly<Record<ChangeKind, string>> = {
  tools_list_changed: 'notifications/tools/list_changed',
  prompts_list_changed: 'notifications/prompts/list_changed',
  resources_list_changed: 'notifications/resources/list_changed',
  resource_updated: 'notifications/resources/updated',
};

const KINDS: ReadonlyMap<string, ChangeKind> = new Map(
  (Object.keys(CHANGE_METHODS) as ChangeKind[]).map((kind) => [CHANGE_METHODS[kind], kind]),
);

/** Whether notifications of this method belong on a `subscriptions/listen` stream, and on no other. */
export function isChangeMethod(method: string): boolean {
  return KINDS.has(method);
}

/** The event that a notification tells of; undefined for any other notification, and for an update without a URI. */
export function toChangeEvent(method: string, params: Params | undefined): ChangeEvent | undefined {
  const kind = KINDS.get(method);
  if (kind === undefined) return undefined;
  const event = { kind, ...(kind === 'resource_updated' && { uri: params?.uri }), ...(params && { params }) };
  return isChangeEvent(event) ? event : undefined;
}

/** Whether a value is an event. A bus may carry what other processes wrote. */
export function isChangeEvent(value: unknown): value is ChangeEvent {
  if (!isObject(value)) return false;
  const { kind, uri, params } = value;
  if (typeof kind !== 'string' || !Object.hasOwn(CHANGE_METHODS, kind)) return false;
  if (kind === 'resource_updated' && typeof uri !== 'string') return false;
  return params === undefined || isObject(params);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
