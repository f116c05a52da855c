import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Cutter } from '../src/load/resumption/cutter.js';
import { Replayer } from '../src/load/resumption/replayer.js';
import { createSdkEventStore } from '../src/targets/programs/http/sdk-event-store.js';
import { Measuring } from './support/measure.js';

const timeoutMs = 60_000;
const targets = ['floor', 'mcpwire', 'sdk-v2', 'sdk-v1'];
let measuring: Measuring;
beforeAll(async () => {
  measuring = await Measuring.create();
}, timeoutMs);
afterAll(() => measuring?.end());

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describe.runIf(process.platform !== 'win32')('what a client has missed', () => {
  test.each(targets)(
    'is replayed, every event once and in order: %s',
    async (target) => {
      const measured = await measuring.measure('resumption/replay', target, { events: 200, bytes: 100 }, 60);
      expect(measured.replays).toBeGreaterThanOrEqual(1);
      expect(measured.eventsPerSecond).toBeGreaterThan(1);
      expect(measured.firstEventMs).toBeGreaterThan(0.01);
      expect(measured.serverCpuUsPerEvent).toBeGreaterThan(0);
    },
    timeoutMs,
  );

  test.each(targets)(
    'comes by itself after a cut, and none of it is lost or comes twice: %s',
    async (target) => {
      const measured = await measuring.measure('resumption/recover', target, { waitMs: 20, roundTripMs: 0 }, 400);
      expect(measured).toMatchObject({ lost: 0, twice: 0, cuts: 2 });
      expect(measured.messages).toBeGreaterThan(50);
      // A timer may be a little early by another clock than its own.
      expect(measured.recoverMs).toBeGreaterThan(18);
      expect(measured.recoverMaxMs).toBeGreaterThanOrEqual(measured.recoverMs as number);
    },
    timeoutMs,
  );

  test(
    'waits for the network too, where one is emulated',
    async () => {
      const { recoverMs } = await measuring.measure('resumption/recover', 'mcpwire', { waitMs: 20, roundTripMs: 30 }, 400);
      // To connect and to ask.
      expect(recoverMs).toBeGreaterThan(18 + 2 * 30);
    },
    timeoutMs,
  );
});

/** A server of MCP as far as a Replayer needs one; `replay` is what it makes of the events that are missing. */
async function serve(replay: (frames: string[], response: ServerResponse) => void, toFrame = framed): Promise<string> {
  const frames: string[] = [];
  let stream: ServerResponse | undefined;
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      if (request.headers['last-event-id'] !== undefined) return replay(frames.slice(Number(request.headers['last-event-id'])), response);
      stream = response.writeHead(200, { 'content-type': 'text/event-stream' });
      return stream.flushHeaders();
    }
    let body = '';
    request.setEncoding('utf8').on('data', (piece: string) => {
      body += piece;
    });
    request.on('end', () => {
      const { id, method, params } = JSON.parse(body) as { id?: string; method: string; params?: { arguments: Record<string, number> } };
      if (id === undefined) {
        response.writeHead(202).end();
        return;
      }
      const result = method === 'initialize' ? {} : { content: [{ type: 'text', text: '' }] };
      response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'one' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
      if (method !== 'tools/call') return;
      const { bytes = 0, pieceBytes = 1 } = params?.arguments ?? {};
      for (let i = 0; i < bytes / pieceBytes; i++) frames.push(toFrame(frames.length + 1, 'piece'));
      frames.push(toFrame(frames.length + 1, 'pushed all'));
      stream?.write(frames.join(''));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

function framed(id: number, data: string): string {
  return `id: ${id}\ndata: ${JSON.stringify({ method: 'notifications/message', params: { data } })}\n\n`;
}

async function open(url: string): Promise<Replayer> {
  const replayer = await Replayer.open(url, 5, 100);
  closing.push(() => replayer.close());
  return replayer;
}

function stream(response: ServerResponse, frames: readonly string[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write(frames.join(''));
}

describe('a replay', () => {
  test('is all but the first event', async () => {
    const replayer = await open(await serve((frames, response) => stream(response, frames)));
    const { firstEventMs, elapsedMs } = await replayer.replay();
    expect(firstEventMs).toBeGreaterThan(0);
    expect(elapsedMs).toBeGreaterThanOrEqual(firstEventMs);
  });

  test('is waited for where the server has not yet heard of the end of the stream before', async () => {
    let refused = 0;
    const url = await serve((frames, response) => {
      if (refused++ < 3) response.writeHead(409).end();
      else stream(response, frames);
    });
    await (await open(url)).replay();
    expect(refused).toBe(4);
  });

  test.each<[string, (frames: string[]) => string[], string]>([
    ['loses an event', (frames) => frames.toSpliced(1, 1), '3 events were replayed where 4 were missing'],
    ['repeats one', (frames) => [frames[0] as string, ...frames], '5 events were replayed where 4 were missing'],
    ['turns two around', ([first, second, ...more]) => [second as string, first as string, ...more], 'event 0 of a replay had the id 3'],
  ])('that %s fails', async (_, change, message) => {
    const replayer = await open(await serve((frames, response) => stream(response, change(frames))));
    await expect(replayer.replay()).rejects.toThrow(message);
  });

  test('can’t be had of events without ids', async () => {
    const url = await serve(
      () => {},
      (_, data) => `data: "${data}"\n\n`,
    );
    await expect(open(url)).rejects.toThrow('an event came without an id');
  });
});

test('the store that the SDK is given replays the events of one stream, and of no other', async () => {
  const store = createSdkEventStore();
  const ids: string[] = [];
  for (const name of ['a', 'b', 'a', 'a']) ids.push(await store.storeEvent(name, { of: name }));
  const sent: unknown[] = [];
  const send = async (id: string, message: unknown): Promise<void> => void sent.push([id, message]);
  expect(await store.replayEventsAfter(ids[0] as string, { send })).toBe('a');
  expect(sent).toEqual([
    [ids[2], { of: 'a' }],
    [ids[3], { of: 'a' }],
  ]);
});

describe('what cuts connections', () => {
  test('passes on both ways until it cuts, and takes new ones after', async () => {
    const server = createTcpServer((socket) => void socket.on('error', () => {}).pipe(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const cutter = await Cutter.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp?a=b`);
    closing.push(
      () => cutter.close(),
      () => server.close(),
    );
    expect(cutter.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp\?a=b$/);
    for (let i = 0; i < 2; i++) {
      const socket = connect(Number(new URL(cutter.url).port), '127.0.0.1')
        .setEncoding('utf8')
        .on('error', () => {});
      socket.write('hello');
      expect(await once(socket, 'data')).toEqual(['hello']);
      const closed = new Promise((resolve) => socket.on('close', resolve));
      cutter.cut();
      await closed;
    }
  });
});
