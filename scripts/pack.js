// @ts-check
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/**
 * A package that can be published.
 * @typedef {{ name: string, folder: string, dependencies: Record<string, string>, exports: unknown }} Publishable
 */

/** @returns {Publishable[]} every workspace package that is not private */
export function publishablePackages() {
  return ['packages', 'apps']
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name)))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }))
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ folder, manifest }) => ({ name: manifest.name, folder, dependencies: manifest.dependencies ?? {}, exports: manifest.exports }));
}

/**
 * Packs every publishable package as `pnpm publish` would.
 * @param {string} destination the folder for the tarballs
 * @returns {Map<string, { tarball: string, files: string[] }>} by package name
 */
export function packAll(destination) {
  const filters = publishablePackages().flatMap(({ name }) => ['--filter', name]);
  const args = ['-y', 'pnpm@12', ...filters, 'pack', '--json', '--pack-destination', destination];
  const shell = process.platform === 'win32';
  const output = execFileSync('npx', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], shell });
  /** @type {{ name: string, filename: string, files: { path: string }[] }[]} */
  const packed = [JSON.parse(output)].flat();
  return new Map(packed.map(({ name, filename, files }) => [name, { tarball: filename, files: files.map(({ path }) => path) }]));
}
