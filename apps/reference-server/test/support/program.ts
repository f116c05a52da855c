import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { JsonRpcMessage } from '@mcpwire/jsonrpc';
import { onTestFinished } from 'vitest';

/** The program as it is built; `pnpm test` builds it first. */
export const program: string = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
if (!existsSync(program)) throw new Error(`${program} is not there: build first (pnpm build)`);

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The program at work, and all that it has said. */
export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  /** Every line of stdout, parsed; a line that is no JSON fails the test. */
  readonly messages: JsonRpcMessage[];
  readonly ended: Promise<Ended>;
  stdout: string;
  stderr: string;
  write(...messages: (object | string)[]): void;
  /** The answer to a request, as soon as it is there. */
  answer(id: number | string): Promise<{ result?: Record<string, unknown>; error?: { code: number; message: string } }>;
  /** Resolves when a message like this has come. */
  seen(condition: (message: JsonRpcMessage) => boolean): Promise<JsonRpcMessage>;
}

/** Starts the program; if it still runs when the test ends, it is killed. */
export function run(...args: string[]): Running {
  const child = spawn(process.execPath, [program, ...args]);
  const ended = new Promise<Ended>((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
  const messages: JsonRpcMessage[] = [];
  const waiting = new Set<() => void>();
  const running: Running = {
    child,
    messages,
    ended,
    stdout: '',
    stderr: '',
    write: (...written) =>
      child.stdin.write(written.map((message) => `${typeof message === 'string' ? message : JSON.stringify(message)}\n`).join('')),
    answer: (id) => running.seen((message) => !('method' in message) && message.id === id) as never,
    seen: (condition) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = messages.find(condition);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
  const serving = (args[0] === 'stdio' || args[0] === 'all') && !args.includes('--help');
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    running.stdout += text;
  });
  if (serving) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      messages.push(JSON.parse(line));
      for (const look of [...waiting]) look();
    });
  }
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    running.stderr += text;
  });
  child.stdin.on('error', () => {});
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return running;
}

export const initialize: object = {
  jsonrpc: '2.0',
  id: 'init',
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

export function toolCall(id: number | string, name: string, args: object): object {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } };
}
