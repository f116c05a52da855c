import type { GoalVerdict } from '../../goals/evaluate.js';
import { formatInterval, formatMeasured } from '../format.js';
import { html, type Markup } from './markup.js';

/** A verdict as the name of a CSS class. */
export function toClass(verdict: string): string {
  return verdict.replaceAll(' ', '-');
}

/** A tile for the first limit of each goal that was measured: the figures to remember. */
export function goalTiles(goals: readonly GoalVerdict[]): Markup {
  const firsts = goals.filter((goal, i) => goal.measured !== undefined && goals.findIndex(({ title }) => title === goal.title) === i);
  return html`<div class="tiles">${firsts.map(
    (goal) =>
      html`<div class="tile ${toClass(goal.verdict)}"><b>${formatMeasured(goal)}${goal.against !== undefined && html` <small>${goal.against}</small>`}</b><span>${goal.title}</span><i>${goal.verdict}: ${goal.limit}${goal.noisy && html`, noisy${formatInterval(goal)}`}</i></div>`,
  )}</div>`;
}

/** Every limit of every goal. */
export function goalTable(goals: readonly GoalVerdict[]): Markup {
  return html`<div class="scroll"><table class="words"><thead><tr><th>Goal</th><th>Limit</th><th>Measured</th><th>Verdict</th></tr></thead><tbody>${goals.map(
    (goal) =>
      html`<tr><td>${goal.title}</td><td>${goal.limit}</td><td class="figure">${formatMeasured(goal)}${formatInterval(goal)}</td><td><span class="chip ${toClass(goal.verdict)}">${goal.verdict}</span>${goal.noisy && html` <span class="chip noisy">noisy</span>`}</td></tr>`,
  )}</tbody></table></div>`;
}
