import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** Lines over the pipes of a server that this starts, and starts again when it ends. */
export class StdioWire {
  client = undefined;
  graceMs = 300;
  closing = false;

  constructor([command, ...args]) {
    this.command = command;
    this.args = args;
    this.start();
  }

  start() {
    let rest = '';
    const child = spawn(this.command, this.args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child = child;
    this.exited = new Promise((resolve) => child.once('exit', resolve));
    child.stdin.on('error', () => {});
    child.stderr.on('data', (chunk) => this.log(chunk));
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines) this.client.receive(JSON.parse(line));
    });
    child.once('exit', () => this.ended());
  }

  ended() {
    if (this.closing) return;
    this.start();
    for (const { reject } of [...this.client.waiting.values()]) reject(new Error('the server ended'));
  }

  log() {}

  async send(message) {
    this.write(`${JSON.stringify(message)}\n`);
  }

  write(text) {
    this.child.stdin.write(text);
  }

  /** There is no stream that could be closed. */
  abandon() {
    return false;
  }

  async close() {
    this.closing = true;
    this.child.stdin.end();
    if (await this.hasExited()) return;
    this.child.kill('SIGTERM');
    if (await this.hasExited()) return;
    this.child.kill('SIGKILL');
    await this.exited;
  }

  hasExited() {
    return Promise.race([this.exited.then(() => true), sleep(this.graceMs, false)]);
  }
}
