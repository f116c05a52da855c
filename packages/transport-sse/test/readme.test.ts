// The README's code is run as a reader would run it, its diffs before and after.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_MAX_SESSIONS } from '../src/index.js';
import { expectNoLeftovers, testEnv } from './support/leftovers.js';
import { typeCheck } from './support/type-check.js';
import { until } from './support/until.js';

expectNoLeftovers();

const readmePath = fileURLToPath(new URL('../README.md', import.meta.url));
const readme = readFileSync(readmePath, 'utf8');

interface Block {
  language: string;
  file: string;
  text: string;
}

/** The blocks that have a file name behind their language. */
const blocks: Block[] = [...readme.matchAll(/^```(\w+) (\S+)\n(.*?)^```$/gms)].map(([, language = '', file = '', text = '']) => ({
  language,
  file,
  text,
}));

function block(file: string): Block {
  const found = blocks.find((each) => each.file === file);
  if (!found) throw new Error(`The README has no code block ${file}`);
  return found;
}

/** One side of a diff; other code as it is. */
function side(file: string, which: 'before' | 'after'): string {
  const { language, text } = block(file);
  if (language !== 'diff') return text;
  const dropped = which === 'before' ? '+' : '-';
  return text
    .split('\n')
    .filter((line) => !line.startsWith(dropped))
    .map((line) => line.slice(1))
    .join('\n');
}

// Inside the package, so that its own name resolves as it does where it is installed.
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(dirname(readmePath), 'test', '.readme-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

const running: ChildProcess[] = [];
afterEach(async () => {
  for (const program of running.splice(0)) await stop(program);
});

async function stop(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const exited = once(program, 'exit');
  program.kill('SIGKILL');
  await exited;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Writes the program for another port than the README's, which may be taken. */
function write(name: string, text: string, port: number): string {
  writeFileSync(join(folder, name), text.replaceAll('3000', String(port)));
  return name;
}

async function run(file: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], { cwd: folder, env: { ...process.env, ...testEnv() } });
  expect(stderr).toBe('');
  return stdout;
}

async function start(file: string, port?: number): Promise<{ program: ChildProcess; said: () => string }> {
  const program = spawn(process.execPath, [file], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...testEnv() },
  });
  running.push(program);
  let said = '';
  program.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  if (port !== undefined) await until(`${file} listens`, () => isListening(port), 20_000);
  return { program, said: () => said };
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect({ port, host: 'localhost' });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

test('the example prints what it says', async () => {
  const [, output] = /^```js quickstart\.js\n.*?^```\n\n```text\n(.*?)^```$/ms.exec(readme) ?? [];
  expect(await run(write('quickstart.js', block('quickstart.js').text, 0))).toBe(output);
});

describe('the migration', () => {
  const clients = ['client-v1.js', 'client-v2.js'];

  test('changes one import, and nothing else', () => {
    for (const file of [...clients, 'routes.js']) {
      const changed = block(file)
        .text.split('\n')
        .filter((line) => /^[+-]/.test(line));
      for (const line of changed) expect(line).toMatch(/^[+-]import /);
    }
  });

  const combinations = (['before', 'after'] as const).flatMap((which) =>
    ['server.js', 'routes.js'].flatMap((server) => clients.map((client) => ({ which, server, client }))),
  );

  test.each(combinations)('$which it, $client works with $server', async ({ which, server, client }) => {
    const port = await freePort();
    await start(write(`${which}-${server}`, side(server, which), port), port);
    expect(await run(write(`${which}-${client}`, side(client, which), port))).toBe("[ 'now' ]\n");
  });
});

test('the client that reconnects does so when its server is killed and started again', async () => {
  const port = await freePort();
  const server = write('server.js', block('server.js').text, port);
  const first = await start(server, port);
  const client = await start(write('reconnect.js', block('reconnect.js').text, port));
  await until('it is connected', () => client.said() === 'connected\n', 20_000);
  await stop(first.program);
  await until('it has lost its server', () => client.said().includes('lost\n'));
  await start(server, port);
  await until(
    'it is connected again',
    () => /connected again \{ newSession: true, attempts: \d+, lostRequests: 0 \}\n$/.test(client.said()),
    20_000,
  );
});

test('every example is run by a test above, and is good TypeScript', async () => {
  expect(blocks.map(({ file }) => file)).toEqual([
    'quickstart.js',
    'server.js',
    'client-v1.js',
    'client-v2.js',
    'routes.js',
    'reconnect.js',
  ]);
  const files = blocks.map(({ file }) => {
    const path = join(folder, file.replace(/\.js$/, '.ts'));
    // A map that JavaScript fills has no types; what it holds is not what is looked at here.
    writeFileSync(path, side(file, 'after').replace('new Map()', 'new Map<string | null, SSEServerTransport>()'));
    return path;
  });
  expect(await typeCheck(...files)).toBe('');
});

describe('the tables', () => {
  const dist = fileURLToPath(new URL('../dist/', import.meta.url));

  test('name every option there is', () => {
    const interfaces = [
      'SSEHandlerOptions',
      'SSEServerLimits',
      'SSEServerTransportOptions',
      'SSEClientTransportOptions',
      'ReconnectOptions',
    ];
    const declarations = readdirSync(dist, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.d.ts'))
      .map((file) => readFileSync(join(dist, file), 'utf8'))
      .join('\n');
    for (const name of interfaces) {
      const body = new RegExp(`interface ${name}\\b[^{]*\\{(.*?)^\\}`, 'ms').exec(declarations)?.[1];
      const options = [...(body ?? '').matchAll(/^ {4}(\w+)\??:/gm)].map(([, option]) => option);
      expect(options.length, name).toBeGreaterThan(0);
      for (const option of options) expect(readme, `option ${option} of ${name}`).toContain(`\`${option}\``);
    }
  });

  test('name the defaults as they are', async () => {
    const defaults = await import('../src/index.js');
    const seconds = (ms: number): string => (ms >= 60_000 && ms % 60_000 === 0 && ms > 60_000 ? `${ms / 60_000} min` : `${ms / 1000} s`);
    const rows: [option: string, text: string][] = [
      ['maxSessions', DEFAULT_MAX_SESSIONS.toLocaleString('en')],
      ['sessionIdleMs', seconds(defaults.DEFAULT_SESSION_IDLE_MS)],
      ['keepAliveMs', seconds(defaults.DEFAULT_KEEP_ALIVE_MS)],
      ['stallTimeoutMs', seconds(defaults.DEFAULT_STALL_TIMEOUT_MS)],
      ['startTimeoutMs', seconds(defaults.DEFAULT_START_TIMEOUT_MS)],
      ['postTimeoutMs', seconds(defaults.DEFAULT_POST_TIMEOUT_MS)],
      ['maxConcurrentPosts', String(defaults.DEFAULT_MAX_CONCURRENT_POSTS)],
      ['graceMs', seconds(defaults.DEFAULT_GRACE_MS)],
      ['sessionIdParam', `\`${defaults.DEFAULT_SESSION_ID_PARAM}\``],
    ];
    for (const [option, text] of rows) {
      const found = [...readme.matchAll(new RegExp(`^\\| \`${option}\` \\|.*$`, 'gm'))];
      expect(found.length, option).toBeGreaterThan(0);
      for (const [row] of found) expect(row).toContain(`| ${text} |`);
    }
    expect(readme).toContain(`\`${defaults.DEFAULT_SSE_PATH}\`, \`${defaults.DEFAULT_MESSAGE_PATH}\``);
  });

  test('link to headings that exist', () => {
    const headings = [...readme.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    );
    for (const [, anchor] of readme.matchAll(/\]\(#([\w-]+)\)/g)) expect(headings).toContain(anchor);
  });

  test('name no error code that there is not', async () => {
    const table = readme.slice(readme.indexOf('## Errors'), readme.indexOf('## How it differs'));
    const named = [...table.matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code),
    );
    const errors = readFileSync(fileURLToPath(new URL('../../jsonrpc/src/errors.ts', import.meta.url)), 'utf8');
    expect(named.length).toBeGreaterThan(15);
    for (const code of named) expect(errors).toContain(`| '${code}'`);
  });
});
