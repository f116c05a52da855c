import { escapeUTF8 } from 'entities';
import { markdownTable } from 'markdown-table';
import { outcomeTitles } from '../advise/decide.js';
import { situations, toSituationAnswer } from '../advise/situations.js';
import type { MeasuredFigure } from '../claims/evaluate.js';
import { describeClaimFigure, describeVerdict, summarizeClaims } from './claim-text.js';
import { formatInterval, formatMeasured, summarizeGoals, unitBeside } from './format.js';
import { describeGapScenario, groupGaps } from './gap-groups.js';
import { loadsExplained, toLoadTable } from './loads.js';
import { describeConditions, describeDoubts } from './machine-text.js';
import { leastLead } from './rank.js';
import type { Report } from './report.js';
import { comparedTransports, compareTransports } from './side-by-side.js';
import { type CaseTable, toSections } from './tables.js';

/** The report as Markdown, for a pull request or a README. */
export function toMarkdown(report: Report): string {
  const { machine } = report;
  const subject = report.targets.find(({ role }) => role === 'subject');
  const parts = [
    subject === undefined ? '# What a message costs on the wire' : `# What a call to ${escapeText(subject.title)} costs`,

    `${report.startedAt.slice(0, 16).replace('T', ' ')} UTC, profile ${report.profile}, ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`,
    ...describeDoubts(report).map((doubt) => `**${doubt}**`),
    subject !== undefined && `${escapeText(subject.about)}.`,
    ...(subject === undefined ? answer(report) : []),
    report.goals.length > 0 && '## Goals of this project',
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
      ...tables
        .filter(({ lines }) => lines.length > 0)
        .flatMap((table) => [...(table.title === '' ? [] : [`### ${escapeText(table.title)}`]), caseTable(table)]),
      ...unmeasured(tables),
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

/** Which transport for what, and the three side by side: what a reader came for. */
function answer(report: Report): string[] {
  const lines = compareTransports(report);
  const cases = situations.map((situation) => {
    const { outcome, because } = toSituationAnswer(situation, report);
    return `- ${situation.title}: **${outcomeTitles[outcome]}**. ${because}`;
  });
  const rows = lines.map(({ title, cells }) => [
    title,
    ...cells.map(({ text, note, measured }) => (measured && note !== undefined ? `${text} (${note})` : measured ? text : '–')),
  ]);
  const header = ['mcpwire, 100 B', ...comparedTransports.map((transport) => outcomeTitles[transport])];
  return ['## Which transport for what', cases.join('\n'), ...(rows.length === 0 ? [] : [toTable(header, rows, 'lrrr')])];
}

function unmeasured(tables: readonly CaseTable[]): string[] {
  const left = tables.filter(({ lines }) => lines.length === 0);
  return left.length === 0 ? [] : [`Nothing measured: ${left.map(({ title }) => escapeText(title || 'its only case')).join('; ')}.`];
}

function caseTable({ columns, lines }: CaseTable): string {
  const header = ['', ...columns.map((column) => [column.label, unitBeside(column)].filter((part) => part !== '').join(', '))];
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
    summarizeClaims(verdicts),
    ...verdicts.flatMap((verdict) => [
      `**“${escapeText(verdict.claim)}”**: ${describeVerdict(verdict)}. Source: ${escapeText(verdict.source.title)} (\`${verdict.source.file}\`)`,
      ...(verdict.measurements.length === 0 ? [] : [verdict.measurements.map(claimFigure).join('\n')]),
      ...(verdict.why === '' ? [] : [escapeText(verdict.why)]),
    ]),
  ];
}

function claimFigure(measurement: MeasuredFigure): string {
  const { figure, times, facts } = describeClaimFigure(measurement);
  return `- ${escapeText(`${measurement.label}: ${figure}${times === '' ? '' : ` (${times})`}${facts === '' ? '' : `, ${facts}`}`)}`;
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
  const items = groupGaps(list).map(({ kind, reason, scenarios }) => {
    const places = scenarios.map((one) => `  - ${escapeText(describeGapScenario(one))}`);
    return [`- **${kind}**: ${escapeText(reason)}`, ...places].join('\n');
  });
  return ['## Not measured', items.join('\n')];
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
