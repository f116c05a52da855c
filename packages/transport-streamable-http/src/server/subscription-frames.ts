import type { JsonRpcResultResponse, Params, RequestId } from '@mcpwire/jsonrpc';
import { type Implementation, MetaKey } from '@mcpwire/protocol';
import { CHANGE_METHODS, type ChangeEvent } from './change-event.js';
import { toEvent } from './event-writer.js';
import type { SubscriptionFilter } from './subscription-filter.js';

/*
 * What a `subscriptions/listen` stream says, as text. Each message carries the subscription's id, which is that of the request that opened
 * the stream: 2026-07-28, basic/patterns/subscriptions, "Receiving Notifications".
 */

/** The first message of a stream: what the server agreed to tell. */
export function encodeAcknowledgement(id: RequestId, notifications: SubscriptionFilter): string {
  const params = { _meta: { [MetaKey.SubscriptionId]: id }, notifications };
  return toEvent(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params }));
}

/** The last message of a stream that the server ends in good order. */
export function toListenResult(id: RequestId, serverInfo: Implementation | undefined): JsonRpcResultResponse {
  const _meta = { [MetaKey.SubscriptionId]: id, ...(serverInfo && { [MetaKey.ServerInfo]: serverInfo }) };
  return { jsonrpc: '2.0', id, result: { resultType: 'complete', _meta } };
}

/**
 * Encodes an event for many subscriptions: as JSON once, and then for each id a concatenation; for the same id again, nothing.
 * Clients number their requests from 1, so most ids are the same.
 *
 * @param event plain JSON
 * @returns encodes for the subscription whose id, as JSON, is given
 */
export function createChangeEncoder(event: ChangeEvent): (idJson: string) => string {
  const { kind, params: { _meta, ...rest } = {} as Params } = event;
  if (kind === 'resource_updated') rest.uri = event.uri;
  const meta = typeof _meta === 'object' && _meta !== null ? { ..._meta } : {};
  delete (meta as Params)[MetaKey.SubscriptionId];
  const head = `{"jsonrpc":"2.0","method":"${CHANGE_METHODS[kind]}","params":${open(rest)}"_meta":${open(meta)}"${MetaKey.SubscriptionId}":`;
  let lastId: string | undefined;
  let last = '';
  return (idJson) => {
    if (idJson !== lastId) {
      lastId = idJson;
      last = toEvent(`${head}${idJson}}}}`);
    }
    return last;
  };
}

/** An object as JSON that another member can be put behind. */
function open(members: object): string {
  const json = JSON.stringify(members);
  return json === '{}' ? '{' : `${json.slice(0, -1)},`;
}
