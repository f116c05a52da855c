import { outcomeTitles } from '../../advise/decide.js';
import { situations, toSituationAnswer } from '../../advise/situations.js';
import { formatFigure } from '../format.js';
import type { Report } from '../report.js';
import { html, type Markup } from './markup.js';

/** Which transport for what, with this run's figures: the first thing on the page. */
export function answerMarkup(report: Report): Markup {
  return html`<section class="first"><h2>Which transport for what</h2><div class="answers">${situations.map((situation) => {
    const { outcome, because, figures } = toSituationAnswer(situation, report);
    return html`<div class="situation"><span>${situation.title}</span><b>${outcomeTitles[outcome]}</b><p>${because}</p>${
      figures.length === 0
        ? html`<p class="muted">This run has no figures for it.</p>`
        : html`<dl>${figures.map((figure) => html`<div><dt>${figure.label}</dt><dd>${formatFigure(figure.value)} ${figure.unit}${figure.noisy && ' ~'}</dd></div>`)}</dl>`
    }</div>`;
  })}</div><p class="muted">Figures are mcpwire’s own; those of the peers are below. ~ marks noise. Another case: <code>bench advise</code>.</p></section>`;
}
