import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseExpectedFailures } from '../src/baseline.js';
import { createProgram } from '../src/command-line.js';
import { checks } from '../src/index.js';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));
let readme: string;
let folder: string;

// Inside the package, so that its own name resolves to it. The server under test is the correct one.
beforeAll(async () => {
  readme = await readFile(join(here, '..', 'README.md'), 'utf8');
  folder = await mkdtemp(join(here, 'example-'));
  await cp(join(here, 'broken-servers'), folder, { recursive: true });
  await cp(join(here, 'broken-servers', 'stdio.js'), join(folder, 'server.js'));
  for (const [, name, code] of readme.matchAll(/```js\n\/\/ (server\.\S+)\n(.*?)```/gs))
    await writeFile(join(folder, String(name)), String(code));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('the example for node:test runs as it stands in the README', { timeout: 120_000 }, async () => {
  const options = { cwd: folder, env: cleanEnvironment() };
  const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', 'server.test.js'], options);
  expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(8);
  expect(stdout).toMatch(/^# fail 0$/m);
});

test('the example for vitest runs as it stands in the README', { timeout: 120_000 }, async () => {
  const vitest = join(fileURLToPath(import.meta.resolve('vitest/package.json')), '..', 'vitest.mjs');
  await writeFile(join(folder, 'none.config.js'), "export default { test: { include: ['*.vitest.js'] } };\n");
  const args = [vitest, 'run', '--root', folder, '--config', join(folder, 'none.config.js'), '--reporter', 'json', 'server.vitest.js'];
  const { stdout } = await run(process.execPath, args, { env: cleanEnvironment(), cwd: folder });
  const report = JSON.parse(stdout.slice(stdout.indexOf('{'))) as { numPassedTests: number; numFailedTests: number };
  expect(report).toMatchObject({ numFailedTests: 0 });
  expect(report.numPassedTests).toBeGreaterThan(15);
});

test('the YAML of the README can be read: the workflow, and the expected failures', () => {
  const [expected, workflow] = [...readme.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => String(text));
  expect(parse(workflow ?? '')).toMatchObject({ jobs: { conformance: {} } });
  expect(
    parseExpectedFailures(
      expected ?? '',
      checks.map(({ id }) => id),
    ),
  ).toHaveLength(1);
});

test('the README has every option of the command, and the action passes on what it takes', async () => {
  const program = createProgram(async () => {});
  const options = program.commands.flatMap((command) => command.options.map(({ long }) => long));
  expect(options.length).toBeGreaterThan(100);
  for (const long of new Set(options)) expect(readme).toContain(`${long}`);
  const action = parse(await readFile(join(here, '..', 'action.yml'), 'utf8')) as { inputs: object; runs: { steps: { env: object }[] } };
  expect(Object.values(action.runs.steps[0]?.env ?? {})).toEqual(Object.keys(action.inputs).map((name) => `\${{ inputs.${name} }}`));
});

/** Without what this run's own vitest has set. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_OPTIONS|NODE_TEST_CONTEXT|TEST)/.test(name)));
}
