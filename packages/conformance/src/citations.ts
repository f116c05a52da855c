import type { Revision } from '@mcpwire/protocol';
import type { Citation } from './outcome.js';
import { loadRequirements, requirementLink, severityOf } from './requirements/index.js';

/** The requirements with these ids, as the revision has them; those that it does not have are left out. */
export function citationsOf(revision: Revision, ids: readonly string[]): Citation[] {
  const { byId } = loadRequirements(revision);
  return ids.flatMap((id) => {
    const row = byId.get(id);
    if (!row) return [];
    const { level, text, page, heading } = row;
    return [{ id, level: severityOf(level), keyword: level, text, page, heading, url: requirementLink(row) }];
  });
}
