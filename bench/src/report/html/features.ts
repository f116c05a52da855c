import { findRow } from '../../goals/evaluate.js';
import { type FeatureCell, featureColumns, features } from '../features.js';
import { formatFigure } from '../format.js';
import type { Report } from '../report.js';
import { html, type Markup } from './markup.js';

/** What each transport can do, each cell with the measurement or the test that shows it. */
export function featureMarkup(report: Report): Markup {
  return html`<section><h2>What each transport can do</h2><p class="about">Under each cell stands what shows it: a figure of this run, or a test of this project.</p><div class="scroll"><table class="words features"><thead><tr><th></th>${featureColumns.map((column) => html`<th>${column}</th>`)}</tr></thead><tbody>${features.map(
    ({ title, cells }) => html`<tr><td><b>${title}</b></td>${cells.map((cell) => cellMarkup(cell, report))}</tr>`,
  )}</tbody></table></div></section>`;
}

function cellMarkup({ text, evidence }: FeatureCell, report: Report): Markup {
  if (evidence.kind === 'test') return html`<td>${text}<br><small>test: ${evidence.file}, “${evidence.name}”</small></td>`;
  const { scenario, metric, unit, target } = evidence;
  const value = findRow(report.rows, evidence, target)?.metrics[metric];
  const figure =
    value === undefined
      ? html`<small>not measured in this run: ${scenario}</small>`
      : html`<small><b>${formatFigure(value)} ${unit}</b> ${scenario}</small>`;
  return html`<td>${text}<br>${figure}</td>`;
}
