import { describe, expect, test } from 'vitest';
import type { Claim } from '../src/claims/claim.js';
import { evaluateClaims } from '../src/claims/evaluate.js';
import { claims } from '../src/claims/index.js';
import { stdioClaims } from '../src/claims/stdio.js';
import { isSameParams } from '../src/goals/evaluate.js';
import { toHtml } from '../src/report/html/page.js';
import { toMarkdown } from '../src/report/markdown.js';
import { toText } from '../src/report/text.js';
import { createPlan } from '../src/run/plan.js';
import { profiles } from '../src/run/profiles.js';
import { scenarios } from '../src/scenarios/index.js';
import { targets } from '../src/targets/index.js';
import { createReport } from './support/report.js';
import { createRow } from './support/rows.js';

const at = { scenario: 'stdio/bytes', params: { layer: 'raw', bytes: 65_536 } };
const measurement = { ...at, label: 'raw', target: 'floor', metric: 'gigabytesPerSecond', unit: 'GB/s' };
const claim: Claim = {
  id: 'throughput',
  claim: '2 GB/s',
  source: { file: 'a.txt', title: 'An article' },
  measurements: [
    { ...measurement, claimed: { kind: 'about', value: 2, within: 1.5 } },
    { ...measurement, label: 'in MB', scale: 1000, unit: 'MB/s' },
  ],
  why: 'because',
};
const row = (gigabytesPerSecond: number) => createRow({ ...at, target: 'floor', metrics: { gigabytesPerSecond } });

describe('a claim', () => {
  test.each([
    [1.3, 'not reproduced'],
    [1.4, 'reproduced'],
    [2.9, 'reproduced'],
    [3.1, 'not reproduced'],
  ])('of about 2, measured as %d, is %s', (measured, verdict) => {
    expect(evaluateClaims([claim], [row(measured)])[0]?.verdict).toBe(verdict);
  });

  test('stands beside what was measured, in its unit and as a multiple of the claim', () => {
    const [verdict] = evaluateClaims([claim], [row(1)]);
    expect(verdict?.measurements).toEqual([
      { label: 'raw', value: 1, unit: 'GB/s', timesClaimed: 0.5 },
      { label: 'in MB', value: 1000, unit: 'MB/s' },
    ]);
    expect(verdict).toMatchObject({ source: { file: 'a.txt' }, why: 'because' });
  });

  test('of at most nothing is refuted by anything', () => {
    const none: Claim = { ...claim, measurements: [{ ...measurement, claimed: { kind: 'at-most', value: 0 } }] };
    expect(evaluateClaims([none], [row(63)])[0]).toMatchObject({ verdict: 'not reproduced' });
    expect(evaluateClaims([none], [row(0)])[0]).toMatchObject({ verdict: 'reproduced' });
  });

  test('that this run did not measure says so, and shows no figure', () => {
    expect(evaluateClaims([claim], [])[0]).toMatchObject({ verdict: 'not measured', measurements: [] });
  });
});

test('every claim about stdio is decided by a figure that the quick profile measures', () => {
  for (const { id, measurements } of stdioClaims) {
    const deciding = measurements.find(({ claimed }) => claimed !== undefined);
    const scenario = scenarios.find(({ name }) => name === deciding?.scenario);
    expect(
      scenario?.cases('quick').some(({ params }) => deciding && isSameParams(params, deciding.params)),
      id,
    ).toBe(true);
    expect(
      scenario?.metrics.some(({ key }) => key === deciding?.metric),
      id,
    ).toBe(true);
    for (const { scenario: name, target } of measurements)
      expect(scenarios.find((one) => one.name === name)?.targets, id).toContain(target);
  }
});

test('a claim that a run has no figure for says why', () => {
  const unmeasured: Claim = { ...claim, unmeasured: 'it takes an hour' };
  expect(evaluateClaims([unmeasured], [])[0]).toMatchObject({ verdict: 'not measured', why: 'it takes an hour' });
  expect(evaluateClaims([unmeasured], [row(2)])[0]).toMatchObject({ verdict: 'reproduced', why: 'because' });
});

test.each(claims.map((one) => [one.id, one] as const))(
  '%s stands on figures that a profile measures, or says why it has none',
  (_, one) => {
    expect(claims.filter(({ id }) => id === one.id)).toHaveLength(1);
    if (one.measurements.length === 0) expect(one.unmeasured).toMatch(/\w+ \w+/);
    else expect(one.why).not.toBe('');
    for (const { scenario: name, params, target, metric } of one.measurements) {
      const scenario = scenarios.find((candidate) => candidate.name === name);
      const cases = (['quick', 'standard', 'full'] as const).flatMap((profile) => scenario?.cases(profile) ?? []);
      const asked = scenario?.casesFor?.(Number(params.streams)) ?? [];
      const matching = [...cases, ...asked].filter((candidate) => isSameParams(candidate.params, params));
      expect(matching, `${name} ${JSON.stringify(params)}`).not.toHaveLength(0);
      expect(
        matching.some(({ targets = scenario?.targets }) => targets?.includes(target)),
        `${name} ${JSON.stringify(params)} ${target}`,
      ).toBe(true);
      expect(scenario?.metrics.map(({ key }) => key)).toContain(metric);
    }
  },
);

test('each row of the list of claims has its measurement or its stated reason, also in the quick profile', () => {
  const expected = [
    ...['stdio-throughput', 'stdio-latency', 'stdio-single-channel', 'stdio-pipe-buffer', 'sse-setup', 'sse-latency', 'sse-connections'],
    ...[
      'comparison-sse',
      'decision-tree',
      'heartbeat',
      'compression',
      'streaming-echo',
      'persistent-connection',
      'http2',
      'metadata',
      'grpc',
    ],
    ...['comparison-http', 'five-requests', 'event-ids', 'large-result', 'end-of-stream'],
  ];
  const cells = createPlan(scenarios, targets, profiles.quick).flatMap(({ scenario, params, targets: chosen }) =>
    chosen.map((target) => ({ scenario, params, target: target.name })),
  );
  const rowsOfQuick = cells.map(({ scenario, ...cell }) =>
    createRow({ ...cell, scenario: scenario.name, metrics: Object.fromEntries(scenario.metrics.map(({ key }) => [key, 1])) }),
  );
  for (const measured of [rowsOfQuick, []]) {
    const verdicts = evaluateClaims(claims, measured);
    expect(verdicts.map(({ id }) => id)).toEqual(expect.arrayContaining(expected));
    for (const { id, measurements, verdict, why } of verdicts) {
      expect([id, why]).toEqual([id, expect.stringMatching(/\w+ \w+ \w+/)]);
      if (measurements.length === 0) expect([id, verdict]).toEqual([id, 'not measured']);
    }
  }
  const decided = evaluateClaims(claims, rowsOfQuick).filter(({ measurements }) => measurements.length > 0);
  expect(decided.map(({ id }) => id)).toEqual(expect.arrayContaining(expected.slice(0, 6)));
});

test('the reason why a claim has no figure stands in the page and in the Markdown', () => {
  const report = createReport({ claims: evaluateClaims(claims, []) });
  const [page, markdown, text] = [toHtml(report), toMarkdown(report), toText(report, false)];
  for (const { why } of report.claims) {
    const words = why.split(/[^\w ]/).find((part) => part.split(' ').length > 3) as string;
    expect(page).toContain(words);
    expect(markdown).toContain(words);
  }
  expect(text).not.toContain('Published claims');
});
