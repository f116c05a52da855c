import { REVISIONS } from '@mcpwire/protocol';
import { describe, expect, test } from 'vitest';
import { checks } from '../../src/checks/index.js';
import { explain } from '../../src/explain.js';
import { clientChecks } from '../../src/index.js';
import { loadRequirements } from '../../src/requirements/index.js';

const byId = new Map(clientChecks.map((check) => [check.id, check]));

describe('checks of clients', () => {
  test('have frozen ids: baselines and reports of others refer to them', async () => {
    const ids = [...byId.keys()].sort();
    await expect(`${ids.join('\n')}\n`).toMatchFileSnapshot('./check-ids.txt');
  });

  test('have ids of their own, which say that they are about clients', () => {
    expect(byId.size).toBe(clientChecks.length);
    for (const id of byId.keys()) expect(id).toMatch(/^client\/[a-z0-9-]+$/);
    expect(checks.filter(({ id }) => byId.has(id))).toEqual([]);
  });

  test('say what a client does, and what to do when it does not', () => {
    for (const { id, title, remedy } of clientChecks) {
      expect(title, id).toMatch(/^[A-Za-z]/);
      expect(title, id).not.toMatch(/[.!]$/);
      expect(remedy, id).toMatch(/\.$/);
    }
  });

  test('are explained with their requirements, and named where a requirement is', () => {
    for (const { id, title, remedy, spec } of clientChecks) {
      const text = explain(id) ?? '';
      expect(text, id).toContain(`${title}.`);
      expect(text, id).toContain(remedy);
      expect(text, id).toContain('https://modelcontextprotocol.io/specification/');
      for (const row of spec) expect(explain(row), `${id}: ${row}`).toContain(`judged by ${id}: ${title}`);
    }
  });
});

describe('the catalogue, revision by revision', () => {
  const rowsOf = (revision: (typeof REVISIONS)[number]) => loadRequirements(revision).rows;

  test('has for every row of a client a check that stands on it, or the reason why nobody can judge it', () => {
    const strays: string[] = [];
    for (const revision of REVISIONS) {
      for (const { id, sides, clientChecks: named, notObservable } of rowsOf(revision)) {
        expect(named.length > 0 || notObservable.client !== undefined, `${revision} ${id}`).toBe(sides.includes('client'));
        for (const name of named) {
          const check = byId.get(name);
          if (!check?.spec.includes(id) || !check.revisions.includes(revision)) strays.push(`${revision} ${id}: ${name}`);
        }
      }
    }
    expect(strays, 'rows that name a check which does not judge them').toEqual([]);
  });

  test('names each check at each row that the check stands on', () => {
    const lacking: string[] = [];
    for (const { id, spec, revisions } of clientChecks) {
      for (const revision of revisions) {
        const rows = rowsOf(revision).filter((row) => spec.includes(row.id));
        if (rows.length === 0) lacking.push(`${revision}: ${id} stands on nothing`);
        for (const row of rows) if (!row.clientChecks.includes(id)) lacking.push(`${revision} ${row.id}: ${id}`);
      }
    }
    expect(lacking).toEqual([]);
  });
});
