// @ts-check
// The one command before a commit. A line a step; a failed step's output follows it. `--skip=tests,sizes` leaves steps out.
// `tests` is all of vitest, so it holds the arrows (test/arrows.test.ts) and the pack test (test/publish.test.ts) too.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';

const steps = {
  build: 'node scripts/build.js',
  types: 'tsc -p tsconfig.json',
  lint: 'biome check --error-on-warnings .',
  knip: 'knip',
  tests: 'vitest run',
  packages: 'node scripts/check-packages.js',
  sizes: 'size-limit',
};

const { values } = parseArgs({ options: { skip: { type: 'string', default: '' } } });
const skip = values.skip.split(',').filter(Boolean);
for (const name of skip) {
  if (!(name in steps)) throw new Error(`--skip=${name}: the steps are ${Object.keys(steps).join(', ')}`);
}

const failed = [];
for (const [name, command] of Object.entries(steps)) {
  if (skip.includes(name)) continue;
  const start = performance.now();
  const { code, output } = await run(command);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(8)} ${seconds.padStart(6)} s`);
  if (code === 0) continue;
  failed.push(name);
  console.log(`\n$ ${command}\n${output.trim()}\n`);
  // Nothing after it can be right.
  if (name === 'build') break;
}
if (failed.length > 0) console.log(`failed: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;

/**
 * @param {string} command
 * @returns {Promise<{ code: number, output: string }>}
 */
function run(command) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
