import { styleText } from 'node:util';
import { formatFigure, formatInterval, formatMeasured, formatRatio, summarizeGoals } from './format.js';
import { describeLoad, describePinning, describeStolen, isBusy } from './machine-text.js';
import { plainTable } from './plain-table.js';
import { toPlain } from './plain-text.js';
import type { Report } from './report.js';
import { type CaseTable, type Section, toSections } from './tables.js';

type Style = Parameters<typeof styleText>[0];

/** The report for a terminal. `colors` adds escape sequences. */
export function toText(report: Report, colors: boolean): string {
  const paint = (style: Style, text: string): string => (colors ? styleText(style, text, { validateStream: false }) : text);
  const parts = [
    ...toSections(report).map((section) => sectionText(section, paint)),
    gapText(report, paint),
    goalText(report, paint),
    claimText(report, paint),
    footer(report, paint),
  ];
  return `${parts.filter((part) => part !== '').join('\n')}\n`;
}

type Paint = (style: Style, text: string) => string;

function sectionText({ scenario, tables }: Section, paint: Paint): string {
  const lines = [`${paint('bold', scenario.title)}  ${paint('dim', scenario.name)}`];
  for (const one of tables) lines.push(`  ${paint('cyan', one.title)}`, indent(caseText(one, paint)));
  return lines.join('\n');
}

function caseText({ columns, lines }: CaseTable, paint: Paint): string {
  if (lines.length === 0) return paint('dim', 'nothing measured');
  const header = ['', ...columns.map(({ label, unit }) => (unit === '' || label.endsWith(unit) ? label : `${label}\n${unit}`))];
  const body = lines.map(({ label, row, cells }) => [
    `${label}${row.noisy ? paint('yellow', ' ~') : ''}`,
    ...cells.map(({ text, best }) => (best ? paint(['green', 'bold'], `★ ${text}`) : text)),
  ]);
  const facts = lines.flatMap(({ target, row }) =>
    Object.entries(row.facts ?? {}).map(([key, value]) => `${target.name} (${key}: ${value})`),
  );
  return plainTable([header.map((text) => paintLines(text, paint)), ...body]) + facts.map((fact) => `${fact}\n`).join('');
}

function paintLines(text: string, paint: Paint): string {
  return text
    .split('\n')
    .map((line) => paint('dim', line))
    .join('\n');
}

function gapText({ gaps }: Report, paint: Paint): string {
  if (gaps.length === 0) return '';
  const lines = gaps.map(
    ({ scenario, target, kind, reason }) =>
      `  ${paint(kind === 'failed' ? 'red' : 'yellow', kind)}  ${target} in ${scenario}: ${toPlain(reason, 2000)}`,
  );
  return [paint('bold', 'Not measured'), ...new Set(lines), ''].join('\n');
}

const verdictStyles = { reached: 'green', 'not reached': 'red', undecided: 'yellow', 'not measured': 'dim' } as const;

function goalText({ goals }: Report, paint: Paint): string {
  if (goals.length === 0) return '';
  const measured = goals.filter(({ verdict }) => verdict !== 'not measured');
  const rows = measured.map((goal) => [
    paint(verdictStyles[goal.verdict], goal.verdict),
    goal.title,
    goal.limit,
    `${formatMeasured(goal)}${goal.noisy ? ' ~' : ''}${formatInterval(goal)}`,
  ]);
  const heading = `${paint('bold', 'Goals')}  ${summarizeGoals(goals)}`;
  return rows.length === 0 ? `${heading}\n` : `${heading}\n${indent(plainTable(rows, 'left'))}`;
}

function claimText({ claims }: Report, paint: Paint): string {
  const measured = claims.filter(({ verdict }) => verdict !== 'not measured');
  if (measured.length === 0) return '';
  const lines = [paint('bold', 'Published claims')];
  for (const { claim, verdict, measurements, why } of measured) {
    lines.push(`  ${paint(verdict === 'reproduced' ? 'green' : 'yellow', verdict)}  “${claim}”`);
    for (const { label, value, unit, timesClaimed, facts } of measurements) {
      const times = timesClaimed === undefined ? '' : ` (${formatRatio(timesClaimed)} × the claim)`;
      const found = facts === undefined ? '' : `, ${Object.values(facts).join(', ')}`;
      lines.push(`    ${label}: ${formatFigure(value)} ${unit}${times}${found}`);
    }
    lines.push(`    ${paint('dim', why)}`);
  }
  const left = claims.length - measured.length;
  if (left > 0) lines.push(`  ${paint('dim', `${left} more have no figure in this run; latest.html says why.`)}`);
  return `${lines.join('\n')}\n`;
}

function footer(report: Report, paint: Paint): string {
  const { machine, profile, durationSeconds, rows } = report;
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.os}, Node ${machine.node}. ${describePinning(report.pinning)}`,
    `Profile ${profile}, ${Math.round(durationSeconds)} s. Figures are medians over rounds; the targets of a case took turns, and × is the median over their rounds side by side. ★ ahead of all that are no floor, beyond the noise.`,
  ];
  const stolen = describeStolen(report);
  if (stolen !== undefined) lines.push(stolen);
  if (rows.some((row) => row.noisy)) lines.push('~ noisy: rounds differ so much that small differences mean nothing.');
  if (isBusy(machine))
    lines.push(`${describeLoad(machine)} The figures are worse, and lie further apart, than they would on a quiet machine.`);
  if (report.interrupted) lines.push('Interrupted: only what was measured until then is here.');
  return lines.map((line) => paint('dim', line)).join('\n');
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '    ');
}
