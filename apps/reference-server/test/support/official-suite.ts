import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const PACKAGE = '@modelcontextprotocol/conformance';
/** The suite does not load on anything older than Node 22, for which reason npm brings it, and not this workspace's lockfile. */
const NODE = 'node@22.23.3';
const INSTALL_TIMEOUT_MS = 170_000;

/** One check of one scenario. */
export interface Check {
  readonly scenario: string;
  readonly id: string;
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  readonly message: string | undefined;
}

/** What a run of the suite has found. */
export interface Verdict {
  readonly scenarios: readonly string[];
  readonly checks: readonly Check[];
  /** The suite's exit code. */
  readonly code: number | null;
  /** Everything that the suite printed. */
  readonly output: string;
}

/** The suite, ready to run. */
export interface OfficialSuite {
  readonly version: string;
  /** Every server scenario that there is in a revision. */
  judgeServer(url: string, revision: string): Promise<Verdict>;
  /** One client scenario. @param command starts the client; the suite adds the URL of its server */
  judgeClient(command: string, scenario: string, revision: string): Promise<Verdict>;
}

const installed = new Map<string, Promise<OfficialSuite | Error>>();

/** The suite in one version, from npm, which keeps it; or why it can't be had. */
export function officialSuite(version: string): Promise<OfficialSuite | Error> {
  let suite = installed.get(version);
  if (!suite) {
    suite = install(version).catch((error: Error) => error);
    installed.set(version, suite);
  }
  return suite;
}

async function install(version: string): Promise<OfficialSuite> {
  const npmArgs = ['exec', '--yes', '--prefer-offline', `--package=${NODE}`, `--package=${PACKAGE}@${version}`];
  const show = 'console.log(JSON.stringify([process.execPath, process.env.PATH]))';
  // npm is a script on Windows, which only its shell starts; nothing in these arguments comes from outside.
  const shell = process.platform === 'win32';
  const { stdout } = await promisify(execFile)('npm', [...npmArgs, '--', 'node', '-e', shell ? `"${show}"` : show], {
    shell,
    timeout: INSTALL_TIMEOUT_MS,
  });
  const [node, path] = JSON.parse(stdout) as [string, string];
  const script = path
    .split(delimiter)
    .map((folder) => join(dirname(folder), PACKAGE, 'dist', 'index.js'))
    .find(existsSync);
  if (!script) throw new Error(`npm has put ${PACKAGE} into none of ${path}`);
  return {
    version,
    judgeServer: (url, revision) => judge(node, [script, 'server', '--url', url, '--suite', 'all', '--spec-version', revision]),
    judgeClient: (command, scenario, revision) =>
      judge(node, [script, 'client', '--command', command, '--scenario', scenario, '--spec-version', revision]),
  };
}

async function judge(node: string, args: string[]): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'official-suite-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const child = spawn(node, [...args, '--output-dir', folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  const closed = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  const output = collect(child);
  const code = await closed;
  const runs = await Promise.all((await readdir(folder)).sort().map((name) => readRun(join(folder, name), name)));
  return { scenarios: runs.map(({ scenario }) => scenario), checks: runs.flatMap(({ checks }) => checks), code, output: output() };
}

/** A scenario's results are a folder named after it, the side that was judged and the time. */
async function readRun(folder: string, name: string): Promise<{ scenario: string; checks: Check[] }> {
  const scenario = name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, '');
  const text = await readFile(join(folder, 'checks.json'), 'utf8').catch(() => undefined);
  if (text === undefined)
    return { scenario, checks: [{ scenario, id: 'no-result', status: 'FAILURE', message: 'It did not come to an end.' }] };
  const checks = JSON.parse(text) as { id: string; status: Check['status']; errorMessage?: string }[];
  return { scenario, checks: checks.map(({ id, status, errorMessage }) => ({ scenario, id, status, message: errorMessage })) };
}

function collect(child: ChildProcess): () => string {
  const pieces: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => pieces.push(text));
  return () => pieces.join('');
}
