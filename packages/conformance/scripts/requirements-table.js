// Writes requirements/README.md from the YAML beside it. A test fails while the two differ.
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { REVISIONS } from '@mcpwire/protocol';
import { markdownTable } from 'markdown-table';
import { loadRequirements, requirementLink } from '../dist/requirements/index.js';

/** @typedef {import('../dist/requirements/index.js').Requirement} Requirement */
/** @typedef {import('../dist/requirements/index.js').Requirements} Requirements */

/** Headings, by the first part of an id; in the order of the document. */
const AREAS = {
  base: 'What everyone implements',
  transports: 'Transports in general',
  stdio: 'stdio',
  http: 'HTTP, whichever transport',
  sse: 'HTTP+SSE',
  'streamable-http': 'Streamable HTTP',
  jsonrpc: 'JSON-RPC messages',
  batch: 'Batches',
  'error-codes': 'Error codes',
  lifecycle: 'Life cycle',
  versioning: 'Versions and extensions',
  discover: 'server/discover',
  patterns: 'Message patterns',
  stateless: 'Statelessness',
  meta: '_meta',
  cancellation: 'Cancellation',
  timeouts: 'Time limits',
  progress: 'Progress',
  ping: 'Ping',
  subscriptions: 'Subscriptions',
  'json-schema': 'JSON Schema',
  icons: 'Icons',
  auth: 'Authorization, as far as it concerns an MCP server',
};

const INTRODUCTION = `# Requirements

What the Model Context Protocol asks of the two ends of a connection, in our own words, revision by revision: every MUST, SHOULD and MAY
on its pages about transports, life cycle and versioning, messages, cancellation, progress, ping, subscriptions and discovery, and what its
pages about authorization ask of an MCP server. \`<revision>.yaml\` is the source; this document is written from it by
\`pnpm --filter @mcpwire/conformance requirements\`.

| key | what it is |
| --- | --- |
| \`id\` | the same in each revision that asks the same; it never changes, others refer to it |
| \`level\` | \`must\` (also REQUIRED), \`must-not\`, \`should\` (also RECOMMENDED), \`should-not\`, \`may\` (also OPTIONAL) |
| \`text\` | what it asks, as one sentence that can stand alone; no sentence of the specification |
| \`page\`, \`heading\` | where it stands: a page under \`specification/<revision>/\`, and the anchor of a heading on it |
| \`side\` | who has to do it: \`server\`, \`client\` or \`both\` |
| \`transports\` | where it concerns only some |
| \`also\` | other places that say the same |
| \`checks\` | the checks that judge it; those of clients begin with \`client/\` |
| \`not-observable\` | why nobody outside can judge it; for one side of a \`both\`, under that side's name |
| \`covers\` | how many keywords at its place the row stands for, if not one; 0 when a row above has the keyword that they share |
| \`plain\` | the page says it without a keyword, so the level is how we read it; in the tables such a level has a ° |

A side of a row has checks or a reason, never both and never neither. \`pages\` has, for each page that was read, how often each keyword
stands on it, and under \`elsewhere\` those without a row. Loading a file adds the rows up and fails on a keyword too many or too few.
Keywords count in capitals, however they are emphasised, and also across the end of a line.
`;

/**
 * @param {readonly Requirements[]} catalogues one of each revision, oldest first
 * @returns {string} the document
 */
export function toDocument(catalogues) {
  /** @type {Map<string, Requirement[]>} */
  const byId = new Map();
  for (const { rows } of catalogues) for (const row of rows) byId.set(row.id, [...(byId.get(row.id) ?? []), row]);

  const groups = [...byId.values()];
  const stray = groups.find(([row]) => row && !(areaOf(row) in AREAS));
  if (stray) throw new Error(`${stray[0]?.id}: give its area a heading in scripts/requirements-table.js`);
  const sections = Object.entries(AREAS).map(([area, title]) => {
    const rows = groups.filter(([row]) => row && areaOf(row) === area).map(toCells);
    return `## ${title}\n\n${toTable([['id', 'level', 'side', 'revisions', 'what it asks', 'checks'], ...rows])}\n`;
  });
  return [INTRODUCTION, toCounts(catalogues), ...sections].join('\n');
}

/** @param {Requirement} row */
function areaOf({ id }) {
  return id.slice(0, id.indexOf('.'));
}

/** @param {readonly Requirement[]} rows the same requirement in several revisions, oldest first */
function toCells(rows) {
  const [first] = rows;
  if (!first) throw new Error('no rows');
  const checks = unique(rows.flatMap(({ serverChecks, clientChecks }) => [...serverChecks, ...clientChecks])).map((id) => `\`${id}\``);
  const reasons = unique(
    rows.flatMap(({ sides, notObservable }) =>
      sides.flatMap((side) => {
        const reason = notObservable[side];
        return reason === undefined
          ? []
          : sides.length > 1 && notObservable.server !== notObservable.client
            ? `${side}: ${reason}`
            : reason;
      }),
    ),
  );
  return [
    `\`${first.id}\``,
    changes(rows, ({ level, plain }) => level.replace('-', ' ') + (plain ? '°' : '')).join(', '),
    first.sides.length > 1 ? 'both' : first.sides[0],
    spans(rows).join(', '),
    changes(rows, ({ text }) => text).join(' '),
    [checks.join(', '), ...reasons.map((reason) => `_${reason}_`)].filter(Boolean).join('<br>'),
  ];
}

/**
 * What a row says, and from which revision on it says something else.
 * @param {readonly Requirement[]} rows
 * @param {(row: Requirement) => string} what
 */
function changes(rows, what) {
  /** @type {string | undefined} */
  let last;
  return rows.flatMap((row) => {
    const now = what(row);
    if (now === last) return [];
    const said = last === undefined ? now : `${now} from ${row.revision}`;
    last = now;
    return [said];
  });
}

/** @param {readonly Requirement[]} rows */
function spans(rows) {
  /** @type {Requirement[][]} */
  const runs = [];
  for (const row of rows) {
    const run = runs.at(-1);
    const previous = run?.at(-1);
    if (run && previous && REVISIONS.indexOf(row.revision) === REVISIONS.indexOf(previous.revision) + 1) run.push(row);
    else runs.push([row]);
  }
  const link = (/** @type {Requirement} */ row) => `[${row.revision}](${requirementLink(row)})`;
  return runs.map((run) =>
    unique([run[0], run.at(-1)])
      .flatMap((row) => (row ? [link(row)] : []))
      .join(' to '),
  );
}

/** @param {readonly Requirements[]} catalogues */
function toCounts(catalogues) {
  const rows = catalogues.map(({ revision, rows: all }) => {
    const of = (/** @type {'server' | 'client'} */ side) => all.filter(({ sides }) => sides.includes(side));
    const server = of('server');
    return [
      revision,
      ...[all, server, server.filter(({ serverChecks }) => serverChecks.length > 0), of('client')].map(({ length }) => `${length}`),
      ...[/^must/, /^should/, /^may/].map((level) => `${server.filter((row) => level.test(row.level)).length}`),
    ];
  });
  const head = ['revision', 'rows', 'of servers', 'with checks', 'of clients', 'servers: MUST', 'SHOULD', 'MAY'];
  return `${toTable([head, ...rows])}\n`;
}

/** @param {(string | undefined)[][]} rows */
function toTable(rows) {
  return markdownTable(
    rows.map((row) => row.map((cell) => (cell ?? '').replaceAll('|', '\\|'))),
    { alignDelimiters: false },
  );
}

/**
 * @template T
 * @param {readonly T[]} values
 */
function unique(values) {
  return [...new Set(values)];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(new URL('../requirements/README.md', import.meta.url), toDocument(REVISIONS.map(loadRequirements)));
}
