import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const programs = fileURLToPath(new URL('./programs/', import.meta.url));
const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

/** How long an answer may take. Longer than the command's own: a survey runs beside whatever else the machine does. */
const ANSWER_MS = 10_000;
/** Past this a server's run is ended; the command ends what it started. */
const LIMIT_MS = 300_000;
/** How long the command may take to end what it started. */
const GRACE_MS = 10_000;

/**
 * Runs the suite's own command against one server, as anyone would. The server's processes, and those of its bridge, are the command's to end.
 *
 * @param {import('./servers.js').SurveyedServer} server
 * @returns {Promise<import('@mcpwire/conformance').Report>}
 * @throws Error when the command can't judge the server, or does not end in time; with what it logged.
 */
export async function judge(server) {
  const folder = await mkdtemp(join(tmpdir(), 'survey-'));
  const output = join(folder, 'report.json');
  const port = server.path === undefined ? 0 : await findPort();
  const fill = (word) => word.replaceAll('{port}', port).replace(/\{bin:([^}]+)\}/g, (_, name) => bin(name));
  const command = [process.execPath, server.bin ? bin(server.bin) : join(programs, server.program ?? ''), ...(server.args ?? []).map(fill)];
  const options = ['--output', output, '--timeout', String(ANSWER_MS), ...(server.options ?? [])];
  const url = `http://127.0.0.1:${port}${server.path}`;
  const args =
    server.path === undefined
      ? ['stdio', ...options, '--cwd', folder, '--', ...command]
      : [
          server.transport,
          url,
          ...options,
          '--start',
          command
            .map((word) => `"${word}"`)
            .join(' ')
            .replace(/"(node [^"]*)"/g, `'$1'`),
        ];
  try {
    const log = await runCommand(args, { ...process.env, PORT: String(port), MEMORY_FILE_PATH: join(folder, 'memory.jsonl') });
    return JSON.parse(await readFile(output, 'utf8').catch(() => Promise.reject(new Error(log.trim()))));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function bin(name) {
  return join(programs, 'node_modules/.bin', name);
}

/** @returns {Promise<string>} what it logged. */
function runCommand(args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      log = (log + text).slice(-4_000);
    });
    let late = false;
    const end = setTimeout(() => {
      late = true;
      child.kill('SIGTERM');
    }, LIMIT_MS);
    const kill = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS + GRACE_MS);
    const stop = () => {
      clearTimeout(end);
      clearTimeout(kill);
    };
    child.once('error', (error) => {
      stop();
      reject(error);
    });
    child.once('close', () => {
      stop();
      if (late) reject(new Error(`it was not judged within ${LIMIT_MS} ms`));
      else resolve(log);
    });
  });
}

/** A port of loopback that was free a moment ago: the servers are told theirs, and say nowhere which they got. */
function findPort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });
}
