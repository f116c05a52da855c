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
  const rows = toReadmeFigures(report, source)
    .split('\n')
    .slice(4 + 1);
  expect(rows.length).toBeGreaterThan(5);
  for (const row of rows)
    expect(
      row
        .split('|')
        .slice(2, -1)
        .filter((cell) => cell.trim() === ''),
    ).toEqual([]);
});

test('a README without a place for figures is refused', () => {
  expect(() => withFigures('# mcpwire', 'figures')).toThrow('no place for figures');
});
