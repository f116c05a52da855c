import { readFileSync, writeFileSync } from 'node:fs';
import { toReadmeFigures, withFigures } from './report/readme-figures.js';
import type { Report } from './report/report.js';

// Puts the committed result's figures into the README. A test fails when they differ, so run it after committing a new result.
const source = 'bench/results/baselines/linux-x64-2-cores.json';
const root = new URL('../../', import.meta.url);
const readme = new URL('README.md', root);

const report = JSON.parse(readFileSync(new URL(source, root), 'utf8')) as Report;
writeFileSync(readme, withFigures(readFileSync(readme, 'utf8'), toReadmeFigures(report, source)));
