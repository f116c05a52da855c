import { ErrorCode, JsonRpcError, type Params, type RequestId } from '@mcpwire/jsonrpc';

/**
 * The error codes that MCP adds to JSON-RPC's. Those of JSON-RPC itself are `ErrorCode` of `@mcpwire/jsonrpc`.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/index#error-codes
 */
export const McpErrorCode = {
  /** HTTP headers and body disagree, or a required header is missing or malformed. 2026-07-28; HTTP 400. */
  HeaderMismatch: -32020,
  /** The request needs a capability that its client did not declare. 2026-07-28; HTTP 400. */
  MissingRequiredClientCapability: -32021,
  /** The server does not speak the version that the request asks for. 2026-07-28; HTTP 400. */
  UnsupportedProtocolVersion: -32022,
  /** No such resource. Up to 2025-11-25 (server/resources "Error Handling"); 2026-07-28 has -32602 instead, and forbids to send this one. */
  ResourceNotFound: -32002,
  /** The user has to visit a URL first. 2025-11-25 only (client/elicitation "URL Elicitation Required Error"). */
  UrlElicitationRequired: -32042,
} as const;

const HTTP_STATUS: Readonly<Record<number, number>> = {
  [McpErrorCode.HeaderMismatch]: 400,
  [McpErrorCode.MissingRequiredClientCapability]: 400,
  [McpErrorCode.UnsupportedProtocolVersion]: 400,
  [ErrorCode.MethodNotFound]: 404,
};

/**
 * The HTTP status that 2026-07-28 demands for an error with this code; undefined where it demands none. It also demands 400 for -32602
 * when a request lacks a required `_meta` field (`readRequestMeta`), but not for other invalid params. Earlier revisions name no status
 * for any code.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#protocol-version-header
 * @see https://modelcontextprotocol.io/specification/2026-07-28/schema#errors
 */
export function httpStatusOf(code: number): number | undefined {
  return HTTP_STATUS[code];
}

/** -32020 to -32099: defined by MCP alone. Whoever else sends one that MCP has not defined breaks a MUST NOT (basic/index "Error Codes"). */
export function isReservedErrorCode(code: number): boolean {
  return Number.isInteger(code) && code <= -32020 && code >= -32099;
}

/**
 * Whether an error shows that its sender speaks a modern revision, so that a client retries there and does not fall back to
 * `initialize`. `httpStatus` is the response's, over HTTP: an unknown method counts as modern with 404 only, since legacy servers
 * answer -32601 too.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#backward-compatibility
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio#backward-compatibility
 */
export function isModernErrorCode(code: number, httpStatus?: number): boolean {
  if (code === ErrorCode.MethodNotFound) return httpStatus === 404;
  return code <= McpErrorCode.HeaderMismatch && code >= McpErrorCode.UnsupportedProtocolVersion;
}

/** -32020: `header`, in the spelling of the specification, is missing, malformed, or differs from the body. */
export function headerMismatch(header: string, why: string, id?: RequestId): JsonRpcError {
  return new JsonRpcError(McpErrorCode.HeaderMismatch, `Header mismatch: ${header} ${why}`, { data: { header }, id });
}

/** -32022, with the versions that the client can choose from. */
export function unsupportedProtocolVersion(requested: string, supported: readonly string[], id?: RequestId): JsonRpcError {
  return new JsonRpcError(McpErrorCode.UnsupportedProtocolVersion, 'Unsupported protocol version', {
    data: { supported: [...supported], requested },
    id,
  });
}

/** -32021, with the capabilities that were missing, shaped as ClientCapabilities: `{ elicitation: {} }`. */
export function missingClientCapability(requiredCapabilities: Params, id?: RequestId): JsonRpcError {
  const names = Object.keys(requiredCapabilities).join(', ');
  return new JsonRpcError(
    McpErrorCode.MissingRequiredClientCapability,
    `This request needs client capabilities that it does not declare: ${names}`,
    {
      data: { requiredCapabilities },
      id,
    },
  );
}

/** The versions that an error -32022 offers; undefined if it is another error, or offers none that can be read. */
export function supportedVersionsOf(error: { code: number; data?: unknown }): string[] | undefined {
  if (error.code !== McpErrorCode.UnsupportedProtocolVersion) return undefined;
  const { supported } = (error.data ?? {}) as { supported?: unknown };
  if (!Array.isArray(supported)) return undefined;
  return supported.filter((version) => typeof version === 'string');
}
