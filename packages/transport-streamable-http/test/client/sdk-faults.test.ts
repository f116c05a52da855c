// What has gone wrong over the official SDK's own client class goes right over this one.

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ask, initialize, initialized, modernAsk, note, shakeHands, shakesHands } from './fixtures/messages.js';
import { connect, expectNoLeftovers, serve, until } from './fixtures/scene.js';

expectNoLeftovers();

/** Waits that are short, and attempts that are many. */
const quick = { initialReconnectionDelay: 5, maxReconnectionDelay: 20, reconnectionDelayGrowFactor: 1.2, maxRetries: 5 };

describe('27: Last-Event-ID', () => {
  test('is kept across resumptions that end before their first event', async () => {
    const server = await serve((exchange) => {
      if (exchange.method === 'POST') exchange.stream().write('id: e1\ndata:\n\n').end();
      else if (server.of('GET').length < 4) exchange.stream().end();
      else exchange.stream().event({ jsonrpc: '2.0', id: 1, result: {} }, 'e2').end();
    });
    const { transport, messages } = await connect(server.url, { reconnectionOptions: quick });
    await transport.send(ask(1));
    await until('it is answered', () => messages.length === 1);
    expect(server.of('GET').map(({ headers }) => headers['last-event-id'])).toEqual(['e1', 'e1', 'e1', 'e1']);
  });

  test('moves on with each event, and survives a refusal and a broken connection in between', async () => {
    const server = await serve((exchange) => {
      const gets = server.of('GET').length;
      if (exchange.method === 'POST') exchange.stream().event(note(1), 'e1').end();
      else if (gets === 1) exchange.stream().event(note(2), 'e2').end();
      else if (gets === 2) exchange.send(503);
      else if (gets === 3) exchange.cut();
      else exchange.stream().event({ jsonrpc: '2.0', id: 1, result: {} }, 'e3').end();
    });
    const { transport, messages } = await connect(server.url, { reconnectionOptions: quick });
    await transport.send(ask(1));
    await until('it is answered', () => messages.length === 3);
    expect(server.of('GET').map(({ headers }) => headers['last-event-id'])).toEqual(['e1', 'e2', 'e2', 'e2']);
  });
});

describe('28: reconnection never spins', () => {
  test('a server that ends every stream at once, with retry: 1 and nothing in it, is given up after maxRetries', async () => {
    const server = await serve((exchange) => {
      if (exchange.method === 'GET') exchange.stream().write('retry: 1\n\n').end();
      else shakesHands(exchange);
    });
    const client = await connect(server.url);
    await shakeHands(client);
    await until('it is given up', () => client.errors.length > 0);
    await sleep(300);
    // The first one, and two more.
    expect(server.of('GET').length).toBe(3);
    expect(client.errors.at(-1)).toMatchObject({ code: 'peer-gone', message: expect.stringMatching(/given up/) });
  });

  test('one that sends an event each time is asked no faster than the budget allows', async () => {
    const server = await serve((exchange) => {
      if (exchange.method === 'GET')
        exchange.stream().event(note(server.requests.length), `e${server.requests.length}`).write('retry: 1\n\n').end();
      else shakesHands(exchange);
    });
    const client = await connect(server.url, { reconnectionOptions: { initialReconnectionDelay: 200, maxRetries: 2 } });
    await shakeHands(client);
    await sleep(700);
    // One at first, three at once, and then one in 200 ms.
    const count = server.of('GET').length;
    expect(count).toBeGreaterThanOrEqual(4);
    expect(count).toBeLessThanOrEqual(8);
    expect(client.errors).toEqual([]);
  });

  test('a stream that was given up is tried again after the next message that the server takes', async () => {
    let isUp = false;
    const server = await serve((exchange) => {
      if (exchange.method !== 'GET') shakesHands(exchange);
      else if (isUp) exchange.stream().event(note(1));
      else exchange.send(503);
    });
    const client = await connect(server.url, { reconnectionOptions: { ...quick, maxRetries: 1 } });
    await shakeHands(client);
    await until('it is given up', () => /given up/.test(client.errors.at(-1)?.message ?? ''));
    isUp = true;
    await client.transport.send({ jsonrpc: '2.0', method: 'notifications/roots/list_changed' });
    await until('the stream is there again', () => client.messages.some((message) => 'method' in message));
  });
});

describe('29: send with a resumptionToken', () => {
  test('tells onresumptiontoken of every event, and onRequestStreamEnd of the end, and answers under the new id', async () => {
    const server = await serve((exchange) => {
      exchange
        .stream()
        .event(note(1), 'e2')
        .event({ jsonrpc: '2.0', id: 'of the old request', result: { done: true } }, 'e3')
        .end();
    });
    const { transport, messages } = await connect(server.url);
    const tokens: string[] = [];
    let ended = 0;
    await transport.send(ask(7), {
      resumptionToken: 'e1',
      onresumptiontoken: (token) => tokens.push(token),
      onRequestStreamEnd: () => ended++,
    });
    await until('it has ended', () => ended === 1);
    expect(server.requests.map(({ method, headers }) => [method, headers['last-event-id']])).toEqual([['GET', 'e1']]);
    expect(tokens).toEqual(['e2', 'e3']);
    expect(messages).toEqual([note(1), { jsonrpc: '2.0', id: 7, result: { done: true } }]);
  });

  test('a server without resumption rejects it', async () => {
    const server = await serve((exchange) => exchange.send(405));
    const { transport, messages } = await connect(server.url);
    await expect(transport.send(ask(7), { resumptionToken: 'e1' })).rejects.toMatchObject({
      code: 'http-status',
      details: { status: 405 },
    });
    expect(messages).toEqual([]);
  });

  test('an error on the resumed stream is the answer too', async () => {
    const server = await serve((exchange) => {
      exchange
        .stream()
        .event({ jsonrpc: '2.0', id: 'old', error: { code: -1, message: 'no' } })
        .end();
    });
    const { transport, messages } = await connect(server.url);
    await transport.send(ask(7), { resumptionToken: 'e1' });
    await until('it is answered', () => messages.length === 1);
    expect(messages[0]).toMatchObject({ id: 7, error: { code: -1 } });
  });
});

describe('30: several streams', () => {
  test('each heeds its own retry, and close cancels every timer', async () => {
    const server = await serve((exchange) => {
      if (exchange.method === 'GET') return;
      const retry = exchange.message.id === 1 ? 30 : 60_000;
      exchange.stream().write(`id: of-${exchange.message.id}\nretry: ${retry}\ndata:\n\n`).end();
    });
    const { transport, messages, errors } = await connect(server.url, {
      reconnectionOptions: { ...quick, initialReconnectionDelay: 60_000 },
    });
    await transport.send(ask(2));
    await transport.send(ask(3));
    await transport.send(ask(1));
    await until('the first comes back', () => server.of('GET').length === 1);
    const [back] = server.of('GET');
    expect(back?.headers['last-event-id']).toBe('of-1');
    expect((back?.at ?? 0) - (server.of('POST')[2]?.at ?? 0)).toBeGreaterThanOrEqual(29);
    // That no timer is left, expectNoLeftovers sees.
    await transport.close();
    expect({ messages, errors }).toEqual({ messages: [], errors: [] });
  });

  test('a reconnectionScheduler makes the waits, and its cancel is called for each on close', async () => {
    const server = await serve((exchange) => {
      exchange.stream().write('id: 1\nretry: 7\ndata:\n\n').end();
    });
    const scheduled: Array<{ delay: number; attempt: number }> = [];
    let cancelled = 0;
    const { transport } = await connect(server.url, {
      reconnectionScheduler: (_reconnect, delay, attempt) => {
        scheduled.push({ delay, attempt });
        return () => cancelled++;
      },
    });
    await Promise.all([transport.send(ask(1)), transport.send(ask(2))]);
    await until('both wait', () => scheduled.length === 2);
    expect(scheduled).toEqual([
      { delay: 7, attempt: 0 },
      { delay: 7, attempt: 0 },
    ]);
    await transport.close();
    expect(cancelled).toBe(2);
  });
});

describe('31: a session that the server no longer knows', () => {
  test('is reported as session-lost, and its id is not sent any more', async () => {
    let isKnown = true;
    const server = await serve((exchange) => {
      if (exchange.method === 'GET') exchange.send(405);
      else if (!isKnown) exchange.send(404, 'Session not found');
      else if (!shakesHands(exchange, 's')) exchange.result();
    });
    const client = await connect(server.url);
    await shakeHands(client);
    isKnown = false;
    await expect(client.transport.send(ask(1))).rejects.toMatchObject({ code: 'session-lost', status: 404 });
    expect(client.errors).toMatchObject([{ code: 'session-lost' }]);
    expect(client.transport.sessionId).toBeUndefined();
    const before = server.requests.length;
    await expect(client.transport.send(ask(2))).rejects.toMatchObject({ code: 'session-lost' });
    expect(server.requests.length).toBe(before);
    // A new handshake begins a new session.
    isKnown = true;
    await shakeHands(client);
    await client.transport.send(ask(3));
    expect(client.transport.sessionId).toBe('s');
  });
});

describe('32: sizes', () => {
  test('a JSON reply over maxMessageBytes rejects send, whether its length is announced or not', async () => {
    const server = await serve(({ response, message }) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { text: 'x'.repeat(5_000) } });
      response.writeHead(200, { 'content-type': 'application/json', ...(message.id === 1 && { 'content-length': body.length }) });
      response.write(body);
      response.end();
    });
    const { transport, messages } = await connect(server.url, { maxMessageBytes: 4_000 });
    for (const id of [1, 2]) await expect(transport.send(ask(id))).rejects.toMatchObject({ code: 'message-too-large' });
    expect(messages).toEqual([]);
  });

  test('an event over maxMessageBytes is skipped and reported, and its request is answered with an error', async () => {
    const server = await serve((exchange) =>
      exchange
        .stream()
        .event(note(1))
        .answer({ text: 'x'.repeat(5_000) })
        .end(),
    );
    const { transport, messages, errors } = await connect(server.url, { maxMessageBytes: 4_000 });
    await transport.send(ask(1));
    await until('it is answered', () => messages.length === 2);
    expect(messages[1]).toMatchObject({ id: 1, error: { code: -31002 } });
    expect(errors).toMatchObject([{ code: 'message-too-large' }]);
  });

  test('an endless JSON reply, and an endless error, are given up at their limit', async () => {
    const server = await serve(({ response, message }) => {
      response.writeHead(message.id === 1 ? 200 : 500, { 'content-type': 'application/json' });
      const more = (): void => {
        while (!response.destroyed && response.write('[1,2,3,4,5,6,7,8,9,10],'.repeat(1_000)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    const { transport } = await connect(server.url, { maxMessageBytes: 1_000_000, maxErrorBodyBytes: 100_000 });
    await expect(transport.send(ask(1))).rejects.toMatchObject({ code: 'message-too-large' });
    const error = await transport.send(ask(2)).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'http-status', details: { status: 500 } });
    expect(error.details.text).toHaveLength(100_000);
    expect(error.message.length).toBeLessThan(1_000);
    await until('the server is rid of both', () => server.requests.every(({ response }) => response.destroyed));
  });

  test('an error is told once maxErrorBodyBytes of its body are there, though the server says no more', async () => {
    const server = await serve(({ response }) => {
      response.writeHead(500);
      response.write('x'.repeat(200));
    });
    const { transport } = await connect(server.url, { maxErrorBodyBytes: 100 });
    const sent = transport.send(ask(1)).catch((thrown) => thrown);
    const error = await Promise.race([sent, sleep(2_500, 'nothing')]);
    expect(error).toMatchObject({ code: 'http-status', details: { text: 'x'.repeat(100) } });
  });
});

describe('33: closing', () => {
  test('fires onclose once, however often it is called, and from inside it', async () => {
    const { transport, closings } = await connect('http://127.0.0.1:9/mcp');
    transport.onclose = (reason) => {
      closings.push(reason);
      void transport.close();
    };
    await Promise.all([transport.close(), transport.close()]);
    await transport.close();
    expect(closings).toEqual([{ kind: 'closed' }]);
  });

  test('rejects what waits for headers, ends streams silently, and the session lives on', async () => {
    const server = await serve((exchange) => {
      if (exchange.method === 'GET') exchange.stream();
      else if (!shakesHands(exchange, 's') && exchange.message.id === 1) exchange.stream();
    });
    const client = await connect(server.url);
    await shakeHands(client);
    let ended = 0;
    await client.transport.send(ask(1), { onRequestStreamEnd: () => ended++ });
    const waiting = client.transport.send(ask(2));
    await until('all are open', () => server.requests.length === 5);
    const before = client.messages.length;
    const closed = client.transport.close();
    await expect(waiting).rejects.toMatchObject({ code: 'closed' });
    await closed;
    await until('the server sees it', () => server.connections === 0);
    expect({ errors: client.errors, ended, more: client.messages.length - before }).toEqual({ errors: [], ended: 0, more: 0 });
    expect(server.of('DELETE')).toEqual([]);
    await expect(client.transport.send(initialized)).rejects.toMatchObject({ code: 'closed' });
  });

  test('does not begin what was called before it', async () => {
    const server = await serve((exchange) => exchange.send(202));
    const { transport } = await connect(server.url);
    const sends = [transport.send(initialize), transport.send(modernAsk(1)), transport.listen(), transport.resumeStream('e1')];
    const closed = transport.close();
    const outcomes = await Promise.allSettled(sends);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'closed' } });
    await closed;
    expect(server.requests.length).toBe(0);
  });
});
