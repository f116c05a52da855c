import { noisyAbove } from '../../measure/statistics.js';
import { summarizeGoals } from '../format.js';
import { loadsExplained, toLoadTable } from '../loads.js';
import { describeConditions, describeLoad, isBusy } from '../machine-text.js';
import { leastLead } from '../rank.js';
import type { Report } from '../report.js';
import { toSections } from '../tables.js';
import { answerMarkup } from './answer.js';
import { claimMarkup } from './claims.js';
import { featureMarkup } from './features.js';
import { goalTable, goalTiles } from './goals.js';
import { html, Markup } from './markup.js';
import { sectionMarkup } from './sections.js';
import { css } from './style.js';

/** The report as one page that needs nothing else: no network, no script. */
export function toHtml(report: Report): string {
  const { machine, goals, claims } = report;
  const subject = report.targets.find(({ role }) => role === 'subject');
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>mcpwire bench, ${report.startedAt.slice(0, 10)}</title>
<style>${new Markup(css)}</style>
</head>
<body><main>
<h1>${subject === undefined ? 'What a message costs on the wire' : `What a call to ${subject.title} costs`}</h1>
<p class="muted">${report.startedAt.slice(0, 16).replace('T', ' ')} UTC, profile ${report.profile}, ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}</p>
${report.interrupted && html`<p class="notice">Interrupted: only what was measured until then is here.</p>`}
${isBusy(machine) && html`<p class="notice">${describeLoad(machine)} The figures are worse, and lie further apart, than they would on a quiet machine.</p>`}
${subject === undefined ? answerMarkup(report) : html`<p class="about">${subject.about}.</p>`}
${
  goals.length > 0 &&
  html`<section><h2>Goals of this project</h2><p class="answer">${summarizeGoals(goals)}</p>${goalTiles(goals)}<details><summary>All goals</summary>${goalTable(goals)}</details></section>`
}
<p class="keys">${
    subject === undefined &&
    html`<span><i class="key-own"></i>this project</span><span><i class="key-peer"></i>peers</span><span><i class="key-floor"></i>floor: the least that does the work</span>`
  }<span>whiskers: least and greatest round</span></p>
${toSections(report).map(sectionMarkup)}
${claims.length > 0 && claimMarkup(claims)}
${subject === undefined && featureMarkup(report)}
${gapMarkup(report)}
${methodMarkup(report)}
</main></body>
</html>
`;
  return page.text;
}

function gapMarkup({ gaps }: Report): Markup | false {
  return (
    gaps.length > 0 &&
    html`<section><h2>Not measured</h2><div class="scroll"><table class="words"><tbody>${gaps.map(
      ({ scenario, target, kind, reason }) =>
        html`<tr><td>${target}</td><td>${scenario}</td><td><span class="chip ${kind}">${kind}</span></td><td>${reason}</td></tr>`,
    )}</tbody></table></div></section>`
  );
}

function methodMarkup(report: Report): Markup {
  const { machine } = report;
  return html`<section><h2>How this was measured</h2>
<p class="about">Client and server are processes of their own, new for each row, so that targets share neither heap nor compiled code. After a warm-up the targets of a case take turns in many short rounds, forwards and backwards, so that whatever drifts on the machine hits all alike. A figure is the median over rounds; a row is noisy when its rounds deviate by more than ${noisyAbove * 100} %. A ratio is the median of the ratios of rounds that stood side by side, with the bootstrap's interval of 95 %: what the machine did to both of them cancels out. One target is called ahead of another, and marked as best, only where that interval lies beyond ${leastLead * 100} %, which is what one process may differ from the next of its kind. Every answer is checked: its id, and the length of its text. CPU time is that of all threads of a process, read before and after a round.</p>
<p class="about">${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.os}, Node ${machine.node}, V8 ${machine.v8}. ${describeConditions(report)} The run took ${Math.round(report.durationSeconds)} s: <code>${report.command}</code></p>
<div class="scroll"><table class="words"><thead><tr><th>Target</th><th>Version</th><th>What it is</th></tr></thead><tbody>${report.targets.map(
    ({ name, version, about }) => html`<tr><td>${name}</td><td>${version ?? '–'}</td><td>${about}</td></tr>`,
  )}</tbody></table></div>
${loadMarkup(report)}</section>`;
}

function loadMarkup(report: Report): Markup | false {
  const table = toLoadTable(report);
  return (
    table !== undefined &&
    html`<details><summary>How busy both sides were</summary><p class="about">${loadsExplained}</p>
<div class="scroll"><table><thead><tr>${table.header.map((label) => html`<th>${label}</th>`)}</tr></thead><tbody>${table.rows.map(
      (row) => html`<tr>${row.map((text) => html`<td>${text}</td>`)}</tr>`,
    )}</tbody></table></div></details>`
  );
}
