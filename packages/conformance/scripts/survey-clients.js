// Judges clients as they are published, over stdio and HTTP, and writes survey/clients.md: node scripts/survey-clients.js. After a build. Installs what
// survey/clients/package.json names, where it is not installed. Fails on a failure that nobody has looked at: survey/clients/clients.js has the findings.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runClient } from '@mcpwire/conformance';
import { markdownTable } from 'markdown-table';
import { clients } from '../survey/clients/clients.js';

const folder = fileURLToPath(new URL('../survey/clients/', import.meta.url));
const document = new URL('../survey/clients.md', import.meta.url);
const transports = /** @type {const} */ ({ stdio: 'stdio', 'streamable-http': 'Streamable HTTP' });
const shown = /** @type {const} */ (['pass', 'fail', 'warn', 'not-applicable', 'inconclusive']);
const ours = '@mcpwire/connect';

if (!existsSync(new URL('../survey/clients/node_modules', import.meta.url))) {
  await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], { cwd: folder });
}

/** @type {string[][]} */
const rows = [];
/** @type {string[]} */
const sections = [];
/** @type {string[]} */
const problems = [];
for (const [name, { title, program, package: from, about, findings }] of Object.entries(clients)) {
  const version = await versionOf(from);
  /** @type {Map<string, import('@mcpwire/conformance').Outcome[]>} */
  const broken = new Map();
  for (const [transport, label] of Object.entries(transports)) {
    const client = { transport: /** @type {keyof typeof transports} */ (transport), command: process.execPath, args: [folder + program] };
    const report = await runClient({ client });
    for (const outcome of report.outcomes) {
      if (outcome.verdict === 'inconclusive') problems.push(`${name} over ${label}: ${outcome.check}: ${outcome.reason}`);
      if (outcome.verdict !== 'fail' && outcome.verdict !== 'warn') continue;
      broken.set(outcome.check, [...(broken.get(outcome.check) ?? []), outcome]);
    }
    const { summary, supportedRevisions } = report;
    rows.push([`${title} ${version}`, label, supportedRevisions.join(', '), ...shown.map((verdict) => String(summary[verdict]))]);
  }
  sections.push(`## ${title} ${version}${about === '' ? '' : ` (${about})`}\n\n${toSection(broken, findings)}`);
  for (const check of broken.keys())
    if (!(check in findings)) problems.push(`${name}: nobody has looked at ${check}: ${broken.get(check)?.[0]?.reason}`);
  for (const check of Object.keys(findings)) if (!broken.has(check)) problems.push(`${name}: ${check} does not fail any more`);
}

const head = ['client', 'transport', 'revisions', 'passed', 'failed', 'warned', 'not applicable', 'inconclusive'];
await writeFile(
  document,
  `# Survey of clients

How clients do as they are published, each a small program of \`survey/clients\` that is used as its documentation shows: connect, follow the steps of the
suite, close. The counts are of checks, each in each revision that the client speaks. Every failure below was looked at by hand, in the transcript of
its scene: what the client sent after what, and that nothing that the server did gives leave to it. Made by \`node packages/conformance/scripts/survey-clients.js\`
on Node ${process.versions.node.split('.')[0]}, which fails on a failure that nobody has looked at.

${markdownTable([head, ...rows], { alignDelimiters: false })}

${sections.join('\n')}`,
);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

/**
 * @param {Map<string, import('@mcpwire/conformance').Outcome[]>} broken
 * @param {Record<string, string>} findings
 */
function toSection(broken, findings) {
  if (broken.size === 0) return 'Nothing failed.\n';
  const lines = [...broken].map(([check, outcomes]) => {
    const [first] = outcomes;
    const revisions = [...new Set(outcomes.map(({ revision }) => revision))].join(', ');
    const links = [
      ...new Map(
        outcomes.flatMap(({ requirements }) => requirements).map(({ id, level, url }) => [id, `[${id}](${url}) (${level})`]),
      ).values(),
    ];
    return `- \`${check}\`, ${first?.verdict === 'warn' ? 'warned' : 'failed'} in ${revisions}: ${first?.reason}. ${findings[check] ?? ''}\n  ${links.join(', ')}`;
  });
  return `${lines.join('\n')}\n`;
}

/** @param {string} name */
async function versionOf(name) {
  const file = name === ours ? new URL('../../connect/package.json', import.meta.url) : `${folder}node_modules/${name}/package.json`;
  return JSON.parse(await readFile(file, 'utf8')).version;
}
