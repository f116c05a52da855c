import { findRow } from '../../goals/evaluate.js';
import { type FeatureCell, featureColumns, features } from '../features.js';
import { formatQuantity } from '../format.js';
import type { Report } from '../report.js';
import { html, type Markup, scrolling } from './markup.js';

/** What each transport can do, each cell with the measurement or the test that shows it. */
export function featureMarkup(report: Report): Markup {
  const head = featureColumns.map((column) => html`<th scope="col">${column}</th>`);
  const body = features.map(
    ({ title, cells }) => html`<tr><th scope="row">${title}</th>${cells.map((cell) => cellMarkup(cell, title, report))}</tr>`,
  );
  return html`<section id="features"><h2>What each transport can do</h2><p class="about">With each cell stands what shows it: a figure of this run, or a test of this project.</p>${scrolling('What each transport can do', html`<table class="words features"><thead><tr><td></td>${head}</tr></thead><tbody>${body}</tbody></table>`)}</section>`;
}

function cellMarkup({ text, evidence }: FeatureCell, title: string, report: Report): Markup {
  if (evidence.kind === 'test')
    return html`<td>${text}<details><summary>test<span class="unseen"> of ${title}: ${text}</span></summary><small>“${evidence.name}” in ${evidence.file}</small></details></td>`;
  const { scenario, metric, unit, target } = evidence;
  const value = findRow(report.rows, evidence, target)?.metrics[metric];
  const figure =
    value === undefined
      ? html`<small>not measured in this run: ${scenario}</small>`
      : html`<small><b>${formatQuantity(value, unit)}</b> ${scenario}</small>`;
  return html`<td>${text}<br>${figure}</td>`;
}
