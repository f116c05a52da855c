import type { Params } from '../scenarios/scenario.js';

/** Which row a goal looks at. */
export interface RowSelector {
  readonly scenario: string;
  readonly params: Params;
}

/** A figure that one target has to reach, measured against another's in the same run, or against a fixed limit. */
export interface Goal extends RowSelector {
  readonly target: string;
  readonly metric: string;
  /** What is measured, in words. */
  readonly title: string;
  readonly limits: readonly GoalLimit[];
}

export type GoalLimit =
  /** At least `factor` times what `against` reaches. */
  | { readonly kind: 'at-least'; readonly factor: number; readonly against: string }
  /** At most `factor` times what `against` needs. */
  | { readonly kind: 'at-most'; readonly factor: number; readonly against: string }
  /** At most this figure, in the metric's own unit. */
  | { readonly kind: 'at-most-value'; readonly value: number; readonly unit: string };
