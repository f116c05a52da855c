import { parseArgsStringToArgv } from 'string-argv';
import { waitForUrl } from './detect.js';
import { Unreachable } from './driver.js';
import { endGroup, startGroup } from './raw/process-group.js';

/** An HTTP server that runs for as long as it is judged. */
export interface StartedServer {
  /** Ends it, and what it started. */
  close(): Promise<void>;
}

/**
 * Starts a command and waits until its URL answers. The command is split as a shell would split it, quotes included, and started
 * without one.
 *
 * @throws Unreachable when it can't be started, ends, or nothing answers within `withinMs`; with the end of what it logged.
 */
export async function startServer(command: string, url: string, withinMs: number, signal: AbortSignal): Promise<StartedServer> {
  const [program, ...args] = parseArgsStringToArgv(command);
  if (program === undefined) throw new Unreachable('--start needs a command');
  const child = startGroup(program, args, { stdio: 'log' });
  let log = '';
  const keep = (chunk: Buffer): void => {
    log = (log + chunk.toString('utf8')).slice(-2_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const gone = new AbortController();
  let problem = '';
  const exited = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      problem = `can't be started: ${error.message}`;
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
    await waitForUrl(url, withinMs, AbortSignal.any([signal, gone.signal]));
    return { close };
  } catch (error) {
    const ended = gone.signal.aborted;
    await close();
    signal.throwIfAborted();
    const what = ended ? `"${command}" ${problem} before ${url} answered` : (error as Error).message;
    throw new Unreachable(log.trim() === '' ? what : `${what}\nIt logged:\n${log.trim()}`);
  }
}
