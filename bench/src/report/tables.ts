import { findRow, isSameParams } from '../goals/evaluate.js';
import { isNoisy } from '../measure/statistics.js';
import { allScenarios } from '../scenarios/index.js';
import type { Metric, Params, Scenario } from '../scenarios/scenario.js';
import { formatFigure, formatParams, formatRatio, formatSpread, formatVariant, toShownUnit } from './format.js';
import { isAhead } from './rank.js';
import { ratioOf } from './ratio.js';
import type { Gap, Report, Row, TargetInfo } from './report.js';

/** What every form of the report shows: the rows of a run as tables, a section for each scenario, a table for each case. */
export interface Section {
  readonly scenario: Scenario;
  readonly tables: readonly CaseTable[];
}

export interface CaseTable {
  readonly scenario: Scenario;
  readonly params: Params;
  readonly title: string;
  readonly columns: readonly Column[];
  readonly lines: readonly Line[];
  readonly gaps: readonly Gap[];
}

export interface Column {
  readonly label: string;
  /** What the figures are shown in: coarser than the metric's own unit where all of them are large. */
  readonly unit: string;
  /** Multiplies a row's figure into `unit`. */
  readonly scale: number;
  readonly metric: Metric;
  readonly kind: 'value' | 'spread' | 'ratio';
  /** The target that a ratio is taken against. */
  readonly against?: string;
}

export interface Line {
  /** The target's name, after the values that `compareBy` names. */
  readonly label: string;
  /** Those values, where there are any: of what kind the row is, whatever its target. */
  readonly variant: string | undefined;
  readonly target: TargetInfo;
  readonly row: Row;
  readonly cells: readonly Cell[];
}

export interface Cell {
  readonly text: string;
  /** Ahead of all that are no floor, beyond the noise. */
  readonly best: boolean;
  /** The rounds lie too far apart in this figure. */
  readonly noisy: boolean;
}

/** Lays out a report's rows. */
export function toSections(report: Report): readonly Section[] {
  return allScenarios.flatMap((scenario) => {
    const rows = report.rows.filter((row) => row.scenario === scenario.name);
    const gaps = report.gaps.filter((gap) => gap.scenario === scenario.name);
    const cases: Params[] = [];
    for (const entry of [...rows, ...gaps]) {
      const params = toCase(scenario, entry.params);
      if (!cases.some((seen) => isSameParams(seen, params))) cases.push(params);
    }
    if (cases.length === 0) return [];
    const rowsOf = (params: Params): readonly Row[] => rows.filter((row) => isSameParams(toCase(scenario, row.params), params));
    // Cases of one row each are read as one table, so they share their units.
    const isOneEach = cases.every((params) => rowsOf(params).length <= 1);
    return [
      {
        scenario,
        tables: cases.map((params) => toTable(report, scenario, params, { rows, gaps, alike: isOneEach ? rows : rowsOf(params) })),
      },
    ];
  });
}

/** The parameters that tell one table from another: all but those that are compared within it. */
function toCase(scenario: Scenario, params: Params): Params {
  return Object.fromEntries(Object.entries(params).filter(([key]) => !comparedBy(scenario).includes(key)));
}

function comparedBy({ compareBy = [] }: Scenario): readonly string[] {
  return typeof compareBy === 'string' ? [compareBy] : compareBy;
}

/** A target that has a variant to itself, as gRPC has, is not named twice. */
function toLabel(variant: string, target: string): string {
  return variant.toLowerCase().startsWith(target) ? variant : `${variant}, ${target}`;
}

function toVariant(scenario: Scenario, params: Params): string | undefined {
  const words = comparedBy(scenario).flatMap((key) => (params[key] === undefined ? [] : [formatVariant(key, params[key])]));
  return words.length === 0 ? undefined : words.join(', ');
}

/** @param of the rows and gaps of the scenario, and the rows whose figures are shown in the same units */
function toTable(
  report: Report,
  scenario: Scenario,
  params: Params,
  { rows, gaps, alike }: { rows: readonly Row[]; gaps: readonly Gap[]; alike: readonly Row[] },
): CaseTable {
  const own = rows.filter((row) => isSameParams(toCase(scenario, row.params), params));
  const present = new Set(own.map((row) => row.target));
  const bases = ['floor', scenario.reference].filter((name, i, all) => present.has(name) && all.indexOf(name) === i);
  const columns = scenario.metrics.flatMap((metric, i): Column[] => {
    const bare = { unit: '', scale: 1, metric };
    const shown = toShownUnit(
      metric.unit,
      alike.flatMap((row) => row.metrics[metric.key] ?? []),
    );
    return [
      { label: metric.label, ...shown, metric, kind: 'value' },
      ...(i === 0 ? [{ ...bare, label: 'spread', kind: 'spread' } as const] : []),
      ...(metric.compare && own.length > 1
        ? bases.map((against) => ({ ...bare, label: `× ${against}`, kind: 'ratio', against }) as const)
        : []),
    ];
  });
  const lines = own.map((row): Line => {
    const target = report.targets.find(({ name }) => name === row.target) as TargetInfo;
    const variant = toVariant(scenario, row.params);
    return {
      label: variant === undefined ? target.name : toLabel(variant, target.name),
      variant,
      target,
      row,
      cells: columns.map((column) => toCell(report, own, row, column)),
    };
  });
  // What no row has, such as a ratio to a floor that takes nothing, is no column.
  const isShown = columns.map((_, i) => lines.some(({ cells }) => cells[i]?.text !== ''));
  return {
    scenario,
    params,
    title: formatParams(params),
    columns: columns.filter((_, i) => isShown[i]),
    lines: lines.map((line) => ({ ...line, cells: line.cells.filter((_, i) => isShown[i]) })),
    gaps: gaps.filter((gap) => isSameParams(toCase(scenario, gap.params), params)),
  };
}

function toCell(report: Report, rows: readonly Row[], row: Row, { metric, kind, scale, against }: Column): Cell {
  const value = row.metrics[metric.key];
  const spread = row.spread[metric.key];
  const plain = (text: string): Cell => ({ text, best: false, noisy: false });
  if (value === undefined || spread === undefined) return plain('');
  if (kind === 'spread') return plain(row.rounds > 1 ? formatSpread(value, spread) : '');
  if (kind === 'ratio') {
    const base = findRow(rows, row, against as string);
    const ratio = base && (base === row ? 1 : ratioOf(row, base, metric.key)?.median);
    return plain(ratio === undefined ? '' : formatRatio(ratio));
  }
  return {
    text: formatFigure(value * scale),
    best: metric.compare === true && row === findBest(report, rows, row, metric),
    noisy: row.rounds > 1 && isNoisy({ median: value, deviation: spread.deviation }),
  };
}

/** The row of a case that is ahead of all others that are no floor's, beyond the noise; undefined where there is none, or nothing to choose from. */
function findBest(report: Report, rows: readonly Row[], { params }: Row, metric: Metric): Row | undefined {
  const same = rows.filter((row) => isSameParams(row.params, params));
  const rivals = same.filter(
    (row) => report.targets.find(({ name }) => name === row.target)?.role !== 'floor' && row.metrics[metric.key] !== undefined,
  );
  if (rivals.length < 2) return undefined;
  return rivals.find((row) => rivals.every((other) => other === row || isAhead(row, other, metric)));
}
