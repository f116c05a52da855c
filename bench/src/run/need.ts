import { claims } from '../claims/index.js';
import { isSameParams } from '../goals/evaluate.js';
import type { RowSelector } from '../goals/goal.js';
import { goals } from '../goals/goals.js';
import type { Group } from './plan.js';

const needed: readonly RowSelector[] = [...goals, ...claims.flatMap(({ measurements }) => measurements)];

/** Whether a goal or a claim is judged by a case: where time runs out, the others are what is left out. */
export function isNeeded({ scenario, params }: Group): boolean {
  return needed.some((row) => row.scenario === scenario.name && isSameParams(row.params, params));
}
