import type { Revision } from '@mcpwire/protocol';
import type { TransportKind } from '../../connection.js';

/** HTTP+SSE is the transport of one revision. */
const SSE_REVISIONS: readonly Revision[] = ['2024-11-05'];

export const SSE_ONLY: { readonly transports: readonly TransportKind[]; readonly revisions: readonly Revision[] } = {
  transports: ['sse'],
  revisions: SSE_REVISIONS,
};
