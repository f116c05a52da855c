// The README's code is run as a reader would run it, its diffs before and after.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectNoLeftovers, testEnv } from './support/leftovers.js';
import { typeCheck } from './support/type-check.js';

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

/** One side of a diff. */
function side(file: string, which: 'before' | 'after'): string {
  const dropped = which === 'before' ? '+' : '-';
  return block(file)
    .text.split('\n')
    .filter((line) => !line.startsWith(dropped))
    .map((line) => line.slice(1))
    .join('\n');
}

// Inside the package, so that its own name resolves as it does where it is installed.
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(dirname(readmePath), 'test', '.readme-'));
  for (const { language, file, text } of blocks) if (language === 'js') writeFileSync(join(folder, file), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

async function run(file: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], { cwd: folder, env: { ...process.env, ...testEnv() } });
  expect(stderr).toBe('');
  return stdout;
}

describe('the migration', () => {
  const clients = ['client-v1.js', 'client-v2.js'];
  const servers = ['server-v1.js', 'server-v2.js', 'serve-v2.js'];

  test('changes one import, and nothing else but the argument of serveStdio', () => {
    for (const file of [...clients, ...servers]) {
      const changed = block(file)
        .text.split('\n')
        .filter((line) => /^[+-]/.test(line));
      expect(changed.filter((line) => line.startsWith('+import'))).toHaveLength(1);
      expect(changed).toHaveLength(file === 'serve-v2.js' ? 3 : 2);
    }
  });

  /** Runs that side of a client's diff with that side of a server's. */
  async function talk(which: 'before' | 'after', client: string, server: string): Promise<string> {
    const program = `${which}-${client}`;
    writeFileSync(join(folder, 'server.js'), side(server, which));
    writeFileSync(join(folder, program), side(client, which));
    return await run(program);
  }

  const pairs: Array<[string, string]> = [
    ['client-v1.js', 'server-v1.js'],
    ['client-v2.js', 'server-v2.js'],
    ['client-v2.js', 'serve-v2.js'],
  ];

  test.each(pairs)('before it, %s and %s work', async (client, server) => {
    expect(await talk('before', client, server)).toBe("[ 'now' ]\n");
  });

  test.each(pairs)('after it, %s and %s do the same', async (client, server) => {
    expect(await talk('after', client, server)).toBe("[ 'now' ]\n");
  });
});

describe('the examples', () => {
  test('without the SDK', async () => {
    expect(await run('echo-client.js')).toBe("{ text: 'hello' }\n{ kind: 'closed', exitCode: 0, signal: null }\n");
  });

  test('stderr', async () => {
    const lines = (await run('stderr.js')).trim().split('\n');
    expect(lines).toEqual([
      'the server says: no configuration',
      '2 The server "node" exited with code 2. It wrote last: "no configuration"',
    ]);
  });

  test('restart', async () => {
    expect(await run('restart.js')).toBe("crashed\n{ after: 'the crash' }\n");
  });

  test('a Unix socket', async () => {
    const server = spawn(process.execPath, ['socket-server.js'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...testEnv() },
    });
    await once(server.stdout, 'data');
    expect(await run('socket-client.js')).toBe("{ over: 'a socket' }\n");
    server.kill();
    await once(server, 'close');
  });

  test('every one of them is run by a test above, and is good TypeScript', async () => {
    const examples = blocks.filter(({ language }) => language === 'js').map(({ file }) => file);
    expect(examples).toEqual(['echo-server.js', 'echo-client.js', 'stderr.js', 'restart.js', 'socket-server.js', 'socket-client.js']);
    const files = blocks.map(({ language, file, text }) => {
      const path = join(folder, file.replace(/\.js$/, '.ts'));
      writeFileSync(path, language === 'diff' ? side(file, 'after') : text);
      return path;
    });
    expect(await typeCheck(...files)).toBe('');
  });
});

describe('the tables', () => {
  const dist = fileURLToPath(new URL('../dist/', import.meta.url));

  test('name every option there is', () => {
    const interfaces = ['PipeOptions', 'StdioServerOptions', 'StdioServerParameters', 'ServerCommand', 'StreamOptions', 'RestartOptions'];
    const declarations = readdirSync(dist)
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

  test('link to headings that exist', () => {
    const headings = [...readme.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    );
    for (const [, anchor] of readme.matchAll(/\]\(#([\w-]+)\)/g)) expect(headings).toContain(anchor);
  });
});
