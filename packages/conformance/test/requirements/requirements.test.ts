import { readFileSync } from 'node:fs';
import { REVISIONS } from '@mcpwire/protocol';
import { describe, expect, test } from 'vitest';
import { withChecks } from '../../scripts/requirements-checks.js';
import { toDocument } from '../../scripts/requirements-table.js';
import { checks } from '../../src/index.js';
import { loadRequirements, type Requirement, requirementLink, severityOf } from '../../src/requirements/index.js';

const catalogues = REVISIONS.map(loadRequirements);
const rows = catalogues.flatMap((catalogue) => catalogue.rows);
const read = (file: string): string => readFileSync(new URL(`../../requirements/${file}`, import.meta.url), 'utf8');

/** Every id, with what is said of it in all revisions that have it. */
function across<T>(what: (row: Requirement) => T): Map<string, Set<T>> {
  const said = new Map<string, Set<T>>();
  for (const row of rows) said.set(row.id, (said.get(row.id) ?? new Set()).add(what(row)));
  return said;
}

describe('the catalogue', () => {
  test('has each revision, from the file of its name', () => {
    expect(catalogues.map(({ revision }) => revision)).toEqual(REVISIONS);
    for (const { revision, rows: own, byId } of catalogues) {
      expect(own.length).toBeGreaterThan(80);
      expect(byId.size).toBe(own.length);
      expect(new Set(own.map((row) => row.revision))).toEqual(new Set([revision]));
    }
  });

  test('ids are frozen: checks, reports and baselines refer to them', async () => {
    const lines = [...across(({ revision }) => revision)].map(([id, revisions]) => `${id}: ${[...revisions].join(' ')}\n`);
    await expect(lines.sort().join('')).toMatchFileSnapshot('./ids.txt');
  });

  test('an id means the same in every revision: the same text, and the same side has to do it', () => {
    for (const what of [({ text }: Requirement) => text, ({ sides }: Requirement) => sides.join()]) {
      expect([...across(what)].filter(([, said]) => said.size > 1)).toEqual([]);
    }
  });

  test('two rows never ask for the same in the same words', () => {
    const texts = [...across(({ text }) => text)].flatMap(([id, said]) => [...said].map((text) => [text, id] as const));
    expect(texts.filter(([text, id]) => texts.some(([other, otherId]) => other === text && otherId !== id))).toEqual([]);
  });

  test('each text is one sentence that stands alone', () => {
    for (const { id, text } of rows) {
      expect(text, id).toMatch(/^[A-Z][^\n]*\.$/);
      expect(text, id).not.toMatch(/[.!?] [A-Z]/);
      expect(text, id).not.toMatch(/^(This|That|These|Those|It|They|Such) /);
    }
  });

  test('every row of a server is judged by checks, or says why nobody can', () => {
    for (const { id, sides, serverChecks, notObservable } of rows) {
      expect(serverChecks.length > 0 || notObservable.server !== undefined, id).toBe(sides.includes('server'));
    }
  });

  test('each transport has rows of its own in the revisions that have it, and no others', () => {
    for (const { revision, rows: own } of catalogues) {
      const transports = new Set(own.filter(({ page }) => page.includes('transports')).flatMap((row) => row.transports ?? []));
      const named = revision === '2024-11-05' ? ['stdio', 'sse'] : ['stdio', 'streamable-http'];
      // 2026-07-28 has two rows about giving HTTP+SSE up.
      if (revision === '2026-07-28') named.push('sse');
      expect([...transports].sort()).toEqual(named.sort());
    }
  });

  test('a link leads to the heading on the page of that revision', () => {
    const link = (revision: (typeof REVISIONS)[number], id: string): string => {
      const row = loadRequirements(revision).byId.get(id);
      if (!row) throw new Error(`${revision} has no ${id}`);
      return requirementLink(row);
    };
    const site = 'https://modelcontextprotocol.io/specification';
    expect(link('2025-11-25', 'http.origin.403')).toBe(`${site}/2025-11-25/basic/transports#security-warning`);
    expect(link('2026-07-28', 'http.origin.403')).toBe(`${site}/2026-07-28/basic/transports/streamable-http#security-%26-endpoint`);
    expect(link('2026-07-28', 'transports.utf-8')).toBe(`${site}/2026-07-28/basic/transports#messages`);
    expect(link('2025-06-18', 'transports.utf-8')).toBe(`${site}/2025-06-18/basic/transports`);
    for (const row of rows) for (const place of [row, ...row.also]) expect(URL.canParse(requirementLink(row, place)), row.id).toBe(true);
  });

  test('a keyword that forbids weighs as much as the one that demands', () => {
    expect((['must', 'must-not', 'should', 'should-not', 'may'] as const).map(severityOf)).toEqual([
      'must',
      'must',
      'should',
      'should',
      'may',
    ]);
  });
});

describe('what is written from elsewhere is up to date', () => {
  const remedy = 'run `pnpm --filter @mcpwire/conformance requirements` after a build';

  test('the document has what the files have', () => {
    expect(read('README.md') === toDocument(catalogues), remedy).toBe(true);
  });

  test('the rows name the checks that stand on them', () => {
    for (const { revision } of catalogues) {
      const text = read(`${revision}.yaml`);
      expect(withChecks(text, revision, checks) === text, remedy).toBe(true);
    }
  });

  test('a check that names a row takes the place of the proposal, and of nothing else', () => {
    const text = [
      'requirements:\n  - id: a.one\n    side: both\n    checks: [a/proposed, client/a-one]\n',
      '  - id: a.two\n    side: server\n    transports: [stdio]\n    not-observable: No.\n',
      '  - id: a.three\n    side: server\n    checks:\n      - a/three\n      - a/four\n',
    ].join('\n');
    const check = (id: string, ...spec: string[]) => ({ id, spec, revisions: ['2025-06-18'] });
    const all = [check('a/first', 'a.one'), check('a/second', 'a.one', 'a.two')];
    expect(withChecks(text, '2025-06-18', all)).toBe(
      text
        .replace('[a/proposed, client/a-one]', '[a/first, a/second, client/a-one]')
        .replace('[stdio]\n', '[stdio]\n    checks: [a/second]\n'),
    );
    expect(withChecks(text, '2024-11-05', all)).toBe(text);
  });
});
