import type { ClaimVerdict } from '../../claims/evaluate.js';
import { formatFigure, formatRatio } from '../format.js';
import { toClass } from './goals.js';
import { html, type Markup } from './markup.js';

/** Each published claim beside what was measured. */
export function claimMarkup(claims: readonly ClaimVerdict[]): Markup {
  return html`<section><h2>Published claims</h2><p class="about">Figures that others have published, held against this run.</p>${claims.map(
    ({ claim, source, verdict, measurements, why }) =>
      html`<div class="claim"><p><b>“${claim}”</b> <span class="chip ${toClass(verdict)}">${verdict}</span></p>${
        measurements.length > 0 &&
        html`<div class="scroll"><table>${measurements.map(
          ({ label, value, unit, timesClaimed, facts }) =>
            html`<tr><td>${label}</td><td>${formatFigure(value)} ${unit}</td><td>${timesClaimed !== undefined && `${formatRatio(timesClaimed)} × the claim`}</td><td>${Object.values(facts ?? {}).join(', ')}</td></tr>`,
        )}</table></div>`
      }${why !== '' && html`<p>${why}</p>`}<p class="muted">Source: ${source.title} (${source.file})</p></div>`,
  )}</section>`;
}
