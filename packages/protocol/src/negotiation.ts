import { eraOf } from './revisions.js';

/**
 * The version a server answers `initialize` with: the requested one if it supports it, otherwise the newest legacy one it does. A modern
 * version is never agreed on this way, since it has no handshake. Undefined if `supported` has no legacy version: the server then
 * rejects `initialize`, and names in its error what it does support.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/lifecycle#version-negotiation
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning#backward-compatibility-with-initialization-based-versions
 */
export function negotiateInitialize(requested: unknown, supported: readonly string[]): string | undefined {
  const legacy = supported.filter((version) => eraOf(version) === 'legacy');
  return legacy.find((version) => version === requested) ?? newest(legacy);
}

/**
 * The newest version that both sides support, whatever order they list them in; undefined if there is none. For what a server lists in
 * `server/discover` or in the error -32022.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning#protocol-version-negotiation
 */
export function newestCommonVersion(ours: readonly string[], theirs: readonly string[]): string | undefined {
  return newest(ours.filter((version) => theirs.includes(version)));
}

/** Versions are dates, so the newest is the greatest; anything else is older than any date. */
function newest(versions: readonly string[]): string | undefined {
  const rank = (version: string): string => (eraOf(version) === undefined ? '' : version);
  return versions.reduce<string | undefined>(
    (best, version) => (best === undefined || rank(version) > rank(best) ? version : best),
    undefined,
  );
}
