import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import type { Cell, RoundResult, Scenario } from '../../src/scenarios/scenario.js';
import { BenchCopy } from './bench-copy.js';

/** The figures and facts of a round. */
export type Measured = Readonly<Record<string, number>>;

/** Measures single rounds with the built bench, as the server programs that it starts are built too. */
export class Measuring {
  readonly bench: BenchCopy;
  readonly scenarios: readonly Scenario[];

  private constructor(bench: BenchCopy, scenarios: readonly Scenario[]) {
    this.bench = bench;
    this.scenarios = scenarios;
  }

  static async create(): Promise<Measuring> {
    const bench = await BenchCopy.create();
    const { scenarios } = (await import(pathToFileURL(join(bench.directory, 'dist/scenarios/index.js')).href)) as {
      scenarios: readonly Scenario[];
    };
    return new Measuring(bench, scenarios);
  }

  /** One short round of one target in one case. What it measures has to be what its scenario says that it does. */
  async measure(name: string, target: string, params: Cell['params'], roundMs = 120): Promise<Measured> {
    const scenario = this.scenarios.find((candidate) => candidate.name === name) as Scenario;
    const session = await scenario.open({ scenario: name, target, params, timing: { warmUpMs: 30, roundMs } });
    try {
      await session.warmUp();
      const { metrics }: RoundResult = await session.round();
      expect(scenario.metrics.map(({ key }) => key)).toEqual(expect.arrayContaining(Object.keys(metrics)));
      return metrics;
    } finally {
      await session.close();
    }
  }

  /** Takes the copy away. No process of it may be left. */
  async end(): Promise<void> {
    const left = this.bench.leftProcesses();
    await this.bench.remove();
    expect(left).toEqual([]);
  }
}
