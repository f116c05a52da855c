import { describe, expect, test } from 'vitest';
import { evaluateGoals, isSameParams } from '../src/goals/evaluate.js';
import type { Goal } from '../src/goals/goal.js';
import { goals } from '../src/goals/goals.js';
import { scenarios } from '../src/scenarios/index.js';
import { targets } from '../src/targets/index.js';
import { createRow } from './support/rows.js';

const at = { scenario: 'stdio/pipelined', params: { bytes: 100, window: 1024 } };
const faster: Goal = {
  ...at,
  title: 'rate',
  target: 'mcpwire',
  metric: 'messagesPerSecond',
  limits: [{ kind: 'at-least', factor: 2.5, against: 'sdk-v2' }],
};
const row = (target: string, messagesPerSecond: number, deviation = 0) =>
  createRow({ ...at, target, metrics: { messagesPerSecond }, deviation });

describe('a goal', () => {
  test('is reached at its limit and not below it', () => {
    expect(evaluateGoals([faster], [row('mcpwire', 250), row('sdk-v2', 100)])).toMatchObject([{ verdict: 'reached', measured: 2.5 }]);
    expect(evaluateGoals([faster], [row('mcpwire', 249), row('sdk-v2', 100)])).toMatchObject([{ verdict: 'not reached', measured: 2.49 }]);
  });

  test('of at most a factor is not reached above it', () => {
    const cheaper: Goal = { ...faster, metric: 'messagesPerSecond', limits: [{ kind: 'at-most', factor: 1, against: 'sdk-v2' }] };
    expect(evaluateGoals([cheaper], [row('mcpwire', 101), row('sdk-v2', 100)])).toMatchObject([
      { verdict: 'not reached', limit: 'not above sdk-v2' },
    ]);
    expect(evaluateGoals([cheaper], [row('mcpwire', 100), row('sdk-v2', 100)])).toMatchObject([{ verdict: 'reached' }]);
  });

  test('of a fixed figure needs no other target', () => {
    const small: Goal = { ...faster, limits: [{ kind: 'at-most-value', value: 0.5, unit: 'MB' }] };
    expect(evaluateGoals([small], [row('mcpwire', 0.4)])).toMatchObject([{ verdict: 'reached', measured: 0.4, unit: 'MB' }]);
  });

  test('is not measured when either row is missing, or has other parameters', () => {
    const elsewhere = createRow({
      scenario: at.scenario,
      params: { bytes: 100, window: 64 },
      target: 'sdk-v2',
      metrics: { messagesPerSecond: 1 },
    });
    for (const rows of [[], [row('mcpwire', 250)], [row('sdk-v2', 100)], [row('mcpwire', 250), elsewhere]]) {
      const [verdict] = evaluateGoals([faster], rows);
      expect(verdict).toMatchObject({ verdict: 'not measured' });
      expect(verdict).not.toHaveProperty('measured');
    }
  });

  test('is undecided when noise leaves open on which side of its limit it lies, both ways', () => {
    // 250 ± 50 over 100: 2 to 3.
    expect(evaluateGoals([faster], [row('mcpwire', 260, 50), row('sdk-v2', 100)])).toMatchObject([
      { verdict: 'undecided', measured: 2.6, interval: [2.1, 3.1], noisy: true },
    ]);
    expect(evaluateGoals([faster], [row('mcpwire', 240, 50), row('sdk-v2', 100)])).toMatchObject([{ verdict: 'undecided', measured: 2.4 }]);
    expect(evaluateGoals([faster], [row('mcpwire', 260), row('sdk-v2', 100, 11)])).toMatchObject([{ verdict: 'undecided', noisy: true }]);
  });

  test('is decided in spite of noise when its limit is out of reach of it', () => {
    expect(evaluateGoals([faster], [row('mcpwire', 400, 50), row('sdk-v2', 100)])).toMatchObject([
      { verdict: 'reached', interval: [3.5, 4.5], noisy: true },
    ]);
    expect(evaluateGoals([faster], [row('mcpwire', 150, 50), row('sdk-v2', 100)])).toMatchObject([{ verdict: 'not reached', noisy: true }]);
  });

  test('is decided by its median where the rounds agree, however narrowly', () => {
    const [verdict] = evaluateGoals([faster], [row('mcpwire', 249, 5), row('sdk-v2', 100, 5)]);
    expect(verdict).toMatchObject({ verdict: 'not reached', noisy: false });
    expect(verdict).not.toHaveProperty('interval');
  });

  test('against a row that is nothing but noise is undecided, not a division by zero', () => {
    const cheaper: Goal = { ...faster, limits: [{ kind: 'at-most', factor: 1, against: 'sdk-v2' }] };
    expect(evaluateGoals([cheaper], [row('mcpwire', 80), row('sdk-v2', 100, 100)])).toMatchObject([
      { verdict: 'undecided', interval: [0.4, Number.POSITIVE_INFINITY] },
    ]);
  });
});

test('every goal names a scenario, a case of the standard profile, a metric and targets that exist', () => {
  for (const goal of goals) {
    const scenario = scenarios.find(({ name }) => name === goal.scenario);
    expect(
      scenario?.cases('standard').some(({ params }) => isSameParams(params, goal.params)),
      goal.title,
    ).toBe(true);
    expect(
      scenario?.metrics.some(({ key }) => key === goal.metric),
      goal.title,
    ).toBe(true);
    const named = [goal.target, ...goal.limits.flatMap((limit) => ('against' in limit ? [limit.against] : []))];
    for (const name of named) {
      expect(scenario?.targets).toContain(name);
      expect(targets.some((target) => target.name === name)).toBe(true);
    }
  }
});
