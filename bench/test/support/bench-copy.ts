import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../src/report/report.js';

const benchDirectory = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The built bench in a directory of its own: a test can take files away from it, and every process that it starts has the
 * directory's name on its command line.
 */
export class BenchCopy {
  readonly directory: string;
  readonly results: string;

  constructor(directory: string) {
    this.directory = directory;
    this.results = join(directory, 'results');
  }

  static async create(): Promise<BenchCopy> {
    const directory = await realpath(await mkdtemp(join(tmpdir(), 'mcpwire-bench-')));
    await cp(join(benchDirectory, 'dist'), join(directory, 'dist'), { recursive: true });
    await cp(join(benchDirectory, 'package.json'), join(directory, 'package.json'));
    for (const name of ['schema.json', 'baselines'])
      await cp(join(benchDirectory, 'results', name), join(directory, 'results', name), { recursive: true });
    await symlink(join(benchDirectory, 'node_modules'), join(directory, 'node_modules'), 'dir');
    return new BenchCopy(directory);
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  start(...args: string[]): ChildProcess {
    return spawn(process.execPath, [join(this.directory, 'dist/cli.js'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Runs the command line to its end. */
  async run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const child = this.start(...args);
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout, stderr };
  }

  async readReport(): Promise<Report> {
    return JSON.parse(await this.readResult('latest.json')) as Report;
  }

  readResult(name: string): Promise<string> {
    return readFile(join(this.results, name), 'utf8');
  }

  /** The command lines of the processes that this copy has started and that still run. */
  leftProcesses(): string[] {
    const all = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n');
    return all.filter((line) => line.includes(this.directory));
  }
}
