// What a server of ours answers to whoever means it no good: each with its status, in few words, and none of them the sender's.
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { createHttpServer } from '@mcpwire/http/node';
import { createSSEHandler } from '@mcpwire/transport-sse/server';
import { afterEach, describe, expect, test } from 'vitest';
import { type Answer, post, RawStream, send } from './support/http.js';
import { expectNoLeftovers } from './support/leftovers.js';
import { Raw } from './support/raw.js';
import { echo, SseServer } from './support/sse-server.js';
import { until } from './support/until.js';

expectNoLeftovers();

let server: SseServer;
let stream: RawStream;
afterEach(async () => {
  stream?.close();
  await server?.close();
});

async function connect(options: Parameters<typeof SseServer.start>[0] = {}): Promise<string> {
  server = await SseServer.start(options);
  stream = new RawStream(server.url);
  return stream.endpoint();
}

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };

/** The session is as it was, and the client can go on. */
async function expectUnharmed(endpoint: string): Promise<void> {
  const client = await server.client();
  const before = client.messages.length;
  expect(await post(endpoint, ping)).toMatchObject({ status: 202, body: 'Accepted' });
  expect(client.messages.slice(before)).toEqual([ping]);
  expect(client.closings).toEqual([]);
}

describe('a body that is no message', () => {
  test.each([
    ['no JSON', '{"jsonrpc":"2.0","secret"', -32700],
    ['nothing at all', '', -32700],
    ['text that the engine quotes in its error', 'secret', -32700],
    ['JSON, but no message', '{"secret":true}', -32600],
    ['another version', '{"jsonrpc":"1.0","id":1,"method":"secret"}', -32600],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"secret"}]', -32600],
    ['an empty batch', '[]', -32600],
    ['a fractional id', '{"jsonrpc":"2.0","id":1.5,"method":"secret"}', -32600],
    ['a __proto__ key instead of members', '{"__proto__":{"jsonrpc":"2.0","id":1,"method":"secret"}}', -32600],
  ])('%s is answered with 400 and a JSON-RPC error that repeats nothing of it', async (_what, body, code) => {
    const endpoint = await connect();
    const answer = await post(endpoint, body);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(JSON.parse(answer.body)).toMatchObject({ jsonrpc: '2.0', error: { code } });
    expect(answer.body).not.toContain('secret');
    expect((await server.client()).errorCodes).toEqual(['malformed-message']);
    await expectUnharmed(endpoint);
  });

  test('the id of a request that can be read is in the answer', async () => {
    const answer = await post(await connect(), '{"jsonrpc":"2.0","id":"a","method":7}');
    expect(JSON.parse(answer.body)).toMatchObject({ id: 'a', error: { code: -32600 } });
  });

  test('bytes that are not UTF-8 are answered with 400', async () => {
    const endpoint = await connect();
    const body = Uint8Array.of(...Buffer.from('{"jsonrpc":"2.0","method":"'), 0xff, 0xc3, 0x28, ...Buffer.from('"}'));
    expect(await post(endpoint, body)).toMatchObject({ status: 400 });
    await expectUnharmed(endpoint);
  });

  test('100,000 levels of arrays are taken, and sent back, without harm', async () => {
    const endpoint = await connect({ onconnect: echo });
    const levels = 100_000;
    const body = `{"jsonrpc":"2.0","id":1,"method":"m","params":{"deep":${'['.repeat(levels)}${']'.repeat(levels)}}}`;
    expect(await post(endpoint, body)).toMatchObject({ status: 202 });
    await expectUnharmed(endpoint);
  });

  test('a message whose params have a __proto__ key reaches nobody’s prototype', async () => {
    const endpoint = await connect();
    await post(endpoint, '{"jsonrpc":"2.0","id":1,"method":"m","params":{"__proto__":{"polluted":true}}}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    await expectUnharmed(endpoint);
  });
});

describe('a body of another kind', () => {
  test.each([
    ['text/plain', 'text/plain'],
    ['a form, as a page can send it anywhere', 'application/x-www-form-urlencoded'],
    ['something that only looks like JSON', 'application/jsonsecret'],
    ['two types', 'application/json, text/plain'],
    ['another charset', 'application/json; charset=utf-16'],
    ['a type with JSON in its parameter', 'text/plain; x=application/json'],
  ])('%s is answered with 415', async (_what, contentType) => {
    const endpoint = await connect();
    const answer = await post(endpoint, ping, { 'content-type': contentType });
    expect(answer.status).toBe(415);
    expect(answer.body).not.toContain('secret');
    await expectUnharmed(endpoint);
  });

  test.each(['Application/JSON', 'application/json; charset=utf-8', 'application/json;charset="UTF-8"'])(
    '%s is JSON',
    async (contentType) => {
      const endpoint = await connect();
      expect(await post(endpoint, ping, { 'content-type': contentType })).toMatchObject({ status: 202 });
    },
  );

  test('without a Content-Type it is answered with 415', async () => {
    const endpoint = await connect();
    expect(await send(endpoint, 'POST', {}, JSON.stringify(ping))).toMatchObject({ status: 415 });
  });

  test('compressed it is answered with 415, and nothing is decompressed', async () => {
    const endpoint = await connect();
    const answer = await post(endpoint, gzipSync('0'.repeat(10_000_000)), { 'content-encoding': 'gzip' });
    expect(answer).toMatchObject({ status: 415, headers: { 'accept-encoding': 'identity' } });
    await expectUnharmed(endpoint);
  });
});

describe('a body that is too large', () => {
  test('by its Content-Length is answered with 413 before it is read', async () => {
    const endpoint = await connect({ maxBodyBytes: 1000 });
    const answer = await post(endpoint, { ...ping, params: { text: 'x'.repeat(1000) } });
    expect(answer.status).toBe(413);
    await expectUnharmed(endpoint);
  });

  test('without a Content-Length is cut off at the limit', async () => {
    const endpoint = await connect({ maxBodyBytes: 1000 });
    const answer = await new Promise<Answer>((resolve, reject) => {
      const outgoing = request(endpoint, { method: 'POST', headers: { 'content-type': 'application/json' }, agent: false }, (response) => {
        response.resume().on('end', () => resolve({ status: response.statusCode as number, headers: response.headers, body: '' }));
      });
      outgoing.on('error', reject);
      for (let i = 0; i < 20; i++) outgoing.write('x'.repeat(100));
      outgoing.end();
    });
    expect(answer.status).toBe(413);
    await expectUnharmed(endpoint);
  });

  test('or comes too slowly is answered with 408', async () => {
    const endpoint = new URL(await connect({ bodyTimeoutMs: 50 }));
    const raw = await Raw.open(server.port);
    raw.send(
      `POST ${endpoint.pathname}${endpoint.search} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    );
    expect(await raw.untilStatus()).toEqual([408]);
    raw.destroy();
    await expectUnharmed(endpoint.href);
  });
});

describe('a session id', () => {
  test.each([
    ['that is unknown', '?sessionId=00000000-0000-0000-0000-000000000000', 404],
    ['with a line break in it', '?sessionId=x%0d%0aset-cookie:secret=1', 404],
    ['that is no valid encoding', '?sessionId=%zz%ff', 400],
    ['of ten thousand characters', `?sessionId=${'x'.repeat(10_000)}`, 404],
    ['named like a member of every object', '?sessionId=__proto__', 404],
    ['that is empty', '?sessionId=', 400],
    ['that is not there', '', 400],
    ['under another name', '?session_id=x', 400],
  ])('%s is answered in few words', async (_what, query, status) => {
    const endpoint = await connect();
    const answer = await post(`${server.origin}/messages${query}`, ping);
    expect(answer.status).toBe(status);
    expect(answer.body.length).toBeLessThan(200);
    expect(JSON.stringify(answer)).not.toMatch(/secret|xxx|set-cookie/);
    await expectUnharmed(endpoint);
  });

  test('of a session that has ended is unknown', async () => {
    const endpoint = await connect();
    await (await server.client()).transport.close();
    expect(await post(endpoint, ping)).toMatchObject({ status: 404 });
  });

  test('that a generator makes reaches the stream as one line, whatever is in it', async () => {
    const id = 'a\r\ndata: injected\n\nß/?&=#%';
    const endpoint = await connect({ sessionIdGenerator: () => id });
    expect(stream.text.split('\n')).toHaveLength(4);
    expect(stream.text).not.toMatch(/^data: injected/m);
    expect([...server.handler.connections.keys()]).toEqual([id]);
    await expectUnharmed(endpoint);
  });

  test('that a generator makes twice is refused, and the first session goes on', async () => {
    const endpoint = await connect({ sessionIdGenerator: () => 'always the same' });
    expect(await send(server.url, 'GET')).toMatchObject({ status: 500 });
    await expectUnharmed(endpoint);
  });
});

describe('a client that only holds on', () => {
  test('POSTs that never end disturb nobody, and go with their connections', async () => {
    const endpoint = new URL(await connect());
    const raws = await Promise.all(Array.from({ length: 50 }, () => Raw.open(server.port)));
    for (const raw of raws) {
      raw.send(
        `POST ${endpoint.pathname}${endpoint.search} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{`,
      );
    }
    await expectUnharmed(endpoint.href);
    for (const raw of raws) raw.destroy();
    const client = await server.client();
    await until('all are told', () => client.errors.length === 50);
    await expectUnharmed(endpoint.href);
  });

  test('while nobody takes messages, only some POSTs are accepted, and the others wait unread', async () => {
    const handler = createSSEHandler({ onconnect: (transport) => transport.start() });
    const http = await createHttpServer({ handler });
    stream = new RawStream(`${http.url}/sse`);
    const endpoint = await stream.endpoint();
    const text = 'x'.repeat(30_000);
    const posts = Array.from({ length: 10 }, (_, id) => post(endpoint, { ...ping, id, params: { text } }));
    let accepted = 0;
    for (const each of posts) void each.then(() => accepted++);
    await until('some are accepted', () => accepted >= 3);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(accepted).toBeLessThan(10);
    const [transport] = [...handler.connections.values()];
    const taken: unknown[] = [];
    if (transport) transport.onmessage = (message) => taken.push((message as { id: number }).id);
    await Promise.all(posts);
    expect(taken.toSorted()).toEqual(Array.from({ length: 10 }, (_, id) => id));
    await handler.close({ graceMs: 0 });
    await http.close({ graceMs: 0 });
  });
});
