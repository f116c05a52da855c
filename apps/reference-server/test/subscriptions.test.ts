import type { Params } from '@mcpwire/jsonrpc';
import { describe, expect, it } from 'vitest';
import { Note } from '../src/server.js';
import { type Connection, connectAs, legacyVersions, modernVersion, refusal, until } from './support/connection.js';

const ID = 'io.modelcontextprotocol/subscriptionId';
const NOTE = 'reference://note';

/** Opens a stream. It is answered when the server ends it. */
function listen({ request }: Connection, notifications: unknown, signal?: AbortSignal): Promise<Params> {
  return request('subscriptions/listen', { notifications }, { signal, timeoutMs: Number.POSITIVE_INFINITY });
}

const setNote = ({ callTool }: Connection, text: string): Promise<unknown> => callTool('set_note', { text });

describe('a modern client that listens', () => {
  it('hears first what it will hear of, and then of every change', async () => {
    const connection = await connectAs(modernVersion);
    const controller = new AbortController();
    const stream = listen(
      connection,
      { toolsListChanged: true, promptsListChanged: false, resourceSubscriptions: [NOTE, 'reference://nothing'] },
      controller.signal,
    );
    stream.catch(() => {});
    await setNote(connection, 'one');
    await setNote(connection, 'two');
    await until(() => connection.notifications.length === 3);
    const _meta = { [ID]: 1 };
    expect(connection.notifications).toEqual([
      ['notifications/subscriptions/acknowledged', { notifications: { resourceSubscriptions: [NOTE] }, _meta }],
      ['notifications/resources/updated', { uri: NOTE, _meta }],
      ['notifications/resources/updated', { uri: NOTE, _meta }],
    ]);
    expect(await connection.request('resources/read', { uri: NOTE })).toMatchObject({ contents: [{ text: 'two' }] });
    controller.abort();
    await expect(stream).rejects.toMatchObject({ code: 'aborted' });
  });

  it('is acknowledged with nothing if there is nothing to hear of', async () => {
    const connection = await connectAs(modernVersion);
    for (const filter of [{}, { toolsListChanged: true }, { resourceSubscriptions: [] }, { resourceSubscriptions: ['x:y'] }])
      listen(connection, filter).catch(() => {});
    await until(() => connection.notifications.length === 4);
    expect(connection.notifications.map(([, params]) => params.notifications)).toEqual([{}, {}, {}, {}]);
    await setNote(connection, 'unheard');
    expect(connection.notifications.length).toBe(4);
  });

  it('hears nothing more once it has cancelled, and is not answered', async () => {
    const connection = await connectAs(modernVersion);
    const { server, notifications, witness } = connection;
    const controller = new AbortController();
    const stream = listen(connection, { resourceSubscriptions: [NOTE] }, controller.signal);
    await until(() => notifications.length === 1);
    controller.abort();
    await expect(stream).rejects.toMatchObject({ code: 'aborted' });
    await until(() => server.peer.inFlightRequests === 0);
    await setNote(connection, 'after');
    expect(notifications.length).toBe(1);
    expect(witness.sent.filter((message) => !('method' in message) && message.id === 1)).toEqual([]);
  });

  it('may have several streams, each with its own id and filter', async () => {
    const connection = await connectAs(modernVersion);
    for (const filter of [{ resourceSubscriptions: [NOTE] }, {}, { resourceSubscriptions: [NOTE, NOTE] }])
      listen(connection, filter).catch(() => {});
    await setNote(connection, 'all');
    await until(() => connection.notifications.length === 5);
    const updated = connection.notifications.filter(([method]) => method === 'notifications/resources/updated');
    expect(updated.map(([, { _meta }]) => (_meta as Params)[ID])).toEqual([1, 3]);
  });

  it('is told in good order when the server stops: a result for each stream, and on a shared channel a cancellation', async () => {
    const connection = await connectAs(modernVersion);
    const streams = [listen(connection, { resourceSubscriptions: [NOTE] }), listen(connection, {})];
    await until(() => connection.notifications.length === 2);
    await connection.server.stop();
    for (const [index, result] of (await Promise.all(streams)).entries()) {
      expect(result).toMatchObject({ resultType: 'complete', _meta: { [ID]: index + 1 } });
    }
    await until(() => connection.notifications.length === 4);
    expect(connection.notifications.slice(2).map(([method, { requestId }]) => [method, requestId])).toEqual([
      ['notifications/cancelled', 1],
      ['notifications/cancelled', 2],
    ]);
  });

  it('is sent no cancellation where each request has a stream of its own', async () => {
    const connection = await connectAs(modernVersion, { sharedChannel: false });
    const stream = listen(connection, { resourceSubscriptions: [NOTE] });
    await until(() => connection.notifications.length === 1);
    await connection.server.stop();
    expect(await stream).toMatchObject({ resultType: 'complete' });
    expect(connection.notifications.length).toBe(1);
  });

  it('is refused with -32602 for a filter of another form', async () => {
    const connection = await connectAs(modernVersion);
    for (const filter of [
      undefined,
      null,
      [],
      'all',
      { toolsListChanged: 'yes' },
      { resourceSubscriptions: NOTE },
      { resourceSubscriptions: [7] },
      { resourceSubscriptions: Array(1001).fill('x:y') },
    ]) {
      expect(await refusal(listen(connection, filter))).toMatchObject({ code: -32602 });
    }
    expect(connection.server.peer.inFlightRequests).toBe(0);
  });

  it('is refused the stream after the hundredth', async () => {
    const connection = await connectAs(modernVersion);
    for (let index = 0; index < 100; index++) listen(connection, { resourceSubscriptions: [NOTE] }).catch(() => {});
    expect(await refusal(listen(connection, {}))).toMatchObject({ code: -31001, message: expect.stringContaining('100') });
  });
});

describe('a legacy client that subscribes', () => {
  it.each(legacyVersions)('hears of changes until it unsubscribes (%s)', async (version) => {
    const connection = await connectAs(version);
    const { request, notifications } = connection;
    await setNote(connection, 'unheard');
    expect(await request('resources/subscribe', { uri: NOTE })).toEqual({});
    await setNote(connection, 'heard');
    await until(() => notifications.length === 1);
    expect(notifications).toEqual([['notifications/resources/updated', { uri: NOTE }]]);
    expect(await request('resources/unsubscribe', { uri: NOTE })).toEqual({});
    await setNote(connection, 'unheard again');
    await request('ping');
    expect(notifications.length).toBe(1);
  });

  it('may subscribe to what never changes, but not to what does not exist', async () => {
    const { request } = await connectAs('2025-11-25');
    expect(await request('resources/subscribe', { uri: 'reference://bytes' })).toEqual({});
    expect(await refusal(request('resources/subscribe', { uri: 'reference://nothing' }))).toMatchObject({ code: -32002 });
    expect(await refusal(request('resources/subscribe'))).toMatchObject({ code: -32602 });
    expect(await request('resources/unsubscribe', { uri: 'reference://nothing' })).toEqual({});
  });
});

describe('a note that several servers share', () => {
  it('tells the clients of each what a client of another wrote', async () => {
    const note = new Note();
    const legacy = await connectAs('2025-11-25', { note });
    const modern = await connectAs(modernVersion, { note });
    await legacy.request('resources/subscribe', { uri: NOTE });
    listen(modern, { resourceSubscriptions: [NOTE] }).catch(() => {});
    await until(() => modern.notifications.length === 1);
    await setNote(await connectAs('2024-11-05', { note }), 'for all');
    await until(() => legacy.notifications.length === 1 && modern.notifications.length === 2);
    expect(await modern.request('resources/read', { uri: NOTE })).toMatchObject({ contents: [{ text: 'for all' }] });
  });

  it('holds on to no connection that has ended', async () => {
    let listeners = 0;
    const note = new (class extends Note {
      override onchange(listener: () => void): () => void {
        listeners++;
        const release = super.onchange(listener);
        return () => {
          listeners--;
          release();
        };
      }
    })();
    const legacy = await connectAs('2025-11-25', { note });
    const modern = await connectAs(modernVersion, { note });
    await legacy.request('resources/subscribe', { uri: NOTE });
    listen(modern, { resourceSubscriptions: [NOTE] }).catch(() => {});
    await until(() => modern.notifications.length === 1);
    expect(listeners).toBe(2);
    await legacy.client.close();
    await modern.client.close();
    await until(() => listeners === 0);
  });
});

describe('stopping', () => {
  it('waits for what is being worked on, and takes nothing new', async () => {
    const { server, callTool } = await connectAs('2025-11-25');
    const slow = callTool('slow', { ms: 100 });
    await until(() => server.peer.inFlightRequests === 1);
    const stopped = server.stop();
    expect(await refusal(callTool('echo', { text: 'late' }))).toMatchObject({ code: -31002, message: expect.stringContaining('stopping') });
    expect(await slow).toHaveProperty('content');
    await stopped;
    await server.closed;
  });

  it('answers what is not done in time, each with an error', async () => {
    const { server, callTool, client } = await connectAs('2025-11-25', { capabilities: { elicitation: {} } });
    client.handle('elicitation/create', () => new Promise(() => {}));
    const calls = [
      callTool('slow', { ms: 60_000 }),
      callTool('echo_stream', { text: 'abc', delayMs: 20_000 }),
      callTool('ask', { question: 'Well?' }),
    ];
    await until(() => server.peer.inFlightRequests === 3 && server.peer.pendingRequests === 1);
    const refusals = Promise.all(calls.map(refusal));
    await server.stop({ graceMs: 20 });
    for (const { code, message } of await refusals) expect([code, message]).toEqual([-31002, expect.stringContaining('within 20 ms')]);
  });

  it('twice is the same as once', async () => {
    const { server } = await connectAs('2025-11-25');
    await Promise.all([server.stop(), server.stop()]);
    await server[Symbol.asyncDispose]();
  });
});
