import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClaimVerdict, evaluateClaims } from '../src/claims/evaluate.js';
import { claims } from '../src/claims/index.js';
import { stdioClaims } from '../src/claims/stdio.js';
import { evaluateGoals } from '../src/goals/evaluate.js';
import { goals } from '../src/goals/goals.js';
import { toChapters } from '../src/report/chapters.js';
import { describeVerdict, summarizeClaims } from '../src/report/claim-text.js';
import { featureColumns, features } from '../src/report/features.js';
import { formatQuantity, toShownUnit, unitBeside } from '../src/report/format.js';
import { toHtml } from '../src/report/html/page.js';
import { percentilesOf } from '../src/report/percentiles.js';
import type { Report } from '../src/report/report.js';
import { comparedRows, compareTransports } from '../src/report/side-by-side.js';
import type { CaseTable, Line, Section } from '../src/report/tables.js';
import { allScenarios, scenarios } from '../src/scenarios/index.js';
import type { Params, Scenario } from '../src/scenarios/scenario.js';
import { createReport } from './support/report.js';
import { createRow } from './support/rows.js';

const root = new URL('../../', import.meta.url);
const curve = { p50Us: 300, p90Us: 420, p99Us: 900, p999Us: 4000, maxUs: 21_000, messagesPerSecond: 3000 };
const baseline = JSON.parse(readFileSync(new URL('bench/results/baselines/linux-x64-2-cores.json', root), 'utf8')) as Report;
const latencyParams = { carrier: 'http', loop: 'closed', bytes: 100, roundTripMs: 4 };
const rows = [
  ...baseline.rows,
  ...['floor', 'mcpwire', 'sdk-v2'].map((target, i) =>
    createRow({ scenario: 'latency/request', target, params: latencyParams, metrics: { ...curve, p50Us: 300 + i * 50 } }),
  ),
];
const report: Report = { ...baseline, rows, goals: evaluateGoals(goals, rows), claims: evaluateClaims(stdioClaims, rows) };
const emptyTable: CaseTable = { scenario: scenarios[0] as Scenario, params: {}, title: '', columns: [], lines: [], gaps: [] };
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
  test('answers which transport for what before anything else, with this run’s figures, all three among them', { timeout: 90_000 }, () => {
    const page = toHtml(report);
    const answer = page.slice(page.indexOf('Which transport for what'), page.indexOf('id="goals"'));
    expect(answer).not.toContain('<svg');
    for (const name of ['stdio', 'Streamable HTTP', 'HTTP+SSE']) expect(answer).toContain(`<b>${name}</b>`);
    const figure = '<td class="is">(?:<small>[^<]*</small> )?<span>[\\d.,]+ [^<]+</span></td>';
    expect(answer).toMatch(new RegExp(`<th scope="row">a call on one machine, median</th>(?:${figure}){3}</tr>`));
  });

  test('compares nothing with what no scenario measures, and the same loop with the same', () => {
    for (const { scenario, params, metric } of comparedRows) {
      const found = scenarios.find(({ name }) => name === scenario);
      const cases = (['quick', 'standard', 'full'] as const).flatMap((profile) => found?.cases(profile) ?? []);
      expect(
        cases.map((one) => one.params),
        scenario,
      ).toContainEqual(params);
      expect(
        found?.metrics.map(({ key }) => key),
        scenario,
      ).toContain(metric);
      expect(found?.targets, scenario).toContain('mcpwire');
    }
    const loops = comparedRows.filter(({ scenario }) => scenario === 'latency/request').map(({ params }) => params.loop);
    expect(new Set(loops).size).toBe(1);
  });

  test('takes the figures of a line from one scenario, where the run has it of both', () => {
    const sixteen = { bytes: 100, window: 16 };
    const rate = (scenario: string, params: Params, messagesPerSecond: number) =>
      createRow({ scenario, target: 'mcpwire', params, metrics: { messagesPerSecond } });
    const grpc = [rate('grpc/echo', { carrier: 'sse', ...sixteen }, 100), rate('grpc/echo', { carrier: 'http', ...sixteen }, 200)];
    const textsOf = (some: Report['rows']): readonly string[] | undefined =>
      compareTransports({ ...report, rows: some })
        .find(({ title }) => title.startsWith('calls a second'))
        ?.cells.map(({ text }) => text);
    const post = rate('http/post-json', sixteen, 900);
    expect(textsOf([...grpc, post])).toEqual(['', '100 /s', '200 /s']);
    expect(textsOf([...grpc, post, rate('sse/call', sixteen, 800)])).toEqual(['', '800 /s', '900 /s']);
    expect(textsOf([post])).toEqual(['', '', '900 /s']);
  });

  test('says of a transport that this run has no figure of that it has none, and leaves a line without any out', () => {
    const spawn = rows.filter(({ scenario }) => scenario === 'stdio/spawn');
    expect(compareTransports({ ...report, rows: spawn })).toEqual([
      {
        title: 'to set up, on one machine',
        cells: [
          { text: expect.stringMatching(/ ms/), note: 'starts the server', measured: true },
          { text: '', note: 'not in this run', measured: false },
          { text: '', note: 'not in this run', measured: false },
        ],
      },
    ]);
    expect(toHtml({ ...report, rows: [] })).toContain('no figures to compare the transports by');
  });

  test('of a report on the reader’s own server is about that server alone', () => {
    const page = toHtml(own);
    expect(page).toContain('<h1>What a call to a server costs</h1>');
    for (const absent of ['Which transport for what', 'Goals of this project', 'Published claims', 'What each transport can do'])
      expect(page).not.toContain(absent);
  });
});

describe('the chapters', () => {
  test('have every scenario of the bench, and every one of a reader’s own server', () => {
    const sections = allScenarios.map((scenario): Section => ({ scenario, tables: [{ ...emptyTable, lines: [{} as Line] }] }));
    const chapters = toChapters(sections);
    expect(chapters.map(({ id }) => id)).toEqual(['set-up', 'latency', 'throughput', 'connections', 'streams', 'extras']);
    expect(chapters.flatMap((chapter) => chapter.sections)).toHaveLength(allScenarios.length);
  });

  test('leave out a scenario that nothing was measured of, and put one that they do not know at the end', () => {
    const unknown = { ...(scenarios[0] as Scenario), name: 'new/one' };
    const chapters = toChapters([
      { scenario: scenarios[1] as Scenario, tables: [emptyTable] },
      { scenario: unknown, tables: [{ ...emptyTable, lines: [{} as Line] }] },
    ]);
    expect(chapters).toMatchObject([{ id: 'more', sections: [{ scenario: { name: 'new/one' } }] }]);
  });
});

test('a case without a figure is named in a line, not shown as an empty table', () => {
  const gap = { scenario: 'stdio/ping-pong', target: 'mcpwire', params: { bytes: 77 }, kind: 'skipped', reason: 'no time' } as const;
  const few = rows.filter(({ scenario }) => scenario === 'stdio/ping-pong');
  const page = toHtml({ ...report, rows: few, gaps: [gap, { ...gap, target: 'floor' }] });
  expect(page).toContain('Without figures in this run: 77 B.');
  expect(page).not.toContain('<tbody></tbody>');
  expect(page).toContain('<li>mcpwire, floor in stdio/ping-pong (77 B)</li>');
});

test('a claim that names no figure is not said to be unmeasured', () => {
  const [claim] = evaluateClaims(claims, []).filter(({ id }) => claims.find((one) => one.id === id)?.measurements.length === 0);
  expect(describeVerdict(claim as ClaimVerdict)).toBe('names no figure');
  const verdicts = evaluateClaims(claims, baseline.rows);
  expect(verdicts.map(describeVerdict)).toContain('reproduced');
  expect(summarizeClaims(verdicts)).toMatch(/^Of \d+ claims: \d+ reproduced, \d+ not reproduced, \d+ name no figure/);
});

test('figures that stand together share a unit that fits the least of them', () => {
  expect(toShownUnit('µs', [1200, 98_000])).toEqual({ unit: 'ms', scale: 1e-3 });
  expect(toShownUnit('µs', [0, 900, 98_000])).toEqual({ unit: 'µs', scale: 1 });
  expect(toShownUnit('µs', [5e6])).toMatchObject({ unit: 's' });
  expect(toShownUnit('KiB', [5e6])).toEqual({ unit: 'KiB', scale: 1 });
  expect(toShownUnit('µs', [])).toEqual({ unit: 'µs', scale: 1 });
  expect(unitBeside({ label: 'sum of delays', unit: 's' })).toBe('s');
  expect(unitBeside({ label: 'messages/s', unit: '/s' })).toBe('');
  expect([13_800, 999, 0].map((us) => formatQuantity(us, 'µs'))).toEqual(['13.8 ms', '999 µs', '0 µs']);
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
  readonly charts: readonly {
    readonly pictures: number;
    readonly marks: number;
    readonly letters: number;
    readonly unreadable: readonly string[];
  }[];
  readonly skipsALevel: boolean;
  readonly leadsNowhere: readonly string[];
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
      { name: 'tablet', width: 820, height: 1180 },
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
        expect([seen.skipsALevel, seen.leadsNowhere]).toEqual([false, []]);
        expect(seen.charts.length).toBeGreaterThan(file === 'own' ? 0 : 10);
        for (const chart of seen.charts) {
          expect(chart.pictures).toBe(1);
          expect(chart.marks).toBeGreaterThan(0);
          expect(chart.letters).toBeGreaterThan(0);
          expect(chart.unreadable).toEqual([]);
        }
        const isDark = (color: string): boolean => (color.match(/\d+/g) ?? []).slice(0, 3).every((part) => Number(part) < 80);
        expect([isDark(seen.paper), isDark(seen.ink)]).toEqual(colorScheme === 'dark' ? [true, false] : [false, true]);
        const picture = await page.screenshot({ path: join(kept ?? directory, `${file}-${name}-${colorScheme}.png`) });
        expect(picture.length).toBeGreaterThan(10_000);
        if (file === 'bench' && name === 'desktop') {
          const answer = await page.locator('table.sides').boundingBox();
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
