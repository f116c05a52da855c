import type { GoalVerdict } from '../../goals/evaluate.js';
import { formatInterval, formatMeasured } from '../format.js';
import { html, type Markup, scrolling } from './markup.js';

/** A verdict as the name of a CSS class. */
export function toClass(verdict: string): string {
  return verdict.replaceAll(' ', '-');
}

const worstFirst: readonly GoalVerdict['verdict'][] = ['not reached', 'undecided', 'reached'];
const marks: Readonly<Record<GoalVerdict['verdict'], string>> = { reached: '✓', 'not reached': '✗', undecided: '?', 'not measured': '–' };

/** A tile for each goal that was measured, with the limit that it is furthest from keeping: who reads tiles alone misses nothing. */
export function goalTiles(goals: readonly GoalVerdict[]): Markup {
  const titles = [...new Set(goals.filter(({ measured }) => measured !== undefined).map(({ title }) => title))];
  const tiles = titles.map((title) => {
    const limits = goals.filter((goal) => goal.title === title && goal.measured !== undefined);
    const shown = worstFirst.flatMap((verdict) => limits.filter((goal) => goal.verdict === verdict))[0] as GoalVerdict;
    return html`<div class="tile ${toClass(shown.verdict)}"><b>${formatMeasured(shown)}${shown.against !== undefined && html` <small>${shown.against}</small>`}</b><span>${title}</span><i><span class="chip ${toClass(shown.verdict)}">${marks[shown.verdict]} ${shown.verdict}</span>: ${shown.limit}${shown.noisy && html`; noisy${formatInterval(shown)}`}</i></div>`;
  });
  return html`<div class="tiles">${tiles}</div>`;
}

/** Every limit of every goal. */
export function goalTable(goals: readonly GoalVerdict[]): Markup {
  const body = goals.map(
    (goal) =>
      html`<tr><th scope="row">${goal.title}</th><td>${goal.limit}</td><td class="figure">${formatMeasured(goal)}${formatInterval(goal)}</td><td><span class="chip ${toClass(goal.verdict)}">${goal.verdict}</span>${goal.noisy && html` <span class="chip noisy">noisy</span>`}</td></tr>`,
  );
  return scrolling(
    'All goals',
    html`<table class="words"><thead><tr><th scope="col">Goal</th><th scope="col">Limit</th><th scope="col" class="figure">Measured</th><th scope="col">Verdict</th></tr></thead><tbody>${body}</tbody></table>`,
  );
}
