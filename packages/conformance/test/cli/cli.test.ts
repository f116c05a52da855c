import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { areGone } from '../support.js';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const server = fileURLToPath(new URL('../broken-servers/stdio.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mcp-conformance-'));
// Each starts a server several times, on whatever else the machine does.
vi.setConfig({ testTimeout: 60_000 });
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function start(...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => (stdout += chunk));
  child.stderr?.on('data', (chunk) => (stderr += chunk));
  return { child, ended: new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr }))) };
}

const runCli = (...args: string[]): Promise<Ended> => start(...args).ended;
const quick = ['stdio', '--timeout', '2500', '--revision', '2025-11-25', '--only', 'jsonrpc/ping', '--only', 'stdio/crlf'];

describe('the exit code is', () => {
  test('0 when no MUST is broken', async () => {
    const { code, stdout, stderr } = await runCli(...quick, '--', 'node', server);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/all +2 passed/);
  });

  test('1 when one is, and the report says what came back', async () => {
    const { code, stdout } = await runCli(...quick, '--', 'node', server, '--fault', 'ping-with-content');
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAIL jsonrpc\/ping[\s\S]*ping\.|received +\{"pong":true\}/);
    expect(stdout).toContain('https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/ping');
  });

  test('2 for a URL where nobody is, also right after an option that can be repeated', async () => {
    for (const option of [
      ['--only', 'jsonrpc/ping'],
      ['--revision', '2025-11-25'],
    ]) {
      const { code, stdout, stderr } = await runCli('http', ...option, 'http://127.0.0.1:9/mcp');
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('127.0.0.1:9');
    }
  });

  test('0 for a broken SHOULD, and 1 for it with --strict', async () => {
    const broken = ['--', 'node', server, '--fault', 'no-carriage-returns'];
    expect((await runCli(...quick, ...broken)).code).toBe(0);
    expect((await runCli(...quick, '--strict', ...broken)).code).toBe(1);
  });

  test('3 when nothing is broken and something could not be judged', async () => {
    const { code, stdout } = await runCli(
      ...[
        'stdio',
        '--revision',
        '2025-03-26',
        '--only',
        'batch/receive-mixed',
        '--timeout',
        '2000',
        '--',
        'node',
        server,
        '--fault',
        'no-batches',
      ],
    );
    expect(code).toBe(3);
    expect(stdout).toContain('INCONCLUSIVE batch/receive-mixed');
  });

  test.each([
    ['a command that cannot be started', ['stdio', '--', 'mcp-no-such-program'], "can't be started"],
    ['a server that exits', ['stdio', '--', 'node', '-e', 'process.exit(7)'], 'exited with code 7'],
    ['a closed port', ['http://127.0.0.1:9/mcp'], 'nothing can be reached'],
    ['no target', ['stdio'], 'a command or a URL is missing'],
    ['an unknown option', ['stdio', '--nonsense'], 'unknown option'],
    ['an unknown revision', ['stdio', '--revision', '2025-01-01', '--', 'node', server], 'There are 2024-11-05'],
    ['a revision that the server lacks', ['stdio', '--revision', '2025-11-25', '--', 'node', server, '--modern-only'], 'does not support'],
    ['a selection that leaves nothing', ['stdio', '--only', 'http/*', '--', 'node', server], 'no check is left'],
    [
      'a glob that no check matches',
      ['stdio', '--only', 'jsonrpc/pong', '--', 'node', server],
      '--only jsonrpc/pong: no check has such an id',
    ],
    [
      'one among others that do',
      ['--skip', 'stdio', '--skip', 'jsnorpc/*', '--', 'node', server],
      '--skip jsnorpc/*: no check has such an id',
    ],
    ['an output of no format', ['stdio', '--output', 'report.doc', '--', 'node', server], 'its extension must be'],
    [
      'an output that cannot be written',
      ['stdio', '--output', join(server, 'report.html'), '--', 'node', server],
      "report.html can't be written",
    ],
    ['a URL for stdio options', ['http', 'ftp://example.com'], 'is no http: or https: URL'],
    ['a header for who has none', ['--header', 'A: b', '--', 'node', server], '--header is for servers that are reached by a URL'],
    ['a variable for who is not started', ['http', 'http://127.0.0.1:9/mcp', '--env', 'A=b'], '--env is for a server that is started'],
    ['a directory that is not there', ['stdio', '--cwd', join(folder, 'none'), '--', 'node', server], 'there is no directory'],
    ['arguments for no tool', ['stdio', '--slow-args', '{}', '--', 'node', server], '--slow-args goes with --slow-tool'],
    ['arguments that are no JSON', ['stdio', '--probe-args', '{', '--', 'node', server], 'It must be JSON'],
  ])('2 for %s, without a report', async (_, args, message) => {
    const { code, stdout, stderr } = await runCli(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});

test('reports go to files in the format of their extensions, with stdout as the reporter has it', async () => {
  const files = ['r.json', 'r.xml', 'deep/r.html', 'r.md', 'r.tap', 'r.txt'].map((name) => join(folder, name));
  const badge = join(folder, 'badge.svg');
  const args = files.flatMap((file) => ['--output', file]);
  const { code, stdout } = await runCli(...quick, ...args, '--badge', badge, '--reporter', 'tap', '--', 'node', server);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^TAP version 14\n1\.\.2\n/);
  const [json, xml, html, markdown, tap, text] = files.map((file) => readFileSync(file, 'utf8'));
  expect(JSON.parse(json ?? '')).toMatchObject({ schemaVersion: 1, summary: { pass: 2 }, servers: [{ name: 'correct-server' }] });
  expect(xml).toMatch(/^<\?xml[\s\S]*tests="2" failures="0"/);
  expect(html).toMatch(/^<!doctype html>/);
  expect(markdown).toContain('# correct-server');
  expect(tap).toBe(stdout);
  expect(text).toContain('2 passed');
  expect(readFileSync(badge, 'utf8')).toContain('<svg');
});

describe('expected failures', () => {
  const file = join(folder, 'expected.yaml');
  const broken = ['--', 'node', server, '--fault', 'ping-with-content'];

  test('do not count', async () => {
    writeFileSync(file, '- check: jsonrpc/ping\n  reason: since the beginning\n');
    const { code, stdout } = await runCli(...quick, '--expected-failures', file, ...broken);
    expect(code).toBe(0);
    expect(stdout).toContain('since the beginning');
  });

  test('that no longer fail do', async () => {
    writeFileSync(file, '- check: stdio/crlf\n  reason: since the beginning\n- check: jsonrpc/ping\n  reason: known\n');
    const { code, stdout } = await runCli(...quick, '--expected-failures', file, ...broken);
    expect(code).toBe(1);
    expect(stdout).toContain('stale stdio/crlf');
  });

  test('that are misspelt are refused', async () => {
    writeFileSync(file, '- check: stdio/clrf\n  reason: x\n');
    expect(await runCli(...quick, '--expected-failures', file, ...broken)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no check "stdio/clrf"'),
    });
  });
});

test('--list shows the checks that are selected, and --explain all about one', async () => {
  const list = await runCli('stdio', '--list', '--only', 'stdio/shutdown-*');
  expect(list.stdout.split('\n').map((line) => line.split(' ')[0])).toEqual([
    'stdio/shutdown-exit-on-eof',
    'stdio/shutdown-exit-on-sigterm',
    '',
  ]);
  const explained = await runCli('--explain', 'stdio/shutdown-exit-on-eof');
  expect(explained.stdout).toMatch(
    /^stdio\/shutdown-exit-on-eof \(should\)[\s\S]*stdio\.shutdown\.exit-on-eof[\s\S]*https:\/\/modelcontextprotocol\.io/,
  );
  const row = await runCli('--explain', 'stdio.shutdown.exit-on-eof');
  expect(row.stdout).toMatch(/^stdio\.shutdown\.exit-on-eof[\s\S]*stdio\/shutdown-exit-on-eof/);
  expect(await runCli('--explain', 'qqq')).toMatchObject({ code: 2, stderr: expect.stringContaining('--list shows the checks') });
  expect(await runCli('--explain', 'stdio/eof')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is stdio/shutdown-exit-on-eof, stdio.shutdown.exit-on-eof'),
  });
});

test('a command without a subcommand is a stdio server; its environment and directory are as told', async () => {
  const script = `if (process.env.MODE !== 'test' || process.cwd() !== ${JSON.stringify(process.cwd())}) process.exit(9); await import(${JSON.stringify(server)});`;
  const { code, stderr } = await runCli(
    ...quick.slice(1),
    '--env',
    'MODE=test',
    '--cwd',
    process.cwd(),
    '--',
    'node',
    '--input-type=module',
    '-e',
    script,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('Ctrl-C ends the run and every process that it started', async () => {
  const pidFile = join(folder, 'pids');
  const script = `require('node:fs').appendFileSync(${JSON.stringify(pidFile)}, process.pid + '\\n'); process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`;
  writeFileSync(pidFile, '');
  const { child, ended } = start('stdio', '--', 'node', '-e', script);
  const pids = (): number[] => readFileSync(pidFile, 'utf8').trim().split('\n').filter(Boolean).map(Number);
  await expect.poll(() => pids().length, { timeout: 10_000 }).toBe(5);
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 130, stdout: '' });
  await areGone(pids());
});

test('--start runs a server while it is judged: one that ends at once is reported with its log', async () => {
  const { code, stderr } = await runCli('http', 'http://127.0.0.1:9/mcp', '--start', `node -e "console.error('no port'); process.exit(4)"`);
  expect(code).toBe(2);
  expect(stderr).toMatch(/exited with code 4 before http:\/\/127\.0\.0\.1:9\/mcp answered\nIt logged:\nno port/);
});

describe('--start', () => {
  const listening = `const s = require('node:http').createServer((q, r) => r.writeHead(404).end(process.env.MODE + ' in ' + process.cwd()));`;

  test('hands the server its environment and directory', async () => {
    const script = `${listening} s.listen(0, '127.0.0.1', () => { console.error(process.env.MODE + ' in ' + process.cwd() + ', ' + process.env.MY_TOKEN); process.exit(5); })`;
    const { code, stderr } = await runCli(
      ...['http', 'http://127.0.0.1:9/mcp', '--env', 'MODE=test', '--env', 'MY_TOKEN=hush-hush', '--cwd', folder],
      ...['--start', `node -e "${script}"`],
    );
    expect(code).toBe(2);
    expect(stderr).toContain(`test in ${realpathSync(folder)}, [redacted]`);
  });

  test('refuses to judge who was there before', async () => {
    const other = createServer((_, response) => response.end());
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}/mcp`;
      const { code, stdout, stderr } = await runCli('http', url, '--start', 'node -e 0');
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(`something answers at ${url} already`);
    } finally {
      other.closeAllConnections();
      await new Promise((resolve) => other.close(resolve));
    }
  });
});

test('a reader that stops early is no error', async () => {
  const { child, ended } = start('--list');
  child.stdout?.destroy();
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
});

test('--help of each command shows the options that it has', async () => {
  const options = async (mode: string): Promise<string[]> => {
    const { code, stdout } = await runCli(mode, '--help');
    expect(code).toBe(0);
    return ['--header', '--start', '--env', '--probe-tool', '--timeout'].filter((option) => stdout.includes(`${option} <`));
  };
  expect(await options('stdio')).toEqual(['--env', '--probe-tool', '--timeout']);
  expect(await options('http')).toEqual(['--header', '--start', '--env', '--probe-tool', '--timeout']);
  expect(await options('sse')).toEqual(await options('detect'));
  expect(await options('client')).toEqual(['--env', '--timeout']);
});
