import { isSameParams } from '../goals/evaluate.js';
import { type Ranking, rankRows } from '../report/rank.js';
import type { Row } from '../report/report.js';
import type { Params } from '../scenarios/scenario.js';

/** Two targets that one report is sure to put in one order, and the other in the opposite one. */
export interface ReversedPair {
  readonly scenario: string;
  readonly params: Params;
  readonly metric: string;
  /** The better one in the first report. */
  readonly ahead: string;
  readonly behind: string;
}

export interface RankingComparison {
  /** Pairs of targets of one case that both reports rank beyond the noise, counted for each figure. */
  readonly rankedInBoth: number;
  /** Pairs that only one of them can tell apart, or neither. */
  readonly noisy: number;
  readonly reversed: readonly ReversedPair[];
}

/** Whether two reports agree on who is better than whom, wherever both say that they know. Both are ranked anew from their rows. */
export function compareRankings(before: readonly Row[], after: readonly Row[]): RankingComparison {
  const others = rankRows(after);
  const reversed: ReversedPair[] = [];
  let rankedInBoth = 0;
  let noisy = 0;
  for (const ranking of rankRows(before)) {
    const { scenario, params, metric, order } = ranking;
    const other = others.find((one) => one.scenario === scenario && one.metric === metric && isSameParams(one.params, params));
    if (other === undefined) continue;
    for (const [i, ahead] of order.entries()) {
      for (const behind of order.slice(i + 1)) {
        if (!other.order.includes(ahead) || !other.order.includes(behind)) continue;
        if (isNoisyPair(ranking, ahead, behind) || isNoisyPair(other, ahead, behind)) noisy++;
        else {
          rankedInBoth++;
          if (other.order.indexOf(ahead) > other.order.indexOf(behind)) reversed.push({ scenario, params, metric, ahead, behind });
        }
      }
    }
  }
  return { rankedInBoth, noisy, reversed };
}

function isNoisyPair({ noisy }: Ranking, a: string, b: string): boolean {
  return noisy.some((pair) => pair.includes(a) && pair.includes(b));
}
