import { describe, expect, test } from 'vitest';
import { compareRankings } from '../src/compare/rankings.js';
import { evaluateGoals } from '../src/goals/evaluate.js';
import { pairRatio } from '../src/measure/statistics.js';
import { rankRows } from '../src/report/rank.js';
import { ratioOf } from '../src/report/ratio.js';
import type { Row } from '../src/report/report.js';
import { toText } from '../src/report/text.js';
import { toRow } from '../src/run/to-row.js';
import { stdioPipelined } from '../src/scenarios/stdio-pipelined.js';
import { createReport } from './support/report.js';

const params = { bytes: 100, window: 1024 };

/** A row of these rounds, as a run makes it. The two figures are kept in step: twice the rate is half the time. */
function row(target: string, cpuUs: readonly number[]): Row {
  const rounds = cpuUs.map((cpuUsPerMessage) => ({ metrics: { cpuUsPerMessage, messagesPerSecond: 1e6 / cpuUsPerMessage, p50Us: 1 } }));
  return toRow({ scenario: stdioPipelined, params }, target, rounds);
}

/** What a machine does to all that run side by side: every third round takes twice as long, and it grows slower all the time. */
const machine = [1, 1.1, 2.2, 1.2, 1.3, 2.6, 1.4, 1.5, 3];
const onThisMachine = (target: string, cpuUs: number): Row =>
  row(
    target,
    machine.map((factor) => cpuUs * factor),
  );

describe('a ratio', () => {
  test('of rounds side by side is not touched by what the machine did to both', () => {
    const [ours, theirs] = [onThisMachine('mcpwire', 5), onThisMachine('sdk-v2', 20)];
    expect(ours.noisy).toBe(true);
    expect(ratioOf(ours, theirs, 'cpuUsPerMessage')).toMatchObject({ median: 0.25, low: 0.25, high: 0.25, deviation: 0, pairs: 9 });
  });

  test('is the median of the pairs, with the interval that they leave', () => {
    expect(pairRatio([1, 2, 3, 4, 5, 6, 7], [1, 1, 1, 1, 1, 1, 1])).toMatchObject({ median: 4, low: 2, high: 6, pairs: 7 });
    expect(pairRatio([1, 2, 3], [2, 2])).toMatchObject({ pairs: 2 });
    expect(pairRatio([1, 2], [0, 0])).toBeUndefined();
    expect(pairRatio([], [])).toBeUndefined();
  });

  test('of older results, which kept no rounds, is that of the medians with all that their intervals leave open', () => {
    const older = ({ samples: _, ...rest }: Row): Row => rest;
    const ratio = ratioOf(older(row('mcpwire', [9, 10, 11])), older(row('floor', [4, 5, 6])), 'cpuUsPerMessage');
    expect(ratio).toMatchObject({ median: 2, low: 1.5, high: 2.75, pairs: 3 });
  });

  test('decides a goal that noise of the machine would have left open', () => {
    const goal = {
      title: 'CPU',
      scenario: 'stdio/pipelined',
      params,
      target: 'mcpwire',
      metric: 'cpuUsPerMessage',
      limits: [{ kind: 'at-most', factor: 0.3, against: 'sdk-v2' }] as const,
    };
    const [verdict] = evaluateGoals([goal], [onThisMachine('mcpwire', 5), onThisMachine('sdk-v2', 20)]);
    expect(verdict).toMatchObject({ verdict: 'reached', measured: 0.25, noisy: false });
  });
});

describe('a ranking', () => {
  test('has the targets of a case, best first, and says which can not be told apart', () => {
    const rows = [row('floor', [10, 11, 10, 12, 10]), row('mcpwire', [11, 10, 12, 10, 11]), row('sdk-v2', [30, 31, 29, 30, 30])];
    expect(rankRows(rows).find(({ metric }) => metric === 'cpuUsPerMessage')).toEqual({
      scenario: 'stdio/pipelined',
      params,
      metric: 'cpuUsPerMessage',
      order: ['floor', 'mcpwire', 'sdk-v2'],
      noisy: [['floor', 'mcpwire']],
    });
  });

  test('calls no lead that one process may have over the next of its kind, however steady its rounds are', () => {
    const steady = (target: string, us: number): Row => row(target, [us, us, us, us, us, us]);
    const noisyOf = (us: number) => rankRows([steady('mcpwire', 100), steady('sdk-v2', us)]).map(({ noisy }) => noisy.length);
    expect(noisyOf(104)).toEqual([1, 1]);
    expect(noisyOf(106)).toEqual([0, 0]);
  });

  test('is none with fewer than five rounds side by side', () => {
    expect(rankRows([row('mcpwire', [1, 1, 1, 1]), row('sdk-v2', [9, 9, 9, 9])])[0]?.noisy).toEqual([['mcpwire', 'sdk-v2']]);
    expect(rankRows([row('mcpwire', [1, 1, 1, 1, 1]), row('sdk-v2', [9, 9, 9, 9, 9])])[0]?.noisy).toEqual([]);
  });

  test('puts a star to who is ahead of all others beyond the noise, and to nobody else', () => {
    const starred = (rows: Row[]): string[] => toText(createReport({ rows }), false).match(/^ +\S+.*★/gm) ?? [];
    const ours = row('mcpwire', [10, 11, 10, 12, 10]);
    expect(starred([ours, row('sdk-v2', [11, 10, 12, 10, 11])])).toEqual([]);
    expect(starred([ours, row('sdk-v2', [31, 30, 32, 30, 31])])).toEqual([expect.stringMatching(/^ +mcpwire .*★/)]);
  });
});

describe('two reports', () => {
  const close = [10, 11, 10, 12, 10];
  const alsoClose = [11, 10, 12, 10, 11];
  const far = [30, 31, 29, 30, 30];

  test('agree where one has in its noise what the other ranks', () => {
    const before = [row('floor', close), row('mcpwire', alsoClose), row('sdk-v2', far)];
    const after = [row('floor', alsoClose), row('mcpwire', close), row('sdk-v2', far)];
    expect(compareRankings(before, after)).toEqual({ rankedInBoth: 4, noisy: 2, reversed: [] });
  });

  test('differ where both are sure, and of the opposite', () => {
    const { reversed, rankedInBoth } = compareRankings(
      [row('mcpwire', close), row('sdk-v2', far)],
      [row('mcpwire', far), row('sdk-v2', close)],
    );
    expect(rankedInBoth).toBe(2);
    expect(reversed).toContainEqual({ scenario: 'stdio/pipelined', params, metric: 'cpuUsPerMessage', ahead: 'mcpwire', behind: 'sdk-v2' });
  });

  test('are compared in what both have', () => {
    expect(compareRankings([row('mcpwire', close), row('sdk-v2', far)], [row('mcpwire', close)])).toEqual({
      rankedInBoth: 0,
      noisy: 0,
      reversed: [],
    });
  });
});
