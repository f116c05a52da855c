import { REVISIONS } from '@mcpwire/protocol';
import { expect, test } from 'vitest';
import { checks } from '../src/checks/index.js';
import { loadRequirements } from '../src/requirements/index.js';

test('ids are frozen: baselines and reports of others refer to them', async () => {
  await expect(
    `${checks
      .map(({ id }) => id)
      .sort()
      .join('\n')}\n`,
  ).toMatchFileSnapshot('./check-ids.txt');
});

test('no two checks have the same id, and each is an area and a name', () => {
  const ids = checks.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z0-9-]+\/[a-z0-9-]+$/);
});

test('each check stands on a requirement in every revision that it runs in', () => {
  const groundless = checks.flatMap(({ id, spec, revisions }) =>
    revisions.filter((revision) => !spec.some((row) => loadRequirements(revision).byId.has(row))).map((revision) => `${id} ${revision}`),
  );
  expect(groundless).toEqual([]);
});

test('each requirement that a check names exists, for a server, over a transport of the check', () => {
  for (const { id, spec, revisions, transports } of checks) {
    for (const name of spec) {
      const rows = revisions.flatMap((revision) => loadRequirements(revision).byId.get(name) ?? []);
      expect(rows, `${id}: ${name}`).not.toEqual([]);
      for (const row of rows) {
        expect(row.sides, `${id}: ${name}`).toContain('server');
        if (row.transports)
          expect(
            transports.some((transport) => row.transports?.includes(transport)),
            `${id}: ${name}`,
          ).toBe(true);
      }
    }
  }
});

test('each check that a requirement of a server names exists, and runs in the revision of that requirement', () => {
  const missing = REVISIONS.flatMap((revision) =>
    loadRequirements(revision).rows.flatMap(({ id, serverChecks }) =>
      serverChecks
        .filter((name) => !checks.some((check) => check.id === name && check.revisions.includes(revision) && check.spec.includes(id)))
        .map((name) => `${revision} ${id}: ${name}`),
    ),
  );
  expect(missing).toEqual([]);
});

test('each says what a server does, and what to do when it does not', () => {
  for (const { id, title, remedy } of checks) {
    expect(title, id).toMatch(/^[A-Za-z]/);
    expect(title, id).not.toMatch(/[.!]$/);
    expect(remedy, id).toMatch(/\.$/);
  }
});
