import { describeGapScenario, groupGaps } from '../gap-groups.js';
import type { Gap } from '../report.js';
import { html, type Markup } from './markup.js';

/** What this run has no figure of, each reason once. */
export function gapMarkup(gaps: readonly Gap[]): Markup {
  return html`<section id="not-measured"><h2>Not measured</h2>${groupGaps(gaps).map(
    ({ kind, reason, scenarios }) =>
      html`<div class="claim"><p><span class="chip ${kind}">${kind}</span> ${reason}</p><ul>${scenarios.map((one) => html`<li>${describeGapScenario(one)}</li>`)}</ul></div>`,
  )}</section>`;
}
