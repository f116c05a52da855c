import { sum } from 'simple-statistics';
import type { Metric } from '../../scenarios/scenario.js';
import type { Chapter } from '../chapters.js';
import { formatFigure, unitBeside } from '../format.js';
import { percentilesOf } from '../percentiles.js';
import type { CaseTable, Column, Line, Section } from '../tables.js';
import { type Bar, barChart } from './chart.js';
import { type Curve, curveChart, toCurveAxis } from './curve.js';
import { html, type Markup, prose, scrolling } from './markup.js';
import { shadesOf } from './palette.js';
import { type SeriesLine, seriesChart } from './series-chart.js';

/** The sections that belong together. */
export function chapterMarkup({ id, title, sections }: Chapter): Markup {
  return html`<section id="${id}"><h2>${title}</h2>${sections.map(sectionMarkup)}</section>`;
}

/** One scenario: what it is, a chart or two for each case, and the figures behind them. */
function sectionMarkup({ scenario, tables }: Section): Markup {
  const shown = tables.filter(({ lines }) => lines.length > 0);
  const left = tables.filter(({ lines }) => lines.length === 0).map(({ title }) => title);
  const isOneTable = shown.length > 1 && shown.every((table) => table.lines.length === 1 && chartsOf(table).length === 0);
  return html`<section><h3>${scenario.title}</h3><p class="about">${prose(scenario.about)} <code class="name">${scenario.name}</code></p><div class="cases">${
    isOneTable
      ? html`<div class="case wide">${mergedFigures(scenario.title, shown)}</div>`
      : shown.map((table) => caseMarkup(scenario.title, table))
  }</div>${left.length > 0 && html`<p class="muted">Without figures in this run: ${left.join('; ')}.</p>`}</section>`;
}

function caseMarkup(scenario: string, table: CaseTable): Markup {
  const charts = chartsOf(table);
  const name = `${scenario}: ${table.title || 'figures'}`;
  return html`<div class="${charts.length === 1 ? 'case' : 'case wide'}">${table.title !== '' && html`<h4>${table.title}</h4>`}${
    charts.length === 0
      ? figures(name, table)
      : html`<div class="charts">${charts}</div><details><summary>All figures<span class="unseen"> of ${name}</span></summary>${figures(name, table)}</details>`
  }</div>`;
}

function chartsOf(table: CaseTable): readonly Markup[] {
  const charted = table.columns.filter(
    ({ kind, metric }) => kind === 'value' && metric.compare && table.lines.filter(({ row }) => row.metrics[metric.key]).length > 1,
  );
  return [...charted.map((column) => barsMarkup(column, table)), ...curvesMarkup(table), ...seriesMarkup(table)];
}

function nameOf(column: Pick<Column, 'label' | 'unit'>): string {
  const unit = unitBeside(column);
  return unit === '' ? column.label : `${column.label}, ${unit}`;
}

function barsMarkup(column: Column, { lines, columns, title }: CaseTable): Markup {
  const { metric, scale } = column;
  const at = columns.indexOf(column);
  const split = metric.key === 'cpuUsPerMessage' && lines.every(({ row }) => row.metrics.clientCpuUsPerMessage !== undefined);
  const hint = `${metric.better} is better${split ? '; client left, server right' : ''}`;
  const bars = lines.filter(({ row }) => row.metrics[metric.key] !== undefined).map((line) => toBar(line, metric, { at, scale, split }));
  const description = `${nameOf(column)}, ${title}: ${bars.map(({ label, parts }) => `${label} ${formatFigure(sum(parts.map(({ value }) => value)))}`).join(', ')}`;
  return html`<figure><figcaption>${nameOf(column)} <em>(${hint})</em></figcaption>${barChart(bars, description)}</figure>`;
}

/** More lines than this in one chart can't be told apart. */
const mostCurves = 6;

/** The latencies of the rows that have enough of them: in one chart, or in one for each variant, all with the same axis. */
function curvesMarkup({ lines, title }: CaseTable): readonly Markup[] {
  const variants = [...new Set(lines.map(({ variant }) => variant))];
  const curves = lines.flatMap(({ label, variant, target, row }) => {
    const points = percentilesOf(row);
    return points.length === 0 ? [] : [{ label, variant, target, points, shade: shadesOf(target.role).full }];
  });
  if (curves.length === 0) return [];
  const isSplit = curves.length > mostCurves && variants.length > 1;
  const parts = isSplit ? toParts(variants.map((variant) => curves.filter((curve) => curve.variant === variant))) : [curves];
  const all = curves.map((curve) => ({ ...curve, look: 0 }));
  const axis = toCurveAxis(all);
  return parts
    .filter((part) => part.length > 0)
    .map((part): Markup => {
      const isAlone = new Set(part.map(({ variant }) => variant)).size === 1;
      const shown = part.map((curve, i): Curve => {
        const alike = part.slice(0, i).filter(({ shade }) => shade === curve.shade).length;
        const look = isSplit || curve.variant === undefined ? alike : variants.indexOf(curve.variant);
        return { label: isSplit && isAlone ? curve.target.name : curve.label, shade: curve.shade, look, points: curve.points };
      });
      const what = `latency by percentile${isSplit && isAlone ? ` over ${part[0]?.variant}` : ''}, ${axis.unit}`;
      const words = shown.map(
        ({ label, points }) => `${label} ${points.map((point) => `${point.label} ${formatFigure(point.us * axis.scale)}`).join(', ')}`,
      );
      return html`<figure><figcaption>${what} <em>(log scale; lower is better)</em></figcaption>${curveChart(shown, axis, `${what}, ${title}: ${words.join('; ')}`)}</figure>`;
    });
}

/** What the rows followed along the way, a chart for each figure. */
function seriesMarkup({ scenario, lines, title }: CaseTable): readonly Markup[] {
  return (scenario.curves ?? []).flatMap(({ key, label, unit, against }) => {
    const shown = lines.flatMap(({ label: name, target, row }, i): SeriesLine[] => {
      const points = row.series?.[key] ?? [];
      const { full } = shadesOf(target.role);
      const look = lines.slice(0, i).filter((line) => shadesOf(line.target.role).full === full).length;
      return points.length < 2 ? [] : [{ label: name, shade: full, look, points }];
    });
    if (shown.length === 0) return [];
    const what = `${label}, ${unit}`;
    const words = shown.map((line) => `${line.label} ${line.points.map(([x, y]) => `${formatFigure(x)}: ${formatFigure(y)}`).join(', ')}`);
    return [
      html`<figure><figcaption>${what} <em>(against ${against}; lower is better)</em></figcaption>${seriesChart(shown, against, `${what}, against ${against}, ${title}: ${words.join('; ')}`)}</figure>`,
    ];
  });
}

/** Variants of a single line share a chart. */
function toParts<T>(variants: readonly (readonly T[])[]): readonly (readonly T[])[] {
  return [...variants.filter((part) => part.length > 1), variants.filter((part) => part.length === 1).flat()];
}

function toBar(
  { label, target, row, cells }: Line,
  metric: Metric,
  { at, scale, split }: { at: number; scale: number; split: boolean },
): Bar {
  const { full, soft } = shadesOf(target.role);
  const total = (row.metrics[metric.key] as number) * scale;
  const client = row.metrics.clientCpuUsPerMessage as number;
  const server = row.metrics.serverCpuUsPerMessage as number;
  // The median of sums is not the sum of medians: the parts show the share of each side in the total.
  const share = client / (client + server);
  const parts = split
    ? [
        { value: total * share, shade: full },
        { value: total * (1 - share), shade: soft },
      ]
    : [{ value: total, shade: full }];
  const range = row.rounds > 1 ? row.spread[metric.key] : undefined;
  const { text = '', best = false, noisy = false } = cells[at] ?? {};
  return {
    label,
    parts,
    text: `${best ? '★ ' : ''}${text}${noisy ? ' ~' : ''}`,
    range: range && { min: range.min * scale, max: range.max * scale },
  };
}

function headMarkup(columns: readonly Column[]): Markup {
  const cells = columns.map(
    (column) => html`<th scope="col">${column.label}${unitBeside(column) !== '' && html`<br>${unitBeside(column)}`}</th>`,
  );
  return html`<thead><tr><td></td>${cells}</tr></thead>`;
}

function lineMarkup(label: string, { row, cells }: Line): Markup {
  const facts = Object.entries(row.facts ?? {}).map(([key, value]) => html`<br><span class="muted">${key}: ${value}</span>`);
  return html`<tr><th scope="row">${label}${row.noisy && html` <span class="chip noisy">noisy</span>`}${facts}</th>${cells.map(({ text, best }) => (best ? html`<td class="best">${text}</td>` : html`<td>${text}</td>`))}</tr>`;
}

function figures(name: string, { columns, lines }: CaseTable): Markup {
  return scrolling(name, html`<table>${headMarkup(columns)}<tbody>${lines.map((line) => lineMarkup(line.label, line))}</tbody></table>`);
}

/** Cases of one row each as the rows of one table. */
function mergedFigures(name: string, tables: readonly CaseTable[]): Markup {
  const [first] = tables as readonly [CaseTable];
  const targets = new Set(tables.flatMap(({ lines }) => lines.map(({ target }) => target.name)));
  const rows = tables.flatMap(({ title, lines }) =>
    lines.map((line) => lineMarkup(targets.size > 1 ? `${title}, ${line.label}` : title, line)),
  );
  return scrolling(name, html`<table>${headMarkup(first.columns)}<tbody>${rows}</tbody></table>`);
}
