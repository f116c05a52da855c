import { outcomeTitles } from '../../advise/decide.js';
import { situations, toSituationAnswer } from '../../advise/situations.js';
import type { Report } from '../report.js';
import { comparedTransports, compareTransports } from '../side-by-side.js';
import { html, type Markup, scrolling } from './markup.js';

/** Which transport for what, and the three side by side with this run's figures: the first thing on the page. */
export function answerMarkup(report: Report): Markup {
  return html`<section class="first" id="answer"><h2>Which transport for what</h2><div class="answers">${situations.map((situation) => {
    const { outcome, because } = toSituationAnswer(situation, report);
    return html`<div class="situation"><span>${situation.title}</span><b>${outcomeTitles[outcome]}</b><p>${because}</p></div>`;
  })}<p class="situation more">Another case, or the reasons in full: <code>bench advise</code></p></div>${sideBySide(report)}</section>`;
}

function sideBySide(report: Report): Markup {
  const lines = compareTransports(report);
  if (lines.length === 0) return html`<p class="muted">This run has no figures to compare the transports by.</p>`;
  const head = comparedTransports.map((transport) => html`<th scope="col">${outcomeTitles[transport]}</th>`);
  const body = lines.map(
    ({ title, cells }) =>
      html`<tr><th scope="row">${title}</th>${cells.map(({ text, note, measured }) => html`<td class="${measured ? 'is' : 'none'}">${note !== undefined && html`<small>${note}</small> `}<span>${text}</span></td>`)}</tr>`,
  );
  return html`${scrolling('The transports side by side', html`<table class="sides"><thead><tr><td>mcpwire, messages of 100 B</td>${head}</tr></thead><tbody>${body}</tbody></table>`)}<p class="muted">~ marks noise. What the peers take, and the floor beneath them all, is in the chapters below.</p>`;
}
