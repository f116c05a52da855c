import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';

/** What `npm install` of a package puts on the disk. */
export interface InstalledSize {
  /** Bytes of all files, of the package and of everything it needs at run time. */
  readonly bytes: number;
  readonly packages: number;
}

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

/**
 * Sums the files of a package and of its dependencies at run time, as they are resolved from `from`; peers that are not optional
 * count, as npm installs them. A package that lives outside `node_modules`, so one of this workspace, counts with the files that it
 * would publish. Nothing is fetched.
 * @throws Error when a dependency isn't installed.
 */
export async function measureInstalledSize(packageName: string, from: string): Promise<InstalledSize> {
  const sizes = new Map<string, number>();
  const visit = async (name: string, parent: string): Promise<void> => {
    const directory = await findPackage(name, parent);
    if (sizes.has(directory)) return;
    sizes.set(directory, 0);
    const manifest = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as Manifest;
    sizes.set(directory, directory.includes(`${sep}node_modules${sep}`) ? await sumFiles(directory) : await sumPublishedFiles(directory));
    const peers = Object.keys(manifest.peerDependencies ?? {}).filter((peer) => manifest.peerDependenciesMeta?.[peer]?.optional !== true);
    for (const dependency of new Set([...Object.keys(manifest.dependencies ?? {}), ...peers])) await visit(dependency, directory);
  };
  await visit(packageName, from);
  return { bytes: [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0), packages: sizes.size };
}

/**
 * The directory of a package as `from` would find it.
 * @throws Error when it isn't installed there.
 */
export async function findPackage(name: string, from: string): Promise<string> {
  for (const folder of createRequire(join(from, 'package.json')).resolve.paths(name) ?? []) {
    const directory = join(folder, name);
    if (existsSync(join(directory, 'package.json'))) return realpath(directory);
  }
  throw new Error(`${name} is not installed where ${from} would find it`);
}

async function sumFiles(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isFile()) bytes += (await stat(path)).size;
    else if (entry.isDirectory() && entry.name !== 'node_modules') bytes += await sumFiles(path);
  }
  return bytes;
}

async function sumPublishedFiles(directory: string): Promise<number> {
  // npm on Windows is a script, which needs a shell; the arguments are fixed.
  const options = { cwd: directory, shell: process.platform === 'win32', maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline'], options);
  const [packed] = JSON.parse(stdout) as [{ unpackedSize: number }];
  return packed.unpackedSize;
}
