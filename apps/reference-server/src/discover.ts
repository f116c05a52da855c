import { cacheable, STATIC_TTL_MS } from './caching.js';
import type { Call } from './call.js';
import { capabilities, instructions } from './identity.js';
import { modernRevisions } from './revision.js';

/**
 * Answers `server/discover`. Who the server is stands in every result's `_meta`.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/server/discover
 */
export function discover(call: Call): object {
  const supportedVersions = [...modernRevisions.keys()];
  return cacheable(call, { supportedVersions, capabilities: capabilities(call.revision), instructions }, STATIC_TTL_MS);
}
