import type { Place, Requirement } from './requirement.js';

const SITE = 'https://modelcontextprotocol.io/specification';

/** The address of the heading that a requirement stands under; with `place`, of another one that says the same (`row.also`). */
export function requirementLink(row: Requirement, place: Place = row): string {
  // A folder's index page is served under the folder's name.
  return `${SITE}/${row.revision}/${place.page.replace(/\/index$/, '')}${place.heading && `#${place.heading}`}`;
}
