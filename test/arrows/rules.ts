import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { judge, judged, layers, nodeOnly } from './layers.js';
import type { SourceFile, Workspace, WorkspacePackage } from './workspace.js';

/** A rule returns one sentence a violation, and nothing for a sound workspace. */
export type Rule = (workspace: Workspace) => string[];

export const rules: Readonly<Record<string, Rule>> = {
  'every package has a layer': ({ packages }) =>
    packages
      .filter(({ folder }) => !(folder in layers))
      .map(({ folder }) => `${folder} has no layer: give it one in test/arrows/layers.ts`),

  'a package uses lower layers only': (workspace) =>
    workspace.packages.flatMap((from) =>
      uses(workspace, from)
        .filter(({ to, shipped }) => shipped && to !== from && layerOf(to) >= layerOf(from))
        .map(({ to, where }) => `${where} uses ${to.folder} (L${layerOf(to)}) from L${layerOf(from)}: arrows point down`),
    ),

  'no package depends on itself in a circle, not even for its tests': (workspace) => {
    const next = new Map(
      workspace.packages.map((from) => [from, workspace.packages.filter((to) => to.manifest.name in { ...runtime(from), ...dev(from) })]),
    );
    return workspace.packages
      .filter((start) => reachable(next, start).has(start))
      .map(({ folder }) => `${folder} depends on itself in a circle`);
  },

  'the conformance package names no transport that it judges': (workspace) =>
    workspace.packages
      .filter(({ folder }) => folder === judge)
      .flatMap((from) => uses(workspace, from))
      .filter(({ to }) => judged.includes(to.folder))
      .map(({ to, where }) => `${where} uses ${to.folder}, which ${judge} judges`),

  'an import is declared in the package.json': (workspace) =>
    eachImport(workspace, ({ from, file, specifier, where }) => {
      if (specifier.startsWith('.') || specifier.startsWith('#') || isBuiltin(specifier)) return undefined;
      const name = packageName(specifier);
      const declared = file.shipped ? runtime(from) : { ...runtime(from), ...dev(from), ...workspace.root.devDependencies };
      if (name === from.manifest.name || name in declared) return undefined;
      return `${where} imports ${name}, which is not in its ${file.shipped ? 'dependencies' : 'dependencies or devDependencies'}`;
    }),

  'an import enters another package by its exports': (workspace) =>
    eachImport(workspace, ({ from, file, specifier, where }) => {
      if (specifier.startsWith('.')) {
        const target = posix.join(posix.dirname(file.path), specifier);
        return target.startsWith(`${from.folder}/`) ? undefined : `${where} imports ${specifier}, outside its own package`;
      }
      const to = packageOf(workspace, specifier);
      const entry = `.${specifier.slice(packageName(specifier).length)}`;
      return !to || entry in (to.manifest.exports ?? {}) ? undefined : `${where} imports ${specifier}, which ${to.folder} does not export`;
    }),

  'a root entry loads no Node built-in': (workspace) =>
    workspace.packages
      .filter(({ folder }) => !nodeOnly.includes(folder))
      .flatMap((from) => entryFiles(from, '.').flatMap((file) => builtinsBehind(workspace, from, file))),
};

interface Use {
  readonly to: WorkspacePackage;
  readonly where: string;
  readonly shipped: boolean;
}

/** Every other package of the workspace that `from` names, in its package.json and in its files. */
function uses(workspace: Workspace, from: WorkspacePackage): Use[] {
  const listed = (dependencies: object, shipped: boolean): Use[] =>
    workspace.packages
      .filter((to) => to.manifest.name in dependencies)
      .map((to) => ({ to, where: `${from.folder}/package.json`, shipped }));
  const imported = from.files.flatMap((file) =>
    file.imports.flatMap(({ specifier, line }) => {
      const to = packageOf(workspace, specifier);
      return to ? [{ to, where: `${file.path}:${line}`, shipped: file.shipped }] : [];
    }),
  );
  return [...listed(runtime(from), true), ...listed(dev(from), false), ...imported];
}

interface ImportSite {
  readonly from: WorkspacePackage;
  readonly file: SourceFile;
  readonly specifier: string;
  readonly where: string;
}

function eachImport(workspace: Workspace, check: (site: ImportSite) => string | undefined): string[] {
  return workspace.packages.flatMap((from) =>
    from.files.flatMap((file) =>
      file.imports.flatMap(({ specifier, line }) => check({ from, file, specifier, where: `${file.path}:${line}` }) ?? []),
    ),
  );
}

/** Walks what is loaded behind `file`, through other packages of the workspace too. Types are erased, so they are not followed. */
function builtinsBehind(workspace: Workspace, owner: WorkspacePackage, file: SourceFile): string[] {
  const violations: string[] = [];
  const seen = new Set<SourceFile>();
  const walk = (from: WorkspacePackage, current: SourceFile): void => {
    if (seen.has(current)) return;
    seen.add(current);
    for (const { specifier, line, typeOnly } of current.imports) {
      if (typeOnly) continue;
      if (isBuiltin(specifier)) violations.push(`${owner.folder}: its root entry loads ${specifier} (${current.path}:${line})`);
      else if (specifier.startsWith('.')) walk(from, sourceFile(from, posix.join(posix.dirname(current.path), specifier)));
      else {
        const to = packageOf(workspace, specifier);
        if (to) for (const entry of entryFiles(to, `.${specifier.slice(to.manifest.name.length)}`)) walk(to, entry);
      }
    }
  };
  walk(owner, file);
  return violations;
}

/** The source files behind one key of `exports`: `./dist/x.js` is compiled from `src/x.ts`. */
function entryFiles(from: WorkspacePackage, entry: string): SourceFile[] {
  const targets = (value: unknown): string[] => {
    if (typeof value === 'string') return value.endsWith('.js') ? [value] : [];
    return value && typeof value === 'object' ? Object.values(value).flatMap(targets) : [];
  };
  const paths = new Set(targets(from.manifest.exports?.[entry]));
  return [...paths].map((path) => sourceFile(from, posix.join(from.folder, path.replace(/^\.\/dist\//, 'src/'))));
}

function sourceFile(from: WorkspacePackage, path: string): SourceFile {
  const file = from.files.find((candidate) => candidate.path === path || candidate.path === path.replace(/\.js$/, '.ts'));
  if (!file) throw new Error(`${from.folder} names ${path}, and there is no such source file`);
  return file;
}

function packageOf(workspace: Workspace, specifier: string): WorkspacePackage | undefined {
  return workspace.packages.find(({ manifest }) => manifest.name === packageName(specifier));
}

function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function layerOf({ folder }: WorkspacePackage): number {
  return layers[folder] ?? Number.NaN;
}

function runtime({ manifest }: WorkspacePackage): Readonly<Record<string, string>> {
  return { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
}

function dev({ manifest }: WorkspacePackage): Readonly<Record<string, string>> {
  return manifest.devDependencies ?? {};
}

function reachable<T>(next: ReadonlyMap<T, readonly T[]>, start: T): Set<T> {
  const found = new Set<T>();
  const queue = [start];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    for (const neighbour of next.get(node) ?? []) {
      if (!found.has(neighbour)) {
        found.add(neighbour);
        queue.push(neighbour);
      }
    }
  }
  return found;
}
