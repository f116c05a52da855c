// The connection cut at each point, on both sides of it; a reader that stalls; a server that is killed.
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonRpcMessage } from '@mcpwire/jsonrpc';
import { SSEClientTransport } from '@mcpwire/transport-sse/client';
import { afterEach, describe, expect, test } from 'vitest';
import { post, RawStream } from './support/http.js';
import { expectNoLeftovers } from './support/leftovers.js';
import { Observed } from './support/observed.js';
import { messageEvent, openStream, type Script, ScriptedServer } from './support/scripted-server.js';
import { SseServer } from './support/sse-server.js';
import { until } from './support/until.js';

expectNoLeftovers();

const cleanUps: Array<() => unknown> = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const note: JsonRpcMessage = { jsonrpc: '2.0', method: 'note' };
const request: JsonRpcMessage = { jsonrpc: '2.0', id: 1, method: 'ask' };

async function scripted(script: Script): Promise<{ server: ScriptedServer; client: Observed<SSEClientTransport> }> {
  const server = await ScriptedServer.start(script);
  const client = new Observed(new SSEClientTransport(server.url, { graceMs: 100 }));
  cleanUps.push(
    () => server.close(),
    () => client.transport.close(),
  );
  return { server, client };
}

describe('the stream is cut, and the client', () => {
  test('before the headers: start rejects', async () => {
    const { client } = await scripted({ stream: (res) => res.destroy() });
    await expect(client.transport.start()).rejects.toMatchObject({ code: 'peer-gone' });
    expect(client.closings).toMatchObject([{ kind: 'failed' }]);
  });

  test('between the headers and the endpoint: start rejects', async () => {
    const { client } = await scripted({
      stream: (res) => {
        openStream(res);
        setTimeout(() => res.destroy(), 20);
      },
    });
    await expect(client.transport.start()).rejects.toMatchObject({
      code: 'peer-gone',
      message: expect.stringContaining('before its endpoint event'),
    });
  });

  test('inside the endpoint event: start rejects, and what there is of it is not used', async () => {
    const { server, client } = await scripted({
      stream: (res) => {
        openStream(res);
        res.write('event: endpoint\ndata: /mess');
        setTimeout(() => res.end(), 20);
      },
    });
    await expect(client.transport.start()).rejects.toMatchObject({
      code: 'peer-gone',
      message: expect.stringContaining('bytes into an event'),
    });
    expect(server.posts).toEqual([]);
  });

  test.each([
    ['between events, cleanly', '', true, undefined],
    ['between events, abruptly', '', false, /broke/],
    ['inside an event, cleanly', messageEvent(note).slice(0, -10), true, /bytes into an event/],
    ['inside an event, abruptly', messageEvent(note).slice(0, -10), false, /broke.* bytes into an event/],
    ['behind the last line of an event', messageEvent(note).slice(0, -1), true, /bytes into an event/],
  ])('%s: it ends with peer-gone, what came whole is delivered, and half a message is not', async (_what, half, cleanly, why) => {
    const { server, client } = await scripted({});
    await client.transport.start();
    server.write(messageEvent(request) + half);
    await client.untilMessages(1);
    if (cleanly) server.streams[0]?.end();
    else server.streams[0]?.destroy();
    const reason = await client.untilClosed();
    expect(reason?.kind).toBe('peer-gone');
    if (why) expect(reason?.error?.message).toMatch(why);
    else expect(reason?.error).toBeUndefined();
    expect(client.messages).toEqual([request]);
    await expect(client.transport.send(note)).rejects.toMatchObject({ code: 'peer-gone' });
  });
});

describe('a POST is cut, and the client', () => {
  test.each([
    ['before the answer', (res: Parameters<NonNullable<Script['post']>>[0]) => res.destroy()],
    ['inside the headers of the answer', (res: Parameters<NonNullable<Script['post']>>[0]) => res.socket?.end('HTTP/1.1 202 Acc')],
  ])('%s: that send rejects, and the others go on', async (_what, answer) => {
    const { server, client } = await scripted({ post: answer });
    await client.transport.start();
    await expect(client.transport.send(note)).rejects.toMatchObject({ code: expect.stringMatching(/peer-gone|bad-response|write-failed/) });
    server.script = {};
    await client.transport.send(note);
    expect(client.closings).toEqual([]);
  });

  test('inside the body of the answer: the message was accepted, and nobody needs the rest', async () => {
    const { client } = await scripted({
      post: (res) => {
        res.writeHead(202, { 'content-length': '8' }).write('Acc');
        setTimeout(() => res.destroy(), 10);
      },
    });
    await client.transport.start();
    await client.transport.send(note);
    await sleep(30);
    await client.transport.send(note);
    expect(client.errors).toEqual([]);
  });
});

describe('a server whose client', () => {
  test('is cut off inside a POST hears of it, and the session goes on', async () => {
    const server = await SseServer.start();
    const stream = new RawStream(server.url);
    cleanUps.push(
      () => server.close(),
      () => stream.close(),
    );
    const endpoint = new URL(await stream.endpoint());
    const { Raw } = await import('./support/raw.js');
    const raw = await Raw.open(server.port);
    raw.send(
      `POST ${endpoint.pathname}${endpoint.search} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"json`,
    );
    await sleep(20);
    raw.destroy();
    const client = await server.client();
    await until('it is told', () => client.errors.length > 0);
    expect(client.errors[0]?.message).toMatch(/broke off after 6 bytes/);
    expect(await post(endpoint.href, note)).toMatchObject({ status: 202 });
    expect(client.messages).toEqual([note]);
  });

  test('stalls for stallTimeoutMs disconnects it, says why, and rejects what waited', async () => {
    const server = await SseServer.start({ stallTimeoutMs: 200, maxQueuedBytes: 100_000 });
    const stream = new RawStream(server.url);
    cleanUps.push(
      () => server.close(),
      () => stream.close(),
    );
    await stream.endpoint();
    stream.pause();
    const client = await server.client();
    const params = { text: 'x'.repeat(200_000) };
    const sends = Array.from({ length: 200 }, () => client.transport.send({ ...note, params } as JsonRpcMessage));
    const settled = Promise.allSettled(sends);
    expect(await client.untilClosed()).toMatchObject({
      kind: 'peer-gone',
      error: { code: 'timeout', message: expect.stringContaining('stallTimeoutMs') },
    });
    const rejected = (await settled).filter(({ status }) => status === 'rejected');
    expect(rejected.length).toBeGreaterThan(0);
    for (const each of rejected) expect(each).toMatchObject({ reason: { code: 'peer-gone' } });
    expect(client.closings).toHaveLength(1);
    expect(server.handler.connections.size).toBe(0);
  });

  test('reads slowly, but reads, is not disconnected', async () => {
    const server = await SseServer.start({ stallTimeoutMs: 300, keepAliveMs: 50 });
    const client = new Observed(new SSEClientTransport(server.url, { graceMs: 100 }));
    cleanUps.push(
      () => server.close(),
      () => client.transport.close(),
    );
    await client.transport.start();
    const { transport } = await server.client();
    const params = { text: 'x'.repeat(100_000) };
    const sends = Promise.all(Array.from({ length: 200 }, () => transport.send({ ...note, params } as JsonRpcMessage)));
    const { onmessage } = client.transport;
    // Stops for a while after every few messages.
    for (let round = 0; round < 10; round++) {
      client.transport.onmessage = undefined;
      await sleep(60);
      client.transport.onmessage = onmessage;
      await sleep(20);
    }
    await sends;
    await client.untilMessages(200);
    expect(server.clients[0]?.closings).toEqual([]);
  });
});
