import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(folder, 'README.md'), 'utf8');

it("runs the README's example", async () => {
  const [, code = ''] = /```js\n(.*?)```/s.exec(readme) ?? [];
  // Inside the package, so that its own name resolves as it does where it is installed.
  const scratch = mkdtempSync(join(folder, 'test', '.readme-'));
  onTestFinished(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }));
  const program = join(scratch, 'example.js');
  writeFileSync(program, code);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], { cwd: join(folder, '..', '..') });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^modern 2026-07-28\n/);
  expect(stdout).toContain("{ type: 'text', text: 'hello' }");
});

it('runs the subscription', async () => {
  const [, code = ''] = /```js subscribe\.js\n(.*?)```/s.exec(readme) ?? [];
  const [, output] = /```text subscribe\.js\n(.*?)```/s.exec(readme) ?? [];
  const scratch = mkdtempSync(join(folder, 'test', '.readme-'));
  onTestFinished(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }));
  const program = join(scratch, 'subscribe.js');
  writeFileSync(program, code);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], { cwd: join(folder, '..', '..') });
  expect([stdout, stderr]).toEqual([output, '']);
});

it('tells of every option there is', () => {
  const declarations = readdirSync(join(folder, 'dist'))
    .filter((file) => file.endsWith('.d.ts'))
    .map((file) => readFileSync(join(folder, 'dist', file), 'utf8'))
    .join('\n');
  for (const name of ['ConnectOptions', 'NodeConnectOptions', 'NegotiateOptions']) {
    const [, body = ''] = new RegExp(`interface ${name}\\b[^{]*\\{(.*?)^\\}`, 'ms').exec(declarations) ?? [];
    const options = [...body.matchAll(/^ {4}(\w+)\??:/gm)].map(([, option]) => option);
    expect(options.length, name).toBeGreaterThan(0);
    for (const option of options) expect(readme, `option ${option} of ${name}`).toContain(`\`${option}\``);
  }
});
