import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { toReadmeFigures, withFigures } from '../src/report/readme-figures.js';
import type { Report, Row } from '../src/report/report.js';
import { createRow } from './support/rows.js';

const source = 'bench/results/baselines/linux-x64-2-cores.json';
const root = new URL('../../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');
const report = JSON.parse(readFileSync(new URL(source, root), 'utf8')) as Report;

/** The lines of the tables that have figures, and what stands in their cells. */
function readTables(markdown: string): string[][] {
  const lines = markdown.split('\n').filter((line) => line.startsWith('|') && !line.includes(' ---') && !line.includes(':-'));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test('the figures in the README are those of the committed result', () => {
  expect(readme).toBe(withFigures(readme, toReadmeFigures(report, source)));
});

test('of every figure in the README there is what was measured of this project, and of a peer', () => {
  let titles: string[] = [];
  let figures = 0;
  for (const cells of readTables(toReadmeFigures(report, source))) {
    if (cells[0] === '') titles = cells;
    else {
      figures++;
      expect([cells[0], cells[titles.indexOf('mcpwire')]]).toEqual([cells[0], expect.stringMatching(/\d/)]);
      const peers = cells.filter((_, i) => titles[i]?.startsWith('SDK'));
      expect([cells[0], peers.join(' ')]).toEqual([cells[0], expect.stringMatching(/\d/)]);
    }
  }
  expect(figures).toBeGreaterThanOrEqual(9);
});

const http: readonly Row[] = [
  ['http/post-json', 'serverCpuUsPerMessage', { floor: 70, mcpwire: 90, 'sdk-v2': 600, tmcp: 500, 'mcp-lite': 140 }],
  ['http/post-sse', 'serverCpuUsPerMessage', { floor: 80, mcpwire: 110, 'sdk-v2': 610 }],
  ['http/client', 'clientCpuUsPerMessage', { floor: 60, mcpwire: 99, 'sdk-v2': 700 }],
].flatMap(([scenario, metric, targets]) =>
  Object.entries(targets as Record<string, number>).map(([target, value]) =>
    createRow({ scenario: scenario as string, target, params: { bytes: 100, window: 16 }, metrics: { [metric as string]: value } }),
  ),
);
const peer = (name: string) => ({ name, title: name, role: 'peer', about: 'a peer', version: '1.2.3' }) as const;
const withHttp: Report = {
  ...report,
  rows: [...report.rows.filter(({ scenario }) => !scenario.startsWith('http/')), ...http],
  targets: [...report.targets.filter(({ name }) => name !== 'tmcp' && name !== 'mcp-lite'), peer('tmcp'), peer('mcp-lite')],
};

test('a result that has rows over HTTP brings a table of them, with a column for each target that was measured', () => {
  const markdown = toReadmeFigures(withHttp, source);
  const tables = readTables(markdown.slice(markdown.indexOf('Over HTTP')));
  expect(tables.map(([title]) => title)).toEqual([
    '',
    "server's CPU for a call in a session, JSON as the reply, µs",
    'the same, an event stream as the reply, µs',
    "client's CPU for a call, µs",
    ...(report.rows.some(({ scenario }) => scenario === 'sse/idle-memory') ? ['heap for an idle SSE stream with its session, KiB'] : []),
  ]);
  expect(tables[0]).toEqual(expect.arrayContaining(['floor', 'mcpwire', 'tmcp (1.2.3)', 'mcp-lite (1.2.3)']));
  const [titles = [], json = [], sse = []] = tables;
  expect(json[titles.indexOf('mcpwire')]).toBe('90');
  expect(sse[titles.indexOf('tmcp (1.2.3)')]).toBe('–');
  expect(withFigures(readme, markdown)).toContain('| the same, an event stream as the reply, µs');
});

test('a result without any says nothing of HTTP', () => {
  const rows = report.rows.filter(({ scenario }) => scenario.startsWith('stdio/') || scenario === 'import');
  expect(toReadmeFigures({ ...report, rows }, source)).not.toContain('Over HTTP');
});

test('a README without a place for figures is refused', () => {
  expect(() => withFigures('# mcpwire', 'figures')).toThrow('no place for figures');
});
