// What is said in public of this transport's wire, looked at byte by byte.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createEventStreamDecoder } from '@mcpwire/event-stream';
import { createHttpServer } from '@mcpwire/http/node';
import { Peer } from '@mcpwire/jsonrpc';
import { SSEClientTransport } from '@mcpwire/transport-sse/client';
import { createSSEHandler } from '@mcpwire/transport-sse/server';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { post, RawStream } from './support/http.js';
import { expectNoLeftovers } from './support/leftovers.js';
import { createSdkServer } from './support/sdk-servers.js';
import { until } from './support/until.js';

expectNoLeftovers();

const pageBytes = 61_629;

/** A server as those on the SDK for Python look on the wire: that path, that parameter, ids in hexadecimal without dashes. */
async function servePythonLike(connectSession: Parameters<typeof createSSEHandler>[0]['onconnect']): Promise<{
  url: string;
  port: number;
  requests: string[];
  close: () => Promise<void>;
}> {
  const requests: string[] = [];
  const handler = createSSEHandler({
    messagePath: '/messages/',
    sessionIdParam: 'session_id',
    sessionIdGenerator: () => randomBytes(16).toString('hex'),
    onconnect: connectSession,
  });
  const server = await createHttpServer({
    handler: async (request) => {
      const response = await handler(request);
      requests.push(`${request.method} ${request.path} ${response.status}${typeof response.body === 'string' ? ` ${response.body}` : ''}`);
      return response;
    },
  });
  return {
    url: server.url,
    port: server.port,
    requests,
    close: async () => {
      await handler.close({ graceMs: 0 });
      await server.close({ graceMs: 0 });
    },
  };
}

let server: Awaited<ReturnType<typeof servePythonLike>>;
beforeEach(async () => {
  server = await servePythonLike(async (transport) => createSdkServer('v1').connect(transport));
});
afterEach(() => server.close());

const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'test', version: '1.0.0' } },
};

describe('"five requests"', () => {
  const five = ['GET /sse 200', ...Array.from({ length: 4 }, () => 'POST /messages/ 202 Accepted')];

  test('a tool call takes GET /sse and four POSTs, each answered with 202 Accepted; the answers are message events', async () => {
    const stream = new RawStream(`${server.url}/sse`);
    const endpoint = await stream.endpoint();
    expect(stream.text).toMatch(/^event: endpoint\ndata: \/messages\/\?session_id=[0-9a-f]{32}\n\n$/);
    for (const message of [
      initialize,
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', id: 1, method: 'tools/list' },
      { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'echo', arguments: { text: 'hello' } } },
    ]) {
      expect(await post(endpoint, message)).toMatchObject({ status: 202, body: 'Accepted' });
    }
    await stream.until('hello');
    expect(stream.messages).toMatchObject([
      { id: 0, result: { protocolVersion: '2024-11-05' } },
      { id: 1, result: { tools: expect.arrayContaining([expect.objectContaining({ name: 'echo' })]) } },
      { id: 2, result: { content: [{ type: 'text', text: 'hello' }] } },
    ]);
    expect(server.requests).toEqual(five);
    stream.close();
  });

  test('our client makes exactly these', async () => {
    const peer = new Peer(new SSEClientTransport(`${server.url}/sse`));
    await peer.start();
    await peer.request('initialize', initialize.params);
    await peer.notify('notifications/initialized');
    await peer.request('tools/list');
    const result = await peer.request('tools/call', { name: 'echo', arguments: { text: 'hello' } });
    expect(result).toMatchObject({ content: [{ text: 'hello' }] });
    expect(server.requests).toEqual(five);
    await peer.close();
  });
});

test('the numbers in hexadecimal before the events are sizes of chunks, and no event has an id', async () => {
  const socket = connect({ port: server.port, host: '127.0.0.1' });
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text;
  });
  socket.write('GET /sse HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n');
  await until('the endpoint has come', () => received.includes('session_id='));
  const path = /data: (\/messages\/\S+)/.exec(received)?.[1] as string;
  await post(server.url + path, initialize);
  await post(server.url + path, { jsonrpc: '2.0', id: 1, method: 'tools/list' });
  await until('both answers have come', () => /"id":1\}\r?\n/.test(received));
  socket.destroy();
  await once(socket, 'close');

  const [head = '', ...rest] = received.split('\r\n\r\n');
  expect(head).toMatch(/\r\ntransfer-encoding: chunked/i);
  let body = rest.join('\r\n\r\n');
  const sizes: number[] = [];
  let events = '';
  while (body !== '') {
    const [size = ''] = /^[0-9a-f]+(?=\r\n)/.exec(body) ?? [];
    const bytes = Number.parseInt(size, 16);
    sizes.push(bytes);
    const from = size.length + 2;
    expect(body.slice(from + bytes, from + bytes + 2), 'a chunk of that size ends here').toBe('\r\n');
    events += body.slice(from, from + bytes);
    body = body.slice(from + bytes + 2);
  }
  // The endpoint's event has 72 characters: 48 in hexadecimal.
  expect(sizes[0]).toBe(`event: endpoint\ndata: ${path}\n\n`.length);
  expect(events.match(/^event: /gm)).toHaveLength(3);
  expect(events).not.toMatch(/^id:/m);
});

describe('a page of 61,629 bytes', () => {
  const text = `<p>${'ünïcödé 🎉 '.repeat(4000)}`;
  const message = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: '' }] } });
  const filler = Buffer.from(text).subarray(0, pageBytes - Buffer.byteLength(`event: message\ndata: ${message}\n\n`));
  // Cut where a character ends, and filled up with one-byte characters.
  const whole = filler.toString('utf8').replace(/\uFFFD+$/, '');
  const padded = whole + 'x'.repeat(filler.length - Buffer.byteLength(whole));
  const event = Buffer.from(`event: message\ndata: ${message.replace('"text":""', `"text":${JSON.stringify(padded)}`)}\n\n`);

  test('is one event, from whatever pieces it comes in', () => {
    expect(event).toHaveLength(pageBytes);
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: pageBytes - 1 }), { maxLength: 20 });
    fc.assert(
      fc.property(cuts, (positions) => {
        const events: string[] = [];
        const decoder = createEventStreamDecoder({
          onevent: ({ data }) => events.push(data),
          onerror: (error) => {
            throw error;
          },
        });
        let from = 0;
        for (const to of [...positions.toSorted((x, y) => x - y), pageBytes]) {
          decoder.feed(event.subarray(from, to));
          from = to;
        }
        decoder.end();
        expect(events).toHaveLength(1);
        expect(JSON.parse(events[0] as string).result.content[0].text === padded).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('arrives through our server and our client as it was sent, and the stream stays open behind it', async () => {
    const peer = new Peer(new SSEClientTransport(`${server.url}/sse`));
    await peer.start();
    await peer.request('initialize', initialize.params);
    await peer.notify('notifications/initialized');
    for (let round = 0; round < 3; round++) {
      const { content } = await peer.request<{ content: [{ text: string }] }>('tools/call', { name: 'echo', arguments: { text: padded } });
      expect(content[0].text === padded).toBe(true);
    }
    await peer.close();
  });
});
