import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { selectCases, transportContract } from '@mcpwire/conformance/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { memoryFixture } from './memory-fixture.js';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));
let readme: string;
let folder: string;

// Inside the package, so that its own name resolves to it.
beforeAll(async () => {
  readme = await readFile(join(here, '..', 'README.md'), 'utf8');
  folder = await mkdtemp(join(here, 'readme-'));
  for (const [, name, code] of readme.matchAll(/```js\n\/\/ (\S+)\n(.*?)```/gs)) await writeFile(join(folder, String(name)), String(code));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const { applicable, notApplicable } = selectCases(memoryFixture);

test('the example for node:test runs as it stands in the README', { timeout: 90_000 }, async () => {
  const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', join(folder, 'memory.test.js')], {
    env: cleanEnvironment(),
  });
  expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThanOrEqual(applicable.length);
  expect(stdout).toMatch(/^# fail 0$/m);
  expect(stdout).toContain(`# skipped ${notApplicable.length}\n`);
});

test('the example for vitest runs as it stands in the README', { timeout: 90_000 }, async () => {
  const vitest = join(fileURLToPath(import.meta.resolve('vitest/package.json')), '..', 'vitest.mjs');
  const args = [vitest, 'run', '--root', folder, '--config', join(folder, 'none.config.js'), '--reporter', 'json', 'memory.vitest.js'];
  await writeFile(join(folder, 'none.config.js'), "export default { test: { include: ['*.vitest.js'] } };\n");
  const { stdout } = await run(process.execPath, args, { env: cleanEnvironment(), cwd: folder });
  const report = JSON.parse(stdout.slice(stdout.indexOf('{'))) as {
    numPassedTests: number;
    numFailedTests: number;
    numPendingTests: number;
  };
  expect(report).toMatchObject({ numPassedTests: applicable.length, numFailedTests: 0, numPendingTests: notApplicable.length });
});

test('the README lists every topic and every ability', () => {
  for (const topic of new Set(transportContract.map(({ id }) => id.split('/')[0]))) expect(readme).toContain(`\`${topic}/\``);
  for (const ability of new Set(transportContract.flatMap(({ needs }) => needs))) expect(readme).toContain(`\`${ability}\``);
  expect(readme).toContain(`${transportContract.length} cases`);
});

/** Without what this run's own vitest has set. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_OPTIONS|NODE_TEST_CONTEXT|TEST)/.test(name)));
}
