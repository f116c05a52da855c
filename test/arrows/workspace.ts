import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { ModuleImport } from './imports.js';
import { parseImports } from './imports.js';

/** The parts of a package.json that arrows are read from. */
interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export interface SourceFile {
  /** From the workspace's root, with slashes. */
  readonly path: string;
  /** Under `src/`: part of what the package is. Tests, fixtures and benchmarks are not. */
  readonly shipped: boolean;
  readonly imports: readonly ModuleImport[];
}

export interface WorkspacePackage {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly files: readonly SourceFile[];
}

export interface Workspace {
  /** What the root's own package.json offers to every test. */
  readonly root: Manifest;
  readonly packages: readonly WorkspacePackage[];
}

/** Reads every package of the workspace at `root`: its package.json and the imports of its files. */
export function readWorkspace(root: string): Workspace {
  const folders = ['packages', 'apps'].flatMap((parent) => subfolders(root, parent)).concat('bench');
  return {
    root: readManifest(root),
    packages: folders
      .filter((folder) => existsSync(join(root, folder, 'package.json')))
      .map((folder) => ({ folder, manifest: readManifest(join(root, folder)), files: readFiles(root, folder) })),
  };
}

function subfolders(root: string, parent: string): string[] {
  if (!existsSync(join(root, parent))) return [];
  return readdirSync(join(root, parent)).map((name) => `${parent}/${name}`);
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

const skipped = new Set(['node_modules', 'dist', 'results', '.turbo']);

function readFiles(root: string, folder: string): SourceFile[] {
  const files: SourceFile[] = [];
  const walk = (directory: string): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) {
        // A folder with a package.json of its own is no part of this package: it is installed and run apart.
        if (!skipped.has(entry.name) && !existsSync(join(path, 'package.json'))) walk(path);
      } else if (/\.[cm]?[jt]s$/.test(entry.name)) {
        const name = relative(root, path).split(sep).join('/');
        files.push({ path: name, shipped: name.startsWith(`${folder}/src/`), imports: parseImports(name, readFileSync(path, 'utf8')) });
      }
    }
  };
  walk(join(root, folder));
  return files;
}
