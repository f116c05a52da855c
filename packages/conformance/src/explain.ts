import { REVISIONS } from '@mcpwire/protocol';
import type { Check } from './check.js';
import { checks } from './checks/index.js';
import { citationsOf } from './citations.js';
import { clientChecks } from './client/checks/index.js';
import { loadRequirements, requirementLink } from './requirements/index.js';
import type { Selectable } from './select.js';

/** What can be explained: both sides' checks. */
type Explained = Selectable & Pick<Check, 'remedy' | 'spec' | 'needs'>;
const all: readonly Explained[] = [...checks, ...clientChecks];

/** Ids with their levels and titles, a line each. */
export function listChecks(selected: readonly Selectable[]): string {
  const width = Math.max(0, ...selected.map(({ id }) => id.length));
  return selected.map(({ id, level, title }) => `${id.padEnd(width)}  ${level.padEnd(6)}  ${title}\n`).join('');
}

/** A check, or a requirement, with all about it; undefined if there is neither with this id. */
export function explain(id: string): string | undefined {
  const check = all.find((each) => each.id === id);
  return check ? explainCheck(check) : explainRequirement(id);
}

/** Ids of checks and requirements that have this in them, or a part of it: a few, those first that are most alike. */
export function idsNear(text: string): string[] {
  const ids = [...all.map(({ id }) => id), ...new Set(REVISIONS.flatMap((revision) => [...loadRequirements(revision).byId.keys()]))];
  const words = text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  return ids
    .map((id) => ({ id, hits: words.filter((word) => id.includes(word)).length }))
    .filter(({ hits }) => hits > 0)
    .sort((a, b) => b.hits - a.hits || a.id.length - b.id.length)
    .slice(0, 5)
    .map(({ id }) => id);
}

function explainRequirement(id: string): string | undefined {
  const rows = REVISIONS.flatMap((revision) => loadRequirements(revision).byId.get(id) ?? []);
  const newest = rows.at(-1);
  if (!newest) return undefined;
  const judging = all.filter(({ spec }) => spec.includes(id));
  const lines = [
    `${id} (${newest.sides.join(' and ')})`,
    newest.text,
    '',
    ...rows.map((row) => `${row.revision}  ${row.level.padEnd(10)}  ${requirementLink(row)}`),
    '',
    ...judging.map((check) => `judged by ${check.id}: ${check.title}`),
    ...Object.entries(newest.notObservable).map(([side, why]) => `not judged on the ${side}'s side: ${why}`),
  ];
  return `${lines.join('\n')}\n`;
}

function explainCheck({ id, level, title, remedy, transports, revisions, needs = [], spec }: Explained): string {
  const lines = [
    `${id} (${level})`,
    `${title}.`,
    '',
    `transports  ${transports.join(', ')}`,
    `revisions   ${revisions.join(', ')}`,
    ...(needs.length > 0 ? [`needs       ${needs.join(', ')}`] : []),
    `to do       ${remedy}`,
    '',
  ];
  const seen = new Set<string>();
  for (const revision of [...revisions].reverse()) {
    for (const { id: requirement, level: keyword, text, url } of citationsOf(revision, spec)) {
      if (seen.has(requirement)) continue;
      seen.add(requirement);
      lines.push(`${requirement} (${keyword}, ${revision})`, `  ${text}`, `  ${url}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
