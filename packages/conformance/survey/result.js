import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { programs } from './judge.js';

/** What is kept of a report, so that a result can be read, and compared with the next. */
const MAX_TEXT = 400;
const MAX_ENTRIES = 10;

/**
 * What a report says about a server, without what is of one machine or one run alone: counts, and for all that is no pass the reason, the
 * requirements, and of the first revision the end of the transcript.
 *
 * @param {string} name
 * @param {import('./servers.js').SurveyedServer} server
 * @param {import('@mcpwire/conformance').Report} report
 */
export function toResult(name, server, report) {
  const scrub = createScrubber();
  const shown = new Set();
  const outcomes = report.outcomes.filter(({ verdict }) => ['fail', 'warn', 'inconclusive'].includes(verdict));
  return {
    name,
    ...(server.about && { about: server.about }),
    versions: Object.fromEntries(server.packages.map((each) => [each, versionOf(each, server)])),
    transport: report.target.transport,
    command: [server.bin ?? server.program, ...(server.args ?? [])].join(' ').replace(/\{(?:bin:)?([^}]+)\}/g, '$1'),
    options: server.options ?? [],
    date: report.startedAt.slice(0, 10),
    node: process.version,
    suite: report.tool.version,
    revisions: report.supportedRevisions,
    summary: report.summary,
    findings: outcomes.map(({ check, level, revision, verdict, reason, expected, received, requirements, exchanges = [] }) => {
      const isFirst = !shown.has(check);
      shown.add(check);
      const cut = (value) => (value === undefined ? undefined : scrub(JSON.stringify(value)).slice(0, MAX_TEXT));
      return {
        check,
        revision,
        verdict,
        level,
        reason: scrub(reason ?? '').slice(0, MAX_TEXT),
        requirements: requirements.map(({ id, keyword, url }) => ({ id, keyword, url })),
        ...(isFirst && {
          expected: cut(expected),
          received: cut(received),
          // The exchange last shown is the one that a check points at.
          transcript: (exchanges.at(-1)?.entries ?? [])
            .slice(-MAX_ENTRIES)
            .map(({ kind, text }) => `${kind}: ${scrub(text).slice(0, MAX_TEXT)}`),
        }),
      };
    }),
  };
}

/** Paths of this machine, its addresses, and the ports of this run are nobody else's business. */
function createScrubber() {
  const addresses = Object.values(networkInterfaces())
    .flat()
    .flatMap((each) => (each && !each.internal ? [each.address] : []));
  return (text) => {
    let clean = text
      .replaceAll(programs, '')
      .replaceAll(process.execPath, 'node')
      .replace(/\b127\.0\.0\.1:\d+/g, '127.0.0.1:PORT');
    for (const address of addresses) clean = clean.replace(new RegExp(`${address.replaceAll('.', '\\.')}(?::\\d+)?`, 'g'), 'ADDRESS:PORT');
    return clean.replace(/[^\s"']*\/survey-[A-Za-z0-9]{6}/g, 'FOLDER');
  };
}

/** Of a package as the server's own package finds it: bridges and servers bring copies of their own. */
function versionOf(name, { packages: [own] }) {
  const places = [`node_modules/${own}/node_modules/${name}`, `node_modules/${name}`];
  for (const place of places) {
    try {
      return JSON.parse(readFileSync(join(programs, place, 'package.json'), 'utf8')).version;
    } catch {
      // It is in the other place.
    }
  }
  throw new Error(`${name} is not installed`);
}
