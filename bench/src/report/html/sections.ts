import { sum } from 'simple-statistics';
import type { Metric } from '../../scenarios/scenario.js';
import { formatFigure } from '../format.js';
import { percentilesOf } from '../percentiles.js';
import type { CaseTable, Line, Section } from '../tables.js';
import { type Bar, barChart } from './chart.js';
import { type Curve, curveChart } from './curve.js';
import { html, type Markup } from './markup.js';
import { shadesOf } from './palette.js';

/** One scenario: what it is, a chart or two for each case, and the figures behind them. */
export function sectionMarkup({ scenario, tables }: Section): Markup {
  return html`<section><h2>${scenario.title}</h2><p class="about">${scenario.about} <code>${scenario.name}</code></p><div class="cases">${tables.map(caseMarkup)}</div></section>`;
}

function caseMarkup(table: CaseTable): Markup {
  const metrics = [...new Set(table.columns.map(({ metric }) => metric))];
  const charted = metrics.filter((metric) => metric.compare && table.lines.some(({ row }) => row.metrics[metric.key]));
  const charts = [...charted.map((metric) => chartMarkup(metric, table)), ...curveMarkup(table)];
  return html`<div class="${charts.length === 1 ? 'case' : 'case wide'}"><h3>${table.title}</h3>${
    charts.length === 0
      ? figures(table)
      : html`<div class="charts">${charts}</div><details><summary>All figures</summary>${figures(table)}</details>`
  }</div>`;
}

function chartMarkup(metric: Metric, { lines, title }: CaseTable): Markup {
  const unit = metric.unit === '' || metric.label.endsWith(metric.unit) ? '' : `, ${metric.unit}`;
  const split = metric.key === 'cpuUsPerMessage' && lines.every(({ row }) => row.metrics.clientCpuUsPerMessage !== undefined);
  const hint = `${metric.better} is better${split ? '; client left, server right' : ''}`;
  const bars = lines.filter(({ row }) => row.metrics[metric.key] !== undefined).map((line) => toBar(line, metric, split));
  const description = `${metric.label}${unit}, ${title}: ${bars.map(({ label, parts }) => `${label} ${formatFigure(sum(parts.map(({ value }) => value)))}`).join(', ')}`;
  return html`<figure><figcaption>${metric.label}${unit} <em>(${hint})</em></figcaption>${barChart(bars, description)}</figure>`;
}

/** The latencies of the rows that have enough of them, in one chart. */
function curveMarkup({ lines, title }: CaseTable): readonly Markup[] {
  const curves = lines.flatMap(({ label, target, row }): Curve[] => {
    const points = percentilesOf(row);
    return points.length === 0 ? [] : [{ label, shade: shadesOf(target.role).full, points }];
  });
  if (curves.length === 0) return [];
  const words = curves.map(
    ({ label, points }) => `${label} ${points.map((point) => `${point.label} ${formatFigure(point.us)}`).join(', ')}`,
  );
  return [
    html`<figure><figcaption>latency by percentile, µs <em>(logarithmic; lower is better)</em></figcaption>${curveChart(curves, `latency by percentile, µs, ${title}: ${words.join('; ')}`)}</figure>`,
  ];
}

function toBar({ label, target, row }: Line, metric: Metric, split: boolean): Bar {
  const { full, soft } = shadesOf(target.role);
  const total = row.metrics[metric.key] as number;
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
  return { label, parts, range: row.rounds > 1 ? row.spread[metric.key] : undefined };
}

function figures({ columns, lines }: CaseTable): Markup {
  const head = columns.map(({ label, unit }) => html`<th>${label}${unit !== '' && !label.endsWith(unit) && html`<br>${unit}`}</th>`);
  const body = lines.map(({ label, row, cells }) => {
    const facts = Object.entries(row.facts ?? {}).map(([key, value]) => html`<br><span class="muted">${key}: ${value}</span>`);
    return html`<tr><td>${label}${row.noisy && html` <span class="chip noisy">noisy</span>`}${facts}</td>${cells.map(({ text, best }) => (best ? html`<td class="best">${text}</td>` : html`<td>${text}</td>`))}</tr>`;
  });
  return html`<div class="scroll"><table><thead><tr><th></th>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}
