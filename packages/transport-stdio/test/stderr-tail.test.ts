import { PassThrough, type Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { StderrTail } from '../src/stderr-tail.js';
import { textOf } from './support/duplex-pair.js';
import { expectNoLeftovers } from './support/leftovers.js';
import { nodeProgram, Observed, startServer } from './support/servers.js';

expectNoLeftovers();

describe("a server's stderr", () => {
  test('piped: can be read, from before the start', async () => {
    const server = new Observed(nodeProgram('server.js', [], { stderr: 'pipe' }));
    const stderr = server.transport.stderr as Readable;
    let text = '';
    stderr.on('data', (chunk) => {
      text += chunk;
    });
    await server.transport.start();
    await server.transport.send({ jsonrpc: '2.0', id: 1, method: 'log', params: { line: 'hello' } });
    await server.transport.close();
    expect(text).toBe('hello\n');
  });

  test('piped and never read: ten megabytes of it do not block the server', async () => {
    const { peer } = await startServer([], { stderr: 'pipe' });
    await peer.request('log', { bytes: 10_000_000 });
    expect(await peer.request('echo', { still: 'alive' })).toEqual({ still: 'alive' });
    await peer.close();
  });

  test('piped and read late: the last of it is there, after the end too', async () => {
    const { peer, transport } = await startServer([], { stderr: 'pipe' });
    await peer.request('log', { bytes: 1_000_000, line: 'the last line' });
    await peer.close();
    const text = await textOf(transport.stderr as Readable);
    expect(text.endsWith('e\nthe last line\n') || text.endsWith('ethe last line\n')).toBe(true);
    expect(text.length).toBeLessThan(200_000);
  });

  test('piped and read at the pace it comes: every byte', async () => {
    const { peer, transport } = await startServer([], { stderr: 'pipe' });
    const text = textOf(transport.stderr as Readable);
    await peer.request('log', { bytes: 3_000_000, line: 'end' });
    await peer.close();
    expect((await text).length).toBe(3_000_004);
  });

  test('ignored or inherited: there is nothing to read', async () => {
    const { peer, transport } = await startServer([], { stderr: 'ignore' });
    expect(transport.stderr).toBeNull();
    await peer.request('log', { bytes: 100_000 });
    await peer.close();
    expect(new Observed(nodeProgram('server.js')).transport.stderr).toBeNull();
  });
});

describe('the tail', () => {
  test('keeps at most the last 64 KiB and a chunk for a reader that comes later, and says what it dropped', async () => {
    const tail = new StderrTail();
    const source = new PassThrough();
    tail.drain(source);
    for (let n = 0; n < 1_000; n++) source.write(`${String(n).padStart(999, '.')}\n`);
    await sleep(10);
    source.end();
    tail.finish();
    const lines = (await textOf(tail)).trim().split('\n');
    expect(lines.at(-1)).toMatch(/\.999$/);
    expect(lines.length).toBeLessThanOrEqual(100);
    expect(lines.length * 1_000 + tail.droppedBytes).toBe(1_000_000);
    // Without a gap.
    expect(lines.map((line) => Number(line.replaceAll('.', '')))).toEqual(
      Array.from({ length: lines.length }, (_, n) => 1_000 - lines.length + n),
    );
  });

  test('a slow reader loses the oldest of what it has not read, never the newest', async () => {
    const tail = new StderrTail();
    const source = new PassThrough({ highWaterMark: 1_000_000 });
    tail.drain(source);
    const seen: string[] = [];
    const reading = (async () => {
      for await (const chunk of tail) {
        seen.push(String(chunk));
        await sleep(1);
      }
    })();
    for (let n = 0; n < 500; n++) source.write(`${String(n).padStart(999, '.')}\n`);
    await sleep(20);
    tail.finish();
    await reading;
    expect(seen.join('')).toMatch(/\.499\n$/);
    expect(seen.join('').length + tail.droppedBytes).toBe(500_000);
  });

  test('remembers the last words of several sources, read or not', async () => {
    const tail = new StderrTail();
    for (const words of ['first', ' and ', 'second']) {
      const source = new PassThrough();
      tail.drain(source);
      source.end(words);
      await sleep(1);
    }
    expect(tail.lastWords).toBe('first and second');
    tail.resume();
    tail.finish();
    tail.finish();
    expect(tail.lastWords).toBe('first and second');
  });

  test('what comes after the end is no error', async () => {
    const tail = new StderrTail();
    const source = new PassThrough();
    tail.drain(source);
    tail.finish();
    tail.resume();
    source.write('late');
    await sleep(5);
    source.destroy(new Error('broken'));
    await sleep(5);
  });
});
