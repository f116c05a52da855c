import { noisyAbove } from '../../measure/statistics.js';
import { loadsExplained, toLoadTable } from '../loads.js';
import { describeConditions } from '../machine-text.js';
import { leastLead } from '../rank.js';
import type { Report } from '../report.js';
import { html, type Markup, prose, scrolling } from './markup.js';

const how = `Client and server are processes of their own, new for each row, so that targets share neither heap nor compiled code. After a warm-up the targets of a case take turns in many short rounds, forwards and backwards, so that whatever drifts on the machine hits all alike. A figure is the median over rounds; a row is noisy when its rounds deviate by more than ${noisyAbove * 100} %. A ratio is the median of the ratios of rounds that stood side by side, with the bootstrap's interval of 95 %: what the machine did to both of them cancels out. One target is called ahead of another, and marked as best, only where that interval lies beyond ${leastLead * 100} %, which is what one process may differ from the next of its kind. Every answer is checked: its id, and the length of its text. CPU time is that of all threads of a process, read before and after a round.`;

/** How the figures came about, on which machine, and of what. */
export function methodMarkup(report: Report): Markup {
  const { machine } = report;
  return html`<section id="method"><h2>How this was measured</h2>
<p class="about">${prose(how)}</p>
<p class="about">${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.os}, Node ${machine.node}, V8 ${machine.v8}. ${prose(describeConditions(report))} The run took ${Math.round(report.durationSeconds)} s: <code>${report.command}</code></p>
${scrolling(
  'What was measured',
  html`<table class="words"><thead><tr><th scope="col">Target</th><th scope="col">Version</th><th scope="col">What it is</th></tr></thead><tbody>${report.targets.map(
    ({ name, version, about }) => html`<tr><th scope="row">${name}</th><td>${version ?? '–'}</td><td>${about}</td></tr>`,
  )}</tbody></table>`,
)}
${loadMarkup(report)}</section>`;
}

function loadMarkup(report: Report): Markup | false {
  const table = toLoadTable(report);
  return (
    table !== undefined &&
    html`<details><summary>How busy both sides were</summary><p class="about">${loadsExplained}</p>
${scrolling(
  'How busy both sides were',
  html`<table class="loads"><thead><tr>${table.header.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead><tbody>${table.rows.map(
    (row) => html`<tr>${row.map((text) => html`<td>${text}</td>`)}</tr>`,
  )}</tbody></table>`,
)}</details>`
  );
}
