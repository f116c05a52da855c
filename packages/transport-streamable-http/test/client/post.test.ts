import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { ask, initialize, initialized, initializeResult, modernAsk, note, shakeHands, shakesHands } from './fixtures/messages.js';
import { closeAfterwards, connect, expectNoLeftovers, serve, until } from './fixtures/scene.js';

expectNoLeftovers();

describe('a message of a legacy revision', () => {
  test('is one POST that accepts JSON and an event stream', async () => {
    const server = await serve((exchange) => exchange.result({ ok: true }));
    const { transport, messages } = await connect(server.url);
    await transport.send(ask(1));
    expect(messages).toEqual([{ jsonrpc: '2.0', id: 1, result: { ok: true } }]);
    expect(server.requests).toHaveLength(1);
    const { method, headers, message } = server.requests[0] as (typeof server.requests)[0];
    expect(method).toBe('POST');
    expect(message).toEqual(ask(1));
    expect(headers.accept).toBe('application/json, text/event-stream');
    expect(headers['content-type']).toBe('application/json');
    expect(Object.keys(headers).filter((name) => name.startsWith('mcp-'))).toEqual([]);
  });

  test('has the session id of the initialize response, and the negotiated version, after the handshake and not before', async () => {
    const server = await serve((exchange) => {
      if (exchange.method === 'GET') exchange.send(405);
      else if (!shakesHands(exchange, 'session-1')) exchange.result();
    });
    const client = await connect(server.url);
    expect(client.transport.sessionId).toBeUndefined();
    await shakeHands(client);
    await client.transport.send(ask(2));
    expect(client.transport.sessionId).toBe('session-1');
    expect(client.transport.protocolVersion).toBe('2025-11-25');
    const posts = server.of('POST');
    expect(posts.map(({ headers }) => headers['mcp-session-id'])).toEqual([undefined, 'session-1', 'session-1']);
    expect(posts.map(({ headers }) => headers['mcp-protocol-version'])).toEqual([undefined, '2025-11-25', '2025-11-25']);
  });

  test('takes a session id from no other response', async () => {
    const server = await serve((exchange) => exchange.result({}, { 'mcp-session-id': 'smuggled' }));
    const { transport } = await connect(server.url);
    await transport.send(ask(1));
    expect(transport.sessionId).toBeUndefined();
  });

  test('a new handshake carries no stale session id, and a server without sessions clears it', async () => {
    const server = await serve((exchange) => {
      shakesHands(exchange);
    });
    const { transport } = await connect(server.url, { sessionId: 'stale', protocolVersion: '2025-06-18', listen: false });
    await transport.send(initialize);
    expect(server.requests[0]?.headers['mcp-session-id']).toBeUndefined();
    expect(server.requests[0]?.headers['mcp-protocol-version']).toBeUndefined();
    expect(transport.sessionId).toBeUndefined();
  });

  test('a session that is gone on with is named from the first message on', async () => {
    const server = await serve((exchange) => exchange.result());
    const { transport } = await connect(server.url, { sessionId: 'kept', protocolVersion: '2025-06-18' });
    expect(transport.sessionId).toBe('kept');
    await transport.send(ask(1));
    expect(server.requests[0]?.headers).toMatchObject({ 'mcp-session-id': 'kept', 'mcp-protocol-version': '2025-06-18' });
  });

  test('what setProtocolVersion says goes before what the answer to initialize said', async () => {
    const server = await serve((exchange) => {
      if (!shakesHands(exchange)) exchange.result();
    });
    const { transport } = await connect(server.url, { listen: false });
    await transport.send(initialize);
    transport.setProtocolVersion('2025-03-26');
    await transport.send(ask(1));
    expect(server.requests[1]?.headers['mcp-protocol-version']).toBe('2025-03-26');
  });

  test('a version that the protocol layer does not support is not adopted', async () => {
    const server = await serve((exchange) => {
      shakesHands(exchange);
    });
    const { transport } = await connect(server.url, { listen: false });
    transport.setSupportedProtocolVersions(['2025-06-18']);
    await transport.send(initialize);
    expect(transport.protocolVersion).toBeUndefined();
  });
});

describe('a message of 2026-07-28', () => {
  test('repeats itself in headers, encoded where it has to be, and belongs to no session', async () => {
    const server = await serve((exchange) => exchange.result());
    const { transport } = await connect(server.url, { sessionId: 'of another era' });
    await transport.send(modernAsk('s', 'server/discover'));
    await transport.send(modernAsk(1, 'tools/call', { name: 'größe', arguments: {} }));
    await transport.send(modernAsk(2, 'resources/read', { uri: 'file:///a' }));
    const [discover, call, read] = server.requests.map(({ headers }) => headers);
    expect(discover).toMatchObject({ 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'server/discover' });
    expect(discover?.['mcp-name']).toBeUndefined();
    expect(call?.['mcp-name']).toBe(`=?base64?${Buffer.from('größe').toString('base64')}?=`);
    expect(read?.['mcp-name']).toBe('file:///a');
    for (const headers of [discover, call, read]) expect(headers?.['mcp-session-id']).toBeUndefined();
  });

  test('a notification goes by the version of the connection', async () => {
    const server = await serve((exchange) => exchange.send(202));
    const { transport } = await connect(server.url);
    transport.setProtocolVersion('2026-07-28');
    await transport.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    expect(server.requests[0]?.headers).toMatchObject({ 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'notifications/cancelled' });
  });

  test.each([
    [400, -32022],
    [404, -32601],
  ])('an error %i that answers the request is delivered as its answer', async (status, code) => {
    const error = { code, message: 'no', data: { supported: ['2026-07-28'] } };
    const server = await serve((exchange) =>
      exchange.send(status, JSON.stringify({ jsonrpc: '2.0', id: exchange.message.id, error }), { 'content-type': 'application/json' }),
    );
    const { transport, messages } = await connect(server.url);
    await transport.send(modernAsk('probe', 'server/discover'));
    expect(messages).toEqual([{ jsonrpc: '2.0', id: 'probe', error }]);
  });

  test.each([401, 403, 500, 503])('an error %i rejects send, whatever its body is', async (status) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 'probe', error: { code: -32603, message: 'no' } });
    const server = await serve((exchange) => exchange.send(status, body));
    const { transport, messages } = await connect(server.url);
    await expect(transport.send(modernAsk('probe', 'server/discover'))).rejects.toMatchObject({ details: { status, text: body } });
    expect(messages).toEqual([]);
  });
});

describe('the headers of the user', () => {
  test('go with every request, and never instead of those of the transport', async () => {
    const server = await serve((exchange) => {
      if (exchange.method === 'GET') exchange.send(405);
      else if (!shakesHands(exchange, 'real')) exchange.send(200);
    });
    const headers = new Headers({ 'X-Mine': 'yes', 'Mcp-Session-Id': 'mine', Accept: 'text/plain', 'Content-Type': 'text/plain' });
    const client = await connect(server.url, { requestInit: { headers } });
    await shakeHands(client);
    await until('the stream is asked for', () => server.of('GET').length === 1);
    await client.transport.terminateSession();
    for (const request of server.requests) expect(request.headers['x-mine']).toBe('yes');
    expect(server.requests[1]?.headers).toMatchObject({
      'mcp-session-id': 'real',
      accept: 'text/plain, application/json, text/event-stream',
      'content-type': 'application/json',
    });
    expect(server.of('GET')[0]?.headers.accept).toBe('text/plain, text/event-stream');
  });

  test('those of one message are added to it alone, but for the ones that the transport knows better', async () => {
    const server = await serve((exchange) => exchange.result());
    const { transport } = await connect(server.url);
    const headers = {
      'X-Once': '1',
      'Mcp-Param-Region': 'west',
      'MCP-Method': 'other',
      authorization: 'Bearer stolen',
      Host: 'evil.example',
    };
    await transport.send(modernAsk(1), { headers });
    await transport.send(modernAsk(2));
    const [first, second] = server.requests.map((request) => request.headers);
    expect(first).toMatchObject({ 'x-once': '1', 'mcp-param-region': 'west', 'mcp-method': 'tools/list' });
    expect(first?.authorization).toBeUndefined();
    expect(first?.host).toMatch(/^127/);
    expect(second?.['x-once']).toBeUndefined();
  });
});

describe('what comes in reply', () => {
  test('an event stream is handed over as it comes, and send resolves once it has begun', async () => {
    const server = await serve((exchange) => {
      exchange.stream();
    });
    const { transport, messages } = await connect(server.url);
    await transport.send(ask(1));
    const [exchange] = server.requests;
    exchange?.event(note(1));
    await until('it has come', () => messages.length === 1);
    exchange?.write(': keep-alive\n\n').write('event: other\ndata: not for us\n\n').answer({ ok: true });
    await until('the answer has come', () => messages.length === 2);
    expect(messages).toEqual([note(1), { jsonrpc: '2.0', id: 1, result: { ok: true } }]);
    exchange?.end();
  });

  test('progress that arrives together with the result is handed over a microtask before it', async () => {
    const server = await serve((exchange) => exchange.stream().event(note(1)).answer().end());
    const { transport } = await connect(server.url);
    const seen: string[] = [];
    transport.onmessage = (message) => {
      seen.push('method' in message ? 'notification' : 'answer');
      queueMicrotask(() => seen.push('microtask'));
    };
    await transport.send(ask(1));
    await until('both came', () => seen.length === 4);
    expect(seen).toEqual(['notification', 'microtask', 'answer', 'microtask']);
  });

  test('a content type may have parameters and any case', async () => {
    const server = await serve((exchange) => exchange.result({}, { 'content-type': 'Application/JSON; charset=UTF-8' }));
    const { transport, messages } = await connect(server.url);
    await transport.send(ask(1));
    expect(messages).toHaveLength(1);
  });

  test('several requests at once are answered each by its own reply', async () => {
    const server = await serve((exchange) => {
      setTimeout(() => exchange.result({ n: exchange.message.id }), 20 - Number(exchange.message.id));
    });
    const { transport, messages } = await connect(server.url);
    await Promise.all(Array.from({ length: 20 }, (_, n) => transport.send(ask(n))));
    expect(messages.map((message) => (message as { result: { n: number } }).result.n).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, n) => n),
    );
  });

  test.each(['text/html', 'application/xml', undefined])(
    'a 2xx of type %s rejects send with bad-response, which is called SyntaxError',
    async (type) => {
      const server = await serve((exchange) => exchange.send(200, '<html></html>', type === undefined ? {} : { 'content-type': type }));
      const { transport } = await connect(server.url);
      await expect(transport.send(ask(1))).rejects.toMatchObject({ code: 'bad-response', name: 'SyntaxError' });
    },
  );

  test.each([
    '<html>',
    '',
    '{"jsonrpc":"2.0"}',
    '42',
    '{"jsonrpc":"2.0","id":"other","result":{}}',
    '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}',
  ])('JSON that answers nothing rejects send: %s', async (text) => {
    const server = await serve((exchange) => exchange.send(200, text, { 'content-type': 'application/json' }));
    const { transport } = await connect(server.url);
    await expect(transport.send(ask(1))).rejects.toMatchObject({ code: 'bad-response', name: 'SyntaxError' });
  });

  test('JSON that is not UTF-8 rejects send', async () => {
    const server = await serve(({ response }) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));
    });
    const { transport } = await connect(server.url);
    await expect(transport.send(ask(1))).rejects.toMatchObject({ code: 'bad-response' });
  });

  test('a 202 to a request rejects send: an answer would never come', async () => {
    const server = await serve((exchange) => exchange.send(202));
    const { transport } = await connect(server.url);
    await expect(transport.send(ask(1))).rejects.toThrow(/without an answer/);
  });

  test('what a server says after a notification is read and thrown away', async () => {
    const server = await serve((exchange) => exchange.send(200, 'x'.repeat(10_000), { 'content-type': 'text/plain' }));
    const { transport, errors } = await connect(server.url);
    for (let n = 0; n < 5; n++) await transport.send(note(n));
    expect(server.connections).toBeLessThanOrEqual(2);
    expect(errors).toEqual([]);
  });

  test('an error says its status and what the server said, in the official SDK v2’s form too', async () => {
    const server = await serve((exchange) => exchange.send(418, 'I am a teapot'));
    const { transport, errors } = await connect(server.url);
    const error = await transport.send(ask(1)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'http-status',
      details: { status: 418, text: 'I am a teapot' },
      data: { status: 418, text: 'I am a teapot' },
      status: 418,
    });
    expect((error as Record<symbol, Set<string>>)[Symbol.for('mcp.sdk.errorBrands')]?.has('mcp.SdkHttpError')).toBe(true);
    expect((error as Error).message).toMatch(/teapot/);
    expect(errors).toEqual([]);
  });
});

describe('batches', () => {
  const batch = [ask(1), note(1), ask(2)];

  test('are one POST, and are answered by an array or by a stream, in 2025-03-26', async () => {
    const server = await serve((exchange) => {
      const results = [2, 1].map((id) => ({ jsonrpc: '2.0', id, result: {} }));
      if (server.requests.length === 1) exchange.json(results);
      else exchange.stream().event(results[0]).event(results[1]).end();
    });
    const { transport, messages } = await connect(server.url, { protocolVersion: '2025-03-26' });
    for (const expected of [2, 4]) {
      await transport.send(batch);
      await until('both are answered', () => messages.length === expected);
    }
    expect(JSON.parse(server.requests[0]?.text ?? '')).toEqual(batch);
  });

  test('requests that the array leaves out are answered with an error', async () => {
    const server = await serve((exchange) => exchange.json([{ jsonrpc: '2.0', id: 2, result: {} }]));
    const { transport, messages } = await connect(server.url, { protocolVersion: '2025-03-26' });
    await transport.send(batch);
    expect(messages).toMatchObject([{ id: 2 }, { id: 1, error: { code: -31002 } }]);
  });

  test('are refused in every other revision, and when they are empty', async () => {
    const { transport } = await connect('http://127.0.0.1:9/mcp', { protocolVersion: '2025-06-18' });
    await expect(transport.send(batch)).rejects.toMatchObject({ code: 'not-supported' });
    await expect(transport.send([])).rejects.toMatchObject({ code: 'encode-failed' });
  });
});

describe('giving up', () => {
  test('an aborted requestSignal before the headers rejects send with aborted, breaks the connection and is silent', async () => {
    const server = await serve(() => {});
    const { transport, errors } = await connect(server.url);
    const controller = new AbortController();
    const sent = transport.send(modernAsk(1), { requestSignal: controller.signal });
    await until('it is there', () => server.requests.length === 1);
    controller.abort(new Error('enough'));
    await expect(sent).rejects.toMatchObject({ code: 'aborted', cause: { message: 'enough' } });
    await until('the server sees it', () => server.requests[0]?.isAborted);
    expect(errors).toEqual([]);
  });

  test('an aborted requestSignal ends the stream: no error, no answer, no resumption, no onRequestStreamEnd', async () => {
    const server = await serve((exchange) => {
      exchange.stream().write('id: 1\nretry: 1\ndata:\n\n');
    });
    const { transport, errors, messages } = await connect(server.url);
    const controller = new AbortController();
    let ended = 0;
    await transport.send(ask(1), { requestSignal: controller.signal, onRequestStreamEnd: () => ended++ });
    controller.abort();
    await until('the server sees it', () => server.requests[0]?.isAborted);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect({ errors, messages, ended, requests: server.requests.length }).toEqual({ errors: [], messages: [], ended: 0, requests: 1 });
  });

  test('the signal of a send ends the wait for the server only, not the stream that has begun', async () => {
    const server = await serve((exchange) => {
      if (exchange.message.id === 1) exchange.stream();
    });
    const { transport, messages } = await connect(server.url);
    const controller = new AbortController();
    await transport.send(ask(1), { signal: controller.signal });
    const waiting = transport.send(ask(2), { signal: controller.signal });
    await until('both are there', () => server.requests.length === 2);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
    server.requests[0]?.answer().end();
    await until('the first is answered', () => messages.length === 1);
  });

  test('no response in time rejects send with timeout', async () => {
    const server = await serve(() => {});
    const { transport } = await connect(server.url, { headersTimeoutMs: 300 });
    await expect(transport.send(ask(1))).rejects.toMatchObject({ code: 'timeout' });
  });

  test('nobody listening rejects send with peer-gone, and the transport lives on', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as { port: number };
    await new Promise((resolve) => gone.close(resolve));
    const { transport, closings } = await connect(`http://127.0.0.1:${port}/mcp`);
    await expect(transport.send(ask(1))).rejects.toMatchObject({ code: 'peer-gone' });
    expect(closings).toEqual([]);
    const back = createServer((_, response) => response.writeHead(202).end());
    await new Promise<void>((resolve) => back.listen(port, '127.0.0.1', resolve));
    closeAfterwards(() => new Promise((resolve) => back.close(resolve)));
    await transport.send(initialized);
  });
});

test.each(['ftp://127.0.0.1/mcp', 'http://user:secret@127.0.0.1/mcp'])('%s is no URL for an endpoint', async (url) => {
  await expect(connect(url)).rejects.toThrow(TypeError);
});

test('the answer to initialize may be a stream', async () => {
  const server = await serve((exchange) => exchange.stream({ 'mcp-session-id': 's' }).answer(initializeResult).end());
  const { transport, messages } = await connect(server.url);
  await transport.send(initialize);
  await until('it is answered', () => messages.length === 1);
  expect(transport).toMatchObject({ sessionId: 's', protocolVersion: '2025-11-25' });
});
