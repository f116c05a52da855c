// Holds the catalogue against the specification's pages: node scripts/requirements-audit.js FOLDER, where FOLDER/<revision>/<page>.mdx are
// the pages (docs/specification in a checkout of github.com/modelcontextprotocol/modelcontextprotocol). Says where a keyword's count, a
// heading or a page differs, and where a text of ours has eight words in a row from any page. With the folder in MCP_SPECIFICATION, a test does the same.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { REVISIONS } from '@mcpwire/protocol';
import { loadRequirements } from '../dist/requirements/index.js';

/** The keywords in capitals, however emphasised; `NOT` may stand on the next line. */
const KEYWORD = /(?<![A-Za-z])(?:(MUST|SHALL|SHOULD)([\s*_>]+NOT)?|(NOT\s+)?(RECOMMENDED)|(REQUIRED)|(MAY|OPTIONAL))(?![A-Za-z])/g;
/** @type {readonly import('../dist/requirements/index.js').Keyword[]} */
const LEVELS = ['must', 'must-not', 'should', 'should-not', 'may'];
const WORDS_IN_A_ROW = 8;

/**
 * @param {readonly import('../dist/requirements/index.js').Requirements[]} catalogues one of each revision
 * @param {string} folder has the pages: <folder>/2025-11-25/basic/transports.mdx and so on
 * @returns {string[]} what differs, in a sentence each
 */
export function auditRequirements(catalogues, folder) {
  /** @type {string[]} */
  const problems = [];
  /** @type {Map<string, string>} every run of words on any page, and the page */
  const runs = new Map();
  for (const { revision, pages, rows } of catalogues) {
    for (const [page, { keywords }] of pages) {
      const source = readFileSync(join(folder, revision, `${page}.mdx`), 'utf8');
      const counts = countKeywords(source);
      for (const level of LEVELS) {
        const [here, there] = [keywords[level] ?? 0, counts.get(level) ?? 0];
        if (here !== there) problems.push(`${revision} ${page}: the catalogue counts ${here} ${level}, the page has ${there}`);
      }
      const anchors = anchorsOf(source);
      for (const row of rows) {
        for (const place of [row, ...row.also]) {
          if (place.page !== page || place.heading === '' || anchors.has(place.heading)) continue;
          problems.push(`${revision} ${row.id}: ${page} has no heading #${place.heading}`);
        }
      }
      for (const run of wordRuns(source)) runs.set(run, `${revision} ${page}`);
    }
  }
  for (const { revision, rows } of catalogues) {
    for (const { id, text } of rows) {
      for (const run of wordRuns(text)) if (runs.has(run)) problems.push(`${revision} ${id}: "${run}" stands in ${runs.get(run)}`);
    }
  }
  return problems;
}

/** @param {string} source */
function countKeywords(source) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const [, modal, not, notRecommended, recommended, required] of source.matchAll(KEYWORD)) {
    const word = modal ? (modal === 'SHOULD' ? 'should' : 'must') : recommended ? 'should' : required ? 'must' : 'may';
    const level = not || notRecommended ? `${word}-not` : word;
    counts.set(level, (counts.get(level) ?? 0) + 1);
  }
  return counts;
}

/**
 * Anchors as the site makes them: lower case, hyphens for spaces, other signs percent-encoded, `-2` for the second of a kind.
 * @param {string} source
 */
function anchorsOf(source) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  const anchors = new Set();
  for (const [, title = ''] of source.replace(/^ *```.*?^ *```/gms, '').matchAll(/^#{1,6} (.*)$/gm)) {
    const text = title
      .toLowerCase()
      .replace(/[`*:()]/g, '')
      .replace(/^_+/, '')
      .trim();
    const anchor = encodeURIComponent(text.replace(/\s+/g, '-'));
    const count = (seen.get(anchor) ?? 0) + 1;
    seen.set(anchor, count);
    anchors.add(count > 1 ? `${anchor}-${count}` : anchor);
  }
  return anchors;
}

/** @param {string} text */
function* wordRuns(text) {
  const words = text.toLowerCase().match(/[\p{L}\p{N}$]+(?:[-'/.][\p{L}\p{N}]+)*/gu) ?? [];
  for (let at = 0; at + WORDS_IN_A_ROW <= words.length; at++) yield words.slice(at, at + WORDS_IN_A_ROW).join(' ');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) {
    console.error('Name the folder that has the pages: <folder>/2025-11-25/basic/transports.mdx and so on.');
    process.exit(2);
  }
  const catalogues = REVISIONS.map(loadRequirements);
  const problems = auditRequirements(catalogues, folder);
  for (const problem of problems) console.error(problem);
  console.log(`${catalogues.reduce((sum, { rows }) => sum + rows.length, 0)} rows, ${problems.length} problems`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
