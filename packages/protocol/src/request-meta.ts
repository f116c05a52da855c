import { ErrorCode, JsonRpcError, type JsonRpcRequest, type Params } from '@mcpwire/jsonrpc';
import { MetaKey } from './meta.js';

/** Name and version of a piece of software (`Implementation` in the schema; more members are allowed). */
export interface Implementation {
  name: string;
  version: string;
  [key: string]: unknown;
}

export type LogLevel = 'debug' | 'info' | 'notice' | 'warning' | 'error' | 'critical' | 'alert' | 'emergency';

/** Least severe first (RFC 5424, section 6.2.1, the other way round). */
export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

/** What every request of 2026-07-28 says of its client. */
export interface RequestMeta {
  protocolVersion: string;
  clientCapabilities: Params;
  clientInfo?: Implementation | undefined;
  logLevel?: LogLevel | undefined;
  progressToken?: string | number | undefined;
}

/**
 * Whether `params` claims to be a request of the modern era, well-formed or not: that is what a server that serves both eras decides
 * by.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning#backward-compatibility-with-initialization-based-versions
 */
export function hasRequestMeta(params: Params | undefined): boolean {
  const meta = params?._meta;
  return isObject(meta) && Object.hasOwn(meta, MetaKey.ProtocolVersion);
}

/**
 * Reads the per-request fields of `_meta`. The version is not looked up: whether the server speaks it is another question, with another
 * error (-32022).
 *
 * @returns the fields, or -32602 (HTTP 400) with the request's id, naming each required field that is missing in `data.missing`, or one
 *   that has the wrong type in `data.invalid`.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/index#meta
 */
export function readRequestMeta(request: JsonRpcRequest): RequestMeta | JsonRpcError {
  const meta = request.params?._meta;
  if (meta !== undefined && !isObject(meta)) return invalid('_meta', 'an object', request);
  const own = (key: string): unknown => (meta && Object.hasOwn(meta, key) ? meta[key] : undefined);
  const protocolVersion = own(MetaKey.ProtocolVersion);
  const clientCapabilities = own(MetaKey.ClientCapabilities);
  const clientInfo = own(MetaKey.ClientInfo);
  const logLevel = own(MetaKey.LogLevel);
  const progressToken = own(MetaKey.ProgressToken);

  const missing: string[] = [];
  if (protocolVersion === undefined) missing.push(MetaKey.ProtocolVersion);
  if (clientCapabilities === undefined) missing.push(MetaKey.ClientCapabilities);
  if (missing.length > 0) {
    const message = `Invalid params: the request's _meta lacks ${missing.join(' and ')}, which protocol version 2026-07-28 requires`;
    return new JsonRpcError(ErrorCode.InvalidParams, message, { data: { missing }, id: request.id });
  }
  if (typeof protocolVersion !== 'string') return invalid(MetaKey.ProtocolVersion, 'a string', request);
  if (!isObject(clientCapabilities)) return invalid(MetaKey.ClientCapabilities, 'an object', request);
  if (clientInfo !== undefined && !isImplementation(clientInfo)) {
    return invalid(MetaKey.ClientInfo, 'an object with a name and a version', request);
  }
  if (logLevel !== undefined && !isLogLevel(logLevel)) return invalid(MetaKey.LogLevel, `one of ${LOG_LEVELS.join(', ')}`, request);
  if (progressToken !== undefined && typeof progressToken !== 'string' && typeof progressToken !== 'number') {
    return invalid(MetaKey.ProgressToken, 'a string or a number', request);
  }
  return { protocolVersion, clientCapabilities, clientInfo, logLevel, progressToken };
}

/** The request with these fields in its `_meta`, as a new object. What its `_meta` already has stays as it is. */
export function withRequestMeta(request: JsonRpcRequest, meta: RequestMeta): JsonRpcRequest {
  const { protocolVersion, clientCapabilities, clientInfo, logLevel, progressToken } = meta;
  const own = request.params?._meta;
  const _meta = {
    [MetaKey.ProtocolVersion]: protocolVersion,
    ...(clientInfo && { [MetaKey.ClientInfo]: clientInfo }),
    [MetaKey.ClientCapabilities]: clientCapabilities,
    ...(logLevel && { [MetaKey.LogLevel]: logLevel }),
    ...(progressToken !== undefined && { [MetaKey.ProgressToken]: progressToken }),
    ...(isObject(own) && own),
  };
  return { ...request, params: { ...request.params, _meta } };
}

function invalid(key: string, type: string, request: JsonRpcRequest): JsonRpcError {
  const message = `Invalid params: ${key} must be ${type}`;
  return new JsonRpcError(ErrorCode.InvalidParams, message, { data: { invalid: key }, id: request.id });
}

function isImplementation(value: unknown): value is Implementation {
  return isObject(value) && typeof value.name === 'string' && typeof value.version === 'string';
}

function isLogLevel(value: unknown): value is LogLevel {
  return (LOG_LEVELS as readonly unknown[]).includes(value);
}

function isObject(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
