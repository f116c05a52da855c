import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { checks, clientChecks, type Report } from '../../src/index.js';
import { type Fault, type Matrix, matrices } from './matrices.js';
import { renderMatrix } from './render-matrix.js';
import { runMatrix } from './run-matrix.js';

test('every check has a place in a matrix', () => {
  const placed = new Set(Object.values(matrices).flatMap((matrix) => matrix.checks.map(({ id }) => id)));
  expect([...checks, ...clientChecks].filter(({ id }) => !placed.has(id)).map(({ id }) => id)).toEqual([]);
});

describe.each(Object.entries(matrices))('the matrix %s', (name, matrix) => {
  test('has a fault for each check', () => {
    const caught = new Set(Object.values(matrix.faults).flatMap(({ caughtBy }) => caughtBy));
    expect(matrix.checks.filter(({ id }) => !caught.has(id)).map(({ id }) => id)).toEqual([]);
  });

  test('is what its document says', () => {
    const isCurrent = readFileSync(matrix.file, 'utf8') === renderMatrix(name, matrix);
    expect(isCurrent, `the document is out of date: pnpm conformance:matrix ${name}`).toBe(true);
  });
});

// A server that decodes each piece of a body by itself: one check of the three is there for it, one cannot but notice it, one is not concerned.
describe('a matrix with one fault and three checks', () => {
  const FAULT = 'decodes-pieces';
  const [own, neighbour, other] = ['sse/post-split', 'jsonrpc/request-answered-once', 'sse/post-accepted'] as const;
  const whole = matrices.sse as Matrix;
  const declared = whole.faults[FAULT] as Fault;
  const judge: Matrix['judge'] = (name, options) => whole.judge(name, { ...options, only: [own, neighbour, other] });
  // Judged once: what is declared of it makes no difference to that.
  let report: Report;
  beforeAll(async () => {
    report = await judge(FAULT, {});
  });

  /** What is found wrong when this is declared of the fault. */
  async function problemsOf(fault: Partial<Fault>, matrix: Partial<Matrix> = {}, limitMs?: number): Promise<string[]> {
    const { problems } = await runMatrix(
      {
        ...whole,
        faults: { [FAULT]: { ...declared, ...fault } },
        checks: [{ id: own }],
        judge: async () => report,
        ...matrix,
      },
      limitMs === undefined ? {} : { limitMs },
    );
    return problems;
  }

  test('has no problems when all is declared as it is', async () => {
    expect(await problemsOf({})).toEqual([]);
  });

  test('a check that catches nothing is one', async () => {
    expect(await problemsOf({}, { checks: [{ id: own }, { id: other }] })).toEqual([`${other} catches nothing`]);
  });

  test('a fault that its check does not catch is one, and then the check catches nothing', async () => {
    expect(await problemsOf({ caughtBy: [own, other] }, { checks: [{ id: other }] })).toEqual([
      `${FAULT}: ${other} does not catch it (pass)`,
      `${other} catches nothing`,
    ]);
  });

  test('a check that notices the fault, and is not said to, is one', async () => {
    const problems = await problemsOf({ neighbours: {} });
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${FAULT}: trips ${neighbour} too \\(fail: `))]);
  });

  test('a check that is said to notice it, and does not, is one; where it says "sometimes" it is none', async () => {
    const neighbours = { ...declared.neighbours, [other]: 'it is not concerned' };
    expect(await problemsOf({ neighbours })).toEqual([`${FAULT}: does not trip its neighbour ${other} (pass)`]);
    expect(await problemsOf({ neighbours: { ...neighbours, [other]: 'sometimes: it is not concerned' } })).toEqual([]);
  });

  test('a run that hangs ends with its time, and is one', async () => {
    const problems = await problemsOf({}, { checks: [], judge }, 1);
    expect(problems).toEqual([expect.stringContaining(`${FAULT}: could not be judged: Error: it took longer than 1 ms`)]);
  });
});
