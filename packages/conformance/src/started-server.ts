import { parseArgsStringToArgv } from 'string-argv';
import { isAnswered, waitForUrl } from './detect.js';
import { Unreachable } from './driver.js';
import { endGroup, startGroup, whyNotStarted } from './raw/process-group.js';
import { createRedactor, isSecretName } from './redact.js';
import { lastLines } from './report/words.js';
import { secretsOf } from './target.js';

/** An HTTP server that runs for as long as it is judged. */
export interface StartedServer {
  /** Ends it, and what it started. */
  close(): Promise<void>;
}

export interface StartOptions {
  /** What will be judged. */
  readonly url: string;
  /** What answers once the server has started. */
  readonly waitFor: string;
  readonly withinMs: number;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Starts a command and waits until its URL answers. The command is split as a shell would split it, quotes included, and started
 * without one.
 *
 * @throws Unreachable when it can't be started, ends, or nothing answers within `withinMs`; with the end of what it logged. And when something
 * answers before: the verdicts would be about that.
 */
export async function startServer(command: string, options: StartOptions): Promise<StartedServer> {
  const { url, waitFor, withinMs, env, cwd, signal } = options;
  const [program, ...args] = parseArgsStringToArgv(command);
  if (program === undefined) throw new Unreachable('--start needs a command');
  for (const taken of new Set([url, waitFor])) {
    if (await isAnswered(taken, signal))
      throw new Unreachable(`something answers at ${taken} already, before --start: end it, or use another port`);
  }
  const child = startGroup(program, args, { stdio: 'log', env, cwd });
  const redact = createRedactor(secretsOf({ transport: 'stdio', command: program, args, env }, isSecretName));
  let log = '';
  const keep = (chunk: Buffer): void => {
    log = (log + chunk.toString('utf8')).slice(-2_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const gone = new AbortController();
  let problem = '';
  let isStarted = true;
  const exited = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      problem = whyNotStarted(error, cwd);
      isStarted = false;
      gone.abort();
      resolve();
    });
    child.once('exit', (code, name) => {
      problem = name ? `was ended by ${name}` : `exited with code ${code}`;
      gone.abort();
      resolve();
    });
  });
  const close = async (): Promise<void> => {
    endGroup(child);
    await exited;
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  try {
    await waitForUrl(waitFor, withinMs, AbortSignal.any([signal, gone.signal]));
    return { close };
  } catch (error) {
    const ended = gone.signal.aborted;
    await close();
    signal.throwIfAborted();
    const why = isStarted ? `"${command}" ${problem} before ${waitFor} answered` : `"${command}" can't be started: ${problem}`;
    const what = ended ? why : (error as Error).message;
    throw new Unreachable(redact(log.trim() === '' ? what : `${what}\nIt logged:\n${lastLines(log)}`));
  }
}
