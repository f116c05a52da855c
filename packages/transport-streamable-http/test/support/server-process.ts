import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../fixtures/server-process.js', import.meta.url));

/** A server in a process of its own. */
export class ServerProcess {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** @param folder where it keeps its sessions and events; without one they are lost with it */
  static async start(port = 0, folder?: string): Promise<ServerProcess> {
    const child = spawn(process.execPath, [program, String(port), ...(folder === undefined ? [] : [folder])], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit').then(([code]) => {
      throw new Error(`The server ended with ${code} before it listened.`);
    });
    exited.catch(() => {});
    const [chunk] = await Promise.race([once(child.stdout, 'data'), exited]);
    return new ServerProcess(child, Number(String(chunk).trim()));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/mcp`;
  }

  /** Without a word to anybody. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}
