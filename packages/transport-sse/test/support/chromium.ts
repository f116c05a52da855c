import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** The browser of this machine: CHROME_PATH, or Debian's name for it, or Google's. Undefined if there is none. */
export function findChromium(): string | undefined {
  const names = [process.env.CHROME_PATH, 'chromium', 'chromium-browser', 'google-chrome'];
  for (const name of names) {
    if (!name) continue;
    try {
      execFileSync(name, ['--version'], { stdio: 'ignore' });
      return name;
    } catch {
      // Not this one.
    }
  }
  return undefined;
}

/** A page in a browser without a window, which goes with everything that it has written. */
export class Page {
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(process: ChildProcess, folder: string) {
    this.#process = process;
    this.#folder = folder;
  }

  static open(chromium: string, url: string): Page {
    const folder = mkdtempSync(join(tmpdir(), 'mcpwire-chromium-'));
    const flags = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-dev-shm-usage',
      `--user-data-dir=${folder}`,
      // Keeps the page open until the process is ended.
      '--remote-debugging-port=0',
    ];
    // A group of its own, so that its helpers end with it.
    return new Page(spawn(chromium, [...flags, url], { stdio: 'ignore', detached: true }), folder);
  }

  async close(): Promise<void> {
    const { pid } = this.#process;
    const exited = once(this.#process, 'exit');
    if (pid !== undefined && this.#process.exitCode === null) {
      process.kill(-pid, 'SIGKILL');
      await exited;
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
