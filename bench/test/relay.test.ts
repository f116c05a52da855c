import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { DelayLine } from '../src/load/relay/delay-line.js';
import { Relay } from '../src/load/relay/relay.js';

const closing: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closing.splice(0).reverse()) close();
});

/** A server that does with each connection as it is told, behind a relay. */
async function openBehind(roundTripMs: number, serve: (socket: Socket) => void): Promise<() => Promise<Socket>> {
  const sockets: Socket[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    serve(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const relay = await Relay.open((server.address() as AddressInfo).port, roundTripMs);
  closing.push(() => {
    relay.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return async () => {
    const socket = connect({ port: relay.port, host: '127.0.0.1', noDelay: true });
    closing.push(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
}

const echo = (socket: Socket): unknown => socket.pipe(socket);

describe('the relay', () => {
  test('takes one round trip there and back, and one more for the first bytes, as TCP does to connect', async () => {
    const open = await openBehind(60, echo);
    const first: number[] = [];
    const later: number[] = [];
    for (let i = 0; i < 5; i++) {
      const startedAt = performance.now();
      const socket = await open();
      socket.write('a');
      await once(socket, 'data');
      first.push(performance.now() - startedAt);
      const askedAt = performance.now();
      socket.write('b');
      await once(socket, 'data');
      later.push(performance.now() - askedAt);
    }
    // Nothing comes early; a busy machine may be late, but not each time.
    expect(Math.min(...first)).toBeGreaterThanOrEqual(119);
    expect(Math.min(...first)).toBeLessThan(119 + 60);
    expect(Math.min(...later)).toBeGreaterThanOrEqual(59);
    expect(Math.min(...later)).toBeLessThan(59 + 60);
  });

  test('delays each direction by half', async () => {
    let arrivedAt = 0;
    const open = await openBehind(80, (socket) => {
      socket.on('data', (chunk) => {
        arrivedAt = performance.now();
        socket.write(chunk);
      });
    });
    const socket = await open();
    socket.write('a');
    await once(socket, 'data');
    const there: number[] = [];
    for (let i = 0; i < 5; i++) {
      const askedAt = performance.now();
      socket.write('b');
      await once(socket, 'data');
      there.push(arrivedAt - askedAt);
    }
    expect(Math.min(...there)).toBeGreaterThanOrEqual(39);
    expect(Math.min(...there)).toBeLessThan(75);
  });

  test('keeps the order of many pieces, those around the end of the handshake among them', async () => {
    const open = await openBehind(10, echo);
    const socket = await open();
    const pieces = Array.from({ length: 300 }, (_, i) => `${i},`);
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
    });
    for (const [i, piece] of pieces.entries()) {
      socket.write(piece);
      if (i % 10 === 0) await delay(1);
    }
    await expect.poll(() => received.length).toBe(pieces.join('').length);
    expect(received).toBe(pieces.join(''));
  });

  test('holds as much as is on its way, and loses nothing of it', async () => {
    const open = await openBehind(20, echo);
    const socket = await open();
    const bytes = 24 * 1024 * 1024;
    socket.write(Buffer.alloc(bytes, 0x78));
    let received = 0;
    for await (const chunk of socket) {
      received += (chunk as Buffer).length;
      if (received === bytes) break;
    }
    expect(received).toBe(bytes);
  });

  test('passes on the end of either side, behind what was sent before', async () => {
    const open = await openBehind(20, (socket) => socket.end('bye'));
    const socket = await open();
    socket.resume();
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    await once(socket, 'end');
    expect(text).toBe('bye');
  });

  test('keeps connections apart', async () => {
    const open = await openBehind(10, echo);
    const sockets = await Promise.all(Array.from({ length: 8 }, open));
    const answers = sockets.map(async (socket, i) => {
      socket.write(`I am ${i}`);
      return String((await once(socket, 'data'))[0]);
    });
    expect(await Promise.all(answers)).toEqual(sockets.map((_, i) => `I am ${i}`));
  });
});

describe('a delay line', () => {
  test('delivers in order, nothing early, and what is added meanwhile too', async () => {
    const line = new DelayLine();
    const delivered: number[] = [];
    const early: number[] = [];
    const startedAt = performance.now();
    await new Promise<void>((resolve) => {
      const add = (i: number): void => {
        const dueAt = startedAt + i;
        line.add(dueAt, () => {
          delivered.push(i);
          if (performance.now() < dueAt) early.push(i);
          if (i === 0) for (let more = 20; more < 40; more++) add(more);
          if (i === 39) resolve();
        });
      };
      for (let i = 0; i < 20; i++) add(i);
    });
    expect(delivered).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(early).toEqual([]);
  });

  test('that is closed delivers nothing more', async () => {
    const line = new DelayLine();
    let delivered = 0;
    line.add(performance.now() + 5, () => delivered++);
    line.close();
    await delay(20);
    expect(delivered).toBe(0);
  });
});
