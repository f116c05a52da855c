import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

const program = 'apps/reference-server/dist/cli.js';

test('the example runs and gets its answer', async () => {
  const example = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code as string).find((code) => code.includes('negotiate('));
  // Run from the folder of that package, where it resolves as it does when it is installed.
  const folder = join(root, 'packages/connect');
  const code = (example as string).replace(program, join(root, program));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^2026-07-28 \{/);
  expect(stdout).toContain("{ type: 'text', text: 'hello' }");
});

test.skipIf(spawnSync('curl', ['--version']).error)('the requests with curl get their answers', async () => {
  const server = spawn(process.execPath, [join(root, program), 'all', '--port', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(server, 'close');
  onTestFinished(async () => {
    server.kill('SIGKILL');
    await ended;
  });
  const [line] = (await once(server.stderr, 'data')) as [Buffer];
  const [url] = /http:\/\/[^/]+/.exec(String(line)) as RegExpExecArray;
  const commands = [...readme.matchAll(/```sh\n(curl .*?)```/gs)].map(([, command = '']) =>
    command.replaceAll('http://127.0.0.1:3000', url),
  );
  expect(commands).toHaveLength(3);
  const run = (command = ''): Promise<string> =>
    new Promise((resolve) => {
      // A stream that --max-time ends makes curl exit with 28; what it printed is what counts.
      execFile('sh', ['-c', command], (_error, stdout) => resolve(stdout));
    });
  const [modern, legacy, sse] = await Promise.all(commands.map(run));
  expect(JSON.parse(modern as string)).toMatchObject({ id: 1, result: { content: [{ type: 'text', text: 'hello' }] } });
  expect(legacy).toMatch(/^HTTP\/1.1 200 .*^mcp-session-id: \S+.*"protocolVersion":"2025-11-25"/ms);
  expect(sse).toMatch(/^event: endpoint\ndata: \/messages\?sessionId=\S+\n\n/);
});

test('the reference server passes as the README judges it', { timeout: 120_000 }, async () => {
  const command = /```sh\nnode (packages\/conformance\/\S+) stdio -- (node \S+ stdio)\n```/.exec(readme) as RegExpExecArray;
  const [, cli = '', server = ''] = command;
  // One area of it: all of them are run by the package's own tests.
  const { stdout } = await promisify(execFile)(process.execPath, [cli, 'stdio', '--only', 'stdio/*', '--', ...server.split(' ')], {
    cwd: root,
  });
  expect(stdout).toMatch(/^ {2}all {4}\d+ passed$/m);
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
