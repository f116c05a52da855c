import { readFileSync } from 'node:fs';
import picomatch from 'picomatch';
import { parse } from 'yaml';

/**
 * The notes of notes.yaml: somebody looked at these findings by hand, and says why each is real.
 *
 * - `check`: a glob over ids.
 * - `servers`: globs over names; the note is for the findings of these.
 * - `sometimes`: what depends on timing, and need not be found each time.
 * - `note`: why it is real, in a sentence.
 *
 * @typedef {{ check: string, servers: string[], sometimes?: true, note: string }} Note
 */

/** @param {string} [text] notes.yaml without it */
export function readNotes(text = readFileSync(new URL('./notes.yaml', import.meta.url), 'utf8')) {
  /** @type {Note[]} */
  const notes = parse(text);
  for (const { check, servers, note } of notes) {
    if (typeof check !== 'string' || !Array.isArray(servers) || typeof note !== 'string')
      throw new Error(`a note has a check, servers and a note: ${JSON.stringify({ check, servers, note })}`);
  }
  return { explain: (results) => explain(notes, results) };
}

/**
 * Gives each finding its note. `missing` names findings that have none, `idle` notes that nothing needs.
 *
 * @param {Note[]} notes
 * @param {{ name: string, findings: { check: string, revision: string, verdict: string, reason: string }[] }[]} results
 */
function explain(notes, results) {
  const used = new Set();
  const explained = [];
  const missing = [];
  for (const { name, findings } of results) {
    for (const finding of findings) {
      const note = notes.find(({ check, servers }) => picomatch.isMatch(finding.check, check) && picomatch.isMatch(name, servers));
      if (!note) missing.push(`${name}: ${finding.check} (${finding.revision}) has no note: ${finding.reason}`);
      else used.add(note);
      explained.push({ server: name, ...finding, note: note?.note });
    }
  }
  const idle = notes
    .filter((note) => !used.has(note) && !note.sometimes)
    .map(({ check, servers }) => `the note on ${check} of ${servers.join(', ')} has nothing to explain`);
  return { explained, missing, idle };
}
