import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { toProgramPath } from '../targets/server-command.js';
import type { RoundResult, Scenario } from './scenario.js';

const chunkBytes = 1024;
/** Writing stops here even if nothing pushed back. */
const maxBytes = 64 * 1024 * 1024;
const settleMs = 20;

export const stdioPipeBuffer: Scenario = {
  name: 'stdio/pipe-buffer',
  title: 'What a pipe holds',
  about: `A child that never reads its input is written to in pieces of ${chunkBytes} bytes: how much the operating system takes before it stops, and when Node's stream first asks to wait.`,
  metrics: [
    { key: 'acceptedBytes', label: 'taken by the system', unit: 'B', better: 'higher' },
    { key: 'bytesUntilPushBack', label: 'until write() returned false', unit: 'B', better: 'higher' },
  ],
  targets: ['floor'],
  reference: 'floor',
  pinned: false,
  cases: () => [{ params: { chunkBytes }, estimatedRoundMs: 120, rounds: 1 }],
  open: async () => ({ warmUp: async () => {}, round: fillPipe, close: async () => {} }),
};

async function fillPipe(): Promise<RoundResult> {
  const child = spawn(process.execPath, [toProgramPath('stdio/never-reads.js')], { stdio: ['pipe', 'ignore', 'inherit'] });
  try {
    await once(child, 'spawn');
    const chunk = Buffer.alloc(chunkBytes, 0x78);
    let acceptedBytes = 0;
    let written = 0;
    let bytesUntilPushBack = 0;
    child.stdin.on('error', () => {});
    // One piece at a time: the next is offered once the system has taken the last, until it takes no more.
    for (; written < maxBytes; written += chunkBytes) {
      const taken = new Promise<boolean>((resolve) => child.stdin.write(chunk, (error) => resolve(error == null)));
      if (!(await Promise.race([taken, delay(settleMs, false)]))) break;
      acceptedBytes += chunkBytes;
    }
    for (bytesUntilPushBack = written; bytesUntilPushBack < maxBytes; ) {
      bytesUntilPushBack += chunkBytes;
      if (!child.stdin.write(chunk)) break;
    }
    return { metrics: { acceptedBytes, bytesUntilPushBack }, facts: { descriptor: await describeInput(child.pid) } };
  } finally {
    const closed = once(child, 'close');
    child.kill();
    await closed;
  }
}

async function describeInput(pid: number | undefined): Promise<string> {
  if (process.platform !== 'linux') return process.platform === 'win32' ? 'named pipe' : 'socket pair';
  const link = await readlink(`/proc/${pid}/fd/0`);
  return link.startsWith('socket:') ? 'socket pair' : link.startsWith('pipe:') ? 'anonymous pipe' : link;
}
