import { eraOf, REVISIONS, type Revision } from '@mcpwire/protocol';
import type { TransportKind } from '../connection.js';

/** Where checks apply. */
export const EVERY_REVISION: readonly Revision[] = REVISIONS;
export const LEGACY: readonly Revision[] = REVISIONS.filter((revision) => eraOf(revision) === 'legacy');
export const MODERN: readonly Revision[] = REVISIONS.filter((revision) => eraOf(revision) === 'modern');

export const EVERY_TRANSPORT: readonly TransportKind[] = ['stdio', 'streamable-http', 'sse'];

/** `revision` and all after it. */
export function since(revision: Revision): readonly Revision[] {
  return REVISIONS.slice(REVISIONS.indexOf(revision));
}
