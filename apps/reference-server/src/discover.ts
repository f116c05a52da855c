import { cacheable, STATIC_TTL_MS } from './caching.js';
import type { Call } from './call.js';
import { capabilities, instructions } from './identity.js';
import { offeredRevisions } from './revision.js';

/**
 * Answers `server/discover`. Who the server is stands in every result's `_meta`.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/server/discover
 */
export function discover(call: Call): object {
  const supportedVersions = [...offeredRevisions];
  return cacheable(
    call,
    { supportedVersions, capabilities: capabilities(call.revision, call.session.settings.catalogue), instructions },
    STATIC_TTL_MS,
  );
}
