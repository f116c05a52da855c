import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

test('the example runs and gets its answer', async () => {
  const [, example = ''] = /```js\n(.*?)```/s.exec(readme) ?? [];
  // Run from the server's folder, where both packages resolve as they do when they are installed.
  const folder = join(root, 'apps/reference-server');
  const code = example.replace('apps/reference-server/', '');
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder });
  expect({ stdout, stderr }).toEqual({ stdout: '{}\n', stderr: '' });
});

test('the commands of the first screen exist', () => {
  const commands = [...readme.matchAll(/^npx -y pnpm@12 (\S+)/gm)].map(([, name]) => name as string);
  expect(commands).toEqual(['bench', 'test']);
  for (const name of commands) expect(manifest.scripts[name]).toBeDefined();
});

test('every link leads somewhere', () => {
  const paths = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, path]) => path as string).filter((path) => !path.startsWith('https:'));
  expect(paths.length).toBeGreaterThan(5);
  for (const path of paths) expect(existsSync(join(root, path)), path).toBe(true);
});
