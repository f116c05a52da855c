import { type Report, summarize } from '../report.js';
import { VERDICTS, type Verdict } from '../verdict.js';
import type { Reporter } from './reporter.js';
import { areaOf, type Finding, findings, introductions, showEntry, showValue, VERDICT_WORDS, visible } from './words.js';

const SHOWN_ENTRIES = 12;
const ENTRY_CHARS = 180;

/** For pull requests and job summaries. */
export const markdownReporter: Reporter = (report) => {
  const of = (verdict: Verdict): Finding[] => findings(report.outcomes.filter((outcome) => outcome.verdict === verdict));
  const parts = [`# ${escapeMarkdown(introductions(report).join(', '))}`, heading(report), table(report)];
  for (const verdict of ['fail', 'warn', 'inconclusive'] as const) {
    const found = of(verdict);
    if (found.length > 0) parts.push(`## ${capitalize(VERDICT_WORDS[verdict])}`, ...found.map(section));
  }
  for (const { check, reason } of report.staleExpectations)
    parts.push(`**Stale**: ${code(check)} is expected to fail (${escapeMarkdown(reason)}), and does not.`);
  const skipped = of('not-applicable');
  if (skipped.length > 0) {
    const rows = skipped.map(
      ({ outcome, revisions }) => `- ${code(outcome.check)} (${revisions.join(', ')}): ${escapeMarkdown(outcome.reason ?? '')}`,
    );
    parts.push('## Not applicable', rows.join('\n'));
  }
  return `${parts.join('\n\n')}\n`;
};

function heading({ target, servers, tool, startedAt }: Report): string {
  return `${code(visible(target.description))} over ${target.transport}, revisions ${servers.map(({ revision }) => revision).join(', ')}, by ${tool.name} ${tool.version} on ${startedAt.slice(0, 10)}`;
}

function table(report: Report): string {
  const areas = [...new Set(report.outcomes.map(({ check }) => areaOf(check)))];
  const row = (name: string, summary: Readonly<Record<Verdict, number>>): string =>
    `| ${name} | ${VERDICTS.map((verdict) => summary[verdict] || '').join(' | ')} |`;
  return [
    `| | ${VERDICTS.map((verdict) => VERDICT_WORDS[verdict]).join(' | ')} |`,
    `|---|${VERDICTS.map(() => '---:').join('|')}|`,
    ...areas.map((area) => row(area, summarize(report.outcomes.filter(({ check }) => areaOf(check) === area)))),
    row('**all**', report.summary),
  ].join('\n');
}

function section({ outcome, revisions }: Finding): string {
  const { check, title, reason, expected, received, remedy, known } = outcome;
  const lines = [`### ${code(check)}`, `${escapeMarkdown(title)}. (${revisions.join(', ')})`];
  for (const { keyword, text, url } of outcome.requirements)
    lines.push(
      `> **${keyword.replace('-', ' ').toUpperCase()}** ${escapeMarkdown(text)} [${escapeMarkdown(url.replace(/^.*specification\//, ''))}](${url})`,
    );
  const facts = [
    reason !== undefined && `- **Why**: ${escapeMarkdown(reason)}`,
    expected !== undefined && `- **Expected**: ${code(visible(showValue(expected)))}`,
    received !== undefined && `- **Received**: ${code(visible(showValue(received)))}`,
    known !== undefined && `- **Known**: ${escapeMarkdown(known)}`,
    remedy !== undefined && `- **To do**: ${escapeMarkdown(remedy)}`,
  ].filter((line) => line !== false);
  lines.push(facts.join('\n'));
  const bytes = (outcome.exchanges ?? []).flatMap(({ entries }) =>
    entries.slice(-SHOWN_ENTRIES).map((entry) => showEntry(entry, ENTRY_CHARS)),
  );
  if (bytes.length > 0) lines.push(`<details><summary>Bytes</summary>\n\n${fence(bytes.join('\n'))}\n\n</details>`);
  return lines.join('\n\n');
}

/** Text from a server must neither format nor link nor mention anybody. */
function escapeMarkdown(text: string): string {
  return visible(text)
    .replace(/[\\`*_{}[\]<>()#|!~]/g, '\\$&')
    .replace(/@/g, '@\u200b');
}

function code(text: string): string {
  const ticks = '`'.repeat(1 + Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)));
  return `${ticks} ${text} ${ticks}`;
}

function fence(text: string): string {
  const ticks = '`'.repeat(Math.max(3, 1 + Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))));
  return `${ticks}text\n${text}\n${ticks}`;
}

function capitalize(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
