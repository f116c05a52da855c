// @ts-check
// Runs the tests on other runtimes, all of which come from npm: the whole suite on other versions of Node, and what the web adapters serve
// on Bun and Deno. node scripts/test-runtimes.js [node22] [node24] [bun] [deno] [-- arguments for vitest]
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const restricted = ['--allow-net=127.0.0.1', '--allow-read', '--allow-env'];

const vitest = ['node_modules/vitest/vitest.mjs', 'run'];
// What the web adapters promise, by Vitest; and the packages as they are published, without it.
const web = [[...vitest, '--config', 'test/runtimes/vitest.config.ts'], ['test/runtimes/web.ts']];

/** @type {Record<string, { package: string, commands: (rest: string[]) => string[][] }>} */
const runtimes = {
  node22: { package: 'node@22', commands: (rest) => [['node', ...vitest, ...rest]] },
  node24: { package: 'node@24', commands: (rest) => [['node', ...vitest, ...rest]] },
  bun: { package: 'bun@1', commands: () => web.map((args) => ['bun', '--bun', ...args]) },
  // Vitest starts processes and asks for what the machine has; what is published may do no more than it needs.
  deno: {
    package: 'deno@2',
    commands: () =>
      web.map((args, i) => ['deno', 'run', ...(i === 0 ? ['--allow-all'] : restricted), '--node-modules-dir=manual', ...args]),
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
  const { package: from, commands } = /** @type {(typeof runtimes)[string]} */ (runtimes[name]);
  console.log(`\n--- ${name} (${from} from npm)`);
  let code = 0;
  for (const command of commands(rest)) code ||= await run(['exec', '--yes', `--package=${from}`, '--', ...command]);
  if (code !== 0) failed.push(name);
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
