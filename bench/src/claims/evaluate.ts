import { findRow } from '../goals/evaluate.js';
import type { Row } from '../report/report.js';
import type { Claim, ClaimedFigure } from './claim.js';

/** A claim beside what a run measured. */
export interface ClaimVerdict {
  readonly id: string;
  readonly claim: string;
  readonly source: Claim['source'];
  readonly verdict: 'reproduced' | 'not reproduced' | 'not measured';
  readonly measurements: readonly MeasuredFigure[];
  readonly why: string;
}

export interface MeasuredFigure {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
  /** The measured figure as a multiple of the claimed one, where the claim gives one above zero. */
  readonly timesClaimed?: number;
  readonly facts?: Readonly<Record<string, string>>;
}

/** Holds every claim against the rows of a run. Figures that were not measured are left out. */
export function evaluateClaims(claims: readonly Claim[], rows: readonly Row[]): readonly ClaimVerdict[] {
  return claims.map((claim) => {
    let verdict: ClaimVerdict['verdict'] = 'not measured';
    const measurements: MeasuredFigure[] = [];
    for (const measurement of claim.measurements) {
      const row = findRow(rows, measurement, measurement.target);
      const raw = row?.metrics[measurement.metric];
      if (raw === undefined) continue;
      const value = raw * (measurement.scale ?? 1);
      const { label, unit, claimed } = measurement;
      if (claimed !== undefined && verdict === 'not measured') verdict = isReproduced(value, claimed) ? 'reproduced' : 'not reproduced';
      const timesClaimed = claimed !== undefined && claimed.value > 0 ? { timesClaimed: value / claimed.value } : {};
      measurements.push({ label, value, unit, ...timesClaimed, ...(row?.facts && { facts: row.facts }) });
    }
    const why = measurements.length === 0 ? (claim.unmeasured ?? describeMissing(claim)) : claim.why;
    return { id: claim.id, claim: claim.claim, source: claim.source, verdict, measurements, why };
  });
}

function describeMissing({ measurements }: Claim): string {
  return `This run has no figure for it: they come from ${[...new Set(measurements.map(({ scenario }) => scenario))].join(' and ')}.`;
}

function isReproduced(value: number, claimed: ClaimedFigure): boolean {
  if (claimed.kind === 'at-most') return value <= claimed.value;
  return value >= claimed.value / claimed.within && value <= claimed.value * claimed.within;
}
