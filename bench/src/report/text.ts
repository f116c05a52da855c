import { styleText } from 'node:util';
import { outcomeTitles } from '../advise/decide.js';
import { describeClaimFigure, describeVerdict } from './claim-text.js';
import { formatInterval, formatMeasured, summarizeGoals, unitBeside } from './format.js';
import { describeGapScenario, groupGaps } from './gap-groups.js';
import { describeDoubts, describePinning, describeStolen } from './machine-text.js';
import { plainTable, splitTable, widthOf } from './plain-table.js';
import { toPlain, wrapWords } from './plain-text.js';
import type { Report } from './report.js';
import { comparedTransports, compareTransports } from './side-by-side.js';
import { type CaseTable, type Section, toSections } from './tables.js';

type Style = Parameters<typeof styleText>[0];

/** How a text is written: `paint` gives it colours, where there are any, and no table is wider than `columns`. */
interface Look {
  readonly paint: (style: Style, text: string) => string;
  readonly columns: number;
}

/** The report for a terminal. `colors` adds escape sequences; a table that is wider than `columns` goes on below. */
export function toText(report: Report, colors: boolean, columns: number = Number.POSITIVE_INFINITY): string {
  const look: Look = {
    paint: (style, text) => (colors ? styleText(style, text, { validateStream: false }) : text),
    columns,
  };
  const parts = [
    ...report.targets.filter(({ role }) => role === 'subject').map(({ about }) => `${wrapWords(`${about}.`, columns)}\n`),
    ...toSections(report).map((section) => sectionText(section, look)),
    gapText(report, look),
    sideText(report, look),
    goalText(report, look),
    claimText(report, look),
    footer(report, look),
  ];
  return `${parts.filter((part) => part !== '').join('\n')}\n`;
}

const indentation = 4;

function sectionText({ scenario, tables }: Section, { paint, columns }: Look): string {
  const shown = tables.filter(({ lines }) => lines.length > 0);
  const left = tables.filter(({ lines }) => lines.length === 0);
  const lines = [`${paint('bold', scenario.title)}  ${paint('dim', scenario.name)}`];
  for (const one of shown) {
    if (one.title !== '') lines.push(`  ${paint('cyan', one.title)}`);
    lines.push(indent(caseText(one, { paint, columns: columns - indentation })));
  }
  if (left.length > 0)
    lines.push(`  ${paint('dim', `nothing measured: ${left.map(({ title }) => title || 'its only case').join('; ')}`)}\n`);
  return lines.join('\n');
}

function caseText({ columns, lines }: CaseTable, look: Look): string {
  const { paint } = look;
  const header = ['', ...columns.map((column) => `${column.label}\n${unitBeside(column)}`.trimEnd())];
  const body = lines.map(({ label, row, cells }) => [
    `${label}${row.noisy ? paint('yellow', ' ~') : ''}`,
    ...cells.map(({ text, best }) => (best ? paint(['green', 'bold'], `★ ${text}`) : text)),
  ]);
  const facts = lines.flatMap(({ target, row }) =>
    Object.entries(row.facts ?? {}).map(([key, value]) => `${target.name} (${key}: ${value})`),
  );
  const tables = splitTable([header.map((text) => paintLines(text, paint)), ...body], look.columns).map((rows) => plainTable(rows));
  return tables.join('\n') + facts.map((fact) => `${fact}\n`).join('');
}

function paintLines(text: string, paint: Look['paint']): string {
  return text
    .split('\n')
    .map((line) => paint('dim', line))
    .join('\n');
}

function gapText({ gaps }: Report, { paint, columns }: Look): string {
  if (gaps.length === 0) return '';
  const lines = groupGaps(gaps).flatMap(({ kind, reason, scenarios }) => {
    const painted = paint(kind === 'failed' ? 'red' : 'yellow', kind);
    const places = scenarios.map(describeGapScenario);
    const why = toPlain(reason, 2000);
    const say = (text: string): string => wrapWords(text, columns, `  ${kind}  `).replace(kind, painted);
    if (places.length === 1) return [say(`${places[0]}: ${why}`)];
    return [say(why), ...places.map((where) => wrapWords(where, columns, '    '))];
  });
  return [paint('bold', 'Not measured'), ...lines, ''].join('\n');
}

function sideText(report: Report, { paint }: Look): string {
  const lines = compareTransports(report);
  if (lines.length === 0) return '';
  const header = ['', ...comparedTransports.map((transport) => paint('dim', outcomeTitles[transport]))];
  const body = lines.map(({ title, cells }) => [title, ...cells.map(({ text, measured }) => (measured ? text : paint('dim', '–')))]);
  const heading = `${paint('bold', 'The transports side by side')}  ${paint('dim', 'mcpwire, 100 B; which one fits: bench advise')}`;
  return `${heading}\n${indent(plainTable([header, ...body]))}`;
}

const verdictStyles = { reached: 'green', 'not reached': 'red', undecided: 'yellow', 'not measured': 'dim' } as const;

function goalText({ goals }: Report, { paint, columns }: Look): string {
  if (goals.length === 0) return '';
  const measured = goals.filter(({ verdict }) => verdict !== 'not measured');
  const rows = measured.map((goal) => [
    paint(verdictStyles[goal.verdict], goal.verdict),
    goal.title,
    goal.limit,
    `${formatMeasured(goal)}${goal.noisy ? ' ~' : ''}${formatInterval(goal)}`,
  ]);
  const heading = `${paint('bold', 'Goals')}  ${summarizeGoals(goals)}`;
  if (rows.length === 0) return `${heading}\n`;
  const table = indent(plainTable(rows, 'left'));
  const isTooWide = widthOf(table) > columns;
  const list = rows.map(([verdict, title, limit, figure]) => `  ${verdict}  ${title}\n    ${figure}, ${limit}\n`).join('');
  return `${heading}\n${isTooWide ? list : table}`;
}

function claimText({ claims }: Report, { paint, columns }: Look): string {
  const judged = claims.filter(({ verdict }) => verdict !== 'not measured');
  if (judged.length === 0) return '';
  const lines = [paint('bold', 'Published claims')];
  for (const claim of judged) {
    lines.push(`  ${paint(claim.verdict === 'reproduced' ? 'green' : 'yellow', describeVerdict(claim))}  “${claim.claim}”`);
    for (const measurement of claim.measurements) {
      const { figure, times, facts } = describeClaimFigure(measurement);
      const said = `${measurement.label}: ${figure}${times === '' ? '' : ` (${times})`}${facts === '' ? '' : `, ${facts}`}`;
      lines.push(wrapWords(said, columns, '    '));
    }
    lines.push(paintLines(wrapWords(claim.why, columns, '    '), paint));
  }
  const left = claims.length - judged.length;
  if (left > 0) lines.push(`  ${paint('dim', `${left} more name no figure, or have none in this run: latest.html says which.`)}`);
  return `${lines.join('\n')}\n`;
}

function footer(report: Report, { paint, columns }: Look): string {
  const { machine, profile, durationSeconds, rows } = report;
  const isOwn = report.targets.some(({ role }) => role === 'subject');
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.os}, Node ${machine.node}. ${describePinning(report.pinning)}`,
    `Profile ${profile}, ${Math.round(durationSeconds)} s. Figures are medians over rounds${isOwn ? '.' : '; the targets of a case took turns, and × is the median over their rounds side by side. ★ ahead of all that are no floor, beyond the noise.'}`,
  ];
  const stolen = describeStolen(report);
  if (stolen !== undefined) lines.push(stolen);
  if (rows.some((row) => row.noisy)) lines.push('~ noisy: rounds differ so much that small differences mean nothing.');
  lines.push(...describeDoubts(report));
  return lines.map((line) => paintLines(wrapWords(line, columns), paint)).join('\n');
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(indentation));
}
