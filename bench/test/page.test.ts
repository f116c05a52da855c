import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluateClaims } from '../src/claims/evaluate.js';
import { stdioClaims } from '../src/claims/stdio.js';
import { evaluateGoals } from '../src/goals/evaluate.js';
import { goals } from '../src/goals/goals.js';
import { featureColumns, features } from '../src/report/features.js';
import { toHtml } from '../src/report/html/page.js';
import { percentilesOf } from '../src/report/percentiles.js';
import type { Report } from '../src/report/report.js';
import { scenarios } from '../src/scenarios/index.js';
import { createReport } from './support/report.js';
import { createRow } from './support/rows.js';

const root = new URL('../../', import.meta.url);
const curve = { p50Us: 300, p90Us: 420, p99Us: 900, p999Us: 4000, maxUs: 21_000, messagesPerSecond: 3000 };
const baseline = JSON.parse(readFileSync(new URL('bench/results/baseline.json', root), 'utf8')) as Report;
const latencyParams = { carrier: 'http', loop: 'closed', bytes: 100, roundTripMs: 4 };
const rows = [
  ...baseline.rows,
  ...['floor', 'mcpwire', 'sdk-v2'].map((target, i) =>
    createRow({ scenario: 'latency/request', target, params: latencyParams, metrics: { ...curve, p50Us: 300 + i * 50 } }),
  ),
];
const report: Report = { ...baseline, rows, goals: evaluateGoals(goals, rows), claims: evaluateClaims(stdioClaims, rows) };
const own = createReport({
  targets: [{ name: 'server', title: 'a server', role: 'subject', about: 'a server at python server.py, over stdio' }],
  rows: [createRow({ scenario: 'server/latency', target: 'server', params: { window: 1 }, metrics: curve })],
});

describe('the feature matrix', () => {
  test('has a cell for each transport, and each rests on a test that is there or a figure that is measured', () => {
    const missing: string[] = [];
    for (const { title, cells } of features) {
      expect([title, cells.length]).toEqual([title, featureColumns.length]);
      for (const { text, evidence } of cells) {
        expect(text).not.toBe('');
        if (evidence.kind === 'test') {
          const url = new URL(evidence.file, root);
          if (!existsSync(url) || !readFileSync(url, 'utf8').includes(evidence.name)) missing.push(`${evidence.file}: ${evidence.name}`);
        } else {
          const scenario = scenarios.find(({ name }) => name === evidence.scenario);
          const cases = (['quick', 'standard', 'full'] as const).flatMap((profile) => scenario?.cases(profile) ?? []);
          expect(
            cases.map(({ params }) => params),
            evidence.scenario,
          ).toContainEqual(evidence.params);
          expect(
            scenario?.metrics.map(({ key }) => key),
            evidence.scenario,
          ).toContain(evidence.metric);
        }
      }
    }
    expect(missing).toEqual([]);
  });

  test('shows the figure where the run has it, and says where it has none', () => {
    const some = { ...report, rows: rows.filter((row) => row.scenario.startsWith('stdio/') || row.metrics.p50Us === 350) };
    const page = toHtml(some);
    expect(page).toMatch(/a call at a round trip of 4 ms, median<br><small><b>350 µs<\/b> latency\/request/);
    expect(page).toContain('not measured in this run: sse/idle-memory');
  });
});

describe('the first screen', () => {
  test('answers which transport for what before anything else, with this run’s figures, all three among them', () => {
    const page = toHtml(report);
    const answer = page.slice(page.indexOf('Which transport for what'), page.indexOf('<svg'));
    for (const name of ['stdio', 'Streamable HTTP', 'HTTP+SSE']) expect(answer).toContain(`<b>${name}</b>`);
    expect(answer).toMatch(/<dt>a call over stdio, median<\/dt><dd>[\d.,]+ µs/);
  });

  test('of a report on the reader’s own server is about that server alone', () => {
    const page = toHtml(own);
    expect(page).toContain('<h1>What a call to a server costs</h1>');
    for (const absent of ['Which transport for what', 'Goals of this project', 'Published claims', 'What each transport can do'])
      expect(page).not.toContain(absent);
  });
});

test('a row with enough percentiles has a curve, in their order', () => {
  expect(percentilesOf({ metrics: { messages: 5, ...curve } }).map(({ label }) => label)).toEqual(['p50', 'p90', 'p99', 'p99.9', 'max']);
  expect(percentilesOf({ metrics: { p50Us: 1, p99Us: 2 } })).toEqual([]);
  expect(toHtml(own)).toContain('latency by percentile, µs, 1 in flight: server p50 300, p90 420, p99 900, p99.9 4,000, max 21,000');
});

const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
);
if (executablePath === undefined) console.warn('No Chromium: the pages are not looked at. CHROMIUM names one.');

/** What the script in the page finds. */
interface Seen {
  readonly overflow: number;
  readonly sticksOut: readonly string[];
  readonly charts: readonly { readonly pictures: number; readonly marks: number; readonly letters: number }[];
  readonly ink: string;
  readonly paper: string;
}
const look = readFileSync(new URL('fixtures/look-at-page.js', import.meta.url), 'utf8');

/** Where the pictures are kept for a person to look at; otherwise they go with the test. */
const kept = process.env.SCREENSHOTS;

describe.runIf(executablePath !== undefined)('in a browser', { timeout: 90_000 }, () => {
  let browser: Browser;
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'bench-page-'));
    await writeFile(join(directory, 'bench.html'), toHtml(report));
    await writeFile(join(directory, 'own.html'), toHtml(own));
    browser = await chromium.launch({ executablePath: executablePath as string, args: ['--no-sandbox'] });
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await rm(directory, { recursive: true });
  });

  const views = (['light', 'dark'] as const).flatMap((colorScheme) =>
    [
      { name: 'phone', width: 360, height: 740 },
      { name: 'desktop', width: 1280, height: 800 },
    ].flatMap(({ name, ...viewport }) => ['bench', 'own'].map((page) => ({ page, name, colorScheme, viewport }))),
  );

  test.each(views)(
    '$page page, $name, $colorScheme: nothing runs over the side, and every chart is drawn',
    async ({ page: file, name, colorScheme, viewport }) => {
      const page = await browser.newPage({ viewport, colorScheme });
      try {
        const requests: string[] = [];
        page.on('request', (request) => requests.push(request.url()));
        const { href } = pathToFileURL(join(directory, `${file}.html`));
        await page.goto(href);
        expect(requests).toEqual([href]);
        const seen = (await page.evaluate(look)) as Seen;
        expect([seen.overflow, seen.sticksOut]).toEqual([0, []]);
        expect(seen.charts.length).toBeGreaterThan(file === 'own' ? 1 : 10);
        for (const chart of seen.charts) {
          expect(chart.pictures).toBe(1);
          expect(chart.marks).toBeGreaterThan(0);
          expect(chart.letters).toBeGreaterThan(0);
        }
        const isDark = (color: string): boolean => (color.match(/\d+/g) ?? []).slice(0, 3).every((part) => Number(part) < 80);
        expect([isDark(seen.paper), isDark(seen.ink)]).toEqual(colorScheme === 'dark' ? [true, false] : [false, true]);
        const picture = await page.screenshot({ path: join(kept ?? directory, `${file}-${name}-${colorScheme}.png`) });
        expect(picture.length).toBeGreaterThan(10_000);
        if (file === 'bench' && name === 'desktop') {
          const answer = await page.locator('.answers').boundingBox();
          expect((answer?.y ?? 0) + (answer?.height ?? Number.POSITIVE_INFINITY), 'the answer fits the first screen').toBeLessThanOrEqual(
            viewport.height,
          );
        }
      } finally {
        await page.close();
      }
    },
  );
});
