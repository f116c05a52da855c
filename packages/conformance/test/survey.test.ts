import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checks } from '../src/checks/index.js';
import { readNotes } from '../survey/notes.js';
import { renderReadme } from '../survey/readme.js';
import { servers } from '../survey/servers.js';

const survey = new URL('../survey/', import.meta.url);
const results = Object.keys(servers).map((name) => JSON.parse(readFileSync(new URL(`results/${name}.json`, survey), 'utf8')));
const finding = { check: 'a/one', revision: '2025-11-25', verdict: 'fail', reason: 'why' };

describe('the notes of the survey', () => {
  const notes = readNotes(
    '- { check: "a/*", servers: [one], note: It is real. }\n- { check: b/two, servers: ["*"], sometimes: true, note: So. }',
  );

  test('explain the findings that they are about', () => {
    const { explained, missing, idle } = notes.explain([{ name: 'one', findings: [finding] }]);
    expect(explained).toEqual([{ server: 'one', ...finding, note: 'It is real.' }]);
    expect([missing, idle]).toEqual([[], []]);
  });

  test('are missed where a server has a finding that nobody looked at', () => {
    const { missing } = notes.explain([{ name: 'two', findings: [finding] }]);
    expect(missing).toEqual(['two: a/one (2025-11-25) has no note: why']);
  });

  test('have to have something to explain, unless it depends on timing', () => {
    expect(notes.explain([]).idle).toEqual(['the note on a/* of one has nothing to explain']);
  });

  test('say what is missing in one of them', () => {
    expect(() => readNotes('- { check: a/one, servers: [one] }')).toThrow(/a note has a check, servers and a note: .*a\/one/);
  });
});

describe('the survey as committed', () => {
  const { explained, missing, idle } = readNotes().explain(results);

  test('has a result of every server, and no other', () => {
    expect(readdirSync(new URL('results/', survey)).sort()).toEqual(
      Object.keys(servers)
        .map((name) => `${name}.json`)
        .sort(),
    );
  });

  test('has a note for each finding, and a finding for each note', () => {
    expect({ missing, idle }).toEqual({ missing: [], idle: [] });
  });

  test('is the document that these results make', () => {
    expect(readFileSync(new URL('README.md', survey), 'utf8')).toBe(renderReadme({ results, explained, problems: [] }));
  });

  test('names checks that there are, and links each finding to the specification', () => {
    for (const { check, requirements } of explained) {
      expect(checks.map(({ id }) => id)).toContain(check);
      for (const { url } of requirements) expect(url).toMatch(/^https:\/\/modelcontextprotocol\.io\/specification\/\d{4}-\d\d-\d\d\//);
    }
  });

  test('is small, and has nothing of the machine that it was made on', () => {
    for (const { name } of results) {
      const text = readFileSync(new URL(`results/${name}.json`, survey), 'utf8');
      expect(text.length, name).toBeLessThan(100_000);
      expect(text, name).not.toMatch(/\/(?:work|tmp|home|root|Users)\//);
    }
  });
});
