import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import type { JsonRpcMessage } from '@mcpwire/jsonrpc';
import { testEnv } from './leftovers.js';
import { fixture } from './servers.js';
import { until } from './until.js';

/** A server program driven by bytes, without any transport of ours on this side. */
export class ServerRun {
  readonly child: ChildProcess;
  readonly stdin: Writable;
  stdout = '';
  stderr = '';
  readonly #ended: Promise<unknown>;

  constructor(program: string, args: string[] = [], stdio: StdioOptions = ['pipe', 'pipe', 'pipe']) {
    this.child = spawn(process.execPath, [fixture(program), ...args], { stdio, env: { ...process.env, ...testEnv() } });
    this.stdin = this.child.stdin as Writable;
    this.child.stdout?.on('data', (chunk) => {
      this.stdout += chunk;
    });
    this.child.stderr?.on('data', (chunk) => {
      this.stderr += chunk;
    });
    // It may be gone before all is written.
    this.child.stdin?.on('error', () => {});
    this.#ended = once(this.child, 'close');
  }

  get output(): Readable {
    return this.child.stdout as Readable;
  }

  /** What it has written to stdout, each line as a message; throws if one is none. */
  get messages(): Array<JsonRpcMessage | JsonRpcMessage[]> {
    return this.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }

  /** What it has written to stderr, a JSON text a line. */
  get told(): unknown[] {
    return this.stderr
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }

  send(...messages: unknown[]): void {
    this.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
  }

  write(text: string | Uint8Array): void {
    this.stdin.write(text);
  }

  async answers(count: number): Promise<void> {
    await until(`${count} lines have come on stdout`, () => this.messages.length >= count);
  }

  /** Waits for the process and its streams to end. */
  async end(): Promise<{ code: number | null; signal: string | null }> {
    await this.#ended;
    return { code: this.child.exitCode, signal: this.child.signalCode };
  }
}
