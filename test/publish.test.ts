import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packAll, publishablePackages } from '../scripts/pack.js';

const root = join(import.meta.dirname, '..');
const programs = join(import.meta.dirname, 'publish');
const packages = publishablePackages();
const outside = mkdtempSync(join(tmpdir(), 'mcpwire-publish-'));
let packed: ReturnType<typeof packAll>;

beforeAll(() => {
  packed = packAll(outside);
}, 120_000);
afterAll(() => rmSync(outside, { recursive: true }));

it('covers every package that is not private', () => {
  expect([...packed.keys()].sort()).toEqual(packages.map(({ name }) => name).sort());
  expect(packages.map(({ name }) => name)).toContain('@mcpwire/jsonrpc');
});

it('every entry point has a size limit', () => {
  const limited = (JSON.parse(readFileSync(join(root, '.size-limit.json'), 'utf8')) as { path: string }[]).map(({ path }) => path);
  const entries = packages.flatMap(({ folder, exports }) => scriptsOf(exports).map((file) => relative(root, join(folder, file))));
  expect(limited.sort()).toEqual([...new Set(entries)].sort());
});

describe.each(packages)('$name, published', ({ name, folder }) => {
  const shortName = name.replace('@mcpwire/', '');
  const project = join(outside, shortName);

  it('has a program in test/publish that uses it from JavaScript, and one from TypeScript', () => {
    const there = readdirSync(programs);
    expect(
      [`${shortName}.js`, `${shortName}.ts`].filter((file) => !there.includes(file)),
      'missing',
    ).toEqual([]);
  });

  it('holds its licence, its readme, its package.json and what its sources compile to, and nothing else', () => {
    const files = packed.get(name)?.files ?? [];
    const papers = ['LICENSE', 'README.md', 'package.json'];
    expect(
      papers.filter((file) => !files.includes(file)),
      'missing',
    ).toEqual([]);
    // What conformance judges by is data.
    const compiled = files.filter(
      (file) => !papers.includes(file) && !/^requirements\/(?:[0-9-]+\.yaml|requirements\.schema\.json)$/.test(file),
    );
    expect(compiled.length).toBeGreaterThan(0);
    const strays = compiled.filter((file) => {
      const source = /^dist\/(.+?)(\.d\.ts|\.js)$/.exec(file)?.[1];
      return source === undefined || !existsSync(join(folder, 'src', `${source}.ts`));
    });
    expect(strays, 'no source compiles to these: delete dist/ and build').toEqual([]);
  });

  it('is installed by npm into an empty project outside the workspace', async () => {
    mkdirSync(project);
    const dependencies = Object.fromEntries(closure(name).map((each) => [each, `file:${packed.get(each)?.tarball}`]));
    writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
    await run(project, 'npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']);
  }, 120_000);

  it('works from plain JavaScript', async () => {
    writeFileSync(join(project, 'plain.js'), readFileSync(join(programs, `${shortName}.js`)));
    expect(await run(project, 'node', ['plain.js'])).toBe('works\n');
  }, 60_000);

  it('works from TypeScript under its strictest settings, with declarations checked', async () => {
    mkdirSync(join(project, 'typed'));
    writeFileSync(join(project, 'typed', 'program.ts'), readFileSync(join(programs, `${shortName}.ts`)));
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['typed'] }));
    await run(project, 'node', [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json']);
    expect(await run(project, 'node', ['compiled/program.js'])).toBe('works\n');
  }, 60_000);
});

const compilerOptions = {
  module: 'nodenext',
  target: 'es2023',
  lib: ['es2023', 'esnext.disposable'],
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
  outDir: 'compiled',
  rootDir: 'typed',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
};

/** The package and everything of this workspace that it needs: none of it is on a registry yet. */
function closure(name: string): string[] {
  const own = packages.find((candidate) => candidate.name === name);
  const needed = Object.keys(own?.dependencies ?? {}).filter((dependency) => packages.some((candidate) => candidate.name === dependency));
  return [...new Set([name, ...needed.flatMap(closure)])];
}

/** The compiled files that `exports` leads to. */
function scriptsOf(exports: unknown): string[] {
  if (typeof exports === 'string') return exports.endsWith('.js') ? [exports] : [];
  return exports && typeof exports === 'object' ? Object.values(exports).flatMap(scriptsOf) : [];
}

async function run(cwd: string, command: string, args: string[]): Promise<string> {
  const shell = process.platform === 'win32';
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd, shell, timeout: 110_000, env: userEnvironment() });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed in ${cwd}\n${stdout}${stderr}`);
  }
}

/** Without what the test runner and the package manager around it have set. */
function userEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(npm_(?!config_registry)|NODE_|VITEST|VITE_)/.test(key)));
}
