/**
 * JSON-RPC 2.0 messages as the Model Context Protocol uses them: ids are strings or integers, never null, and `params`
 * is an object. Types are loose where the protocol's payloads begin, so that the official SDK's messages fit both ways.
 *
 * @see https://www.jsonrpc.org/specification
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic#messages
 */

/** A request's id: a string or an integer. */
export type RequestId = string | number;

/** The members of `params` or `result`; what they hold is the method's own business. */
export interface Params {
  [key: string]: unknown;
}

/** Expects exactly one response with the same id. */
export interface JsonRpcRequest {
  jsonrpc: '2.0';
  id: RequestId;
  method: string;
  params?: Params | undefined;
}

/** Expects no response and must never get one. */
export interface JsonRpcNotification {
  jsonrpc: '2.0';
  method: string;
  params?: Params | undefined;
}

/** The answer to a request that succeeded. */
export interface JsonRpcResultResponse {
  jsonrpc: '2.0';
  id: RequestId;
  /** An object in MCP; JSON-RPC itself allows any value, and so does `parse`. */
  result: unknown;
}

/** The `error` member of a response. */
export interface JsonRpcErrorObject {
  /** An integer; see `ErrorCode` for those with a meaning of their own. */
  code: number;
  message: string;
  data?: unknown;
}

/** The answer to a request that failed. The id is absent when the request was too malformed to read one. */
export interface JsonRpcErrorResponse {
  jsonrpc: '2.0';
  id?: RequestId | undefined;
  error: JsonRpcErrorObject;
}

export type JsonRpcResponse = JsonRpcResultResponse | JsonRpcErrorResponse;
export type JsonRpcMessage = JsonRpcRequest | JsonRpcNotification | JsonRpcResponse;

/*
 * The guards tell the members of `JsonRpcMessage` apart; whether an unknown value is one at all is `parse`'s question.
 * They look at one or two members, so they cost a few nanoseconds.
 */

export function isRequest(message: JsonRpcMessage): message is JsonRpcRequest {
  return 'method' in message && 'id' in message;
}

export function isNotification(message: JsonRpcMessage): message is JsonRpcNotification {
  return 'method' in message && !('id' in message);
}

export function isResponse(message: JsonRpcMessage): message is JsonRpcResponse {
  return !('method' in message);
}

export function isResultResponse(message: JsonRpcMessage): message is JsonRpcResultResponse {
  return 'result' in message && !('method' in message);
}

export function isErrorResponse(message: JsonRpcMessage): message is JsonRpcErrorResponse {
  return 'error' in message && !('method' in message);
}
