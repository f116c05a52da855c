// The README's code for servers is run as a reader would run it, its diffs before and after.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectClient } from './interop/clients.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The block that has this file name behind its language. */
function block(file: string): string {
  const found = new RegExp(`^\`\`\`\\w+ ${file.replace('.', '\\.')}\n(.*?)^\`\`\``, 'ms').exec(readme);
  if (!found) throw new Error(`The README has no code block ${file}`);
  return found[1] as string;
}

/** One side of a diff. */
function side(file: string, which: 'before' | 'after'): string {
  const dropped = which === 'before' ? '+' : '-';
  const lines = block(file).split('\n');
  return lines
    .filter((line) => !line.startsWith(dropped))
    .map((line) => line.slice(1))
    .join('\n');
}

// Inside the package, so that its own name resolves as it does where it is installed.
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(fileURLToPath(new URL('.readme-server-', import.meta.url)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

function write(file: string, text: string): string {
  const path = join(folder, file);
  writeFileSync(path, text);
  return path;
}

interface Program extends AsyncDisposable {
  /** The last word of its first line. */
  url: string;
  /** Asks it to end. @returns its exit code */
  stop(): Promise<number | null>;
}

/** Starts a program that says where it listens. */
async function start(path: string): Promise<Program> {
  const child = spawn(process.execPath, [path], { cwd: folder, env: { ...process.env, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

describe('the handler', () => {
  test('serves SDK clients, and stops when it is told to', async () => {
    await using program = await start(write('server.js', block('server.js')));
    for (const kind of ['v1', 'v2 auto'] as const) {
      const client = await connectClient(kind, program.url, { revision: '2025-11-25' });
      expect(await client.call('greet', { name: 'world' })).toBe('Hello, world!');
      await client.close();
    }
    expect(await program.stop()).toBe(0);
  });

  test('serves both eras without sessions', async () => {
    await using program = await start(write('both-eras.js', block('both-eras.js')));
    for (const [kind, era] of [
      ['v1', 'legacy'],
      ['v2 auto', 'modern'],
    ] as const) {
      const client = await connectClient(kind, program.url, { revision: '2025-11-25' });
      expect(await client.listTools()).toEqual(['now']);
      expect(await client.call('now')).toMatch(new RegExp(`^It is \\d{4}-.*, says a ${era} request$`));
      await client.close();
    }
  });
});

describe('the migration', () => {
  test('changes one import', () => {
    for (const file of ['express-v1.js', 'stateless-v2.js', 'hono-v2.js']) {
      const added = block(file)
        .split('\n')
        .filter((line) => line.startsWith('+'));
      expect(added.filter((line) => line.includes('@mcpwire/'))).toHaveLength(1);
      expect(added.filter((line) => !line.startsWith('+import'))).toEqual([]);
    }
  });

  describe.each(['before', 'after'] as const)('%s it', (which) => {
    test.each(['express-v1.js', 'stateless-v2.js'])('%s works', async (file) => {
      await using program = await start(write(`${which}-${file}`, side(file, which)));
      const client = await connectClient('v1', program.url, { revision: '2025-11-25' });
      expect(await client.listTools()).toEqual(['now']);
      expect(Date.parse(await client.call('now'))).toBeGreaterThan(0);
      await client.close();
    });

    test('hono-v2.js works', async () => {
      const path = write(`${which}-hono-v2.js`, side('hono-v2.js', which));
      const { app } = (await import(/* @vite-ignore */ pathToFileURL(path).href)) as {
        app: { request(url: string, init: object): Promise<Response> };
      };
      const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
      const response = await app.request('http://localhost/mcp', { method: 'POST', headers, body });
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('"name":"now"');
    });
  });
});

describe('the stores', () => {
  test('an event store and a session store are one line each', async () => {
    for (const file of ['resumable.js', 'restored.js']) {
      const { handler } = (await import(/* @vite-ignore */ pathToFileURL(write(file, block(file))).href)) as {
        handler: { sessions: { size: number } };
      };
      expect(handler.sessions.size).toBe(0);
    }
  });

  test('the contract runs in a test runner as it is', async () => {
    const path = write('store.test.js', block('store.test.js'));
    const { stdout } = await promisify(execFile)(process.execPath, ['--test', path]);
    expect(stdout).toMatch(/pass 2\d/);
    expect(stdout).toMatch(/fail 0/);
  });
});
