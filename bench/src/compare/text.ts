import { styleText } from 'node:util';
import { formatFigure, formatParams, type ShownUnit, toShownUnit, unitBeside } from '../report/format.js';
import { plainTable, widthOf } from '../report/plain-table.js';
import { wrapWords } from '../report/plain-text.js';
import type { Comparison, Difference, Side } from './compare.js';
import type { RankingComparison } from './rankings.js';

const marks = { better: 'green', worse: 'red', same: 'dim' } as const;

/** A comparison for a terminal: the rows side by side, and what is beyond the noise named. Where `columns` are too few, intervals are left out. */
export function toCompareText(comparison: Comparison, colors: boolean, columns: number = Number.POSITIVE_INFINITY): string {
  const text = toLines(comparison, colors, { columns, intervals: true });
  return widthOf(text) <= columns ? text : toLines(comparison, colors, { columns, intervals: false });
}

function toLines(comparison: Comparison, colors: boolean, { columns, intervals }: { columns: number; intervals: boolean }): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    colors ? styleText(style, text, { validateStream: false }) : text;
  const { differences, warnings, onlyBefore, onlyAfter } = comparison;
  const lines = warnings.map((warning) => paint('yellow', wrapWords(`Warning: ${warning}`, columns)));
  const groups = new Map<string, Difference[]>();
  for (const difference of differences) {
    const name = `${difference.scenario}, ${formatParams(difference.params)}`;
    groups.set(name, [...(groups.get(name) ?? []), difference]);
  }
  for (const [name, list] of groups) {
    const rows = list.map((difference) => [
      difference.target,
      ...formatSides(difference, intervals),
      paint(marks[difference.verdict], formatChange(difference)),
      paint(marks[difference.verdict], difference.verdict === 'same' ? 'within the noise' : difference.verdict),
    ]);
    const header = ['', '', 'before', 'after', 'change', ''].map((text) => paint('dim', text));
    lines.push(
      paint('bold', name),
      plainTable([header, ...rows], ['left', 'left', 'right', 'right', 'right', 'left']).replace(/^(?=.)/gm, '  '),
    );
  }
  for (const [title, rows] of [['Only in the first:', onlyBefore] as const, ['Only in the second:', onlyAfter] as const])
    if (rows.length > 0) lines.push(title, ...rows.map((row) => wrapWords(row, columns, '  ')), '');
  lines.push(wrapWords(summarize(differences, intervals), columns));
  for (const [i, line] of describeRankings(comparison.rankings).entries())
    lines.push(i === 0 ? wrapWords(line, columns) : paint('red', wrapWords(line, columns, '  ')));
  return `${lines.join('\n')}\n`;
}

function summarize(differences: readonly Difference[], intervals: boolean): string {
  if (differences.length === 0) return 'The two have no figure in common.';
  const count = (verdict: Difference['verdict']): number => differences.filter((difference) => difference.verdict === verdict).length;
  return `Of ${differences.length} figures ${count('better')} are better, ${count('worse')} worse, and ${count('same')} within the noise: their intervals (95 %${intervals ? ', in brackets' : ''}) overlap.`;
}

function describeRankings({ rankedInBoth, noisy, reversed }: RankingComparison): readonly string[] {
  if (rankedInBoth + noisy === 0) return [];
  if (rankedInBoth === 0)
    return [`Who is ahead of whom can't be held against each other: ${noisy} pairs of targets can't be told apart in one of them or both.`];
  const open = noisy === 0 ? '' : `; ${noisy} more can't be told apart in one of them or both`;
  if (reversed.length === 0) return [`They agree on all ${rankedInBoth} rankings of two targets that both are sure of${open}.`];
  return [
    `Of ${rankedInBoth} rankings of two targets that both are sure of ${reversed.length} differ${open}:`,
    ...reversed.map(
      ({ scenario, params, metric, ahead, behind }) =>
        `${scenario}, ${formatParams(params)}, ${metric}: ${ahead} was ahead of ${behind}, and is behind it`,
    ),
  ];
}

/** What is measured, before, and after, in a unit that fits both. */
function formatSides({ metric, before, after }: Difference, intervals: boolean): readonly [name: string, before: string, after: string] {
  const shown = toShownUnit(metric.unit, [before.median, after.median]);
  const name = [metric.label, unitBeside({ label: metric.label, unit: shown.unit })].filter((part) => part !== '').join(', ');
  return [name, formatSide(before, shown, intervals), formatSide(after, shown, intervals)];
}

function formatSide({ median, interval: [low, high] }: Side, { scale }: ShownUnit, intervals: boolean): string {
  const figure = formatFigure(median * scale);
  return intervals ? `${figure} [${formatFigure(low * scale)} to ${formatFigure(high * scale)}]` : figure;
}

/** A change in percent, with its sign. */
export function formatChange({ change }: Pick<Difference, 'change'>): string {
  if (!Number.isFinite(change)) return 'from nothing';
  return `${change < 0 ? '−' : '+'}${Math.abs(change * 100).toFixed(1)} %`;
}
