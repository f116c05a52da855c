// Writes into requirements/*.yaml which checks judge servers by each row: those that name the row in their `spec`. A row that no check
// names keeps the ids it has, which propose one. A test fails while a file lacks a check.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { REVISIONS } from '@mcpwire/protocol';
import { checks } from '../dist/index.js';

/** @typedef {{ id: string, spec: readonly string[], revisions: readonly string[] }} CheckLike */

/** As wide as a line of a file may be before a list of checks gets a line for each. */
const LINE_WIDTH = 140;

/**
 * @param {string} text a requirements file
 * @param {string} revision its revision
 * @param {readonly CheckLike[]} all every check
 * @returns {string} the file with the checks that there are
 */
export function withChecks(text, revision, all) {
  const [head = '', ...rows] = text.split(/(?=^ {2}- id: )/m);
  const written = rows.map((row) => {
    const id = /^ {2}- id: (\S+)$/m.exec(row)?.[1] ?? '';
    const judging = all.filter(({ spec, revisions }) => spec.includes(id) && revisions.includes(revision)).map((check) => check.id);
    if (judging.length === 0) return row;
    const list = /^ {4}checks:(?: \[(.*)\]|(?:\n {6}- .*)+)\n/m;
    const ofClients = (list.exec(row)?.[0].match(/client\/[a-z0-9-]+/g) ?? []).filter((check) => !judging.includes(check));
    const lines = toList([...judging, ...ofClients]);
    return list.test(row)
      ? row.replace(list, lines)
      : row.replace(/^( {4}side: .*\n(?: {4}(?:transports|plain|covers): .*\n| {4}also:\n(?: {6}.*\n)+)*)/m, `$1${lines}`);
  });
  return head + written.join('');
}

/** @param {readonly string[]} ids */
function toList(ids) {
  const line = `    checks: [${ids.join(', ')}]`;
  return line.length <= LINE_WIDTH ? `${line}\n` : `    checks:\n${ids.map((id) => `      - ${id}\n`).join('')}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const revision of REVISIONS) {
    const file = new URL(`../requirements/${revision}.yaml`, import.meta.url);
    writeFileSync(file, withChecks(readFileSync(file, 'utf8'), revision, checks));
  }
}
