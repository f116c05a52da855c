import type { Params } from '@mcpwire/jsonrpc';
import { excerpt, invalidParams, unsupportedProtocolVersion } from './errors.js';
import { isLogLevel, LOG_LEVELS } from './log-level.js';
import { isObject } from './params.js';
import { modernRevisions, type Revision } from './revision.js';

/**
 * The reserved keys of `_meta`.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic#meta
 */
export const MetaKey = {
  ProtocolVersion: 'io.modelcontextprotocol/protocolVersion',
  ClientInfo: 'io.modelcontextprotocol/clientInfo',
  ClientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  LogLevel: 'io.modelcontextprotocol/logLevel',
  ServerInfo: 'io.modelcontextprotocol/serverInfo',
  SubscriptionId: 'io.modelcontextprotocol/subscriptionId',
} as const;

/** What a modern request says of itself in its `_meta`. */
export interface Envelope {
  readonly revision: Revision;
  readonly clientCapabilities: Params;
}

/** Whether a request is a modern one: its `_meta` names the revision that it speaks. */
export function isModern(params: Params): boolean {
  const { _meta: meta } = params;
  return isObject(meta) && MetaKey.ProtocolVersion in meta;
}

/**
 * Reads the envelope of a modern request.
 *
 * @throws JsonRpcError -32022 for a revision that is not served; -32602 for a field that is missing or malformed. The revision is
 * looked at first: what the others must be depends on it.
 */
export function parseEnvelope(params: Params): Envelope {
  const meta = isObject(params._meta) ? params._meta : {};
  const version = meta[MetaKey.ProtocolVersion];
  if (typeof version !== 'string') throw malformed(MetaKey.ProtocolVersion, 'must be a string', version);
  const revision = modernRevisions.get(version);
  if (!revision) throw unsupportedProtocolVersion(version);

  const clientCapabilities = meta[MetaKey.ClientCapabilities];
  if (!isObject(clientCapabilities)) throw malformed(MetaKey.ClientCapabilities, 'must be an object', clientCapabilities);
  const clientInfo = meta[MetaKey.ClientInfo];
  if (clientInfo !== undefined && !isImplementation(clientInfo))
    throw malformed(MetaKey.ClientInfo, 'must have a name and a version', clientInfo);
  const logLevel = meta[MetaKey.LogLevel];
  if (logLevel !== undefined && !isLogLevel(logLevel))
    throw malformed(MetaKey.LogLevel, `must be one of ${LOG_LEVELS.join(', ')}`, logLevel);
  return { revision, clientCapabilities };
}

/** Whether a value names a piece of software, as `clientInfo` must. */
export function isImplementation(value: unknown): boolean {
  return isObject(value) && typeof value.name === 'string' && typeof value.version === 'string';
}

function malformed(key: string, rule: string, value: unknown): Error {
  return invalidParams(`_meta["${key}"] ${rule}, and is ${value === undefined ? 'missing' : excerpt(value)}`);
}
