import { ErrorCode, JsonRpcError, messageOf } from './errors.js';
import { excerptOf, printable } from './excerpt.js';
import type { JsonRpcMessage, RequestId } from './message.js';

/** How many messages a batch may hold, unless told otherwise. */
export const DEFAULT_MAX_BATCH_LENGTH: number = 1024;

/**
 * One JSON text, understood: a message, an error to answer with (its `id` set where the text had a readable one), or,
 * for a batch, a list of those. Nothing is thrown.
 */
export type Parsed = JsonRpcMessage | JsonRpcError | Array<JsonRpcMessage | JsonRpcError>;

/**
 * Parses one JSON text: one `JSON.parse` and a look at five members. Payloads are not validated.
 *
 * @param maxBatchLength a longer batch is one JsonRpcError -32600: of its elements each may be an error to answer, many times its size
 * @returns the message as parsed, not copied; or a JsonRpcError: -32700 when the text is not JSON, -32600 when the JSON
 *   is no message. A batch (JSON-RPC 2.0 section 6; in MCP only revision 2025-03-26) gives an array, never an empty one.
 */
export function parse(text: string, maxBatchLength: number = DEFAULT_MAX_BATCH_LENGTH): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    // The engine's sentence quotes the text. V8's error object holds all of the text besides, so it is not passed on:
    // whoever keeps the error would keep the message.
    return new JsonRpcError(ErrorCode.ParseError, `Parse error: ${printable(excerptOf(messageOf(cause)))}`);
  }
  if (!Array.isArray(value)) return check(value);
  if (value.length === 0) return invalid('an empty batch', undefined);
  if (value.length > maxBatchLength) return invalid(`a batch of ${value.length} messages, over the limit of ${maxBatchLength}`, undefined);
  return value.map(check);
}

/** The same check for a value that was parsed elsewhere: the value itself if it is a message, otherwise a JsonRpcError -32600. */
export function check(value: unknown): JsonRpcMessage | JsonRpcError {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return invalid('not an object', undefined);
  // Reads through the prototype chain are harmless: JSON.parse makes "__proto__" an own member.
  const { jsonrpc, id, method, params, result, error } = value as Record<string, unknown>;
  const readableId = isRequestId(id) ? id : undefined;
  if (jsonrpc !== '2.0') return invalid('"jsonrpc" must be "2.0"', readableId);
  if (method !== undefined) {
    if (typeof method !== 'string') return invalid('"method" must be a string', readableId);
    if (readableId === undefined && 'id' in value) return invalid(ID_RULE, undefined);
    if (result !== undefined || error !== undefined) return invalid('a request has no "result" and no "error"', readableId);
    if (params !== undefined && !isPlainObject(params)) return invalid('"params" must be an object', readableId);
    return value as JsonRpcMessage;
  }
  if (result !== undefined) {
    if (error !== undefined) return invalid('a response has "result" or "error", not both', readableId);
    if (readableId === undefined) return invalid('a result needs the "id" of its request', undefined);
    return value as JsonRpcMessage;
  }
  if (isPlainObject(error)) {
    // An error may lack its id, or have null, when the request's could not be read.
    if (readableId === undefined && id !== undefined && id !== null) return invalid(ID_RULE, undefined);
    if (!Number.isInteger(error.code) || typeof error.message !== 'string') {
      return invalid('"error" must have an integer "code" and a string "message"', readableId);
    }
    return value as JsonRpcMessage;
  }
  return invalid('neither "method", "result" nor "error"', readableId);
}

const ID_RULE = '"id" must be a string or an integer of at most 2^53 - 1';

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRequestId(id: unknown): id is RequestId {
  // Past 2^53 JSON.parse rounds, and the answer would carry another id than the request.
  return typeof id === 'string' || Number.isSafeInteger(id);
}

function invalid(why: string, id: RequestId | undefined): JsonRpcError {
  return new JsonRpcError(ErrorCode.InvalidRequest, `Invalid request: ${why}`, { id });
}
