import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const packages = fileURLToPath(new URL('../packages/', import.meta.url));

/** What takes longer to load than a whole transport: Node's own `fetch`, HTTP/2 with TLS, and undici. */
const heavy = { fetch: 'NativeModule internal/deps/undici/undici', http2: 'NativeModule http2' };

/** Node 22 and later load all of it with `node:http`, so that nobody who imports that can do without. */
let loadedByHttp: readonly string[] = [];
beforeAll(async () => {
  loadedByHttp = await listLoaded('node:http');
});

/** Which of the heavy parts a fresh process has loaded after importing a module of ours and running `then`, beyond what Node's own does. */
async function loadedBy(module: string, then?: string): Promise<string[]> {
  return (await listLoaded(`file://${packages}${module}`, then)).filter((name) => !loadedByHttp.includes(name));
}

async function listLoaded(specifier: string, then = ''): Promise<string[]> {
  const program = `
    const module = await import(${JSON.stringify(specifier)});
    ${then}
    const heavy = ${JSON.stringify(heavy)};
    console.log(JSON.stringify(Object.keys(heavy).filter((name) => process.moduleLoadList.includes(heavy[name]))));
    process.exit();
  `;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program]);
  return JSON.parse(stdout) as string[];
}

describe('a program loads what it uses', () => {
  test.each([
    'http/dist/node.js',
    'http/dist/client-node.js',
    'transport-sse/dist/node.js',
    'transport-sse/dist/client.js',
    'transport-streamable-http/dist/node.js',
    'transport-streamable-http/dist/client.js',
    'connect/dist/node.js',
  ])('%s can be imported without fetch, HTTP/2 or undici', async (module) => {
    expect(await loadedBy(module)).toEqual([]);
  });

  test('a plain server answers requests without them', async () => {
    const serve = `
      const server = await module.createHttpServer({ handler: async () => ({ status: 200, headers: {}, body: 'hello' }) });
      const { get } = await import('node:http');
      const status = await new Promise((resolve, reject) => get(server.url, (res) => resolve(res.resume().statusCode)).on('error', reject));
      if (status !== 200) throw new Error(String(status));
      await server.close();
    `;
    expect(await loadedBy('http/dist/node.js', serve)).toEqual([]);
  });

  test('a client loads undici with its first request', async () => {
    const request = `
      const client = module.createHttpClient();
      const refused = await client.request({ url: 'http://127.0.0.1:1/' }).then(() => 'answered', (error) => error.code);
      if (refused !== 'connect-failed') throw new Error(refused);
      await client.close();
    `;
    expect(await listLoaded(`file://${packages}http/dist/client-node.js`, request)).toContain('http2');
  });
});
