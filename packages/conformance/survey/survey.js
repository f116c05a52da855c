/**
 * `node survey.js [--only GLOB]`: installs the servers of programs/package.json, judges them with the suite, and writes a file for each into
 * results/, and README.md of all that lies there. What they break is explained in notes.yaml; exits with 1, and says so in README.md, if
 * something has no note there, a note has nothing to explain, or a server could not be judged. `--only -` judges none, and writes README.md.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import picomatch from 'picomatch';
import { judge, programs } from './judge.js';
import { readNotes } from './notes.js';
import { renderReadme } from './readme.js';
import { toResult } from './result.js';
import { servers } from './servers.js';

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const chosen = Object.entries(servers).filter(([name]) => values.only === undefined || picomatch(values.only)(name));
const notes = readNotes();
const problems = [];

if (chosen.length > 0) install();
for (const [name, server] of chosen) {
  try {
    let result = toResult(name, server, await judge(server));
    // What nobody has seen yet may come from a machine that was busy: it has to be found again.
    if (notes.explain([result]).missing.length > 0) result = toResult(name, server, await judge(server));
    writeFileSync(fileOf(name), `${JSON.stringify(result, null, 2)}\n`);
    process.stderr.write(`${name}: ${JSON.stringify(result.summary)}\n`);
  } catch (error) {
    problems.push(`${name} could not be judged: ${error.message}`);
  }
}
const results = Object.keys(servers).flatMap((name) => (existsSync(fileOf(name)) ? [JSON.parse(readFileSync(fileOf(name), 'utf8'))] : []));
const { explained, missing, idle } = notes.explain(results);
problems.push(...missing);
if (results.length === Object.keys(servers).length) problems.push(...idle);
else problems.push(`${Object.keys(servers).length - results.length} servers have no result`);
writeFileSync(new URL('./README.md', import.meta.url), renderReadme({ results, explained, problems }));
format();
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;

function fileOf(name) {
  return new URL(`./results/${name}.json`, import.meta.url);
}

/** Beside their package.json, so that the programs there find them, and apart from the workspace, which has other versions. */
function install() {
  const { dependencies } = JSON.parse(readFileSync(join(programs, 'package.json'), 'utf8'));
  const isThere = Object.entries(dependencies).every(([name, version]) => {
    const manifest = join(programs, 'node_modules', name, 'package.json');
    return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version;
  });
  if (isThere) return;
  const args = ['install', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts'];
  const { status, stderr } = spawnSync('npm', args, {
    cwd: programs,
    encoding: 'utf8',
    timeout: 300_000,
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`the servers could not be installed:\n${stderr}`);
}

/** As the rest of the workspace is. */
function format() {
  const biome = fileURLToPath(new URL('../../../node_modules/@biomejs/biome/bin/biome', import.meta.url));
  spawnSync(process.execPath, [biome, 'format', '--write', fileURLToPath(new URL('./results', import.meta.url))], { stdio: 'ignore' });
}
