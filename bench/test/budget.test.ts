import { describe, expect, test } from 'vitest';
import { fitRounds } from '../src/run/run-plan.js';

describe('the rounds of a case', () => {
  const totalMs = 80_000;

  test('are as planned while the run keeps up, or has no budget', () => {
    expect(fitRounds(5, 80_000, { elapsedMs: 0, doneMs: 0, totalMs })).toBe(5);
    expect(fitRounds(5, 80_000, { elapsedMs: 20_000, doneMs: 20_000, totalMs })).toBe(5);
    expect(fitRounds(5, undefined, { elapsedMs: 1e6, doneMs: 20_000, totalMs })).toBe(5);
  });

  test('never grow past the plan when the run is early', () => {
    expect(fitRounds(5, 80_000, { elapsedMs: 5000, doneMs: 20_000, totalMs })).toBe(5);
  });

  test('become fewer in proportion when it falls behind', () => {
    // A quarter of the plan has taken half of the budget: 120 s would be left to do in 40.
    expect(fitRounds(12, 80_000, { elapsedMs: 40_000, doneMs: 20_000, totalMs })).toBe(4);
  });

  test('are never fewer than three, also past the budget', () => {
    expect(fitRounds(5, 80_000, { elapsedMs: 200_000, doneMs: 70_000, totalMs })).toBe(3);
  });

  test('stay below three where fewer were planned', () => {
    expect(fitRounds(1, 80_000, { elapsedMs: 200_000, doneMs: 70_000, totalMs })).toBe(1);
  });
});
