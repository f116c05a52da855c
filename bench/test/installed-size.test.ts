import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findPackage, measureInstalledSize } from '../src/measure/installed-size.js';
import { targets } from '../src/targets/index.js';

const bench = fileURLToPath(new URL('..', import.meta.url));

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mcpwire-size-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Writes a package and returns how many bytes its files have. */
async function writePackage(path: string, manifest: object, files: Record<string, string> = {}): Promise<number> {
  let bytes = 0;
  for (const [name, content] of Object.entries({ 'package.json': JSON.stringify(manifest), ...files })) {
    const file = join(root, path, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    bytes += content.length;
  }
  return bytes;
}

test('counts the files of a package and of what it needs at run time, each package once', async () => {
  const sizes = [
    await writePackage(
      'node_modules/a',
      { name: 'a', dependencies: { b: '1', c: '1' }, devDependencies: { d: '1' } },
      { 'lib/a.js': 'x'.repeat(500) },
    ),
    await writePackage('node_modules/b', { name: 'b', dependencies: { c: '1' } }, { 'b.js': 'x'.repeat(70) }),
    await writePackage('node_modules/c', { name: 'c', dependencies: { b: '1' } }, { 'c.js': 'x'.repeat(9) }),
  ];
  await writePackage('node_modules/d', { name: 'd' }, { 'd.js': 'x'.repeat(10_000) });
  const expected = sizes.reduce((sum, bytes) => sum + bytes, 0);
  expect(await measureInstalledSize('a', root)).toEqual({ bytes: expected, packages: 3 });
});

test('counts peers that are not optional, as npm installs them', async () => {
  const sizes = [
    await writePackage('node_modules/a', {
      name: 'a',
      peerDependencies: { b: '1', c: '1' },
      peerDependenciesMeta: { c: { optional: true } },
    }),
    await writePackage('node_modules/b', { name: 'b' }),
  ];
  expect(await measureInstalledSize('a', root)).toEqual({ bytes: (sizes[0] ?? 0) + (sizes[1] ?? 0), packages: 2 });
});

test('counts a version that is nested in a dependent by itself', async () => {
  await writePackage('node_modules/a', { name: 'a', dependencies: { b: '1', c: '1' } });
  await writePackage('node_modules/a/node_modules/c', { name: 'c' }, { 'c.js': 'x'.repeat(11) });
  await writePackage('node_modules/b', { name: 'b', dependencies: { c: '2' } });
  await writePackage('node_modules/c', { name: 'c' }, { 'c.js': 'x'.repeat(1000) });
  expect((await measureInstalledSize('a', root)).packages).toBe(4);
});

test('counts only what a package of the workspace would publish', async () => {
  const files = { 'dist/index.js': 'x'.repeat(300), 'src/index.ts': 'x'.repeat(4000), 'test/a.test.ts': 'x'.repeat(4000) };
  const manifest = { name: 'ours', version: '1.0.0', files: ['dist'] };
  await writePackage('packages/ours', manifest, files);
  await mkdir(join(root, 'node_modules'));
  await symlink(join(root, 'packages/ours'), join(root, 'node_modules/ours'), 'dir');
  expect(await measureInstalledSize('ours', root)).toEqual({ bytes: 300 + JSON.stringify(manifest).length, packages: 1 });
});

test('says which dependency is missing', async () => {
  await writePackage('node_modules/a', { name: 'a', dependencies: { gone: '1' } });
  await expect(measureInstalledSize('a', root)).rejects.toThrow(/gone is not installed/);
});

test('every module whose import is timed is there, with its package', async () => {
  const modules = targets.flatMap(({ name, modules = {} }) => Object.entries(modules).map(([what, module]) => ({ name, what, ...module })));
  expect(modules.filter(({ name }) => name === 'mcpwire').map(({ what }) => what)).toHaveLength(11);
  const specifiers = modules.map(({ specifier }) => specifier);
  const program = `
    import { existsSync } from 'node:fs';
    const isThere = (specifier) => existsSync(new URL(import.meta.resolve(specifier)));
    console.log(JSON.stringify(${JSON.stringify(specifiers)}.filter((specifier) => !isThere(specifier))));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { cwd: bench });
  expect(JSON.parse(stdout)).toEqual([]);
  for (const { packageName } of modules) await expect(findPackage(packageName, bench)).resolves.toContain(packageName.split('/').at(-1));
});
