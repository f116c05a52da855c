import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { rules } from './arrows/rules.js';
import { readWorkspace } from './arrows/workspace.js';

const root = join(import.meta.dirname, '..');

describe('this workspace', () => {
  const workspace = readWorkspace(root);

  it('is really read: every package has a name and files with imports', () => {
    expect(workspace.packages.map(({ folder }) => folder)).toEqual(
      expect.arrayContaining(['packages/jsonrpc', 'packages/transport-stdio', 'packages/conformance', 'apps/reference-server', 'bench']),
    );
    for (const { manifest, files } of workspace.packages) {
      expect(manifest.name).toMatch(/^@mcpwire\//);
      expect(files.flatMap(({ imports }) => imports).length, `imports seen in ${manifest.name}`).toBeGreaterThan(0);
    }
  });

  for (const [name, rule] of Object.entries(rules)) {
    it(name, () => expect(rule(workspace)).toEqual([]));
  }
});

/** A made-up workspace that breaks no rule; each case below adds or replaces files. */
const sound = {
  'package.json': { name: 'root', devDependencies: { vitest: '4' } },
  'packages/jsonrpc/package.json': { name: '@x/jsonrpc', exports: { '.': './dist/index.js' }, dependencies: { 'some-library': '1' } },
  'packages/jsonrpc/src/index.ts': "import type { Readable } from 'node:stream';\nexport * from './peer.js';\nexport type R = Readable;\n",
  'packages/jsonrpc/src/peer.ts': "import { a } from 'some-library/part';\nexport const peer = a;\n",
  'packages/jsonrpc/test/peer.test.ts': "import 'vitest';\nimport 'node:fs';\nimport '../src/peer.js';\n",
  'packages/transport-stdio/package.json': {
    name: '@x/stdio',
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './client': './dist/client.js' },
    dependencies: { '@x/jsonrpc': 'workspace:*' },
    devDependencies: { '@x/conformance': 'workspace:*' },
  },
  'packages/transport-stdio/src/index.ts': "export * from '@x/jsonrpc';\n",
  'packages/transport-stdio/src/client.ts': "import 'node:child_process';\nimport { peer } from '@x/jsonrpc';\nexport default peer;\n",
  'packages/transport-stdio/test/contract.test.ts': "import '@x/conformance/contract';\nimport '@x/stdio/client';\n",
  'packages/conformance/package.json': {
    name: '@x/conformance',
    exports: { './contract': './dist/contract.js' },
    dependencies: { '@x/jsonrpc': 'workspace:*' },
  },
  'packages/conformance/src/contract.ts': "import type { peer } from '@x/jsonrpc';\nexport type P = typeof peer;\n",
};

type Tree = Record<string, string | object>;

const cases: { rule: keyof typeof rules; why: string; tree: Tree; says: string[] }[] = [
  {
    rule: 'every package has a layer',
    why: 'a folder nobody placed',
    tree: { 'packages/stray/package.json': { name: '@x/stray' } },
    says: ['packages/stray has no layer: give it one in test/arrows/layers.ts'],
  },
  {
    rule: 'a package uses lower layers only',
    why: 'a package.json that points up, and a type import that does',
    tree: {
      'packages/jsonrpc/package.json': { name: '@x/jsonrpc', dependencies: { '@x/stdio': 'workspace:*' } },
      'packages/jsonrpc/src/peer.ts': "\nimport type { C } from '@x/stdio/client';\n",
    },
    says: [
      'packages/jsonrpc/package.json uses packages/transport-stdio (L2) from L0: arrows point down',
      'packages/jsonrpc/src/peer.ts:2 uses packages/transport-stdio (L2) from L0: arrows point down',
    ],
  },
  {
    rule: 'a package uses lower layers only',
    why: 'a package beside it on the same layer',
    tree: {
      'packages/transport-sse/package.json': { name: '@x/sse', exports: { '.': './dist/index.js' } },
      'packages/transport-sse/src/index.ts': "const load = () => import('@x/stdio');\n",
    },
    says: ['packages/transport-sse/src/index.ts:1 uses packages/transport-stdio (L2) from L2: arrows point down'],
  },
  {
    rule: 'no package depends on itself in a circle, not even for its tests',
    why: 'a dev dependency that closes a circle',
    tree: { 'packages/jsonrpc/package.json': { name: '@x/jsonrpc', devDependencies: { '@x/conformance': 'workspace:*' } } },
    says: ['packages/jsonrpc depends on itself in a circle', 'packages/conformance depends on itself in a circle'],
  },
  {
    rule: 'the conformance package names no transport that it judges',
    why: 'a dev dependency and a test on a transport',
    tree: {
      'packages/conformance/package.json': { name: '@x/conformance', devDependencies: { '@x/stdio': 'workspace:*' } },
      'packages/conformance/test/stdio.test.ts': "export { default } from '@x/stdio/client';\n",
    },
    says: [
      'packages/conformance/package.json uses packages/transport-stdio, which packages/conformance judges',
      'packages/conformance/test/stdio.test.ts:1 uses packages/transport-stdio, which packages/conformance judges',
    ],
  },
  {
    rule: 'an import is declared in the package.json',
    why: 'a library that only the root has, in a source and in a test',
    tree: {
      'packages/jsonrpc/src/peer.ts': "import { it } from 'vitest';\nimport.meta.resolve('@scope/lib/file');\n",
      'packages/jsonrpc/test/peer.test.ts': "import 'vitest';\nrequire('left-pad');\n",
    },
    says: [
      'packages/jsonrpc/src/peer.ts:1 imports vitest, which is not in its dependencies',
      'packages/jsonrpc/src/peer.ts:2 imports @scope/lib, which is not in its dependencies',
      'packages/jsonrpc/test/peer.test.ts:2 imports left-pad, which is not in its dependencies or devDependencies',
    ],
  },
  {
    rule: 'an import enters another package by its exports',
    why: 'a deep import, and a path that climbs out of the package',
    tree: {
      'packages/transport-stdio/src/client.ts': "import '@x/jsonrpc/dist/peer.js';\nimport '../../jsonrpc/src/peer.js';\n",
    },
    says: [
      'packages/transport-stdio/src/client.ts:1 imports @x/jsonrpc/dist/peer.js, which packages/jsonrpc does not export',
      'packages/transport-stdio/src/client.ts:2 imports ../../jsonrpc/src/peer.js, outside its own package',
    ],
  },
  {
    rule: 'a root entry loads no Node built-in',
    why: 'a built-in two files down, reached from another package too',
    tree: { 'packages/jsonrpc/src/peer.ts': "import { type Socket } from 'node:net';\nexport type S = Socket;\n" },
    says: [
      'packages/jsonrpc: its root entry loads node:net (packages/jsonrpc/src/peer.ts:1)',
      'packages/transport-stdio: its root entry loads node:net (packages/jsonrpc/src/peer.ts:1)',
    ],
  },
];

describe('a made-up workspace', () => {
  const made: string[] = [];
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
  });

  function make(tree: Tree): string {
    const folder = mkdtempSync(join(tmpdir(), 'arrows-'));
    made.push(folder);
    for (const [path, content] of Object.entries({ ...sound, ...tree })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
    }
    return folder;
  }

  it('passes every rule when it is sound', () => {
    const workspace = readWorkspace(make({}));
    for (const rule of Object.values(rules)) expect(rule(workspace)).toEqual([]);
  });

  it('breaks every rule in some case', () => {
    expect(new Set(cases.map(({ rule }) => rule))).toEqual(new Set(Object.keys(rules)));
  });

  for (const { rule, why, tree, says } of cases) {
    it(`fails "${rule}" for ${why}`, () => {
      expect(rules[rule]?.(readWorkspace(make(tree))).sort()).toEqual([...says].sort());
    });
  }
});
