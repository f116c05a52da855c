import process from 'node:process';
import { checks } from '@mcpwire/conformance';
import { markdownTable } from 'markdown-table';

const WORDS = { fail: 'breaks a MUST', warn: 'goes against a SHOULD', inconclusive: 'could not be judged' };

/** The survey as a document. */
export function renderReadme({ results, explained, problems }) {
  const rows = results.map(({ name, about, versions, transport, revisions, summary }) => [
    `[${name}](results/${name}.json)`,
    Object.entries(versions)
      .map(([each, version]) => `${each} ${version}`)
      .join('<br>') + (about ? `<br>${about}` : ''),
    transport,
    revisions.join('<br>'),
    ...['fail', 'warn', 'inconclusive', 'pass', 'not-applicable'].map((verdict) => String(summary[verdict])),
  ]);
  const [{ date, suite, node } = { date: '', suite: '', node: process.version }] = results;
  const head = ['server', 'versions', 'transport', 'revisions that it agrees to', 'fail', 'warn', 'inconclusive', 'pass', 'not applicable'];
  return `# Real servers

What the suite finds in servers as they are published on npm. Made on ${date} with @mcpwire/conformance ${suite} and Node ${node} by
\`pnpm conformance:survey\`, which installs the versions named here, runs the suite against each over loopback, and writes a file for each into
\`results/\`, with the end of the transcript of each finding. Each kind of finding was looked at by hand; below is what it is, and why it is real.

The servers named \`sdk-…\`, \`tmcp-…\`, \`mcp-lite\` and \`fastmcp-…\` are a tool that echoes, written as the library's own documentation has it
([programs](programs)). The bridges stand in front of \`everything-stdio\`. Numbers count checks, once for each revision. They are no marks: a
server of more revisions, on a transport with more rules, has more to break.

${markdownTable([head, ...rows], { align: ['l', 'l', 'l', 'l', 'r', 'r', 'r', 'r', 'r'] })}
${problems.length > 0 ? `\n**Not in order:**\n\n${problems.map((each) => `- ${each}`).join('\n')}\n` : ''}
## What they break

${checks
  .filter(({ id }) => explained.some(({ check }) => check === id))
  .map(({ id, title }) => renderCheck(id, title, explained))
  .join('\n')}`;
}

function renderCheck(id, title, explained) {
  const findings = explained.filter(({ check }) => check === id);
  const links = [...new Map(findings.flatMap(({ requirements }) => requirements).map((each) => [each.url, each])).values()].map(
    ({ id: requirement, keyword, url }) => `[${requirement}](${url}) (${keyword.toUpperCase().replace('-', ' ')}, ${revisionIn(url)})`,
  );
  const byNote = groupBy(findings);
  const notes = [...byNote].map(([note, own]) => `- ${whose(own)}: ${note ?? '**no note**'}`);
  return `### \`${id}\`\n\n${title}. ${links.join(', ')}\n\n${notes.join('\n')}\n`;
}

function groupBy(findings) {
  const groups = new Map();
  for (const finding of findings) groups.set(finding.note, [...(groups.get(finding.note) ?? []), finding]);
  return groups;
}

function whose(findings) {
  return [...new Set(findings.map(({ server }) => server))]
    .map((server) => {
      const own = findings.filter((each) => each.server === server);
      return `**${server}** ${WORDS[own[0].verdict]} (${own.map(({ revision }) => revision).join(', ')})`;
    })
    .join(', ');
}

function revisionIn(url) {
  return /\d{4}-\d\d-\d\d/.exec(url)?.[0] ?? '';
}
