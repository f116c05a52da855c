import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTick } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import type { BodySink } from '../src/index.js';
import { toNodeHandler } from '../src/node.js';
import { until } from './fixtures/until.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What JavaScript holds, on its heap and outside of it. */
async function heldBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collect();
    await nextTick();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const KIB = 1024;
const READERS = 32;
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Streams whose readers take nothing. Over Unix sockets, for those of TCP may take megabytes. */
async function openStalled(): Promise<BodySink[]> {
  const sinks: BodySink[] = [];
  const server = createServer(toNodeHandler(() => ({ status: 200, body: (sink) => void sinks.push(sink) })));
  const name = `mcpwire-stalled-${process.pid}-${performance.now()}`;
  const path = process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  cleanups.push(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  for (let i = 0; i < READERS; i++) {
    const socket: Socket = connect(path);
    socket.on('error', () => {});
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    cleanups.push(async () => void socket.destroy());
  }
  await until(() => sinks.length === READERS, 'the streams');
  return sinks;
}

let texts = 0;

/** Text that shares its memory with no other. */
function textOf(bytes: number): string {
  return Buffer.alloc(bytes, 97 + (texts++ % 26)).toString('latin1');
}

/** What is written in one tick. */
const ticks: [what: string, write: (sink: BodySink) => void][] = [
  ['events of 60 KiB, four in a tick', (sink) => fourTimes(() => sink.write(textOf(60 * KIB)))],
  ['events of 60 KiB, one in a tick', (sink) => sink.write(textOf(60 * KIB))],
  ['events of 10 KiB, one in a tick', (sink) => sink.write(textOf(10 * KIB))],
  [
    'events of 240 bytes, a thousand in a tick',
    (sink) => {
      for (let i = 0; i < 1000; i++) sink.write(textOf(240));
    },
  ],
  ['events of 240 bytes, one in a tick', (sink) => sink.write(textOf(240))],
  ['characters that take three bytes each', (sink) => fourTimes(() => sink.write(String.fromCharCode(0x4e00 + texts++).repeat(20 * KIB)))],
];

function fourTimes(write: () => void): void {
  for (let i = 0; i < 4; i++) write();
}

describe('what is queued for a reader that does not read is held once, and not as text and beside it as bytes', () => {
  it.each(ticks)('%s', async (_, write) => {
    const sinks = await openStalled();
    const before = await heldBytes();
    for (const sink of sinks) {
      while (sink.queuedBytes < 256 * KIB) {
        write(sink);
        await nextTick();
      }
    }
    const held = (await heldBytes()) - before;
    const queued = sinks.reduce((sum, { queuedBytes }) => sum + queuedBytes, 0);
    expect(held / queued).toBeLessThan(1.4);
  });
});
