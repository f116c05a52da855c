import { parseSync, Visitor } from 'oxc-parser';

/** One module that a file names: by `import`, `export … from`, `import()`, `import.meta.resolve()`, `require()` or a type. */
export interface ModuleImport {
  readonly specifier: string;
  readonly line: number;
  /** The compiler erases it: nothing is loaded when the program runs. */
  readonly typeOnly: boolean;
}

/** Every module that `code` names by a literal. `path` tells the parser the language by its ending. */
export function parseImports(path: string, code: string): ModuleImport[] {
  const found: ModuleImport[] = [];
  const add = (source: Located, typeOnly: boolean): void => {
    if (source.type !== 'Literal' || typeof source.value !== 'string') return;
    found.push({ specifier: source.value, line: code.slice(0, source.start).split('\n').length, typeOnly });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source, node.importKind === 'type'),
    ExportAllDeclaration: (node) => add(node.source, node.exportKind === 'type'),
    ExportNamedDeclaration: (node) => node.source && add(node.source, node.exportKind === 'type'),
    ImportExpression: (node) => add(node.source, false),
    TSImportType: (node) => add(node.source, true),
    TSExternalModuleReference: (node) => add(node.expression, false),
    CallExpression: ({ callee, arguments: [first] }) => {
      if (first && loaders.has(code.slice(callee.start, callee.end))) add(first, false);
    },
  }).visit(parseSync(path, code).program);
  return found;
}

const loaders = new Set(['require', 'require.resolve', 'import.meta.resolve']);

interface Located {
  readonly type: string;
  readonly start: number;
  readonly value?: unknown;
}
