import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { toReadmeFigures, withFigures } from '../src/report/readme-figures.js';
import type { Report } from '../src/report/report.js';

const source = 'bench/results/baseline.json';
const root = new URL('../../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');
const report = JSON.parse(readFileSync(new URL(source, root), 'utf8')) as Report;

test('the figures in the README are those of the committed result', () => {
  expect(readme).toBe(withFigures(readme, toReadmeFigures(report, source)));
});

test('every figure in the README was measured', () => {
  const rows = toReadmeFigures(report, source).split('\n').slice(5);
  expect(rows.length).toBeGreaterThan(8);
  // Only a tool call through the SDK has cells with nothing to measure: the floor has no SDK, and the profile leaves v1 out.
  const missing = rows.filter((row) => row.includes(' – ')).map((row) => row.split('|')[1]?.trim());
  expect(missing).toEqual(["a tool call through the SDK's own Client and McpServer, CPU, µs"]);
  for (const row of rows) expect(row).toMatch(/\d/);
});

test('a README without a place for figures is refused', () => {
  expect(() => withFigures('# mcpwire', 'figures')).toThrow('no place for figures');
});
