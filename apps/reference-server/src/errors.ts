import { ErrorCode, JsonRpcError } from '@mcpwire/jsonrpc';
import { offeredRevisions } from './revision.js';

/**
 * Error codes of the protocol itself, beyond those of JSON-RPC.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic#error-codes
 */
export const McpErrorCode = {
  /** 2025-11-25 and earlier; later revisions use -32602. */
  ResourceNotFound: -32002,
  MissingRequiredClientCapability: -32021,
  UnsupportedProtocolVersion: -32022,
} as const;

/** What a request is refused with whose params do not fit its method. */
export function invalidParams(message: string, data?: unknown): JsonRpcError {
  return new JsonRpcError(ErrorCode.InvalidParams, `Invalid params: ${message}`, { data });
}

/**
 * The request names a revision in its `_meta` that no request can be served by.
 */
export function unsupportedProtocolVersion(requested: string): JsonRpcError {
  const supported = [...offeredRevisions];
  return new JsonRpcError(
    McpErrorCode.UnsupportedProtocolVersion,
    `Unsupported protocol version: ${excerpt(requested)}. Supported: ${supported.join(', ')}`,
    {
      data: { supported, requested },
    },
  );
}

/** Serving the request takes a capability that the client did not declare in it. */
export function missingClientCapability(what: string, requiredCapabilities: object): JsonRpcError {
  return new JsonRpcError(McpErrorCode.MissingRequiredClientCapability, `Missing required client capability: ${what}`, {
    data: { requiredCapabilities },
  });
}

/** A value of the other side as it may stand in a message: quoted, and never longer than 100 characters. */
export function excerpt(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 100 ? text : `${text.slice(0, 100)}… (${text.length} characters)`;
}
