import { styleText } from 'node:util';
import { formatFigure, formatParams } from '../report/format.js';
import { plainTable } from '../report/plain-table.js';
import type { Comparison, Difference, Side } from './compare.js';
import type { RankingComparison } from './rankings.js';

const marks = { better: 'green', worse: 'red', same: 'dim' } as const;

/** A comparison for a terminal: the rows side by side, and what is beyond the noise named. */
export function toCompareText(comparison: Comparison, colors: boolean): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    colors ? styleText(style, text, { validateStream: false }) : text;
  const { differences, warnings, onlyBefore, onlyAfter } = comparison;
  const lines = warnings.map((warning) => paint('yellow', `Warning: ${warning}`));
  const groups = new Map<string, Difference[]>();
  for (const difference of differences) {
    const name = `${difference.scenario}, ${formatParams(difference.params)}`;
    groups.set(name, [...(groups.get(name) ?? []), difference]);
  }
  for (const [name, list] of groups) {
    const rows = list.map((difference) => [
      difference.target,
      `${difference.metric.label}${unitOf(difference)}`,
      formatSide(difference.before),
      formatSide(difference.after),
      paint(marks[difference.verdict], formatChange(difference)),
      paint(marks[difference.verdict], difference.verdict === 'same' ? 'within the noise' : difference.verdict),
    ]);
    const header = ['', '', 'before', 'after', 'change', ''].map((text) => paint('dim', text));
    lines.push(
      paint('bold', name),
      plainTable([header, ...rows], ['left', 'left', 'right', 'right', 'right', 'left']).replace(/^(?=.)/gm, '  '),
    );
  }
  if (onlyBefore.length > 0) lines.push(`Only in the first: ${onlyBefore.join('; ')}`);
  if (onlyAfter.length > 0) lines.push(`Only in the second: ${onlyAfter.join('; ')}`);
  lines.push(summarize(differences), ...describeRankings(comparison.rankings).map((line, i) => (i === 0 ? line : paint('red', line))));
  return `${lines.join('\n')}\n`;
}

function summarize(differences: readonly Difference[]): string {
  if (differences.length === 0) return 'The two have no figure in common.';
  const count = (verdict: Difference['verdict']): number => differences.filter((difference) => difference.verdict === verdict).length;
  return `Of ${differences.length} figures ${count('better')} are better, ${count('worse')} worse, and ${count('same')} within the noise: their intervals (95 %, in brackets) overlap.`;
}

function describeRankings({ rankedInBoth, noisy, reversed }: RankingComparison): readonly string[] {
  if (rankedInBoth + noisy === 0) return [];
  const open = noisy === 0 ? '' : `; ${noisy} more can't be told apart in one of them or both`;
  if (reversed.length === 0) return [`They agree on all ${rankedInBoth} rankings of two targets that both are sure of${open}.`];
  return [
    `Of ${rankedInBoth} rankings of two targets that both are sure of ${reversed.length} differ${open}:`,
    ...reversed.map(
      ({ scenario, params, metric, ahead, behind }) =>
        `  ${scenario}, ${formatParams(params)}, ${metric}: ${ahead} was ahead of ${behind}, and is behind it`,
    ),
  ];
}

function formatSide({ median, interval: [low, high] }: Side): string {
  return `${formatFigure(median)} [${formatFigure(low)} to ${formatFigure(high)}]`;
}

/** A change in percent, with its sign. */
export function formatChange({ change }: Pick<Difference, 'change'>): string {
  if (!Number.isFinite(change)) return 'from nothing';
  return `${change < 0 ? '−' : '+'}${Math.abs(change * 100).toFixed(1)} %`;
}

function unitOf({ metric: { unit, label } }: Difference): string {
  return unit === '' || label.endsWith(unit) ? '' : `, ${unit}`;
}
