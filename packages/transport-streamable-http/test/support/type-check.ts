import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
const base = fileURLToPath(new URL('../../../../tsconfig.base.json', import.meta.url));
const typeRoots = [fileURLToPath(new URL('../../node_modules/@types', import.meta.url))];

/** Checks TypeScript files as strictly as this project does. @returns what the compiler complains about; empty if nothing. */
export async function typeCheck(...files: string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'mcpwire-types-'));
  const project = join(folder, 'tsconfig.json');
  // Examples need not export what they declare, nor annotate it.
  const compilerOptions = { noEmit: true, declaration: false, isolatedDeclarations: false, noUnusedLocals: false, typeRoots };
  writeFileSync(project, JSON.stringify({ extends: base, compilerOptions, files }));
  try {
    return await new Promise((resolve, reject) => {
      execFile(process.execPath, [compiler, '--project', project, '--pretty', 'false'], (error, stdout, stderr) => {
        if (error && stdout === '') reject(new Error(`tsc: ${error.message} ${stderr}`));
        else resolve(stdout.trim());
      });
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
