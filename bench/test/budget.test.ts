import { describe, expect, test } from 'vitest';
import { claims } from '../src/claims/index.js';
import { isSameParams } from '../src/goals/evaluate.js';
import { goals } from '../src/goals/goals.js';
import { Budget, type RoundTimer } from '../src/run/budget.js';
import { isNeeded } from '../src/run/need.js';
import { createPlan } from '../src/run/plan.js';
import { profiles } from '../src/run/profiles.js';
import { scenarios } from '../src/scenarios/index.js';
import { findTarget, targets } from '../src/targets/index.js';

/** A clock that is put forward by hand. */
let now = 0;
const clock = (): number => now;

/** Makes rounds of this length until the timer has had enough, and says how many. */
function makeRounds(timer: RoundTimer, planned: number, roundMs: number, launch = 0, launches = 1): number {
  let round = 1;
  for (; timer.allows(round, { planned, launch, launches }); round++) now += roundMs;
  return round - 1;
}

describe('the rounds of a case', () => {
  test('are as planned while there is time, or no limit to it', () => {
    now = 1000;
    const budget = new Budget({ budgetMs: 80_000 }, clock);
    expect(makeRounds(budget.deal({ estimateMs: 10_000 }, [{ estimateMs: 60_000 }]), 9, 1000)).toBe(9);
    expect(makeRounds(new Budget({}, clock).deal({ estimateMs: 1 }, []), 9, 1e6)).toBe(9);
    expect(new Budget({}, clock).limit).toBeUndefined();
  });

  test('become fewer where a round takes longer than its case has time for, the start of its processes counted', () => {
    now = 0;
    const budget = new Budget({ budgetMs: 40_000 }, clock);
    // A quarter of what is left: 10 s.
    const timer = budget.deal({ estimateMs: 5000 }, [{ estimateMs: 15_000 }]);
    now += 4000;
    expect(makeRounds(timer, 9, 1000)).toBe(6);
    expect(now).toBe(10_000);
  });

  test('never number less than five where five were planned, also when all time is gone', () => {
    now = 90_000;
    const budget = new Budget({ budgetMs: 80_000 }, clock);
    expect(makeRounds(budget.deal({ estimateMs: 5000 }, []), 9, 1000)).toBe(5);
    expect(makeRounds(budget.deal({ estimateMs: 5000 }, []), 1, 1000)).toBe(1);
  });

  test('are shared out to the launches of a case', () => {
    now = 0;
    const timer = new Budget({ budgetMs: 20_000 }, clock).deal({ estimateMs: 5000 }, []);
    expect(makeRounds(timer, 30, 1000, 0, 2)).toBe(10);
    expect(makeRounds(timer, 30, 1000, 1, 2)).toBe(10);
  });

  test('leave what they do not need to the cases behind, and take nothing from them', () => {
    now = 0;
    const budget = new Budget({ budgetMs: 30_000 }, clock);
    const estimates = [{ estimateMs: 10_000 }, { estimateMs: 10_000 }, { estimateMs: 10_000 }];
    expect(makeRounds(budget.deal(estimates[0] as { estimateMs: number }, estimates.slice(1)), 4, 500)).toBe(4);
    // 28 s are left to two.
    expect(makeRounds(budget.deal(estimates[1] as { estimateMs: number }, estimates.slice(2)), 100, 1000)).toBe(14);
    expect(makeRounds(budget.deal(estimates[2] as { estimateMs: number }, []), 100, 1000)).toBe(14);
    expect(now).toBe(30_000);
  });
});

describe('the plan', () => {
  const rowsOf = (profile: 'quick' | 'standard') => createPlan(scenarios, targets, profiles[profile]);

  test.each(['quick', 'standard'] as const)('of the profile %s ends well before its own limit', (name) => {
    const { budgetMs = 0, limitMs = 0 } = profiles[name];
    expect(budgetMs).toBeLessThan(limitMs);
    expect(limitMs).toBeLessThanOrEqual(name === 'quick' ? 112_000 : 595_000);
  });

  test('of each is expected to take no longer than it may, or so little more that it loses a few rounds', () => {
    const seconds = (name: 'quick' | 'standard'): number => rowsOf(name).reduce((sum, { estimateMs }) => sum + estimateMs, 0) / 1000;
    expect(seconds('quick')).toBeLessThanOrEqual(125);
    expect(seconds('standard')).toBeLessThanOrEqual(630);
  });

  test('of the standard profile has every row that a goal names', () => {
    const rows = rowsOf('standard');
    for (const goal of goals) {
      const group = rows.find(({ scenario, params }) => scenario.name === goal.scenario && isSameParams(params, goal.params));
      const named = [goal.target, ...goal.limits.flatMap((limit) => ('against' in limit ? [limit.against] : []))];
      expect(
        group?.targets.map((target) => target.name),
        goal.title,
      ).toEqual(expect.arrayContaining(named));
      expect(group !== undefined && isNeeded(group), goal.title).toBe(true);
    }
  });

  test('knows what no goal and no claim needs', () => {
    const unneeded = rowsOf('standard').filter((group) => !isNeeded(group));
    expect(unneeded.map(({ scenario }) => scenario.name)).toContain('framing/encode');
    for (const { scenario, params } of unneeded)
      for (const { measurements } of claims)
        expect(measurements.some((row) => row.scenario === scenario.name && isSameParams(row.params, params))).toBe(false);
  });

  test('has a target in the scenarios that it joins by itself', () => {
    const joining = { ...findTarget('vscode-jsonrpc'), name: 'joining', joins: ['import'] };
    const plan = createPlan(scenarios, [...targets, joining], profiles.quick);
    const joined = plan.filter((group) => group.targets.includes(joining)).map(({ scenario }) => scenario.name);
    expect(joined).toEqual(['import']);
  });
});
