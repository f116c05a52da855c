import { escapeUTF8 } from 'entities';
import { markdownTable } from 'markdown-table';
import type { MeasuredFigure } from '../claims/evaluate.js';
import { formatFigure, formatInterval, formatMeasured, formatRatio, summarizeGoals } from './format.js';
import { loadsExplained, toLoadTable } from './loads.js';
import { describeConditions } from './machine-text.js';
import { leastLead } from './rank.js';
import type { Report } from './report.js';
import { type CaseTable, toSections } from './tables.js';

/** The report as Markdown, for a pull request or a README. */
export function toMarkdown(report: Report): string {
  const { machine } = report;
  const subject = report.targets.find(({ role }) => role === 'subject');
  const parts = [
    subject === undefined ? '# What a message costs on the wire' : `# What a call to ${escapeText(subject.title)} costs`,

    `${report.startedAt.slice(0, 16).replace('T', ' ')} UTC, profile ${report.profile}, ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`,
    report.interrupted && '**Interrupted:** only what was measured until then is here.',
    subject !== undefined && `${escapeText(subject.about)}.`,
    report.goals.length > 0 && `**${summarizeGoals(report.goals)}**`,
    report.goals.length > 0 &&
      toTable(
        ['Goal', 'Limit', 'Measured', 'Verdict'],
        report.goals.map((goal) => [
          goal.title,
          goal.limit,
          formatMeasured(goal) + formatInterval(goal),
          `${goal.verdict}${goal.noisy ? ' (noisy)' : ''}`,
        ]),
        'llrl',
      ),
    ...toSections(report).flatMap(({ scenario, tables }) => [
      `## ${scenario.title}`,
      `${escapeText(scenario.about)} (\`${scenario.name}\`)`,
      ...tables.flatMap((table) => [`### ${escapeText(table.title)}`, caseTable(table)]),
    ]),
    ...claims(report),
    ...gaps(report),
    '## How this was measured',
    `${machine.os}, ${machine.memoryGiB} GiB, V8 ${machine.v8}. ${describeConditions(report)} The run took ${Math.round(report.durationSeconds)} s: \`${report.command.replaceAll('`', "'")}\``,
    `Figures are medians over rounds in which the targets of a case took turns, forwards and backwards; a ratio is the median of the ratios of rounds side by side. The spread is that of the least and the greatest round. ~ marks noisy rows, bold what is ahead of all that are no floor by more than ${leastLead * 100} % and the noise.`,
    toTable(
      ['Target', 'Version', 'What it is'],
      report.targets.map(({ name, version, about }) => [name, version ?? '–', about]),
      'lll',
    ),
    ...loads(report),
  ];
  return `${parts.filter((part) => part !== false).join('\n\n')}\n`;
}

function caseTable({ columns, lines }: CaseTable): string {
  const header = ['', ...columns.map(({ label, unit }) => (unit === '' || label.endsWith(unit) ? label : `${label}, ${unit}`))];
  const body = lines.map(({ label, row, cells }) => {
    const facts = Object.entries(row.facts ?? {}).map(([key, value]) => ` (${key}: ${value})`);
    return [`${label}${row.noisy ? ' ~' : ''}${facts.join('')}`, ...cells.map(({ text, best }) => (best ? `**${text}**` : text))];
  });
  return toTable(header, body, `l${'r'.repeat(columns.length)}`);
}

function claims({ claims: verdicts }: Report): string[] {
  if (verdicts.length === 0) return [];
  return [
    '## Published claims',
    ...verdicts.flatMap(({ claim, source, verdict, measurements, why }) => [
      `**“${escapeText(claim)}”**: ${verdict}. Source: ${escapeText(source.title)} (\`${source.file}\`)`,
      ...(measurements.length === 0 ? [] : [measurements.map(claimFigure).join('\n')]),
      ...(why === '' ? [] : [escapeText(why)]),
    ]),
  ];
}

function claimFigure({ label, value, unit, timesClaimed, facts }: MeasuredFigure): string {
  const times = timesClaimed === undefined ? '' : ` (${formatRatio(timesClaimed)} × the claim)`;
  const found = facts === undefined ? '' : `, ${Object.values(facts).join(', ')}`;
  return `- ${escapeText(`${label}: ${formatFigure(value)} ${unit}${times}${found}`)}`;
}

/** Folded where the reader's Markdown can do that: it is long. */
function loads(report: Report): string[] {
  const table = toLoadTable(report);
  if (table === undefined) return [];
  const align = `lll${'r'.repeat(table.header.length - 3)}`;
  return [
    '<details><summary>How busy both sides were</summary>',
    loadsExplained,
    toTable(
      [...table.header],
      table.rows.map((row) => [...row]),
      align,
    ),
    '</details>',
  ];
}

function gaps({ gaps: list }: Report): string[] {
  if (list.length === 0) return [];
  const rows = list.map(({ target, scenario, kind, reason }) => [target, scenario, kind, reason]);
  return ['## Not measured', toTable(['Target', 'Scenario', '', 'Reason'], rows, 'llll')];
}

function toTable(header: string[], rows: string[][], align: string): string {
  return markdownTable([header, ...rows.map((row) => row.map(escapeText))], { align: align.split('') });
}

/** Text that Markdown leaves alone, also inside a table's cell. */
function escapeText(text: string): string {
  return escapeUTF8(text)
    .replaceAll('&apos;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, ' ');
}
