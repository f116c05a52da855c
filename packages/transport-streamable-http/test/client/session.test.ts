import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ask, initialize, initialized, initializeResult, note, shakeHands, shakesHands } from './fixtures/messages.js';
import type { Exchange, RawServer } from './fixtures/raw-server.js';
import { connect, expectNoLeftovers, serve, until } from './fixtures/scene.js';

expectNoLeftovers();

/** A server that gives each handshake a new session, and forgets sessions when told to. */
function forgetful(): { script: (exchange: Exchange, server: RawServer) => void; forget: () => void; handshakes: () => number } {
  let sessions = 0;
  let known: string | undefined;
  return {
    forget: () => {
      known = undefined;
    },
    handshakes: () => sessions,
    script(exchange) {
      const method = exchange.method === 'POST' ? exchange.message.method : undefined;
      if (method === 'initialize') {
        known = `s${++sessions}`;
        exchange.result(initializeResult, { 'mcp-session-id': known });
      } else if (known === undefined || exchange.headers['mcp-session-id'] !== known) exchange.send(404, 'Session not found');
      else if (exchange.method === 'GET') exchange.stream().event(note(0));
      else if (exchange.method === 'DELETE') exchange.send(200);
      else if (!shakesHands(exchange)) exchange.result({ session: known });
    },
  };
}

describe('reestablish', () => {
  test('repeats the handshake and then the message, and says that the session is new', async () => {
    const sessions = forgetful();
    const server = await serve(sessions.script);
    const client = await connect(server.url, { reestablish: true });
    const told: unknown[] = [];
    client.transport.onsessionreestablished = (session) => told.push(session);
    await shakeHands(client);
    await until('the standing stream is open', () => server.of('GET').length === 1);
    sessions.forget();
    await client.transport.send(ask(1));
    expect(client.messages.at(-1)).toEqual({ jsonrpc: '2.0', id: 1, result: { session: 's2' } });
    expect(client.transport.sessionId).toBe('s2');
    expect(told).toMatchObject([{ sessionId: 's2', lostSessionId: 's1', response: { result: { protocolVersion: '2025-11-25' } } }]);
    // The user sees one answer to initialize, that of the first handshake.
    expect(client.messages.filter((message) => 'id' in message && message.id === initialize.id)).toHaveLength(1);
    expect(server.of('POST').map(({ message }) => message.method)).toEqual([
      'initialize',
      'notifications/initialized',
      'tools/list',
      'initialize',
      'notifications/initialized',
      'tools/list',
    ]);
    await until('the standing stream belongs to the new session', () => server.of('GET').at(-1)?.headers['mcp-session-id'] === 's2');
    expect(client.errors).toEqual([]);
  });

  test('happens once for many messages at a time', async () => {
    const sessions = forgetful();
    const server = await serve(sessions.script);
    const client = await connect(server.url, { reestablish: true, listen: false });
    await shakeHands(client);
    sessions.forget();
    await Promise.all(Array.from({ length: 20 }, (_, id) => client.transport.send(ask(id))));
    expect(sessions.handshakes()).toBe(2);
    expect(client.messages).toHaveLength(21);
  });

  test('happens for the standing stream too', async () => {
    const sessions = forgetful();
    const server = await serve(sessions.script);
    const client = await connect(server.url, { reestablish: true, reconnectionOptions: { initialReconnectionDelay: 5 } });
    await shakeHands(client);
    await until('the stream is open', () => client.messages.length === 2);
    sessions.forget();
    server.of('GET')[0]?.end();
    await until('there is one in the new session', () => client.messages.length === 3);
    expect(client.transport.sessionId).toBe('s2');
    expect(client.errors).toEqual([]);
  });

  test('may be decided each time', async () => {
    const sessions = forgetful();
    const server = await serve(sessions.script);
    const asked: string[] = [];
    const client = await connect(server.url, {
      listen: false,
      async reestablish(lost) {
        asked.push(lost);
        return lost === 's1';
      },
    });
    await shakeHands(client);
    sessions.forget();
    await client.transport.send(ask(1));
    sessions.forget();
    await expect(client.transport.send(ask(2))).rejects.toMatchObject({ code: 'session-lost' });
    expect(asked).toEqual(['s1', 's2']);
  });

  test.each([
    ['the handshake is refused', (exchange: Exchange) => exchange.send(503, 'starting')],
    [
      'the server now speaks another revision',
      (exchange: Exchange) => exchange.result({ ...initializeResult, protocolVersion: '2025-03-26' }),
    ],
    [
      'the answer is an error',
      (exchange: Exchange) => exchange.json({ jsonrpc: '2.0', id: exchange.message.id, error: { code: -32603, message: 'no' } }),
    ],
  ])('%s: session-lost, with what went wrong', async (_, refuse) => {
    const sessions = forgetful();
    let isBroken = false;
    const server = await serve((exchange, self) => {
      if (isBroken && exchange.message.method === 'initialize') refuse(exchange);
      else sessions.script(exchange, self);
    });
    const client = await connect(server.url, { reestablish: true, listen: false });
    await shakeHands(client);
    sessions.forget();
    isBroken = true;
    const error = await client.transport.send(ask(1)).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'session-lost' });
    expect(error.cause).toBeInstanceOf(Error);
    await expect(client.transport.send(ask(2))).rejects.toBe(error);
  });

  test('is given up by close, even while the server has begun to answer and says no more', async () => {
    const sessions = forgetful();
    let isSilent = false;
    const server = await serve((exchange, self) => {
      if (isSilent && exchange.message?.method === 'initialize') exchange.stream();
      else sessions.script(exchange, self);
    });
    const client = await connect(server.url, { reestablish: true, listen: false });
    await shakeHands(client);
    sessions.forget();
    isSilent = true;
    const outcome = client.transport.send(ask(1)).catch((error) => error);
    await until('the handshake is repeated', () => server.requests.at(-1)?.message?.method === 'initialize');
    await sleep(50);
    await client.transport.close();
    expect(await Promise.race([outcome, sleep(2_000)])).toMatchObject({ name: 'TransportError' });
  });

  test('is given up by close, even while nobody has decided whether there is to be a new session', async () => {
    const sessions = forgetful();
    const server = await serve(sessions.script);
    let asked = 0;
    const client = await connect(server.url, {
      listen: false,
      reestablish: () => {
        asked++;
        return new Promise(() => {});
      },
    });
    await shakeHands(client);
    sessions.forget();
    const outcomes = [ask(1), ask(2)].map((message) => client.transport.send(message).catch((error) => error));
    await until('somebody is asked', () => asked === 1);
    await client.transport.close();
    expect(await Promise.race([Promise.all(outcomes), sleep(2_000)])).toMatchObject([
      { name: 'TransportError' },
      { name: 'TransportError' },
    ]);
    expect(client.errors).toEqual([]);
  });

  test('is kept when terminateSession, which was for the old session, is answered only then', async () => {
    const sessions = forgetful();
    const server = await serve((exchange, self) => {
      if (exchange.method !== 'DELETE') sessions.script(exchange, self);
    });
    const client = await connect(server.url, { reestablish: true, listen: false });
    await shakeHands(client);
    const terminated = client.transport.terminateSession();
    await until('the server has the DELETE', () => server.of('DELETE').length === 1);
    sessions.forget();
    await client.transport.send(ask(1));
    expect(client.transport.sessionId).toBe('s2');
    server.of('DELETE')[0]?.send(200);
    await terminated;
    expect(client.transport.sessionId).toBe('s2');
    await client.transport.send(ask(2));
    expect(sessions.handshakes()).toBe(2);
  });

  test('a server that forgets each session at once is not asked for ever', async () => {
    const server = await serve((exchange) => {
      const method = exchange.method === 'POST' ? exchange.message.method : undefined;
      if (method === 'initialize' || method === 'notifications/initialized') shakesHands(exchange, `s${server.requests.length}`);
      else exchange.send(404);
    });
    const client = await connect(server.url, { reestablish: true, listen: false });
    await shakeHands(client);
    await expect(client.transport.send(ask(1))).rejects.toMatchObject({ code: 'session-lost' });
    expect(server.requests.length).toBe(6);
  });
});

describe('terminateSession', () => {
  test('is a DELETE in the session, after which there is none', async () => {
    const sessions = forgetful();
    const server = await serve(sessions.script);
    const client = await connect(server.url);
    await shakeHands(client);
    await until('the stream is open', () => client.messages.length === 2);
    await client.transport.terminateSession();
    await client.transport.terminateSession();
    expect(server.of('DELETE').map(({ headers }) => headers['mcp-session-id'])).toEqual(['s1']);
    expect(client.transport.sessionId).toBeUndefined();
    await until('the stream is closed', () => server.of('GET')[0]?.isAborted);
    expect(client.errors).toEqual([]);
  });

  test.each([404, 405])('%i is fine', async (status) => {
    const server = await serve((exchange) => exchange.send(status));
    const { transport } = await connect(server.url, { sessionId: 's' });
    await transport.terminateSession();
    expect(transport.sessionId).toBeUndefined();
  });

  test('500 is not', async () => {
    const server = await serve((exchange) => exchange.send(500, 'no'));
    const { transport } = await connect(server.url, { sessionId: 's' });
    await expect(transport.terminateSession()).rejects.toMatchObject({ code: 'http-status' });
    expect(transport.sessionId).toBe('s');
  });
});

describe('terminateOnCloseMs', () => {
  test('close ends the session first; what was under way in it is told nothing of that, and begins no new one', async () => {
    const sessions = forgetful();
    const isHeld = ({ message }: Exchange) => ['refused', 'answered'].includes(String(message?.id));
    const server = await serve((exchange, self) => {
      if (exchange.method === 'DELETE') {
        sessions.forget();
        // As the session is ended, what waits is refused, or answered with whatever there is.
        for (const each of waiting()) each.message.id === 'refused' ? each.send(404, 'Session not found') : each.result({});
        setTimeout(() => exchange.send(200), 40);
      } else if (!isHeld(exchange)) sessions.script(exchange, self);
    });
    const waiting = () => server.of('POST').filter(isHeld);
    const client = await connect(server.url, { terminateOnCloseMs: 1_000, reestablish: true, listen: false });
    await shakeHands(client);
    const refused = expect(client.transport.send(ask('refused'))).rejects.toMatchObject({ code: 'closed' });
    const answered = client.transport.send(ask('answered')).catch(() => {});
    await until('they wait', () => waiting().length === 2);
    await client.transport.close();
    await Promise.all([refused, answered]);
    expect(server.of('DELETE').map(({ headers }) => headers['mcp-session-id'])).toEqual(['s1']);
    expect(server.of('POST')).toHaveLength(4);
    expect(client.messages).toHaveLength(1);
    expect(client.errors).toEqual([]);
    expect(client.closings).toEqual([{ kind: 'closed' }]);
  });

  test('a server that does not answer holds close up for so long and no longer, and onerror is told', async () => {
    const sessions = forgetful();
    const server = await serve((exchange, self) => {
      if (exchange.method !== 'DELETE') sessions.script(exchange, self);
    });
    const client = await connect(server.url, { terminateOnCloseMs: 60, listen: false });
    await shakeHands(client);
    await client.transport.close();
    expect(server.of('DELETE')).toHaveLength(1);
    expect(client.errors).toMatchObject([{ code: 'timeout', message: expect.stringContaining('60 ms') }]);
  });

  test('nothing is asked where there is no session, and none without the option', async () => {
    const server = await serve((exchange) => {
      shakesHands(exchange);
    });
    const client = await connect(server.url, { terminateOnCloseMs: 1_000, listen: false });
    await shakeHands(client);
    await client.transport.close();
    const sessions = forgetful();
    const other = await serve(sessions.script);
    const plain = await connect(other.url, { listen: false });
    await shakeHands(plain);
    await plain.transport.close();
    expect([...server.of('DELETE'), ...other.of('DELETE')]).toEqual([]);
    expect(plain.transport.sessionId).toBe('s1');
  });

  test('a limit that is none is refused', async () => {
    await expect(connect('http://127.0.0.1:1/mcp', { terminateOnCloseMs: -1 })).rejects.toThrow(/terminateOnCloseMs/);
  });
});

test('a 404 without a session is an error like any other', async () => {
  const server = await serve((exchange) => exchange.send(404));
  const { transport } = await connect(server.url);
  await expect(transport.send(ask(1))).rejects.toMatchObject({ code: 'http-status' });
  await expect(transport.send(initialized)).rejects.toMatchObject({ code: 'http-status' });
});

test('a session id that could not be sent back is refused', async () => {
  const server = await serve((exchange) => exchange.result(initializeResult, { 'mcp-session-id': 'with space' }));
  const { transport } = await connect(server.url);
  await expect(transport.send(initialize)).rejects.toMatchObject({ code: 'bad-response' });
  expect(transport.sessionId).toBeUndefined();
});

test('a stream of the session before is not resumed in the next one', async () => {
  const sessions = forgetful();
  const server = await serve((exchange, self) => {
    if (exchange.method === 'POST' && exchange.message.id === 'slow') exchange.stream().event(note(1), 'e1');
    else sessions.script(exchange, self);
  });
  const client = await connect(server.url, { reestablish: true, listen: false, reconnectionOptions: { initialReconnectionDelay: 5 } });
  await shakeHands(client);
  await client.transport.send(ask('slow'));
  sessions.forget();
  await client.transport.send(ask(2));
  server.requests.find(({ text }) => text.includes('slow'))?.end();
  await until('it is answered', () => client.messages.some((message) => 'id' in message && message.id === 'slow'));
  expect(client.messages.at(-1)).toMatchObject({ id: 'slow', error: { code: -31002 } });
  expect(server.of('GET')).toEqual([]);
});
