import { eraOf, REVISIONS, type Revision } from '@mcpwire/protocol';
import type { TransportKind } from '../connection.js';

export const EVERY: readonly Revision[] = REVISIONS;
export const LEGACY: readonly Revision[] = REVISIONS.filter((revision) => eraOf(revision) === 'legacy');
export const MODERN: readonly Revision[] = REVISIONS.filter((revision) => eraOf(revision) === 'modern');
/** Legacy revisions with Streamable HTTP, and so with sessions and streams that are resumed. */
export const SESSIONS: readonly Revision[] = LEGACY.filter((revision) => revision !== '2024-11-05');

export const BOTH: readonly TransportKind[] = ['stdio', 'streamable-http'];
export const STDIO: readonly TransportKind[] = ['stdio'];
export const HTTP: readonly TransportKind[] = ['streamable-http'];
