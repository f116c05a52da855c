import { findRow, isSameParams } from '../goals/evaluate.js';
import { allScenarios } from '../scenarios/index.js';
import type { Metric, Params, Scenario } from '../scenarios/scenario.js';
import { formatFigure, formatParams, formatRatio, formatSpread, formatVariant } from './format.js';
import { isAhead } from './rank.js';
import { ratioOf } from './ratio.js';
import type { Gap, Report, Row, TargetInfo } from './report.js';

/** What every form of the report shows: the rows of a run as tables, a section for each scenario, a table for each case. */
export interface Section {
  readonly scenario: Scenario;
  readonly tables: readonly CaseTable[];
}

export interface CaseTable {
  readonly params: Params;
  readonly title: string;
  readonly columns: readonly Column[];
  readonly lines: readonly Line[];
  readonly gaps: readonly Gap[];
}

export interface Column {
  readonly label: string;
  readonly unit: string;
  readonly metric: Metric;
  readonly kind: 'value' | 'spread' | 'ratio';
  /** The target that a ratio is taken against. */
  readonly against?: string;
}

export interface Line {
  /** The target's name, after the value that `compareBy` names. */
  readonly label: string;
  readonly target: TargetInfo;
  readonly row: Row;
  readonly cells: readonly Cell[];
}

export interface Cell {
  readonly text: string;
  /** Ahead of all that are no floor, beyond the noise. */
  readonly best: boolean;
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
    return [{ scenario, tables: cases.map((params) => toTable(report, scenario, params, rows, gaps)) }];
  });
}

/** The parameters that tell one table from another: all but the one that is compared within it. */
function toCase({ compareBy }: Scenario, params: Params): Params {
  return Object.fromEntries(Object.entries(params).filter(([key]) => key !== compareBy));
}

function toTable(report: Report, scenario: Scenario, params: Params, rows: readonly Row[], gaps: readonly Gap[]): CaseTable {
  const own = rows.filter((row) => isSameParams(toCase(scenario, row.params), params));
  const present = new Set(own.map((row) => row.target));
  const bases = ['floor', scenario.reference].filter((name, i, all) => present.has(name) && all.indexOf(name) === i);
  const columns = scenario.metrics.flatMap((metric, i): Column[] => [
    { label: metric.label, unit: metric.unit, metric, kind: 'value' },
    ...(i === 0 ? [{ label: 'spread', unit: '', metric, kind: 'spread' } as const] : []),
    ...(metric.compare && own.length > 1
      ? bases.map((against) => ({ label: `× ${against}`, unit: '', metric, kind: 'ratio', against }) as const)
      : []),
  ]);
  const lines = own.map((row): Line => {
    const target = report.targets.find(({ name }) => name === row.target) as TargetInfo;
    const variant = scenario.compareBy === undefined ? undefined : row.params[scenario.compareBy];
    return {
      label: variant === undefined ? target.name : `${formatVariant(scenario.compareBy as string, variant)}, ${target.name}`,
      target,
      row,
      cells: columns.map((column) => toCell(report, own, row, column)),
    };
  });
  return {
    params,
    title: formatParams(params),
    columns,
    lines,
    gaps: gaps.filter((gap) => isSameParams(toCase(scenario, gap.params), params)),
  };
}

function toCell(report: Report, rows: readonly Row[], row: Row, { metric, kind, against }: Column): Cell {
  const value = row.metrics[metric.key];
  const spread = row.spread[metric.key];
  if (value === undefined || spread === undefined) return { text: '', best: false };
  if (kind === 'spread') return { text: row.rounds > 1 ? formatSpread(value, spread) : '', best: false };
  if (kind === 'ratio') {
    const base = findRow(rows, row, against as string);
    const ratio = base && (base === row ? 1 : ratioOf(row, base, metric.key)?.median);
    return { text: ratio === undefined ? '' : formatRatio(ratio), best: false };
  }
  return { text: formatFigure(value), best: metric.compare === true && row === findBest(report, rows, row, metric) };
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
