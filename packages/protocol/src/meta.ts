import { LATEST_REVISION, type Revision } from './revisions.js';

/**
 * The keys of `_meta` that the specification itself defines. Each has the revisions that do.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/index#meta
 */
export const MetaKey = {
  /** Asks for progress notifications (all revisions; basic/utilities/progress, in 2026-07-28 basic/patterns/progress). */
  ProgressToken: 'progressToken',
  /** The version of a request; required (2026-07-28). */
  ProtocolVersion: 'io.modelcontextprotocol/protocolVersion',
  /** What the client can do for this request; required (2026-07-28). */
  ClientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  /** Who sends a request; self-reported (2026-07-28). */
  ClientInfo: 'io.modelcontextprotocol/clientInfo',
  /** Who sends a result; self-reported (2026-07-28). */
  ServerInfo: 'io.modelcontextprotocol/serverInfo',
  /** The least level of `notifications/message` for a request, without which there are none (2026-07-28, server/utilities/logging). */
  LogLevel: 'io.modelcontextprotocol/logLevel',
  /** The id of the `subscriptions/listen` request that a message belongs to (2026-07-28, basic/patterns/subscriptions). */
  SubscriptionId: 'io.modelcontextprotocol/subscriptionId',
  /** The task that a message belongs to (2025-11-25, basic/utilities/tasks). */
  RelatedTask: 'io.modelcontextprotocol/related-task',
  /** What to tell the model while a task runs (2025-11-25, basic/utilities/tasks). */
  ModelImmediateResponse: 'io.modelcontextprotocol/model-immediate-response',
  /** W3C Trace Context and Baggage (2026-07-28, basic/index "`_meta`", OpenTelemetry trace context). */
  TraceParent: 'traceparent',
  TraceState: 'tracestate',
  Baggage: 'baggage',
} as const;

/** A key of `_meta`, in its two parts: `com.example/name`. */
export interface ParsedMetaKey {
  /** Without its slash; undefined if the key has none. */
  readonly prefix: string | undefined;
  /** May be empty. */
  readonly name: string;
}

const PREFIX = /^[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/;
const NAME = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?$/;

/**
 * Takes a key apart, or returns undefined if it breaks the naming rules, which are the same since 2025-06-18: an optional prefix of
 * labels with dots between and a slash behind, then a name. Letters are those of ASCII.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/index#meta
 */
export function parseMetaKey(key: string): ParsedMetaKey | undefined {
  const slash = key.indexOf('/');
  const prefix = slash === -1 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  if (prefix !== undefined && !PREFIX.test(prefix)) return undefined;
  return NAME.test(name) ? { prefix, name } : undefined;
}

/**
 * Whether MCP has reserved this key, so that nobody else may give it a meaning.
 *
 * - from 2025-11-25: prefixes whose second label is `modelcontextprotocol` or `mcp`: `io.modelcontextprotocol/`, `com.mcp.tools/`;
 * - 2025-06-18: prefixes that have one of the two with a label behind it: `modelcontextprotocol.io/`, `tools.mcp.com/`;
 * - before: none;
 * - and without a prefix, `progressToken`, and in 2026-07-28 the keys of trace context.
 */
export function isReservedMetaKey(key: string, revision: Revision = LATEST_REVISION): boolean {
  const parsed = parseMetaKey(key);
  if (!parsed) return false;
  if (parsed.prefix === undefined) {
    if (key === MetaKey.ProgressToken) return true;
    return revision >= '2026-07-28' && (key === MetaKey.TraceParent || key === MetaKey.TraceState || key === MetaKey.Baggage);
  }
  const labels = parsed.prefix.split('.');
  if (revision >= '2025-11-25') return isReservedLabel(labels[1]);
  return revision === '2025-06-18' && labels.slice(0, -1).some(isReservedLabel);
}

function isReservedLabel(label: string | undefined): boolean {
  return label === 'modelcontextprotocol' || label === 'mcp';
}
