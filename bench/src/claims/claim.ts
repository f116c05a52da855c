import type { RowSelector } from '../goals/goal.js';

/** A published figure, with where it stands. */
export interface Claim {
  readonly id: string;
  /** The claim in short, in this project's words. */
  readonly claim: string;
  readonly source: { readonly file: string; readonly title: string };
  /** The figures of a run that the claim is held against; the first one with a `claimed` figure decides. */
  readonly measurements: readonly ClaimMeasurement[];
  /** Why the measurements agree or differ; it stands beside them whatever they are. */
  readonly why: string;
  /** Said in place of `why` when the run has none of the measurements, or when there can be none: the reason. Default: which scenarios have them. */
  readonly unmeasured?: string;
}

export interface ClaimMeasurement extends RowSelector {
  readonly label: string;
  readonly target: string;
  readonly metric: string;
  readonly unit: string;
  /** Multiplies the metric into `unit`. Default 1. */
  readonly scale?: number;
  /** What the claim says this figure is. Absent on figures that only give it a context. */
  readonly claimed?: ClaimedFigure;
}

export type ClaimedFigure =
  /** About this much: reproduced when within `within` times either way. */
  | { readonly kind: 'about'; readonly value: number; readonly within: number }
  /** No more than this: reproduced when at or below it. */
  | { readonly kind: 'at-most'; readonly value: number };
