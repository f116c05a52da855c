import type { Call } from './call.js';

/** How long what never changes may be kept: an hour. */
export const STATIC_TTL_MS: number = 3_600_000;

/**
 * Adds the hint that modern revisions demand on what may be cached. Nothing here depends on who asks.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/caching
 */
export function cacheable<Result extends object>(call: Call, result: Result, ttlMs: number): Result {
  return call.revision.modern ? { ...result, ttlMs, cacheScope: 'public' } : result;
}
