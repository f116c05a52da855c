import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { decideByArticle } from '../src/advise/article.js';
import { askMissing, NoAnswerError } from '../src/advise/ask.js';
import { decide } from '../src/advise/decide.js';
import { figureSources } from '../src/advise/figures.js';
import { type Answers, nextQuestion, questions } from '../src/advise/question.js';
import { situations } from '../src/advise/situations.js';
import { toJson } from '../src/report/write-report.js';
import { scenarios } from '../src/scenarios/index.js';
import { BenchCopy } from './support/bench-copy.js';
import { createReport } from './support/report.js';
import { createRow } from './support/rows.js';

/** Every way through the questions. */
function everyCase(known: Answers = {}): Answers[] {
  const question = nextQuestion(known);
  if (question === undefined) return [known];
  return question.choices.flatMap(({ value }) => everyCase({ ...known, [question.name]: value }));
}

describe('the decision tree', () => {
  const all = everyCase();

  test('has an outcome with a reason for each step, whatever the answers; all three transports are outcomes', () => {
    expect(all.length).toBeGreaterThan(100);
    const outcomes = new Set<string>();
    for (const answers of all) {
      const { outcome, steps, article } = decide(answers, undefined);
      outcomes.add(outcome);
      expect(steps).toHaveLength(Object.keys(answers).length);
      for (const { answer, reason } of steps) expect([answer, reason]).not.toContain('');
      if (!article.same) expect(article.why, JSON.stringify(answers)).toBeDefined();
    }
    expect([...outcomes].sort()).toEqual(['http+sse', 'stdio', 'streamable-http']);
  });

  test('never sends a page, another machine or several clients to a pipe, and HTTP+SSE only to those who have nothing else', () => {
    for (const answers of all) {
      const { outcome } = decide(answers, undefined);
      if (answers.remote || answers.browser || answers.clients === 'several') expect(outcome).not.toBe('stdio');
      else expect(outcome).toBe('stdio');
      expect(outcome === 'http+sse').toBe(answers.revision === '2024-11-05');
    }
  });

  test('a published tree is cited where it says otherwise, with the reason', () => {
    expect(decideByArticle({ remote: true, microseconds: true })).toBe('http+sse');
    expect(decideByArticle({ microseconds: true, clients: 'several' })).toBe('stdio');
    expect(decideByArticle({ clients: 'one' })).toBe('stdio');
    const { article } = decide({ remote: true, browser: false, microseconds: false, proxy: 'none', revision: '2026-07-28' }, undefined);
    expect(article).toMatchObject({ outcome: 'http+sse', same: false, why: expect.stringContaining('2025-03-26') });
  });

  test('its figures are those of the run, and what the run lacks is named', () => {
    const rows = [createRow({ scenario: 'stdio/ping-pong', target: 'mcpwire', params: { bytes: 100 }, metrics: { p50Us: 41.5 } })];
    const { steps } = decide({ remote: false, browser: false, clients: 'one', microseconds: true }, createReport({ rows }));
    const step = steps.find(({ name }) => name === 'microseconds');
    expect(step?.figures).toEqual([expect.objectContaining({ value: 41.5, unit: 'µs', noisy: false })]);
    expect(step?.missing).toEqual(['stdioRate']);
  });

  test('every figure is one that some scenario measures of mcpwire', () => {
    for (const [name, { metric, rows }] of Object.entries(figureSources)) {
      for (const { scenario, params } of rows) {
        const found = scenarios.find((candidate) => candidate.name === scenario);
        const cases = (['quick', 'standard', 'full'] as const).flatMap((profile) => found?.cases(profile) ?? []);
        expect(
          cases.map((one) => one.params),
          `${name}: ${scenario}`,
        ).toContainEqual(params);
        expect(
          found?.metrics.map(({ key }) => key),
          name,
        ).toContain(metric);
        expect(found?.targets, name).toContain('mcpwire');
      }
    }
  });

  test('the situations of the report answer every question that matters, and have every outcome', () => {
    for (const { answers } of situations) expect(nextQuestion(answers)).toBeUndefined();
    expect(new Set(situations.map(({ answers }) => decide(answers, undefined).outcome)).size).toBe(3);
  });
});

describe('asked on a terminal', () => {
  test('by number, by word or by its beginning; what is no answer is asked again; what does not matter is not asked', async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    let shown = '';
    output.setEncoding('utf8').on('data', (text: string) => (shown += text));
    const asking = askMissing({ remote: false }, { input, output });
    for (const line of ['maybe', 'no', 'sev', '2', '2026-07-28']) {
      input.write(`${line}\n`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await asking).toEqual({ remote: false, browser: false, clients: 'several', microseconds: false, revision: '2026-07-28' });
    expect(shown).toContain('Does a page in a browser talk to it directly?');
    expect(shown).not.toContain('other machines');
    expect(shown).not.toContain('What stands between');
    expect(shown.match(/1 to 2, or the word/g)).toHaveLength(4);
    expect(shown).toContain('maybe is none of them. 1 to 2');
  });

  test('an input that ends is an end, and hangs nothing', async () => {
    const input = new PassThrough();
    const asking = askMissing({}, { input, output: new PassThrough() });
    input.end();
    await expect(asking).rejects.toThrow(NoAnswerError);
  });
});

describe('bench advise', { timeout: 90_000 }, () => {
  let bench: BenchCopy;
  beforeAll(async () => {
    bench = await BenchCopy.create();
  });
  afterEach(() => rm(join(bench.results, 'latest.json'), { force: true }));
  afterAll(() => bench.remove());
  const local = ['--remote', 'no', '--browser', 'no', '--clients', 'one', '--microseconds', 'yes'];

  test('answers with the latest run’s figures, else with the baseline’s, and says which', async () => {
    const baseline = await bench.run('advise', ...local);
    expect(baseline.code).toBe(0);
    expect(baseline.stdout).toMatch(/^stdio\n/);
    expect(baseline.stdout).toMatch(/a call over stdio, median: [\d.]+ µs/);
    expect(baseline.stdout).toContain('linux-x64-2-cores.json');
    const rows = [createRow({ scenario: 'stdio/ping-pong', target: 'mcpwire', params: { bytes: 100 }, metrics: { p50Us: 12_345 } })];
    await writeFile(join(bench.results, 'latest.json'), toJson(createReport({ rows })));
    const latest = await bench.run('advise', ...local);
    expect(latest.stdout).toContain('12.3 ms');
    expect(latest.stdout).toMatch(/Figures: .*latest\.json/);
    expect(latest.stdout).toContain('another machine than this one');
  });

  test('passes over a latest.json that has none of the figures, and names what one with some does not have', async () => {
    const path = join(bench.results, 'latest.json');
    const other = createRow({ scenario: 'framing/encode', target: 'mcpwire', params: { bytes: 100 }, metrics: { megabytesPerSecond: 1 } });
    await writeFile(path, toJson(createReport({ rows: [other], command: 'bench --only framing/*' })));
    const passed = await bench.run('advise', ...local);
    expect(passed.stdout).toMatch(/latest\.json has none of the figures: it is of `bench --only framing\/\*`/);
    expect(passed.stdout).toMatch(/Figures: .*linux-x64-2-cores\.json/);
    const rows = [createRow({ scenario: 'stdio/ping-pong', target: 'mcpwire', params: { bytes: 100 }, metrics: { p50Us: 50 } })];
    await writeFile(path, toJson(createReport({ rows, profile: 'smoke' })));
    const some = await bench.run('advise', ...local);
    expect(some.stdout).toContain('not in these results: messages a second over stdio, many in flight (stdio/pipelined)');
    expect(some.stdout).toContain('its figures mean nothing');
  });

  test('passes over a latest.json that is cut off, and says so', async () => {
    await writeFile(join(bench.results, 'latest.json'), '{"schemaVersion":1,');
    const run = await bench.run('advise', ...local);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('latest.json is no JSON, or only a part of it');
    expect(run.stdout).toMatch(/Figures: .*linux-x64-2-cores\.json/);
  });

  test('prints everything as JSON: outcome, steps, figures with their rows, the article, the source', async () => {
    const run = await bench.run('advise', ...local, '--json');
    expect(JSON.parse(run.stdout)).toMatchObject({
      outcome: 'stdio',
      steps: expect.arrayContaining([
        expect.objectContaining({
          name: 'microseconds',
          figures: expect.arrayContaining([expect.objectContaining({ from: expect.objectContaining({ scenario: 'stdio/ping-pong' }) })]),
        }),
      ]),
      article: { outcome: 'stdio', same: true },
      source: { path: expect.stringContaining('linux-x64-2-cores.json') },
    });
  });

  test('with nobody to ask, names the first question that no flag answers', async () => {
    const run = await bench.run('advise', '--remote', 'yes', '--browser', 'no');
    expect([run.code, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toContain('--microseconds is not answered');
    expect((await bench.run('advise', '--remote', 'perhaps')).code).toBe(2);
    expect((await bench.run('advise', ...local, '--from', 'absent.json')).stderr).toContain('there is no file absent.json');
  });

  test('has a flag for every question', async () => {
    const { stdout } = await bench.run('advise', '--help');
    for (const { flag } of questions) expect(stdout).toContain(flag);
  });
});
