// @ts-check
// Runs the tests on other runtimes, all of which come from npm: the whole suite on other versions of Node, and what the web adapters serve
// on Bun and Deno. node scripts/test-runtimes.js [node22] [node24] [bun] [deno] [-- arguments for vitest]
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @type {Record<string, { package: string, command: (rest: string[]) => string[] }>} */
const runtimes = {
  node22: { package: 'node@22', command: (rest) => ['node', 'node_modules/vitest/vitest.mjs', 'run', ...rest] },
  node24: { package: 'node@24', command: (rest) => ['node', 'node_modules/vitest/vitest.mjs', 'run', ...rest] },
  bun: { package: 'bun@1', command: () => ['bun', 'test/runtimes/web.ts'] },
  deno: {
    package: 'deno@2',
    command: () => [
      'deno',
      'run',
      '--allow-net=127.0.0.1',
      '--allow-read',
      '--allow-env',
      '--node-modules-dir=manual',
      'test/runtimes/web.ts',
    ],
  },
};

const split = process.argv.indexOf('--');
const names = process.argv.slice(2, split < 0 ? undefined : split);
const rest = split < 0 ? [] : process.argv.slice(split + 1);
const unknown = names.filter((name) => !(name in runtimes));
if (unknown.length > 0) {
  console.error(`${unknown.join(', ')}: the runtimes are ${Object.keys(runtimes).join(', ')}`);
  process.exit(2);
}

const failed = [];
for (const name of names.length > 0 ? names : Object.keys(runtimes)) {
  const { package: from, command } = /** @type {(typeof runtimes)[string]} */ (runtimes[name]);
  console.log(`\n--- ${name} (${from} from npm)`);
  if ((await run(['exec', '--yes', `--package=${from}`, '--', ...command(rest)])) !== 0) failed.push(name);
}
console.log(failed.length > 0 ? `\nfailed on ${failed.join(', ')}` : '\nall runtimes passed');
process.exitCode = failed.length > 0 ? 1 : 0;

/**
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
function run(args) {
  return new Promise((resolve, reject) => {
    // npm is a script on Windows, which only its shell starts; nothing in these arguments comes from outside.
    const child = spawn('npm', args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
