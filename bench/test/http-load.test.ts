import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { Autocannon } from '../src/load/http/autocannon.js';
import { connectPostClient, type PostClient } from '../src/load/http/post-client.js';
import { parseReply } from '../src/load/http/protocol.js';
import { openMany, openRaw } from '../src/load/http/raw-connection.js';
import { connectSseClient } from '../src/load/http/sse-client.js';
import { driveWindowed } from '../src/load/windowed.js';
import { createLatencies } from '../src/measure/latencies.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

interface Call {
  id: number;
  method: string;
  params: { arguments: { text: string } };
}

/** A server that opens sessions properly, and answers calls as `answer` says. */
function serveEcho(answer: (call: Call, response: ServerResponse) => void): Promise<string> {
  return serve(async (request, response) => {
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += piece;
    const message = JSON.parse(text) as Call;
    if (message.method === 'initialize') {
      response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'one' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result: {} }));
    } else if (request.headers['mcp-session-id'] !== 'one') response.writeHead(404).end('no such session');
    else if (message.id === undefined) response.writeHead(202).end();
    else answer(message, response);
  });
}

const reply = (id: number, text: string): string => JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text }] } });

async function connect(url: string): Promise<PostClient> {
  const client = await connectPostClient(url, { connections: 2 });
  closing.push(() => client.close());
  return client;
}

const latencies = await createLatencies();
const drive = (client: PostClient) => driveWindowed(client, { count: 5, window: 2, text: 'hello', sampleShift: 0, latencies });

describe('the load generator over HTTP', () => {
  test('takes JSON and event streams, and says which it got', async () => {
    const json = await connect(
      await serveEcho(({ id, params }, response) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(reply(id, params.arguments.text)),
      ),
    );
    await drive(json);
    expect(json.replyType).toBe('application/json');
    const stream = await connect(
      await serveEcho(({ id, params }, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('id: 1\ndata: \n\n');
        response.end(`event: message\ndata: ${reply(id, params.arguments.text)}\n\n`);
      }),
    );
    await drive(stream);
    expect(stream.replyType).toBe('text/event-stream');
    expect(stream.sessionId).toBe('one');
  });

  test.each<[string, (call: Call, response: ServerResponse) => void, RegExp]>([
    ['another text of the same length', ({ id }, response) => end(response, reply(id, 'olleh')), /another text/],
    ["another request's id", ({ id }, response) => end(response, reply(id + 1, 'hello')), /request \d was answered with/],
    [
      'an error',
      ({ id }, response) => end(response, JSON.stringify({ jsonrpc: '2.0', id, error: { code: 1 } })),
      /request \d was answered with/,
    ],
    ['a status', (_, response) => response.writeHead(503).end('busy'), /status 503: busy/],
    ['what is no JSON', (_, response) => end(response, 'hello'), /JSON/],
    ['a connection that ends', (_, response) => response.destroy(), /other side closed|ECONNRESET/],
  ])('fails on %s', async (_, answer, message) => {
    await expect(drive(await connect(await serveEcho(answer)))).rejects.toThrow(message);
  });

  test('does not connect to a server that answers initialize with something else', async () => {
    const url = await serve((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":7}'));
    await expect(connectPostClient(url, { connections: 1 })).rejects.toThrow(/initialize was answered with/);
  });
});

function end(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(body);
}

describe('autocannon', () => {
  /** Opens a session, and has autocannon make ten calls in it over two connections. */
  async function fire(url: string, bursts = 1): Promise<number> {
    const client = await connect(url);
    const load = { url, client: { headers: client.headers, replyType: 'application/json' }, connections: 2, firstId: 100, text: 'hello' };
    const cannon = new Autocannon({ ...load, latencies });
    let elapsedMs = 0;
    try {
      for (let i = 0; i < bursts; i++) elapsedMs = await cannon.drive(10);
    } finally {
      await cannon.settle();
    }
    return elapsedMs;
  }

  test('gives each request an id of its own, and takes the time of each', async () => {
    const ids: number[] = [];
    const url = await serveEcho(({ id, params }, response) => {
      ids.push(id);
      setTimeout(() => end(response, reply(id, params.arguments.text)), 5);
    });
    latencies.reset();
    expect(await fire(url, 2)).toBeGreaterThan(20);
    expect(new Set(ids).size).toBe(20);
    expect(Math.min(...ids)).toBe(100);
    expect(latencies.totalCount).toBe(20);
    expect(latencies.minNonZeroValue).toBeGreaterThan(4e6);
  });

  test.each<[string, (call: Call, response: ServerResponse) => void, RegExp]>([
    [
      'a status',
      (_, response) => response.writeHead(500).end('out of order'),
      /^autocannon: the server answered with status 500: out of order$/,
    ],
    [
      "another request's id",
      ({ id }, response) => end(response, reply(id + 1, 'hello')),
      /^autocannon: request \d+ was answered with .*"hello"/,
    ],
    [
      'another text of the same length',
      ({ id }, response) => end(response, reply(id, 'olleh')),
      /^autocannon: the answer to request \d+ has another text/,
    ],
    ['no id', (_, response) => end(response, reply(null as never, 'hello')), /^autocannon: request \d+ was answered with/],
    ['what is no JSON', (_, response) => end(response, 'hello'), /^autocannon: .*JSON/],
    [
      'connections that end with each answer',
      ({ id }, response) => response.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end(reply(id, 'hello')),
      /^autocannon: \d of 10 requests were answered/,
    ],
    [
      'connections that end without one',
      (_, response) => response.destroy(),
      /^autocannon: (0 of 10 requests were answered|read ECONNRESET)/,
    ],
  ])('fails on %s', async (_, answer, message) => {
    await expect(fire(await serveEcho(answer))).rejects.toThrow(message);
  });

  test('fails where nothing listens any more', async () => {
    const url = await serveEcho(({ id }, response) => end(response, reply(id, 'hello')));
    const client = await connect(url);
    await closing.shift()?.();
    const cannon = new Autocannon({
      url,
      client: { headers: client.headers, replyType: 'application/json' },
      connections: 2,
      firstId: 0,
      text: 'hello',
      latencies,
    });
    await expect(cannon.drive(10)).rejects.toThrow(/^autocannon: .*ECONNREFUSED/);
    await cannon.settle();
  });
});

describe('a session over HTTP+SSE', () => {
  test('goes on when the server asks whether its client is still there', async () => {
    const answers: unknown[] = [];
    let stream: ServerResponse | undefined;
    const url = await serve(async (request, response) => {
      if (request.method === 'GET') {
        stream = response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('event: endpoint\ndata: /post\n\n');
        return;
      }
      let text = '';
      for await (const piece of request.setEncoding('utf8')) text += piece;
      response.writeHead(202).end();
      const message = JSON.parse(text) as Call & { result?: unknown };
      const say = (event: object): unknown => stream?.write(`data: ${JSON.stringify({ jsonrpc: '2.0', ...event })}\n\n`);
      if (message.result !== undefined) answers.push(message.id);
      if (message.method === 'initialize') say({ id: message.id, result: {} });
      if (message.method !== 'tools/call') return;
      say({ id: 0, method: 'ping' });
      say(JSON.parse(reply(message.id, message.params.arguments.text)) as object);
    });
    const client = await connectSseClient(url, 2);
    closing.push(() => client.close());
    await driveWindowed(client, { count: 3, window: 1, text: 'hello', sampleShift: 0, latencies });
    await expect.poll(() => answers).toEqual([0, 0, 0]);
  });
});

describe('a reply', () => {
  test('as an event stream is its last event with data, whatever the text looks like', () => {
    const message = { id: 1, result: 'data: {"id":2}' };
    const body = `: hello\n\nid: 1\ndata:\n\nevent: message\nid: 2\ndata: ${JSON.stringify(message)}\n\n`;
    expect(parseReply('text/event-stream; charset=utf-8', body)).toEqual(message);
  });

  test('without a message is refused', () => {
    expect(() => parseReply('text/event-stream', ': nothing\n\n')).toThrow(/no message/);
    expect(() => parseReply('', '')).toThrow(/no message/);
  });
});

describe('a connection written by hand', () => {
  test('sends one request, and receives what is waited for, however it is cut', async () => {
    const seen: unknown[] = [];
    const url = await serve(async (request, response) => {
      seen.push([request.method, request.url, request.headers['x-one']]);
      // With a length, nothing stands between the pieces on the wire.
      response.writeHead(200, { 'content-length': 5006 });
      response.write(`${'x'.repeat(5000)}mar`);
      setTimeout(() => response.end('ker'), 30);
    });
    const connection = await openRaw(`${url}?a=b`, { method: 'GET', headers: { 'x-one': '1' } });
    closing.push(() => connection.close());
    await connection.receive('marker');
    expect(connection.receivedBytes).toBeGreaterThan(5006);
    expect(seen).toEqual([['GET', '/mcp?a=b', '1']]);
  });

  test('says what it had received when the server ends it', async () => {
    const url = await serve((_, response) => response.writeHead(500, { connection: 'close' }).end('broken'));
    const connection = await openRaw(url, { method: 'POST', headers: {}, body: '{}' });
    await expect(connection.receive('fine')).rejects.toThrow(/500 Internal Server Error.*broken/);
  });

  test('that is stalled takes nothing until it goes on', async () => {
    const url = await serve((_, response) => {
      response.flushHeaders();
      setTimeout(() => response.end('late'), 30);
    });
    const connection = await openRaw(url, { method: 'GET', headers: {} });
    closing.push(() => connection.close());
    await connection.receive('200 OK');
    connection.stall();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const before = connection.receivedBytes;
    connection.goOn();
    await connection.receive('late');
    expect(connection.receivedBytes).toBeGreaterThan(before);
  });

  test('is opened many times in batches, each of which has arrived before the next', async () => {
    const arrivals: number[] = [];
    let open = 0;
    const all = await openMany(
      450,
      async (index) => {
        open++;
        return index;
      },
      async (count) => {
        expect(open).toBe(count);
        arrivals.push(count);
      },
    );
    expect(arrivals).toEqual([200, 400, 450]);
    expect(all).toEqual(Array.from({ length: 450 }, (_, i) => i));
  });
});
