import { eraOf } from '@mcpwire/protocol';
import type { CheckContext } from '../check.js';
import type { JsonObject } from '../inbox.js';

/**
 * Whether an error, in 2026-07-28, may be how a server of both eras refuses a legacy client over HTTP. It tells the eras apart by the _meta of a
 * request (versioning: backward compatibility); what has none may count as a legacy message, and be refused for lack of a session before
 * anybody looks at what is wrong with it. The legacy revisions have no code for that; servers take one from -32000 on.
 */
export function isLegacyRefusal({ transport, revision, server }: CheckContext, { code }: JsonObject): boolean {
  if (transport !== 'streamable-http' || eraOf(revision) !== 'modern') return false;
  return server.revisions.some((each) => eraOf(each) === 'legacy') && typeof code === 'number' && code <= -32000 && code >= -32019;
}
