import type { ClaimVerdict, MeasuredFigure } from '../claims/evaluate.js';
import { claims as published } from '../claims/index.js';
import { formatQuantity, formatRatio } from './format.js';

/** What the reader is told of a claim: one that names no figure can be neither reproduced nor not, however much was measured beside it. */
export function describeVerdict({ id, verdict }: ClaimVerdict): string {
  if (verdict !== 'not measured') return verdict;
  const claim = published.find((candidate) => candidate.id === id);
  return claim?.measurements.some(({ claimed }) => claimed !== undefined) === false ? 'names no figure' : 'not measured in this run';
}

/** How many claims came to what: `2 reproduced, 7 not reproduced, …`. */
export function summarizeClaims(claims: readonly ClaimVerdict[]): string {
  const verdicts = claims.map(describeVerdict);
  const order = ['reproduced', 'not reproduced', 'names no figure', 'not measured in this run'];
  const counts = order.flatMap((verdict) => {
    const count = verdicts.filter((one) => one === verdict).length;
    return count === 0 ? [] : [`${count} ${verdict === 'names no figure' && count > 1 ? 'name no figure' : verdict}`];
  });
  return `Of ${claims.length} claims: ${counts.join(', ')}.`;
}

/** A figure beside a claim, in words. */
export function describeClaimFigure({ value, unit, timesClaimed, facts }: MeasuredFigure): {
  figure: string;
  times: string;
  facts: string;
} {
  return {
    figure: formatQuantity(value, unit),
    times: timesClaimed === undefined ? '' : `${formatRatio(timesClaimed)} × the claim`,
    facts: Object.values(facts ?? {}).join(', '),
  };
}
