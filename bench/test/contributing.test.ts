import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ownScenarios } from '../src/own-server/index.js';
import { hasWords } from '../src/report/format.js';
import { profiles } from '../src/run/profiles.js';
import { moduleOf, scenarios } from '../src/scenarios/index.js';
import { BenchCopy } from './support/bench-copy.js';

const tsc = fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url));
const biome = fileURLToPath(new URL('../../node_modules/.bin/biome', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const guide = readFileSync(new URL('../../CONTRIBUTING.md', import.meta.url), 'utf8');
/** The guide's examples, whole, by the path that each has in its first line. */
const examples = [...guide.matchAll(/^```ts\n(\/\/ bench\/src\/(\S+)\.ts\n[\s\S]*?)^```$/gm)].map(([, code = '', path = '']) => ({
  path,
  code,
}));

/** As Biome would write it, so that nobody reaches twenty lines by long ones. */
async function format(path: string, code: string): Promise<string> {
  const run = promisify(execFile)(biome, ['format', `--stdin-file-path=${path}`], { cwd: root });
  run.child.stdin?.end(code);
  return (await run).stdout;
}

let bench: BenchCopy;
beforeAll(async () => {
  bench = await BenchCopy.create();
});
afterAll(() => bench.remove());

test.skipIf(process.platform === 'win32')(
  'CONTRIBUTING.md shows a scenario and a target, each in twenty lines that the formatter leaves as they are',
  async () => {
    expect(examples.map(({ path }) => path)).toEqual(['scenarios/copy', 'targets/json-seq']);
    for (const { path, code } of examples) {
      expect(code.trimEnd().split('\n').length, path).toBeLessThanOrEqual(20);
      expect(await format(`bench/src/${path}.ts`, code), path).toBe(code);
    }
  },
);

test.skipIf(process.platform === 'win32')(
  'a scenario and a target are one file each: nothing else is told of them',
  { timeout: 90_000 },
  async () => {
    await cp(fileURLToPath(new URL('../src', import.meta.url)), join(bench.directory, 'src'), { recursive: true });
    for (const { path, code } of examples) await writeFile(join(bench.directory, 'src', `${path}.ts`), code);
    const config = {
      extends: fileURLToPath(new URL('../../tsconfig.base.json', import.meta.url)),
      compilerOptions: { rootDir: 'src', outDir: 'dist', types: ['node'] },
      files: examples.map(({ path }) => `src/${path}.ts`),
    };
    await writeFile(join(bench.directory, 'tsconfig.json'), JSON.stringify(config));
    // Compiled as the bench is, so that its types hold too.
    const compiled = await promisify(execFile)(tsc, ['-p', bench.directory]).catch((error: { stdout: string }) => error);
    expect(compiled.stdout).toBe('');
    const targets = ['--targets', 'floor,json-seq'];
    const run = await bench.run('--profile', 'smoke', '--only', 'example/*', 'framing/*', ...targets, '--out', bench.results);
    expect([run.code, run.stderr]).toEqual([0, expect.stringContaining('latest.json')]);
    const { rows, gaps } = await bench.readReport();
    expect(gaps).toEqual([]);
    expect(rows.map(({ scenario, target }) => `${scenario} ${target}`)).toEqual([
      'framing/decode floor',
      'framing/decode json-seq',
      'framing/encode floor',
      'framing/encode json-seq',
      'example/copy floor',
    ]);
    expect(rows.at(-1)?.metrics.usPerCopy).toBeGreaterThan(0);
    expect(run.stdout).toContain('Copying a message');
    expect((await bench.run('--list')).stdout).toMatch(/example\/copy[\s\S]*json-seq/);
  },
);

test('a scenario stands in the file of its name, or of the first part of it', () => {
  const elsewhere = scenarios.filter(({ name }) => {
    const file = basename(fileURLToPath(moduleOf(name)), '.ts');
    return file !== name.replace('/', '-') && file !== name.split('/')[0];
  });
  expect(elsewhere.map(({ name }) => `${name} in ${moduleOf(name)}`)).toEqual([]);
});

test('every parameter of every case is shown in words', () => {
  const names = Object.keys(profiles) as (keyof typeof profiles)[];
  const params = [...scenarios, ...ownScenarios].flatMap((scenario) =>
    [...names.flatMap((name) => scenario.cases(name)), ...(scenario.casesFor?.(1) ?? [])].flatMap((one) => Object.keys(one.params)),
  );
  expect([...new Set(params)].filter((param) => !hasWords(param))).toEqual([]);
});
