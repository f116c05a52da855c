import { isNode, LineCounter, parseDocument } from 'yaml';
import { countProblems } from './count.js';
import { checkShape, type PlaceInFile, type Problem, type RequirementInFile, type RequirementsFile } from './file.js';
import type { Party, Place, Requirement, Requirements } from './requirement.js';

/**
 * Reads a requirements file's text.
 *
 * @param name the file's name, for errors
 * @throws Error that lists every problem with its line: unknown or missing keys, wrong values, an id used twice, a side with neither checks
 * nor a reason, keywords of a page that the rows do not add up to.
 */
export function parseRequirements(text: string, name: string): Requirements {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  const lineOf = (offset: number) => lineCounter.linePos(offset).line;
  if (document.errors.length > 0) {
    throw new Error(document.errors.map(({ message }) => `${name}: ${message}`).join('\n'));
  }

  const shape = checkShape(document.toJS());
  const problems = 'problems' in shape ? shape.problems : [...rowProblems(shape.file), ...countProblems(shape.file)];
  if (problems.length === 0 && 'file' in shape) return toRequirements(shape.file);

  const lines = problems.map(({ path, what }) => {
    const node = document.getIn(path, true);
    const line = isNode(node) && node.range ? `:${lineOf(node.range[0])}` : '';
    const id = path[0] === 'requirements' && typeof path[1] === 'number' ? document.getIn(['requirements', path[1], 'id']) : undefined;
    return `${name}${line}: ${typeof id === 'string' ? `${id}: ` : ''}${what}`;
  });
  throw new Error(lines.join('\n'));
}

/** What the schema cannot say of the rows. */
function rowProblems({ pages, requirements }: RequirementsFile): Problem[] {
  const problems: Problem[] = [];
  const ids = new Set<string>();
  for (const [index, row] of requirements.entries()) {
    const add = (key: keyof RequirementInFile, what: string) => problems.push({ path: ['requirements', index, key], what });
    if (ids.has(row.id)) add('id', 'this id is used twice');
    ids.add(row.id);
    if (row.plain && row.covers !== undefined) add('covers', 'what is said without a keyword covers none: leave out covers or plain');
    for (const { page } of [row, ...(row.also ?? [])]) if (!Object.hasOwn(pages, page)) add('page', `${page} is not under pages`);
    for (const party of ['server', 'client'] as const) checkParty(row, party, add);
  }
  return problems;
}

/** That a side has checks or a reason, and who is no side of the row has neither. */
function checkParty(row: RequirementInFile, party: Party, add: (key: keyof RequirementInFile, what: string) => void): void {
  const { side, 'not-observable': reasons } = row;
  const checks = checksOf(row, party);
  const reason = reasonOf(row, party);
  if (side !== 'both' && side !== party) {
    if (checks.length > 0) add('checks', `${checks.join(', ')}: no check for a ${party} belongs to a ${side}'s requirement`);
    if (typeof reasons === 'object' && reason !== undefined) add('not-observable', `the requirement is the ${side}'s, not the ${party}'s`);
  } else if (checks.length === 0 && reason === undefined) {
    add('checks', `give a check for the ${party}, or say under not-observable why there is none`);
  } else if (checks.length > 0 && reason !== undefined) {
    const remedy = side === 'both' && typeof reasons === 'string' ? 'say for which side it cannot' : 'leave out one of the two';
    add('not-observable', `the ${party} has checks (${checks.join(', ')}), so it can be observed: ${remedy}`);
  }
}

function checksOf({ checks = [] }: RequirementInFile, party: Party): string[] {
  return checks.filter((id) => id.startsWith('client/') === (party === 'client'));
}

function reasonOf({ 'not-observable': reason }: RequirementInFile, party: Party): string | undefined {
  return typeof reason === 'string' ? reason : reason?.[party];
}

function toRequirements({ revision, pages, requirements }: RequirementsFile): Requirements {
  const rows = requirements.map((row): Requirement => {
    const { id, level, text, side, transports, plain = false, also = [] } = row;
    const sides: readonly Party[] = side === 'both' ? ['server', 'client'] : [side];
    const reasons = sides.map((party) => [party, reasonOf(row, party)] as const).filter(([, reason]) => reason !== undefined);
    return {
      id,
      revision,
      level,
      text,
      ...toPlace(row),
      ...(plain && { covers: 0 }),
      sides,
      transports,
      plain,
      also: also.map(toPlace),
      serverChecks: checksOf(row, 'server'),
      clientChecks: checksOf(row, 'client'),
      notObservable: Object.fromEntries(reasons),
    };
  });
  return {
    revision,
    pages: new Map(Object.entries(pages).map(([page, { keywords, elsewhere = [] }]) => [page, { keywords, elsewhere }])),
    rows,
    byId: new Map(rows.map((row) => [row.id, row])),
  };
}

function toPlace({ page, heading = '', covers = 1 }: PlaceInFile): Place {
  return { page, heading, covers };
}
