import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { HttpReply } from '../../src/raw/http-reply.js';
import { HttpResponseReader } from '../../src/raw/http-response-reader.js';
import { HttpSockets } from '../../src/raw/http-sockets.js';
import { createRedactor } from '../../src/redact.js';
import { Transcript } from '../../src/transcript.js';

let server: Server | undefined;
let sockets: HttpSockets | undefined;
const peers = new Set<Socket>();

/** A server that does this with each connection; what a client of it sees. */
async function serve(handle: (socket: Socket, request: string, connection: number) => void): Promise<HttpSockets> {
  let connections = 0;
  server = createServer((socket) => {
    const connection = ++connections;
    peers.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => peers.delete(socket));
    socket.on('data', (chunk) => handle(socket, chunk.toString('latin1'), connection));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  sockets = new HttpSockets(new URL(`http://127.0.0.1:${port}/mcp?x=1`), {
    transcript: new Transcript(createRedactor(['very-secret-value'])),
    connectMs: 2_000,
  });
  return sockets;
}

afterEach(async () => {
  sockets?.close();
  for (const peer of peers) peer.destroy();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

/** Reads these bytes as a response, in pieces of this size. */
function read(
  text: string,
  size = text.length,
  close?: 'fin' | 'reset',
  method = 'GET',
): { status?: number; body: string; end?: boolean; fault?: string } {
  const seen: { status?: number; body: string; end?: boolean; fault?: string } = { body: '' };
  const reader = new HttpResponseReader({
    method,
    onhead: ({ status }) => {
      seen.status = status;
    },
    onbody: (chunk) => {
      seen.body += Buffer.from(chunk).toString();
    },
    onend: (reusable) => {
      seen.end = reusable;
    },
    onfault: (why) => {
      seen.fault = why;
    },
  });
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += size) reader.feed(bytes.subarray(at, at + size));
  if (close) reader.close(close === 'fin');
  return seen;
}

describe('a strict reader of responses', () => {
  test('reads bodies of a length, in chunks and up to the end, in any split', () => {
    for (const size of [1, 2, 3, 7, 1000]) {
      expect(read('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', size)).toEqual({ status: 200, body: 'hello', end: true });
      expect(
        read('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\nA\r\n0123456789\r\n0\r\nT: t\r\n\r\n', size),
      ).toEqual({
        status: 200,
        body: 'hello0123456789',
        end: true,
      });
      expect(read('HTTP/1.1 200 OK\r\n\r\nhello', size, 'fin')).toEqual({ status: 200, body: 'hello', end: false });
      expect(read('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', size)).toEqual({
        status: 202,
        body: '',
        end: false,
      });
    }
    expect(read('HTTP/1.1 204 No Content\r\n\r\n')).toEqual({ status: 204, body: '', end: true });
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', 100, undefined, 'HEAD')).toEqual({ status: 200, body: '', end: true });
  });

  test.each([
    ['hello', /does not begin with "HTTP\/"/],
    ['HTTP/1.1 two hundred\r\n\r\n', /status line/],
    ['HTTP/1.1 200 OK\nContent-Length: 0\n\n', /without a CR/],
    ['HTTP/1.1 200 OK\r\nno colon\r\n\r\n', /header line/],
    ['HTTP/1.1 200 OK\r\nName : value\r\n\r\n', /header line/],
    ['HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n', /Content-Length that is none/],
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n', /Content-Length that is none/],
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n', /both/],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello\r\n', /chunk whose size/],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n', /longer than it said/],
    ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello', /belong to nothing/],
    [`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}`, /head of more than/],
  ])('refuses %j', (text, why) => {
    expect(read(text).fault).toMatch(why);
  });

  test('knows a response that breaks off from one that never came', () => {
    expect(read('', 1, 'fin').fault).toMatch(/never came/);
    expect(read('HTTP/1.1 200', 1, 'fin').fault).toMatch(/broke off in its head/);
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe', 1, 'fin').fault).toMatch(/broke off in its body/);
    expect(read('HTTP/1.1 200 OK\r\n\r\nhe', 1, 'reset').fault).toMatch(/broke off in its body/);
  });
});

describe('an exchange', () => {
  test('sends the request as it is given, and keeps the bytes of both sides without secrets', async () => {
    let got = '';
    const sockets = await serve((socket, request) => {
      got = request;
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}');
    });
    const reply = HttpReply.start(sockets, { method: 'POST', headers: { 'X-Odd-Case': 'very-secret-value' }, body: '{"ü":1}' });
    await reply.waitForHead(2_000);
    await reply.wait(({ end }) => end !== undefined, 2_000);
    expect(got).toBe(
      `POST /mcp?x=1 HTTP/1.1\r\nHost: ${sockets.url.host}\r\nX-Odd-Case: very-secret-value\r\nContent-Length: 8\r\n\r\n{"Ã¼":1}`,
    );
    expect(reply.json()).toEqual({});
    const bytes = sockets.transcript.since().map(({ kind, text }) => `${kind} ${text}`);
    expect(bytes[0]).toMatch(/^sent POST .*X-Odd-Case: \[redacted\]/s);
    expect(bytes[1]).toMatch(/^received HTTP\/1\.1 200 OK/);
  });

  test('uses a connection again, unless a fresh one is asked for', async () => {
    const sockets = await serve((socket, _, connection) => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${connection}`));
    const ask = async (fresh?: boolean): Promise<string> => {
      const reply = HttpReply.start(sockets, { method: 'GET', fresh });
      await reply.wait(({ end }) => end !== undefined, 2_000);
      return reply.body.toString();
    };
    expect([await ask(), await ask(), await ask(true), await ask()]).toEqual(['1', '1', '2', '1']);
  });

  test('tries again on a new connection where a kept one turns out to be closed', async () => {
    const sockets = await serve((socket, request, connection) => {
      if (connection === 1 && request.startsWith('PUT')) socket.destroy();
      else socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${connection}`);
    });
    await HttpReply.start(sockets, { method: 'GET' }).wait(({ end }) => end !== undefined, 2_000);
    const reply = HttpReply.start(sockets, { method: 'PUT' });
    await reply.wait(({ end }) => end !== undefined, 2_000);
    expect(reply.body.toString()).toBe('2');
  });

  test('reads events as they come, and cuts a stream off', async () => {
    let closed = 0;
    const sockets = await serve((socket) => {
      socket.on('close', () => closed++);
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream; charset=utf-8\r\n\r\n: hello\n\ndata: 1\n\nda');
      setTimeout(() => socket.write('ta: 2\n\n'), 30);
    });
    const reply = await HttpReply.start(sockets, { method: 'GET' }).waitForHead(2_000);
    expect(await reply.wait(({ events }) => events.length === 2, 2_000)).toBe(true);
    expect([reply.events.map(({ data }) => data), reply.comments]).toEqual([['1', '2'], [' hello']]);
    reply.cut();
    await expect.poll(() => closed).toBe(1);
    expect(reply.end?.kind).toBe('cut');
  });

  test('says what is wrong when nothing listens, nothing comes, or what comes is no HTTP', async () => {
    const sockets = await serve((socket, request) => {
      if (request.startsWith('CLOSE')) socket.end();
      if (request.startsWith('GARBAGE')) socket.write('SSH-2.0-OpenSSH\r\n');
    });
    const ask = (method: string): Promise<unknown> => HttpReply.start(sockets, { method }).waitForHead(200);
    await expect(ask('SILENCE')).rejects.toThrow(/no response within 200 ms/);
    await expect(ask('CLOSE')).rejects.toThrow(/never came: the server closed/);
    await expect(ask('GARBAGE')).rejects.toThrow(/is no HTTP/);
    const { url } = sockets;
    server?.close();
    for (const peer of peers) peer.destroy();
    const gone = new HttpSockets(url, { transcript: sockets.transcript, connectMs: 1_000 });
    await expect(HttpReply.start(gone, { method: 'GET' }).waitForHead(2_000)).rejects.toThrow(/nothing can be reached at .*ECONNREFUSED/);
  });

  test('sends half a body, and requests that are none', async () => {
    const got: string[] = [];
    const sockets = await serve((socket, request) => {
      got.push(request);
      if (request.startsWith('nonsense')) socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
    });
    const half = HttpReply.start(sockets, { method: 'POST', body: '0123456789', sendBytes: 4 });
    await half.written;
    await expect.poll(() => got[0]).toMatch(/Content-Length: 10\r\n\r\n0123$/);
    half.cut();
    const raw = await HttpReply.start(sockets, { method: 'POST', raw: 'nonsense\r\n\r\n' }).waitForHead(2_000);
    expect(raw.status).toBe(400);
  });
});
