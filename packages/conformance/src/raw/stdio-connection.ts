import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../connection.js';
import { Unreachable } from '../driver.js';
import { Inbox, type JsonObject, type JsonValue } from '../inbox.js';
import type { Redactor } from '../redact.js';
import { SentLog } from '../sent-log.js';
import type { StdioTarget } from '../target.js';
import { describeTarget } from '../target.js';
import { Transcript } from '../transcript.js';
import { LineReader } from './line-reader.js';
import { endGroup, startGroup, whyNotStarted } from './process-group.js';

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What a server gets after its stdin was closed, before everything in its process group is ended. */
const CLOSE_GRACE_MS = 150;

/** A server's process, its pipes, and nothing between: bytes go out as they are given. */
export class StdioConnection implements Connection {
  readonly transport = 'stdio';
  readonly inbox: Inbox = new Inbox();
  readonly transcript: Transcript;
  readonly sent: SentLog = new SentLog();
  declared?: JsonObject;
  /** Resolves when the process is gone and its pipes are read to the end. */
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #reader: LineReader;
  #exit: Exit | undefined;
  #log = '';
  #closing: Promise<void> | undefined;

  private constructor(child: ChildProcess, transcript: Transcript) {
    this.#child = child;
    this.transcript = transcript;
    this.#reader = new LineReader(this.inbox);
    child.stdout?.on('data', (chunk: Uint8Array) => {
      this.transcript.add('received', chunk);
      this.inbox.position = this.transcript.length;
      this.#reader.feed(chunk);
      if (this.inbox.isFull) this.#cutOff();
    });
    child.stderr?.on('data', (chunk: Uint8Array) => {
      this.transcript.add('stderr', chunk);
      this.#log = (this.#log + Buffer.from(chunk).toString('utf8')).slice(-2_000);
    });
    // The server closing its stdin, or dying, is seen elsewhere; without a listener it would end this process.
    child.stdin?.on('error', (error: NodeJS.ErrnoException) => this.transcript.add('event', `stdin: ${error.code ?? error.message}`));
    child.stdout?.on('error', () => {});
    child.stderr?.on('error', () => {});
    child.stdout?.on('end', () => {
      this.#reader.end();
      // A process may outlive its stdout: nothing more can be read either way.
      if (this.#exit === undefined)
        setTimeout(() => this.inbox.end(this.#exit ? this.#ended(this.#exit) : 'it closed its stdout'), 100).unref();
    });
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        const exit = { code, signal };
        this.#exit = exit;
        this.transcript.add('event', this.#ended(exit));
        const done = (): void => {
          this.inbox.end(this.#ended(exit));
          resolve(exit);
        };
        // What it started may hold its stdout open for ever: what is in the pipe arrives well before this.
        const limit = setTimeout(done, 200);
        child.once('close', () => {
          clearTimeout(limit);
          done();
        });
      });
    });
  }

  /**
   * Starts the server.
   *
   * @throws Unreachable when the program can't be started.
   */
  static async start(target: StdioTarget, redact: Redactor): Promise<StdioConnection> {
    const child = startGroup(target.command, target.args ?? [], { cwd: target.cwd, env: target.env, stdio: 'pipe' });
    const transcript = new Transcript(redact);
    transcript.add('event', `started ${describeTarget(target)}`);
    const connection = new StdioConnection(child, transcript);
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => {
        reject(new Unreachable(`the command "${target.command}" can't be started: ${whyNotStarted(error, target.cwd)}`));
      });
    });
    return connection;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** How the process ended; undefined while it runs. */
  get exit(): Exit | undefined {
    return this.#exit;
  }

  /** The end of what the server logged, up to 2,000 characters. */
  get log(): string {
    return this.#log;
  }

  get advice(): string | undefined {
    const stray = this.inbox.faults.find(({ kind }) => kind !== 'empty');
    if (stray && /^Content-Length:/i.test(stray.text)) return 'A message ends with a newline, and has no Content-Length before it.';
    if (stray) return `Its stdout has what is no message, as ${JSON.stringify(stray.text.slice(0, 120))}: logs and banners go to stderr.`;
    const { unfinished } = this.#reader;
    return unfinished === '' ? undefined : `Its stdout has ${JSON.stringify(unfinished.slice(0, 120))}, and no newline after it.`;
  }

  async send(message: JsonValue): Promise<void> {
    this.sent.note(message);
    await this.#write(`${JSON.stringify(message)}\n`);
  }

  /** One line: the newline is added. */
  async sendText(content: string | Uint8Array): Promise<void> {
    const bytes = Buffer.from(content);
    await this.sendBytes(Buffer.concat([bytes, Buffer.from('\n')]));
  }

  /** Bytes as they are, newlines and all; any number of lines, or part of one. `pieces` are written apart, `gapMs` between. */
  async sendBytes(bytes: Uint8Array | string, options: { pieces?: readonly number[]; gapMs?: number } = {}): Promise<void> {
    const all = Buffer.from(bytes);
    this.sent.noteText(all);
    let start = 0;
    for (const end of [...(options.pieces ?? []), all.length]) {
      if (start > 0) await sleep(options.gapMs ?? 15);
      await this.#write(all.subarray(start, end));
      start = end;
    }
  }

  /** Closes the server's stdin: the end of input. */
  endInput(): void {
    this.transcript.add('event', 'closed stdin');
    this.#child.stdin?.end();
  }

  /** Sends the server itself a signal. */
  signal(name: NodeJS.Signals): void {
    this.transcript.add('event', `sent ${name}`);
    this.#child.kill(name);
  }

  /** Resolves to how the process ended, or to undefined if it still runs after `withinMs`. */
  async waitForExit(withinMs: number): Promise<Exit | undefined> {
    const controller = new AbortController();
    try {
      return await Promise.race([this.exited, sleep(withinMs, undefined, { signal: controller.signal }).catch(() => undefined)]);
    } finally {
      controller.abort();
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#exit === undefined) {
      this.#child.stdin?.end();
      await this.waitForExit(CLOSE_GRACE_MS);
    }
    endGroup(this.#child);
    if (this.#child.pid !== undefined) await this.exited;
    this.#child.stdin?.destroy();
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    this.inbox.end('the connection was closed');
  }

  /** A flood is ended at its source: reading on would take all of this process's time. */
  #cutOff(): void {
    this.transcript.add('event', `cut off: ${this.inbox.ended}`);
    this.#child.stdout?.destroy();
    endGroup(this.#child);
  }

  /** Waits until the pipe took it, so that a server that stopped reading shows: within the check's time limit. */
  async #write(bytes: Uint8Array | string): Promise<void> {
    this.transcript.add('sent', bytes);
    const { stdin } = this.#child;
    if (!stdin || stdin.destroyed || stdin.writableEnded) return;
    await new Promise<void>((resolve) => {
      if (stdin.write(bytes)) return resolve();
      const done = (): void => {
        stdin.off('drain', done);
        stdin.off('close', done);
        resolve();
      };
      stdin.once('drain', done);
      stdin.once('close', done);
    });
  }

  #ended(exit: Exit): string {
    const how = exit.signal ? `was ended by ${exit.signal}` : `exited with code ${exit.code}`;
    return `the server ${how}`;
  }
}
