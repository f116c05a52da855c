import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const packageFolder = join(import.meta.dirname, '..');
const readme = readFileSync(join(packageFolder, 'README.md'), 'utf8');
const examples = [...readme.matchAll(/```js\n((?:(?!```).)*)```\n\n```text\n((?:(?!```).)*)```/gs)];

describe('the README', () => {
  test('has an output for every example', () => {
    expect(examples).toHaveLength(3);
    expect(readme.match(/```js\n/g)).toHaveLength(3);
  });

  for (const [index, [, code, output]] of examples.entries()) {
    test(`example ${index + 1} prints what it says, run as it stands`, { timeout: 60_000 }, async () => {
      // From the package's own folder its name resolves to itself, as built.
      const args = ['--input-type=module', '-e', code as string];
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: packageFolder, env: { PATH: process.env.PATH } });
      expect(stdout).toBe(output);
    });
  }
});
