import { cacheable, STATIC_TTL_MS } from './caching.js';
import type { Call } from './call.js';
import { excerpt, invalidParams } from './errors.js';

/**
 * The page of a list that the request's cursor points at, under the list's own name. A cursor holds all there is to know, so it stays
 * good for as long as the list does, on any connection.
 *
 * @throws JsonRpcError -32602 for a cursor that this list has not given out.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/pagination
 */
export function page(call: Call, name: string, items: readonly object[]): object {
  const { pageSize } = call.session.settings;
  const { cursor } = call.params;
  const start = cursor === undefined ? 0 : parseCursor(cursor, name, items.length, pageSize);
  const end = start + pageSize;
  const nextCursor = end < items.length ? toCursor(name, end) : undefined;
  return cacheable(call, { [name]: items.slice(start, end), ...(nextCursor !== undefined && { nextCursor }) }, STATIC_TTL_MS);
}

function toCursor(name: string, start: number): string {
  return Buffer.from(`${name}:${start}`).toString('base64url');
}

function parseCursor(cursor: unknown, name: string, length: number, pageSize: number): number {
  // There are few enough cursors to look among those that exist; then none that was made up can pass.
  for (let start = pageSize; start < length; start += pageSize) {
    if (cursor === toCursor(name, start)) return start;
  }
  throw invalidParams(`the cursor ${excerpt(cursor)} is not one of ${name}'s. Begin again without a cursor.`);
}
