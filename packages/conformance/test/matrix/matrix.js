/**
 * `node matrix.js [NAME…] [--write] [--only GLOB]`: judges every broken server and client with every check, prints which check catches
 * which fault, and with --write writes that to the documents; without, it compares them. Exits with 1 if a check catches nothing, a fault is
 * not caught by its checks, other checks than its neighbours are tripped too, or it hangs. With --only nothing is printed but problems.
 */
import { fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { matrices } from './matrices.js';
import { createProgress } from './progress.js';
import { renderMatrix } from './render-matrix.js';

const PROGRAM = fileURLToPath(new URL('./judge.js', import.meta.url));
/** Longer than a fault may take. */
const SILENCE_MS = 240_000;
/** How long a process whose work is done may take to end. */
const END_MS = 10_000;

const { values, positionals } = parseArgs({
  options: { write: { type: 'boolean' }, only: { type: 'string' } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !Object.hasOwn(matrices, name));
if (unknown.length > 0) {
  process.stderr.write(`There is no matrix ${unknown.join(', ')}: the names are ${Object.keys(matrices).join(', ')}\n`);
  process.exit(2);
}
const names = positionals.length > 0 ? positionals : Object.keys(matrices);
const progress = createProgress(process.stderr, names);
const children = new Set();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const child of children) child.kill('SIGTERM');
    process.exit(1);
  });
}

/** Judges one of them in a process of its own. @returns what is wrong */
function judge(name) {
  return new Promise((resolve, reject) => {
    const child = fork(PROGRAM, [name, ...(values.only === undefined ? [] : [values.only])]);
    children.add(child);
    let problems;
    let limit;
    const allow = (ms, what) => {
      clearTimeout(limit);
      limit = setTimeout(() => {
        problems = [...(problems ?? []), `${name}: ${what} ${ms / 1000} s`];
        child.kill('SIGKILL');
      }, ms);
    };
    allow(SILENCE_MS, 'nothing was judged for');
    child.on('message', (message) => {
      if (message.progress) {
        progress.show(name, message.progress);
        allow(SILENCE_MS, 'nothing was judged for');
      } else {
        problems = message.problems;
        allow(END_MS, 'something is left that keeps the process alive, after');
      }
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      clearTimeout(limit);
      children.delete(child);
      resolve(problems ?? [`${name}: its process exited with code ${code}`]);
    });
  });
}

const problems = new Map();
const queue = [...names];
const work = async () => {
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) problems.set(name, await judge(name));
};
// A process of servers over HTTP has them in it, and keeps a core busy.
await Promise.all(Array.from({ length: availableParallelism() }, work));
progress.end();

for (const name of names) {
  if (values.only === undefined) {
    const { file } = matrices[name];
    const table = renderMatrix(name, matrices[name]);
    if (values.write) writeFileSync(file, table);
    else if (readFileSync(file, 'utf8') !== table) problems.get(name).push(`${fileURLToPath(file)} is out of date: --write writes it`);
    process.stdout.write(`${table}\n`);
  }
}
const all = [...problems.values()].flat();
for (const problem of all) process.stderr.write(`${problem}\n`);
process.exitCode = all.length > 0 ? 1 : 0;
