import { toChapters } from '../chapters.js';
import { summarizeGoals } from '../format.js';
import { describeDoubts } from '../machine-text.js';
import type { Report } from '../report.js';
import { toSections } from '../tables.js';
import { answerMarkup } from './answer.js';
import { claimsMarkup } from './claims.js';
import { featureMarkup } from './features.js';
import { gapMarkup } from './gaps.js';
import { goalTable, goalTiles } from './goals.js';
import { html, Markup } from './markup.js';
import { methodMarkup } from './method.js';
import { chapterMarkup } from './sections.js';
import { css } from './style.js';

/** The report as one page that needs nothing else: no network, no script. */
export function toHtml(report: Report): string {
  const { machine, goals, claims, gaps } = report;
  const subject = report.targets.find(({ role }) => role === 'subject');
  const chapters = toChapters(toSections(report));
  const contents = [
    ...(goals.length > 0 ? [{ id: 'goals', title: 'Goals' }] : []),
    ...chapters,
    ...(claims.length > 0 ? [{ id: 'claims', title: 'Published claims' }] : []),
    ...(subject === undefined ? [{ id: 'features', title: 'What each can do' }] : []),
    ...(gaps.length > 0 ? [{ id: 'not-measured', title: 'Not measured' }] : []),
    { id: 'method', title: 'Method and machine' },
  ];
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
${describeDoubts(report).map((doubt) => html`<p class="notice">${doubt}</p>`)}
${subject === undefined ? answerMarkup(report) : html`<p class="about">${subject.about}.</p>`}
<nav aria-label="Contents">${contents.map(({ id, title }) => html`<a href="#${id}">${title}</a>`)}</nav>
${
  goals.length > 0 &&
  html`<section id="goals"><h2>Goals of this project</h2><p class="answer">${summarizeGoals(goals)}</p>${goalTiles(goals)}<details><summary>All limits of all goals</summary>${goalTable(goals)}</details></section>`
}
<p class="keys">${
    subject === undefined &&
    html`<span><i class="key-own"></i>this project</span><span><i class="key-peer"></i>peers</span><span><i class="key-floor"></i>floor: the least that does the work</span><span>★ ahead of all that are no floor</span>`
  }<span>~ noisy</span><span>whiskers: least and greatest round</span></p>
${chapters.map(chapterMarkup)}
${claims.length > 0 && claimsMarkup(claims)}
${subject === undefined && featureMarkup(report)}
${gaps.length > 0 && gapMarkup(gaps)}
${methodMarkup(report)}
</main></body>
</html>
`;
  return page.text;
}
