import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const packageFolder = join(import.meta.dirname, '..');
const readme = readFileSync(join(packageFolder, 'README.md'), 'utf8');
const examples = [...readme.matchAll(/## ([^\n]+)\n\n```js\n((?:(?!```).)*)```\n\n```text\n((?:(?!```).)*)```/gs)];

describe('the README', () => {
  test('has the examples that are run here', () => {
    expect(examples.map(([, heading]) => heading)).toEqual(['Decode', 'Encode']);
  });

  for (const [, heading, code, output] of examples) {
    test(`${heading}: prints what it says, run as it stands`, { timeout: 60_000 }, async () => {
      // From the package's own folder its name resolves to itself, as built.
      const args = ['--input-type=module', '-e', code as string];
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: packageFolder, env: { PATH: process.env.PATH } });
      expect(stdout).toBe(output);
    });
  }

  test('has a heading for every error code', () => {
    const source = readFileSync(join(packageFolder, 'src/errors.ts'), 'utf8');
    const codes = [...source.matchAll(/^ {2}\| '([a-z0-9-]+)'/gm)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(5);
    expect([...readme.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading)).toEqual(codes);
  });
});
