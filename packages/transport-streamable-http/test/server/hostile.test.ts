// What an attacker may send: each has its status, a short answer that repeats nothing of it, and leaves the server as it was.

import { connect as connectSocket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Endpoint } from '../support/endpoint.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import { initializeRequest, type LegacyClient } from '../support/legacy.js';
import { adapters } from '../support/modern.js';
import { until } from '../support/until.js';

expectNoLeftovers();

const ping = { jsonrpc: '2.0', id: 'p', method: 'ping' };
const MARK = 'x-mark-of-the-attacker';
const MAX_ANSWER_BYTES = 1_000;

type Hostile = [what: string, status: number, body: unknown, headers?: Record<string, string | undefined>];

const posts: Hostile[] = [
  ['a body over maxBodyBytes', 413, { ...ping, params: { pad: MARK.repeat(20_000) } }],
  ['a media type that is not JSON', 415, ping, { 'content-type': `text/plain; x=${MARK}` }],
  ['no media type', 415, ping, { 'content-type': undefined }],
  ['a charset that is not UTF-8', 415, ping, { 'content-type': 'application/json; charset=utf-16' }],
  ['two media types', 415, ping, { 'content-type': 'application/json, text/plain' }],
  ['a media type that only begins like JSON', 415, ping, { 'content-type': 'application/jsonp' }],
  ['a compressed body', 415, new Uint8Array(gzipSync(JSON.stringify(ping))), { 'content-encoding': 'gzip' }],
  ['bytes that are no UTF-8', 400, Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
  ['half a surrogate pair, cut in its bytes', 400, Uint8Array.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ['no JSON', 400, `{"jsonrpc":"2.0",${MARK}`],
  ['an empty body', 400, ''],
  ['JSON of 100,000 levels that is not closed', 400, '['.repeat(100_000)],
  ['JSON of 100,000 levels', 400, '['.repeat(100_000) + ']'.repeat(100_000)],
  ['a JSON value that is no object', 400, `"${MARK}"`],
  ['null', 400, 'null'],
  ['a method that is no text', 400, { jsonrpc: '2.0', id: 1, method: { [MARK]: 1 } }],
  ['an id that is no text and no integer', 400, { jsonrpc: '2.0', id: { [MARK]: 1 }, method: 'ping' }],
  ['an id of null', 400, { jsonrpc: '2.0', id: null, method: 'ping' }],
  ['an id past what JSON can hold exactly', 400, '{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}'],
  ['another JSON-RPC', 400, { ...ping, jsonrpc: MARK }],
  ['a batch, in a revision without', 400, [ping, ping]],
  ['a second initialize', 400, initializeRequest()],
  ['an unknown session id', 404, ping, { 'mcp-session-id': MARK }],
  ['an empty session id', 400, ping, { 'mcp-session-id': '' }],
  ['a malformed session id', 400, ping, { 'mcp-session-id': `a ${MARK}` }],
  ['a session id of 8,000 characters', 404, ping, { 'mcp-session-id': 'a'.repeat(8_000) }],
  ['__proto__ for a session id', 404, ping, { 'mcp-session-id': '__proto__' }],
  ['constructor for a session id', 404, ping, { 'mcp-session-id': 'constructor' }],
  ['an unknown version', 400, ping, { 'mcp-protocol-version': MARK }],
  ['__proto__ for a version', 400, ping, { 'mcp-protocol-version': '__proto__' }],
  ['an Accept that allows nothing', 406, ping, { accept: `text/html;${MARK}=1` }],
  ['an Accept that is nonsense', 406, ping, { accept: ',;q=,/' }],
  ['a foreign Origin', 403, ping, { origin: `https://${MARK}.example` }],
  ['an Origin that only begins like ours', 403, ping, { origin: 'http://localhost.evil.example' }],
  ['an Origin of null', 403, ping, { origin: 'null' }],
];

describe.each(adapters)('over $name', (adapter) => {
  const endpoint = new Endpoint(adapter);
  let client: LegacyClient;

  beforeEach(async () => {
    client = await endpoint.serve({}, { maxBodyBytes: 256 * 1024 });
    await client.initialize();
  });

  test.each(posts)('%s gets %i', async (_, status, body, headers) => {
    const answer = await client.exchange(body, headers);
    expect(answer.status).toBe(status);
    expect(answer.text.length).toBeLessThan(MAX_ANSWER_BYTES);
    if (status !== 400 || typeof body !== 'string') expect(answer.text).not.toContain(MARK);
    expect(answer.json.error ?? answer.json[0]?.error).toMatchObject({ code: expect.any(Number) });
    expect(endpoint.transport.inFlight).toBe(0);
    expect((await client.exchange(ping)).status).toBe(200);
    expect(endpoint.errors).toEqual([]);
  });

  test('__proto__ and constructor in a message are keys like any other', async () => {
    const text =
      '{"jsonrpc":"2.0","id":"e","method":"echo","params":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}';
    const { json } = await client.exchange(text);
    expect(JSON.stringify(json.result)).toBe('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    for (const id of ['__proto__', 'constructor', 'toString']) {
      const answer = await client.call('echo', { n: 1 }, {}, id);
      expect([answer.json.id, answer.json.result]).toEqual([id, { n: 1 }]);
    }
    const cancelled = await client.exchange({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: '__proto__' } });
    expect(cancelled.status).toBe(202);
  });

  test('line ends in ids and texts stay inside their events', async () => {
    const evil = 'a\r\n\r\ndata: {"injected":1}\n\nevent: x\u2028\0';
    const answer = await client.call('echo', { evil }, { accept: 'text/event-stream' }, evil);
    expect(answer.events).toHaveLength(1);
    expect(answer.messages).toEqual([{ jsonrpc: '2.0', id: evil, result: { evil } }]);
    expect((await client.call('echo', { evil }, {}, evil)).json).toEqual({ jsonrpc: '2.0', id: evil, result: { evil } });
  });

  test('the session of somebody else, ended or never there, all get the same answer', async () => {
    const { sessionId } = client;
    const unknown = await client.exchange(ping, { 'mcp-session-id': 'never' });
    await client.delete();
    const ended = await client.exchange(ping, { 'mcp-session-id': sessionId });
    expect([ended.status, ended.text]).toEqual([unknown.status, unknown.text]);
  });

  test('a Last-Event-ID of any kind is refused shortly, or ignored without a store', async () => {
    for (const id of ['__proto__', '../../etc/passwd', 'a'.repeat(4_000)]) {
      const stream = await client.get({ 'last-event-id': id });
      expect(stream.status).toBe(200);
      stream.close();
    }
  });

  test('a cancellation of nothing, and an answer to nothing, are taken and change nothing', async () => {
    for (const message of [
      { jsonrpc: '2.0', method: 'notifications/cancelled' },
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: {} } },
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'unknown' } },
      { jsonrpc: '2.0', id: 'unknown', result: {} },
      { jsonrpc: '2.0', id: null, error: { code: 0, message: '' } },
    ]) {
      expect((await client.exchange(message)).status).toBe(202);
    }
    expect((await client.exchange(ping)).status).toBe(200);
  });
});

describe('over node:http, byte by byte', () => {
  const endpoint = new Endpoint(adapters[0] as (typeof adapters)[0]);
  let client: LegacyClient;
  let sockets: ReturnType<typeof connectSocket>[] = [];

  beforeEach(async () => {
    sockets = [];
    client = await endpoint.serve();
    await client.initialize();
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
  });

  async function raw(head: readonly string[], body: unknown = ping): Promise<string> {
    const text = JSON.stringify(body);
    const socket = connectSocket({ port: Number(new URL(endpoint.served.url).port), host: '127.0.0.1' });
    sockets.push(socket);
    let received = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      received += chunk;
    });
    socket.on('error', () => {});
    const fields = [
      'POST / HTTP/1.1',
      'content-type: application/json',
      'accept: application/json, text/event-stream',
      `mcp-session-id: ${client.sessionId}`,
      'connection: close',
      `content-length: ${text.length}`,
      ...head,
    ];
    socket.write(`${fields.join('\r\n')}\r\n\r\n${text}`, 'latin1');
    await until(() => socket.destroyed || socket.readableEnded, 'the response ends');
    return received;
  }

  test.each([
    ['a foreign Host with a good Origin', ['host: evil.example', 'origin: http://localhost'], 403],
    ['a foreign Origin with a good Host', ['host: localhost', 'origin: http://evil.example'], 403],
    ['two Hosts', ['host: localhost', 'host: evil.example'], 403],
    ['no Host', [], 400],
    ['two session ids', ['host: localhost', 'mcp-session-id: other'], 400],
    ['headers past their limit', ['host: localhost', `x-pad: ${'x'.repeat(20_000)}`], 431],
    ['a header without a colon', ['host: localhost', 'nonsense'], 400],
  ])('%s', async (_, head, status) => {
    const received = await raw(head);
    expect(received).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(received.length).toBeLessThan(MAX_ANSWER_BYTES);
    expect((await client.exchange(ping)).status).toBe(200);
  });

  test('a good one is answered', async () => {
    const received = await raw(['host: localhost']);
    expect(received).toMatch(/^HTTP\/1.1 200 /);
    expect(received).toContain('"result":{}');
  });
});
