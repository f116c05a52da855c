import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toHtml } from '../src/report/html/page.js';
import { toMarkdown } from '../src/report/markdown.js';
import { toText } from '../src/report/text.js';
import type { Group } from '../src/run/plan.js';
import type * as RunPlan from '../src/run/run-plan.js';
import { framingDecode } from '../src/scenarios/framing-decode.js';
import { framingEncode } from '../src/scenarios/framing-encode.js';
import { findTarget } from '../src/targets/index.js';
import { BenchCopy } from './support/bench-copy.js';
import { createReport } from './support/report.js';

let bench: BenchCopy;
let runPlan: typeof RunPlan.runPlan;
beforeAll(async () => {
  bench = await BenchCopy.create();
  // The built one, as the workers that it starts are.
  ({ runPlan } = (await import(pathToFileURL(join(bench.directory, 'dist/run/run-plan.js')).href)) as typeof RunPlan);
});
afterAll(() => bench.remove());

const group = (scenario: Group['scenario'], rounds: number): Group => ({
  scenario,
  params: { bytes: 100 },
  targets: [findTarget('floor'), findTarget('mcpwire')],
  rounds,
  launches: 1,
  timing: { warmUpMs: 10, roundMs: 20 },
  estimateMs: 1000,
});
const options = { pinning: { reason: 'a test' }, signal: new AbortController().signal, onprogress: () => {} };

describe.runIf(process.platform !== 'win32')('a run whose time is up', { timeout: 60_000 }, () => {
  test('keeps the rounds that it has, leaves out what is left, and leaves no process', async () => {
    // Rounds without end in the first case, that all others are behind.
    const time = { budgetMs: Number.POSITIVE_INFINITY, limitMs: performance.now() + 5000 };
    const plan = [group(framingDecode, 1e6), group(framingEncode, 2)];
    const { rows, gaps, durations } = await runPlan(plan, { ...options, time });
    expect(rows.map(({ scenario, target }) => `${scenario} ${target}`)).toEqual(['framing/decode floor', 'framing/decode mcpwire']);
    for (const { rounds, samples } of rows) expect(samples?.megabytesPerSecond).toHaveLength(rounds);
    expect(gaps).toMatchObject(
      ['floor', 'mcpwire'].map((target) => ({
        scenario: 'framing/encode',
        target,
        kind: 'skipped',
        reason: expect.stringContaining('used up'),
      })),
    );
    expect(durations.map(({ scenario }) => scenario)).toEqual(['framing/decode']);
    expect(performance.now()).toBeLessThan(time.limitMs + 20_000);
    for (const text of [toText, toMarkdown, toHtml].map((format) => format(createReport({ rows, gaps }), false)))
      expect(text).toMatch(/skipped[\s\S]*used up|used up[\s\S]*skipped/);
    await expect.poll(() => bench.leftProcesses(), { timeout: 3000 }).toEqual([]);
  });

  test('leaves everything out that has not begun, and starts nothing for it', async () => {
    const { rows, gaps } = await runPlan([group(framingDecode, 2)], { ...options, time: { budgetMs: 0, limitMs: 0 } });
    expect([rows, gaps.map(({ kind }) => kind)]).toEqual([[], ['skipped', 'skipped']]);
  });

  test('has measured first what comes first, and shows it in the order of the plan', async () => {
    const seen: string[] = [];
    const { rows } = await runPlan([group(framingDecode, 2), group(framingEncode, 2)], {
      ...options,
      first: ({ scenario }) => scenario.name === 'framing/encode',
      onprogress: ({ group: { scenario } }) => seen.push(scenario.name),
    });
    expect([...new Set(seen)]).toEqual(['framing/encode', 'framing/decode']);
    expect([...new Set(rows.map(({ scenario }) => scenario))]).toEqual(['framing/decode', 'framing/encode']);
  });

  test('makes fewer rounds where the budget does not reach for all', async () => {
    const time = { budgetMs: performance.now() };
    const { rows } = await runPlan([group(framingDecode, 500)], { ...options, time });
    expect(rows.map(({ rounds }) => rounds)).toEqual([5, 5]);
  });
});
