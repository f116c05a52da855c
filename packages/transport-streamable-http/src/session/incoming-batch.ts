import type { HttpResponse } from '@mcpwire/http';
import { isJsonRpcError, isRequest, type JsonRpcError, type JsonRpcMessage, type RequestId } from '@mcpwire/jsonrpc';
import { refuseInvalid } from '../server/refusal.js';

/** A batch, taken apart. */
export interface IncomingBatch {
  /** In their order, without what is none. */
  readonly messages: readonly JsonRpcMessage[];
  /** The ids of the requests. */
  readonly ids: readonly RequestId[];
  /** What is no message is answered with these. */
  readonly errors: readonly JsonRpcError[];
}

export const IN_USE = 'Invalid request: the id is in use by a request that is not answered yet.';

/**
 * Takes a batch of 2025-03-26 apart, or says what is wrong with all of it.
 * @param isInUse whether a request with this id is in flight
 * @see https://modelcontextprotocol.io/specification/2025-03-26/basic/lifecycle#initialization
 */
export function readBatch(
  batch: ReadonlyArray<JsonRpcMessage | JsonRpcError>,
  isInUse: (id: RequestId) => boolean,
): IncomingBatch | HttpResponse {
  const messages: JsonRpcMessage[] = [];
  const errors: JsonRpcError[] = [];
  const ids = new Set<RequestId>();
  for (const element of batch) {
    if (isJsonRpcError(element)) errors.push(element);
    else {
      messages.push(element);
      if (!isRequest(element)) continue;
      if (element.method === 'initialize') return refuseInvalid(400, 'Invalid request: initialize cannot be in a batch.');
      if (ids.has(element.id) || isInUse(element.id)) return refuseInvalid(400, IN_USE);
      ids.add(element.id);
    }
  }
  if (ids.size > 0 || errors.length === 0) return { messages, ids: [...ids], errors };
  return { ...refuseInvalid(400, ''), body: JSON.stringify(errors.map((error) => error.toResponse())) };
}
