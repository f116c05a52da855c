import { access, constants, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import process from 'node:process';
import { clearLine, cursorTo } from 'node:readline';
import { BaselineError, type ExpectedFailure, parseExpectedFailures } from './baseline.js';
import { checks } from './checks/index.js';
import { clientChecks } from './client/checks/index.js';
import type { ClientTarget } from './client/client-target.js';
import { runClient } from './client/run-client.js';
import type { CliOptions, Mode } from './command-line.js';
import { detectHttpTransport } from './detect.js';
import { explain, idsNear, listChecks } from './explain.js';
import { createBadge } from './report/badge.js';
import { reporters } from './report/index.js';
import { exitCodeOf, type Report } from './report.js';
import { run } from './run.js';
import type { RunProgress } from './run-options.js';
import { type Selectable, selectChecks } from './select.js';
import { type StartedServer, startServer } from './started-server.js';
import type { Target } from './target.js';

/** The arguments are well-formed, and mean nothing. `message` says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const FORMATS: Readonly<Record<string, string>> = {
  '.json': 'json',
  '.xml': 'junit',
  '.html': 'html',
  '.htm': 'html',
  '.md': 'markdown',
  '.tap': 'tap',
  '.txt': 'text',
};

const START_MS = 20_000;

/**
 * Does what the arguments ask for and writes it out.
 *
 * @returns the exit code.
 * @throws UsageError, BaselineError, RunError, Unreachable: exit code 2.
 */
export async function runCli(mode: Mode, words: readonly string[], options: CliOptions, signal: AbortSignal): Promise<number> {
  assertSelects(mode, options);
  if (options.list) {
    const [revision] = options.revision;
    if (mode === 'client') write(listChecks(selectChecks(clientChecks, { ...options, revision })));
    else {
      const transport = mode === 'auto' ? undefined : mode === 'http' ? 'streamable-http' : mode;
      write(listChecks(selectChecks(checks, { ...options, transport, revision })));
    }
    return 0;
  }
  if (options.explain !== undefined) {
    const text = explain(options.explain);
    if (text === undefined) {
      const near = idsNear(options.explain);
      throw new UsageError(
        `there is no check and no requirement ${JSON.stringify(options.explain)}; ${near.length > 0 ? `there is ${near.join(', ')}` : '--list shows the checks'}`,
      );
    }
    write(text);
    return 0;
  }
  assertMakesSense(mode, words, options);
  const formats = options.output.map(formatOf);
  for (const file of [...options.output, ...(options.badge !== undefined ? [options.badge] : [])]) await assertWritable(file);
  const expectedFailures = await readExpectedFailures(options.expectedFailures);
  const server = await start(mode, words, options, signal);
  try {
    const progress = createProgress();
    const common = {
      revisions: options.revision,
      only: options.only,
      skip: options.skip,
      level: options.level,
      concurrency: options.concurrency,
      timeoutMs: options.timeout,
      startMs: options.startTimeout,
      expectedFailures,
      signal,
      onprogress: progress.show,
    };
    let report: Report;
    try {
      if (mode === 'client') report = await runClient({ client: toClient(words, options), ...common });
      else
        report = await run({
          target: await toTarget(mode, words, options, signal),
          ...common,
          ...(options.probeTool !== undefined && { probeTool: { name: options.probeTool, args: options.probeArgs ?? {} } }),
          ...(options.slowTool !== undefined && { slowTool: { name: options.slowTool, args: options.slowArgs ?? {} } }),
        });
    } finally {
      progress.end();
    }
    const strict = options.strict === true;
    write(render(options.reporter, report, { color: useColor(), strict }));
    for (const [index, file] of options.output.entries())
      await save(file, render(formats[index] ?? 'text', report, { color: false, strict }));
    if (options.badge !== undefined) await save(options.badge, createBadge(report, { strict }));
    return exitCodeOf(report, { strict });
  } finally {
    await server?.close();
  }
}

/** @throws UsageError for a glob that no check matches: it is misspelt, and would leave something out, or in, that nobody means. */
function assertSelects(mode: Mode, { only, skip }: CliOptions): void {
  const all: readonly Selectable[] = mode === 'client' ? clientChecks : checks;
  for (const [option, globs] of [
    ['--only', only],
    ['--skip', skip],
  ] as const) {
    const lost = globs.find((glob) => selectChecks(all, { only: [glob] }).length === 0);
    if (lost !== undefined) throw new UsageError(`${option} ${lost}: no check has such an id; --list shows them`);
  }
}

/** @throws UsageError for options that would have no effect. */
function assertMakesSense(mode: Mode, words: readonly string[], options: CliOptions): void {
  const [first] = words;
  if (first === undefined) return;
  const isReached = mode !== 'stdio' && mode !== 'client' && isUrl(first);
  const hasStart = options.start !== undefined;
  const rules: readonly (readonly [boolean, string])[] = [
    [hasStart && !isReached, '--start is for servers that are reached by a URL'],
    [options.waitFor !== undefined && !hasStart, '--wait-for goes with --start'],
    [options.waitFor !== undefined && !isUrl(options.waitFor), `--wait-for ${options.waitFor}: that is no http: or https: URL`],
    [isReached && !hasStart && Object.keys(options.env).length > 0, '--env is for a server that is started: by a command, or by --start'],
    [isReached && !hasStart && options.cwd !== undefined, '--cwd is for a server that is started: by a command, or by --start'],
    [!isReached && Object.keys(options.header).length > 0, '--header is for servers that are reached by a URL'],
    [options.probeArgs !== undefined && options.probeTool === undefined, '--probe-args goes with --probe-tool'],
    [options.slowArgs !== undefined && options.slowTool === undefined, '--slow-args goes with --slow-tool'],
  ];
  const broken = rules.find(([isBroken]) => isBroken);
  if (broken) throw new UsageError(broken[1]);
}

async function start(mode: Mode, words: readonly string[], options: CliOptions, signal: AbortSignal): Promise<StartedServer | undefined> {
  const [url = ''] = words;
  if (options.start === undefined || mode === 'stdio' || mode === 'client') return undefined;
  const { env, cwd } = options;
  return startServer(options.start, {
    url,
    waitFor: options.waitFor ?? url,
    withinMs: options.startTimeout ?? START_MS,
    env,
    cwd,
    signal,
  });
}

async function toTarget(mode: Mode, words: readonly string[], options: CliOptions, signal: AbortSignal): Promise<Target> {
  const [first, ...rest] = words;
  if (first === undefined)
    throw new UsageError(`${mode === 'http' || mode === 'sse' ? 'a URL is missing' : 'a command or a URL is missing'}; --help shows how`);
  if (mode === 'stdio' || (mode === 'auto' && !isUrl(first))) {
    return { transport: 'stdio', command: first, args: rest, env: options.env, ...(options.cwd !== undefined && { cwd: options.cwd }) };
  }
  if (!isUrl(first)) throw new UsageError(`${JSON.stringify(first)} is no http: or https: URL`);
  if (rest.length > 0) throw new UsageError(`there is one URL too many: ${rest.join(' ')}`);
  const { header: headers } = options;
  if (mode === 'auto') return { transport: await detectHttpTransport(first, headers, signal), url: first, headers };
  return { transport: mode === 'sse' ? 'sse' : 'streamable-http', url: first, headers };
}

function toClient(words: readonly string[], { stdio, http, env, cwd }: CliOptions): ClientTarget {
  const [command, ...args] = words;
  if (command === undefined) throw new UsageError('a command is missing: client --stdio|--http -- COMMAND');
  if ((stdio === true) === (http === true)) throw new UsageError('client needs one of --stdio and --http: the transport that it speaks');
  return { transport: stdio ? 'stdio' : 'streamable-http', command, args, env, ...(cwd !== undefined && { cwd }) };
}

function isUrl(word: string): boolean {
  return /^https?:\/\//i.test(word) && URL.canParse(word);
}

async function readExpectedFailures(file: string | undefined): Promise<ExpectedFailure[]> {
  if (file === undefined) return [];
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new BaselineError(`expected failures: ${(error as Error).message}`);
  }
  return parseExpectedFailures(
    text,
    [...checks, ...clientChecks].map(({ id }) => id),
  );
}

function formatOf(file: string): string {
  const format = FORMATS[extname(file).toLowerCase()];
  if (format === undefined) throw new UsageError(`--output ${file}: its extension must be one of ${Object.keys(FORMATS).join(' ')}`);
  return format;
}

function render(name: string, report: Report, options: { color: boolean; strict: boolean }): string {
  return reporters[name]?.(report, options) ?? '';
}

/** @throws UsageError before a run, not after it, that a report of it cannot be kept. */
async function assertWritable(file: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    const found = await stat(file).catch(() => undefined);
    if (found?.isDirectory()) throw new Error('it is a directory');
    await access(found ? file : dirname(file), constants.W_OK);
  } catch (error) {
    throw new UsageError(`${file} can't be written: ${(error as Error).message}`);
  }
}

async function save(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new UsageError(`${file} can't be written: ${(error as Error).message}`);
  }
}

function write(text: string): void {
  process.stdout.write(text);
}

function useColor(): boolean {
  if (process.env.NO_COLOR) return false;
  return Boolean(process.env.FORCE_COLOR) || process.stdout.isTTY === true;
}

/** One line on stderr that is written over, where that is a terminal; elsewhere nothing. */
function createProgress(): { show: (progress: RunProgress) => void; end: () => void } {
  const { stderr } = process;
  if (!stderr.isTTY) return { show: () => {}, end: () => {} };
  const clear = (): void => {
    clearLine(stderr, 0);
    cursorTo(stderr, 0);
  };
  stderr.write('asking for the revisions …');
  return {
    show({ done, total, outcome }) {
      clear();
      stderr.write(`${done}/${total} ${outcome ? `${outcome.revision} ${outcome.check}` : ''}`.slice(0, (stderr.columns ?? 80) - 1));
    },
    end: clear,
  };
}
