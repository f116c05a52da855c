import type { ClaimVerdict } from '../../claims/evaluate.js';
import { describeClaimFigure, describeVerdict, summarizeClaims } from '../claim-text.js';
import { toClass } from './goals.js';
import { html, type Markup, prose, scrolling } from './markup.js';

/** Each published claim beside what was measured, under its source. */
export function claimsMarkup(claims: readonly ClaimVerdict[]): Markup {
  const sources = [...new Map(claims.map(({ source }) => [source.file, source])).values()];
  return html`<section id="claims"><h2>Published claims</h2><p class="about">What others have published, held against this run. ${summarizeClaims(claims)}</p>${sources.map(
    ({ file, title }) =>
      html`<h3>“${title}”</h3><p class="muted">${file}</p>${claims.filter(({ source }) => source.file === file).map(claimMarkup)}`,
  )}</section>`;
}

function claimMarkup(verdict: ClaimVerdict): Markup {
  const { claim, measurements, why } = verdict;
  const rows = measurements.map((measurement) => {
    const { figure, times, facts } = describeClaimFigure(measurement);
    return html`<tr><th scope="row">${prose(measurement.label)}</th><td>${figure}</td><td>${times}</td><td>${facts}</td></tr>`;
  });
  return html`<div class="claim"><h4>“${prose(claim)}” <span class="chip ${toClass(verdict.verdict)}">${describeVerdict(verdict)}</span></h4>${
    rows.length > 0 && scrolling(claim, html`<table class="measured"><tbody>${rows}</tbody></table>`)
  }${why !== '' && html`<p>${prose(why)}</p>`}</div>`;
}
