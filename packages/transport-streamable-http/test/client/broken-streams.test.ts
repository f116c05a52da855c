import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ask, modernAsk, note, shakeHands, shakesHands } from './fixtures/messages.js';
import { connect, expectNoLeftovers, serve, until } from './fixtures/scene.js';

expectNoLeftovers();

const quick = { initialReconnectionDelay: 5, maxReconnectionDelay: 20, reconnectionDelayGrowFactor: 1.2, maxRetries: 3 };
const lost = { error: { code: -31002 } };

describe('the connection is cut', () => {
  test('before the headers: send rejects with peer-gone', async () => {
    const server = await serve((exchange) => exchange.cut());
    const { transport, errors } = await connect(server.url);
    await expect(transport.send(ask(1))).rejects.toMatchObject({ code: 'peer-gone' });
    expect(errors).toEqual([]);
  });

  test('inside a JSON reply: send rejects', async () => {
    const server = await serve((exchange) => {
      exchange.response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000 });
      exchange.write('{"jsonrpc":"2.0",');
      setTimeout(() => exchange.cut(), 20);
    });
    const { transport, messages } = await connect(server.url);
    await expect(transport.send(ask(1))).rejects.toMatchObject({ code: 'peer-gone' });
    expect(messages).toEqual([]);
  });

  test.each(['legacy', 'modern'])('inside an event, without an id before it (%s): the request is answered with -31002', async (era) => {
    const server = await serve((exchange) => {
      exchange.stream().event(note(1)).write('data: {"jsonrpc":"2.0","id":1,');
      setTimeout(() => exchange.cut(), 20);
    });
    const { transport, messages, errors } = await connect(server.url, { reconnectionOptions: quick });
    let ended = 0;
    await transport.send((era === 'modern' ? modernAsk : ask)(1), { onRequestStreamEnd: () => ended++ });
    await until('it is answered', () => messages.length === 2);
    expect(messages[1]).toMatchObject({ id: 1, ...lost });
    expect(ended).toBe(1);
    expect(server.requests).toHaveLength(1);
    expect(errors).toMatchObject([{ code: 'truncated-message' }]);
  });

  test('inside an event, with an id before it: the stream is resumed from there, and nothing is lost or doubled', async () => {
    const server = await serve((exchange) => {
      if (exchange.method === 'POST') {
        exchange
          .stream()
          .event(note(1), 'e1')
          .write(`id: e2\ndata: ${JSON.stringify(note(2)).slice(0, 20)}`);
        setTimeout(() => exchange.cut(), 20);
      } else {
        exchange.stream().event(note(2), 'e2').event({ jsonrpc: '2.0', id: 1, result: {} }, 'e3').end();
      }
    });
    const { transport, messages } = await connect(server.url, { reconnectionOptions: quick });
    await transport.send(ask(1));
    await until('it is answered', () => messages.length === 3);
    expect(messages).toEqual([note(1), note(2), { jsonrpc: '2.0', id: 1, result: {} }]);
    expect(server.of('GET').map(({ headers }) => headers['last-event-id'])).toEqual(['e1']);
  });

  test('between events: the same', async () => {
    const server = await serve((exchange) => {
      if (exchange.method === 'POST') {
        exchange.stream().event(note(1), 'e1');
        setTimeout(() => exchange.cut(), 20);
      } else {
        exchange.stream().event({ jsonrpc: '2.0', id: 1, result: {} }, 'e2').end();
      }
    });
    const { transport, messages, errors } = await connect(server.url, { reconnectionOptions: quick });
    await transport.send(ask(1));
    await until('it is answered', () => messages.length === 2);
    expect(errors).toMatchObject([{ code: 'read-failed' }]);
  });

  test('after the answer: nobody minds', async () => {
    const server = await serve((exchange) => {
      exchange.stream().event(note(1), 'e1').answer({}, 'e2');
      setTimeout(() => exchange.cut(), 20);
    });
    const { transport, messages, errors } = await connect(server.url, { reconnectionOptions: quick });
    let ended = 0;
    await transport.send(ask(1), { onRequestStreamEnd: () => ended++ });
    await until('the stream is over', () => ended === 1);
    await sleep(50);
    expect({ messages: messages.length, errors, requests: server.requests.length }).toEqual({ messages: 2, errors: [], requests: 1 });
  });

  test('in a modern revision, though events had ids: it is not resumable', async () => {
    const server = await serve((exchange) => {
      exchange.stream().event(note(1), 'e1').end();
    });
    const { transport, messages } = await connect(server.url, { reconnectionOptions: quick });
    let ended = 0;
    await transport.send(modernAsk('listen:1', 'subscriptions/listen'), { onRequestStreamEnd: () => ended++ });
    await until('it is answered', () => messages.length === 2);
    expect(messages[1]).toMatchObject({ id: 'listen:1', ...lost });
    expect(ended).toBe(1);
    expect(server.of('GET')).toEqual([]);
  });
});

describe('a stream that cannot be resumed', () => {
  test.each([
    ['405', 405],
    ['400', 400],
    ['404 without a session', 404],
  ])('is given up at once for %s, and its request answered with -31002', async (_, status) => {
    const server = await serve((exchange) => {
      if (exchange.method === 'GET') exchange.send(status);
      else exchange.stream().event(note(1), 'e1').end();
    });
    const { transport, messages } = await connect(server.url, { reconnectionOptions: quick });
    let ended = 0;
    await transport.send(ask(1), { onRequestStreamEnd: () => ended++ });
    await until('it is answered', () => messages.length === 2);
    expect(messages[1]).toMatchObject({ id: 1, ...lost });
    expect(ended).toBe(1);
    expect(server.of('GET')).toHaveLength(1);
  });

  test('is given up when the budget is used up: the server does not come back', async () => {
    const server = await serve((exchange) => {
      exchange.stream().event(note(1), 'e1');
    });
    const { transport, messages, errors } = await connect(server.url, { reconnectionOptions: quick });
    await transport.send(ask(1));
    await server.kill();
    await until('it is answered', () => messages.length === 2);
    expect(messages[1]).toMatchObject({ id: 1, ...lost });
    // It broke, and three attempts failed.
    expect(errors.map((error) => (error as { code?: string }).code)).toEqual(['read-failed', 'peer-gone', 'peer-gone', 'peer-gone']);
  });

  test('is not resumed for a request that was cancelled meanwhile, nor is that answered', async () => {
    const server = await serve((exchange) => {
      if (exchange.message?.method === 'notifications/cancelled') exchange.send(202);
      else exchange.stream().event(note(1), 'e1');
    });
    const { transport, messages, errors } = await connect(server.url, { reconnectionOptions: quick });
    await transport.send(ask(1));
    await transport.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    server.requests[0]?.end();
    await sleep(100);
    expect({ messages, errors, gets: server.of('GET').length }).toEqual({ messages: [note(1)], errors: [], gets: 0 });
  });

  test('before there was a word of it does not answer a request that was cancelled meanwhile', async () => {
    const server = await serve((exchange, self) => {
      if (exchange.message?.method !== 'notifications/cancelled') return;
      exchange.send(202);
      // What a server does that has nothing to say any more.
      self.requests[0]?.stream();
      self.requests[0]?.end();
    });
    const { transport, messages, errors } = await connect(server.url, { reconnectionOptions: quick });
    let ended = 0;
    const sent = transport.send(ask(1), { onRequestStreamEnd: () => ended++ });
    await until('the request is there', () => server.requests.length === 1);
    await transport.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    await sent;
    await until('the stream has ended', () => ended === 1);
    expect({ messages, errors, gets: server.of('GET').length }).toEqual({ messages: [], errors: [], gets: 0 });
  });

  test('does not matter when the answer comes on another stream', async () => {
    const server = await serve((exchange) => {
      if (exchange.method === 'GET') exchange.stream();
      else if (!shakesHands(exchange)) exchange.stream();
    });
    const client = await connect(server.url);
    await shakeHands(client);
    await until('the standing stream is open', () => server.of('GET').length === 1);
    await client.transport.send(ask(1));
    server.of('GET')[0]?.event({ jsonrpc: '2.0', id: 1, result: {} });
    await until('it is answered', () => client.messages.some((message) => 'id' in message && message.id === 1));
    server.requests.at(-1)?.end();
    await sleep(50);
    expect(client.messages.filter((message) => 'id' in message && message.id === 1)).toHaveLength(1);
  });

  test('a batch: only what is still open is answered with -31002', async () => {
    const server = await serve((exchange) => {
      exchange.stream().event({ jsonrpc: '2.0', id: 2, result: {} }).end();
    });
    const { transport, messages } = await connect(server.url, { protocolVersion: '2025-03-26' });
    await transport.send([ask(1), ask(2), ask(3)]);
    await until('all are answered', () => messages.length === 3);
    expect(messages).toMatchObject([
      { id: 2, result: {} },
      { id: 1, ...lost },
      { id: 3, ...lost },
    ]);
  });
});

describe('the standing stream', () => {
  test('is asked for after the handshake, in the session, and brings what the server says by itself', async () => {
    const server = await serve((exchange) => {
      if (exchange.method === 'GET') exchange.stream().event(note(1));
      else shakesHands(exchange, 's');
    });
    const client = await connect(server.url);
    await shakeHands(client);
    await until('it comes', () => client.messages.length === 2);
    const [get] = server.of('GET');
    expect(get?.headers).toMatchObject({ accept: 'text/event-stream', 'mcp-session-id': 's', 'mcp-protocol-version': '2025-11-25' });
    expect(get?.headers['last-event-id']).toBeUndefined();
  });

  test.each([405, 204])('%i means that there is none, silently', async (status) => {
    const server = await serve((exchange) => {
      if (exchange.method === 'GET') exchange.send(status);
      else shakesHands(exchange);
    });
    const client = await connect(server.url);
    await shakeHands(client);
    await until('it is asked for', () => server.of('GET').length === 1);
    await sleep(50);
    await client.transport.send({ jsonrpc: '2.0', method: 'notifications/roots/list_changed' });
    expect(client.errors).toEqual([]);
    expect(server.of('GET')).toHaveLength(1);
  });

  test.each([
    ['an error that will not pass', 400, 'http-status'],
    ['another type', 200, 'bad-response'],
  ])('%s is told to onerror, and not asked for again', async (_, status, code) => {
    const server = await serve((exchange) => {
      if (exchange.method === 'GET') exchange.send(status, 'text', { 'content-type': 'text/plain' });
      else shakesHands(exchange);
    });
    const client = await connect(server.url, { reconnectionOptions: quick });
    await shakeHands(client);
    await until('it is told', () => client.errors.length === 1);
    await sleep(50);
    expect(client.errors).toMatchObject([{ code }]);
    expect(server.of('GET')).toHaveLength(1);
  });

  test('listen: false asks for none, and listen() does', async () => {
    const server = await serve((exchange) => {
      if (exchange.method === 'GET') exchange.stream();
      else shakesHands(exchange);
    });
    const client = await connect(server.url, { listen: false });
    await shakeHands(client);
    await sleep(30);
    expect(server.of('GET')).toEqual([]);
    await client.transport.listen();
    await client.transport.listen();
    expect(server.of('GET')).toHaveLength(1);
  });

  test('is there again after the server was killed and started again, from its last event on', async () => {
    const server = await serve((exchange) => {
      if (exchange.method !== 'GET') shakesHands(exchange);
      else exchange.stream().event(note(server.of('GET').length), `e${server.of('GET').length}`);
    });
    const client = await connect(server.url, { reconnectionOptions: { ...quick, maxRetries: 50 } });
    await shakeHands(client);
    await until('it is there', () => client.messages.length === 2);
    await server.kill();
    await sleep(50);
    await server.start();
    await until('it is there again', () => client.messages.length === 3);
    expect(server.of('GET')[1]?.headers['last-event-id']).toBe('e1');
  });

  test('a 409 passes: the server has not noticed yet that the one before is gone', async () => {
    const server = await serve((exchange) => {
      if (exchange.method !== 'GET') shakesHands(exchange);
      else if (server.of('GET').length === 1) exchange.send(409);
      else exchange.stream().event(note(1));
    });
    const client = await connect(server.url, { reconnectionOptions: quick });
    await shakeHands(client);
    await until('it is there', () => client.messages.length === 2);
  });

  test('resumeStream takes up one of an earlier process, and 405 is fine', async () => {
    const server = await serve((exchange) => {
      if (server.requests.length === 2) exchange.send(405);
      else exchange.stream().event(note(2), 'e2');
    });
    const { transport, messages } = await connect(server.url);
    const tokens: string[] = [];
    await transport.resumeStream('e1', { onresumptiontoken: (token) => tokens.push(token) });
    await until('it comes', () => messages.length === 1);
    expect(server.requests[0]?.headers['last-event-id']).toBe('e1');
    expect(tokens).toEqual(['e2']);
    await transport.resumeStream('e9');
  });
});

describe('garbage on a stream', () => {
  test.each([
    ['no JSON', 'data: not JSON\n\n', 'malformed-message'],
    ['no message', 'data: {"jsonrpc":"1.0"}\n\n', 'malformed-message'],
    [
      'no UTF-8',
      Buffer.concat([Buffer.from('data: {"jsonrpc":"2.0","method":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}\n\n')]),
      'malformed-message',
    ],
  ])('%s is reported, and what comes behind it arrives', async (_, bytes, code) => {
    const server = await serve((exchange) => exchange.stream().write(bytes).answer().end());
    const { transport, messages, errors } = await connect(server.url);
    await transport.send(ask(1));
    await until('the answer comes', () => messages.length === 1);
    expect(errors).toMatchObject([{ code }]);
  });

  test('a callback that throws stops nothing', async () => {
    const server = await serve((exchange) => exchange.stream().event(note(1), 'e1').answer({}, 'e2').end());
    const { transport, messages, errors } = await connect(server.url);
    const fail = (): never => {
      throw new Error('of the callback');
    };
    await transport.send(ask(1), { onresumptiontoken: fail, onRequestStreamEnd: fail });
    await until('all is told', () => errors.length === 3);
    expect(messages).toHaveLength(2);
    for (const error of errors) expect(error).toMatchObject({ code: 'handler-failed', cause: { message: 'of the callback' } });
  });
});

test('while no onmessage is set, streams are not read, and nothing is lost', async () => {
  const chunk = note(1);
  chunk.params = { text: 'x'.repeat(64 * 1024) };
  let written = 0;
  const server = await serve((exchange) => {
    const { response } = exchange.stream();
    const event = `data: ${JSON.stringify(chunk)}\n\n`;
    const more = (): void => {
      while (written < 400 && !response.destroyed) {
        written++;
        if (!response.write(event)) {
          response.once('drain', more);
          return;
        }
      }
      exchange.answer().end();
    };
    more();
  });
  const { transport, messages } = await connect(server.url);
  const { onmessage } = transport;
  transport.onmessage = undefined;
  await transport.send(ask(1));
  await sleep(300);
  expect(written).toBeLessThan(300);
  transport.onmessage = onmessage;
  await until('all have come', () => messages.length === 401);
});
