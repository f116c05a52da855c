import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Duplex, PassThrough, Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CloseReason, ErrorCode, JsonRpcError, type JsonRpcMessage, Peer } from '@mcpwire/jsonrpc';
import { PipeTransport } from '@mcpwire/transport-stdio';
import { describe, expect, test } from 'vitest';
import { socketPair, textOf } from './support/duplex-pair.js';
import { expectNoLeftovers } from './support/leftovers.js';
import { until } from './support/until.js';

expectNoLeftovers();

const line = (message: object): string => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;

function linesOf(text: string): unknown[] {
  return text
    .split('\n')
    .filter((each) => each !== '')
    .map((each) => JSON.parse(each));
}

describe.each(['unix', 'tcp'] as const)('two peers over one socket (%s)', (kind) => {
  async function pair(): Promise<{ left: Peer; right: Peer; sockets: Socket[] }> {
    const [a, b] = await socketPair(kind);
    const left = new Peer(new PipeTransport(a, a));
    const right = new Peer(new PipeTransport(b, b));
    await Promise.all([left.start(), right.start()]);
    return { left, right, sockets: [a, b] };
  }

  test('talk both ways at once', async () => {
    const { left, right, sockets } = await pair();
    left.handle('left', ({ n }) => ({ n }));
    right.handle('right', ({ n }) => ({ n }));
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, n) => (n % 2 ? left.request('right', { n }) : right.request('left', { n }))),
    );
    expect(answers).toEqual(Array.from({ length: 500 }, (_, n) => ({ n })));
    await left.close();
    await once(sockets[1] as Socket, 'close');
    expect(right.transport.closeReason).toMatchObject({ kind: 'peer-gone' });
    expect(sockets.map((socket) => socket.destroyed)).toEqual([true, true]);
  });

  test('an answer is still written when the other side has ended its half', async () => {
    const [a, b] = await socketPair(kind);
    const server = new Peer(new PipeTransport(b, b));
    server.handle('slow', async () => {
      await sleep(100);
      return { late: true };
    });
    await server.start();
    a.end(line({ id: 1, method: 'slow' }));
    expect(linesOf(await textOf(a))).toEqual([{ jsonrpc: '2.0', id: 1, result: { late: true } }]);
    await until('the server has closed', () => server.transport.closeReason);
  });

  test('a socket that breaks ends it at once, whatever is still being worked on', async () => {
    const [a, b] = await socketPair(kind);
    const errors: Error[] = [];
    const server = new Peer(new PipeTransport(b, b, { drainMs: 60_000 }), { onerror: (error) => errors.push(error) });
    server.handle('hang', () => new Promise(() => {}));
    await server.start();
    a.write(line({ id: 1, method: 'hang' }));
    await until('it works', () => server.inFlightRequests === 1);
    a.destroy();
    b.destroy(new Error('cable cut'));
    await until('the server has closed', () => server.transport.closeReason);
    expect(server.transport.closeReason).toMatchObject({ kind: 'peer-gone' });
    expect(errors.some((error) => error.message.includes('cable cut'))).toBe(true);
  });
});

describe('the end of the input', () => {
  async function start(options: ConstructorParameters<typeof PipeTransport>[2] = {}) {
    const input = new PassThrough();
    const output = new PassThrough();
    const errors: Error[] = [];
    const closings: Array<CloseReason | undefined> = [];
    const peer = new Peer(new PipeTransport(input, output, options), {
      onerror: (error) => errors.push(error),
      onclose: (reason) => closings.push(reason),
    });
    await peer.start();
    return { input, output, peer, errors, closings };
  }

  test('close does not wait for the answers that are due', async () => {
    const { input, output, peer, closings } = await start({ drainMs: 60_000 });
    peer.handle('hang', () => new Promise(() => {}));
    input.end(line({ id: 1, method: 'hang' }));
    await until('the end is noticed', () => input.readableEnded);
    await sleep(20);
    expect(closings).toEqual([]);
    await peer.close();
    expect(closings).toEqual([{ kind: 'peer-gone' }]);
    expect(output.destroyed).toBe(true);
  });

  test('an answer that cannot be written as JSON is replaced by an error, also then', async () => {
    const { input, output, peer } = await start();
    peer.handle('impossible', async () => {
      await sleep(20);
      return { big: 1n };
    });
    const written = textOf(output);
    input.end(line({ id: 1, method: 'impossible' }));
    expect(linesOf(await written)).toMatchObject([{ id: 1, error: { code: ErrorCode.InternalError } }]);
  });

  test('with drainMs 0 nothing is waited for', async () => {
    const { input, peer, closings } = await start({ drainMs: 0 });
    peer.handle('hang', () => new Promise(() => {}));
    input.end(line({ id: 1, method: 'hang' }));
    await until('it is closed', () => closings.length === 1);
  });

  test('an input that is destroyed instead of ended is an end as well', async () => {
    const { input, closings } = await start();
    input.destroy();
    await until('it is closed', () => closings.length === 1);
    expect(closings).toEqual([{ kind: 'peer-gone' }]);
  });

  test('an input that fails is reported, and is the reason', async () => {
    const { input, errors, closings } = await start();
    input.destroy(new Error('disk on fire'));
    await until('it is closed', () => closings.length === 1);
    expect(errors).toMatchObject([{ code: 'read-failed', message: 'Reading failed: disk on fire' }]);
    expect(closings).toMatchObject([{ kind: 'peer-gone', error: { code: 'read-failed' } }]);
  });

  test('an input that had ended before the start', async () => {
    const input = Readable.from([]);
    input.resume();
    await once(input, 'close');
    const transport = new PipeTransport(input, new PassThrough());
    const closed = new Promise((resolve) => {
      transport.onclose = resolve;
    });
    await transport.start();
    await expect(closed).resolves.toEqual({ kind: 'peer-gone' });
  });

  test('close right after such a start is the only end', async () => {
    const input = Readable.from([]);
    input.resume();
    await once(input, 'close');
    const transport = new PipeTransport(input, new PassThrough());
    const closings: unknown[] = [];
    transport.onclose = (reason) => closings.push(reason);
    await transport.start();
    await transport.close();
    await sleep(10);
    expect(closings).toEqual([{ kind: 'closed' }]);
  });

  test('messages that nobody has taken yet keep it open until they are answered', async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    const transport = new PipeTransport(input, output);
    await transport.start();
    const written = textOf(output);
    input.end(line({ id: 1, method: 'early' }));
    await sleep(50);
    transport.onmessage = (message) => {
      if ('id' in message) transport.send({ jsonrpc: '2.0', id: message.id as number, result: { at: 'last' } });
    };
    expect(linesOf(await written)).toEqual([{ jsonrpc: '2.0', id: 1, result: { at: 'last' } }]);
  });
});

describe('the output', () => {
  /** Takes what is written, one write at a time, only when `release` is called. */
  class Valve extends Writable {
    written = '';
    #open: Array<() => void> = [];

    override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
      this.#open.push(() => {
        this.written += chunk;
        callback();
      });
    }

    release(): void {
      for (const open of this.#open.splice(0)) open();
    }
  }

  test('that stalls: close gives up after graceMs, and every send settles', async () => {
    const output = new Valve();
    const transport = new PipeTransport(new PassThrough(), output, { graceMs: 50, maxQueuedBytes: 1_000 });
    await transport.start();
    const sends = Array.from({ length: 100 }, (_, n) =>
      transport.send({ jsonrpc: '2.0', method: 'note', params: { n, text: 'x'.repeat(100) } }),
    );
    const settled = Promise.allSettled(sends);
    await transport.close();
    const codes = (await settled).map((outcome) => outcome.status === 'rejected' && outcome.reason.code);
    expect(new Set(codes)).toEqual(new Set(['closed']));
    output.release();
  });

  test('that is slow: all that waits in the queue is written before close ends', async () => {
    const output = new Valve();
    const transport = new PipeTransport(new PassThrough(), output, { graceMs: 10_000, maxQueuedBytes: 1_000 });
    await transport.start();
    const sends = Array.from({ length: 100 }, (_, n) =>
      transport.send({ jsonrpc: '2.0', method: 'note', params: { n, text: 'x'.repeat(100) } }),
    );
    const settled = Promise.all(sends);
    const timer = setInterval(() => output.release(), 1);
    await transport.close();
    clearInterval(timer);
    await settled;
    expect(linesOf(output.written)).toHaveLength(100);
  });

  test('that fails: the sends reject with why, onclose tells it, once', async () => {
    const failure = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const output = new Writable({ write: (_chunk, _encoding, callback) => callback(failure) });
    const transport = new PipeTransport(new PassThrough(), output);
    const closings: unknown[] = [];
    transport.onclose = (reason) => closings.push(reason);
    await transport.start();
    await expect(transport.send({ jsonrpc: '2.0', method: 'note' })).rejects.toMatchObject({ code: 'write-failed', cause: failure });
    await until('it is closed', () => closings.length > 0);
    await sleep(10);
    expect(closings).toMatchObject([{ kind: 'peer-gone', error: { code: 'write-failed', message: 'Writing failed: no space left' } }]);
    await expect(transport.send({ jsonrpc: '2.0', method: 'note' })).rejects.toMatchObject({ code: 'peer-gone' });
  });

  test('that is closed while nothing is written ends it too', async () => {
    const output = new PassThrough();
    const transport = new PipeTransport(new PassThrough(), output);
    const closed = new Promise<CloseReason | undefined>((resolve) => {
      transport.onclose = resolve;
    });
    await transport.start();
    output.destroy();
    expect(await closed).toMatchObject({ kind: 'peer-gone', error: { code: 'peer-gone' } });
  });

  test('an error of the streams after close is not uncaught', async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    const transport = new PipeTransport(input, output);
    await transport.start();
    await transport.close();
    input.emit('error', new Error('late'));
    output.emit('error', new Error('late'));
  });

  test('gets what is sent in one tick in one write, and a lone message at once', async () => {
    const writes: string[] = [];
    const output = new Writable({
      write(chunk, _encoding, callback) {
        writes.push(String(chunk));
        callback();
      },
    });
    const transport = new PipeTransport(new PassThrough(), output);
    await transport.start();
    await Promise.all([1, 2, 3].map((n) => transport.send({ jsonrpc: '2.0', method: 'note', params: { n } })));
    expect(writes).toHaveLength(1);
    await transport.send({ jsonrpc: '2.0', method: 'note', params: { n: 4 } });
    expect(writes).toHaveLength(2);
    expect(linesOf(writes.join(''))).toHaveLength(4);
    await transport.close();
  });

  test('a message that cannot be written as JSON is refused, and the others go out', async () => {
    const output = new PassThrough();
    const transport = new PipeTransport(new PassThrough(), output);
    await transport.start();
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    await expect(transport.send({ jsonrpc: '2.0', method: 'note', params: circular })).rejects.toMatchObject({ code: 'encode-failed' });
    await transport.send({ jsonrpc: '2.0', method: 'note' });
    expect(linesOf(String(output.read()))).toEqual([{ jsonrpc: '2.0', method: 'note' }]);
    await transport.close();
  });
});

describe('options', () => {
  test.each([
    ['maxMessageBytes', 0],
    ['maxMessageBytes', Number.NaN],
    ['maxQueuedBytes', -1],
    ['maxWaitingSends', -1],
  ])('%s %d is refused where it is written', (name, value) => {
    expect(() => new PipeTransport(new PassThrough(), new PassThrough(), { [name]: value })).toThrow(new RegExp(name));
  });

  test('answerMalformed: off, a bad line is only reported; on, it is answered too', async () => {
    for (const answerMalformed of [false, true]) {
      const input = new PassThrough();
      const output = new PassThrough();
      const transport = new PipeTransport(input, output, { answerMalformed });
      const errors: Error[] = [];
      transport.onerror = (error) => errors.push(error);
      await transport.start();
      input.write('no message\n');
      await until('it is noticed', () => errors.length === 1);
      await sleep(5);
      expect(linesOf(String(output.read() ?? '')).length).toBe(answerMalformed ? 1 : 0);
      await transport.close();
    }
  });
});

describe('the order of what is received', () => {
  test('a response that comes right behind a notification waits until that has been handled, as the official SDK handles it', async () => {
    const input = new PassThrough();
    const transport = new PipeTransport(input, new PassThrough());
    const handled: string[] = [];
    // The SDK's way: a notification in a microtask, a response at once.
    transport.onmessage = (message: JsonRpcMessage) => {
      const name = 'method' in message ? message.method : `response ${message.id}`;
      if ('method' in message && !('id' in message)) queueMicrotask(() => handled.push(name));
      else handled.push(name);
    };
    await transport.start();
    input.write(
      [
        line({ id: 1, result: {} }),
        line({ method: 'a' }),
        line({ method: 'b' }),
        line({ id: 2, result: {} }),
        line({ method: 'c' }),
        line({ id: 3, result: {} }),
        line({ id: 4, result: {} }),
        line({ id: 'x', method: 'ask' }),
        line({ method: 'd' }),
      ].join(''),
    );
    await until('all are handled', () => handled.length === 9);
    expect(handled).toEqual(['response 1', 'a', 'b', 'response 2', 'c', 'response 3', 'response 4', 'ask', 'd']);
    await transport.close();
  });

  test('a great many such pairs cost no more than their number', async () => {
    const [a, b] = await socketPair();
    const transport = new PipeTransport(a, a);
    let received = 0;
    transport.onmessage = () => {
      received++;
    };
    await transport.start();
    const count = 50_000;
    b.write((line({ method: 'n' }) + line({ id: 1, result: 0 })).repeat(count));
    await until('all have come', () => received === 2 * count);
    await transport.close();
    b.destroy();
  });

  test('messages come in the order of the lines, whatever the cuts', async () => {
    const input = new PassThrough();
    const transport = new PipeTransport(input, new PassThrough());
    const seen: unknown[] = [];
    transport.onmessage = (message) => seen.push('method' in message ? message.params?.n : message.id);
    await transport.start();
    const bytes = Buffer.from(
      Array.from({ length: 200 }, (_, n) => line(n % 3 ? { method: 'ünïcode', params: { n } } : { id: n, result: {} })).join(''),
    );
    for (let at = 0; at < bytes.length; at += 7) input.write(bytes.subarray(at, at + 7));
    await until('all have come', () => seen.length === 200);
    expect(seen).toEqual(Array.from({ length: 200 }, (_, n) => n));
    await transport.close();
  });
});

test('the streams may give text instead of bytes', async () => {
  const both = new Duplex({ read() {}, write: (_chunk, _encoding, callback) => callback(), encoding: 'utf8' });
  const transport = new PipeTransport(both, both);
  const messages: JsonRpcMessage[] = [];
  transport.onmessage = (message) => messages.push(message);
  await transport.start();
  both.push(line({ method: 'né' }));
  await until('it has come', () => messages.length === 1);
  expect(messages).toEqual([{ jsonrpc: '2.0', method: 'né' }]);
  await transport.close();
});

test('an error that a JsonRpcError-throwing handler chose goes out as it is', async () => {
  const [a, b] = await socketPair();
  const left = new Peer(new PipeTransport(a, a));
  const right = new Peer(new PipeTransport(b, b));
  right.handle('refuse', () => {
    throw new JsonRpcError(-32_002, 'not here', { data: { uri: 'x' } });
  });
  await Promise.all([left.start(), right.start()]);
  await expect(left.request('refuse')).rejects.toMatchObject({ code: -32_002, message: 'not here', data: { uri: 'x' } });
  await Promise.all([left.close(), right.close()]);
});
