// What the revisions 2025-03-26 to 2025-11-25 demand of a server that has sessions, over each adapter.

import { Peer, type RequestHandler } from '@mcpwire/jsonrpc';
import { describe, expect, test } from 'vitest';
import { Endpoint } from '../support/endpoint.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import { initializeRequest, LegacyClient } from '../support/legacy.js';
import { adapters } from '../support/modern.js';
import { sleep, until } from '../support/until.js';

expectNoLeftovers();

const ping = { jsonrpc: '2.0', id: 'p', method: 'ping' };

describe.each(adapters)('over $name', (adapter) => {
  const endpoint = new Endpoint(adapter);

  /** Says something before it answers. */
  const talkative: RequestHandler = async (params, context) => {
    await context.notify('notifications/message', { data: params.text });
    return params;
  };

  describe('a session', () => {
    test('is opened by initialize, whose answer carries the id that every later request needs', async () => {
      const client = await endpoint.serve();
      const { status, headers, json } = await client.initialize();
      expect([status, headers['content-type']]).toEqual([200, 'application/json']);
      expect(headers['mcp-session-id']).toMatch(/^[\x21-\x7e]{16,}$/);
      expect(json.result).toMatchObject({ protocolVersion: '2025-11-25' });
      expect(endpoint.handler.sessions.size).toBe(1);
      expect([...endpoint.handler.sessions]).toEqual([endpoint.transport]);
      expect(endpoint.handler.sessions.get(client.sessionId as string)).toBe(endpoint.transport);

      const echoed = await client.call('echo', { text: 'héllo 🌍' });
      expect([echoed.status, echoed.json.result]).toEqual([200, { text: 'héllo 🌍' }]);
      expect(echoed.headers['mcp-session-id']).toBeUndefined();
    });

    test('has an id of the generator, which must make visible ASCII', async () => {
      let id = 'session-1';
      const client = await endpoint.serve({}, { sessionIdGenerator: () => id });
      expect((await client.initialize()).headers['mcp-session-id']).toBe('session-1');
      id = 'not visible';
      const { status, json } = await client.exchange(initializeRequest(), { 'mcp-session-id': undefined });
      expect([status, json.error?.code]).toEqual([500, -32603]);
      expect(endpoint.handler.sessions.size).toBe(1);
      expect(endpoint.errors).toHaveLength(1);
    });

    test('is not found without its id: 400, as the specification suggests; nor by another: 404, as it demands', async () => {
      const client = await endpoint.serve();
      await client.initialize();
      const missing = await client.exchange(ping, { 'mcp-session-id': undefined });
      expect([missing.status, missing.json.error?.message]).toEqual([400, 'Invalid request: the header Mcp-Session-Id is missing.']);
      for (const method of ['POST', 'GET', 'DELETE']) {
        const { status, body } = await client.send(method, method === 'POST' ? ping : undefined, { 'mcp-session-id': 'never-issued' });
        body.cancel();
        expect([method, status]).toEqual([method, 404]);
      }
      expect((await client.exchange(ping)).status).toBe(200);
    });

    test('cannot be initialized twice', async () => {
      const client = await endpoint.serve();
      await client.initialize();
      const { status, json } = await client.exchange(initializeRequest());
      expect([status, json.error?.code]).toEqual([400, -32600]);
      expect(endpoint.handler.sessions.size).toBe(1);
    });

    test('that the server refuses to initialize is none', async () => {
      const refuse: RequestHandler = () => {
        throw Object.assign(new Error('not today'), { code: -32000 });
      };
      const client = await endpoint.serve({ initialize: refuse });
      const { status, json } = await client.exchange(initializeRequest());
      expect([status, json.error?.message]).toEqual([200, 'not today']);
      expect(endpoint.handler.sessions.size).toBe(0);
      expect(endpoint.transport.closeReason).toMatchObject({ kind: 'closed' });
    });

    test('whose onsession fails is answered with 500, reported, and leaves nothing behind', async () => {
      for (const onsession of [
        () => {
          throw new Error('secret');
        },
        () => Promise.reject(new Error('secret')),
      ]) {
        const client = await endpoint.serve({}, { onsession });
        const { status, text } = await client.exchange(initializeRequest());
        expect(status).toBe(500);
        expect(JSON.parse(text).error.code).toBe(-32603);
        expect(text).not.toContain('secret');
        expect(endpoint.handler.sessions.size).toBe(0);
        expect(endpoint.errors.splice(0).map(({ message }) => message)).toEqual(['secret']);
      }
    });

    test('ends by DELETE, after which its id gets 404', async () => {
      const client = await endpoint.serve();
      await client.initialize();
      const stream = await client.get();
      expect((await client.delete()).status).toBe(200);
      expect(await stream.untilEnded()).toEqual({});
      expect(endpoint.transport.closeReason).toMatchObject({ kind: 'peer-gone' });
      expect(endpoint.handler.sessions.size).toBe(0);
      expect((await client.exchange(ping)).status).toBe(404);
      expect((await client.delete()).status).toBe(404);
      expect((await client.get()).status).toBe(404);
    });

    test('that clients may not end answers DELETE with 405 and goes on', async () => {
      const client = await endpoint.serve({}, { allowDelete: false });
      await client.initialize();
      const { status, headers } = await client.delete();
      expect([status, headers.allow]).toEqual([405, 'GET, POST']);
      expect((await client.exchange(ping)).status).toBe(200);
    });

    test('that the server closes is found no more', async () => {
      const client = await endpoint.serve();
      await client.initialize();
      await endpoint.peer.close();
      expect((await client.exchange(ping)).status).toBe(404);
      expect(endpoint.handler.sessions.size).toBe(0);
    });

    test('shows its requests to the server as both of the official SDK do', async () => {
      const seen: Record<string, unknown>[] = [];
      const client = await endpoint.serve();
      await client.initialize();
      const inner = endpoint.transport.onmessage;
      endpoint.transport.onmessage = (message, context) => {
        const { requestInfo, request, authInfo } = context ?? {};
        seen.push({ url: requestInfo?.url?.pathname, header: requestInfo?.headers['x-test'], request, authInfo });
        inner?.(message, context);
      };
      await client.exchange(ping, { 'x-test': 'yes' });
      expect(seen).toHaveLength(1);
      expect(seen[0]).toMatchObject({ url: '/', header: 'yes', authInfo: undefined });
      const [{ request }] = seen as [{ request: Request }];
      expect(request.headers.get('x-test')).toBe('yes');
    });
  });

  describe('a POST', () => {
    test('with a notification or a response gets 202 and no body', async () => {
      const client = await endpoint.serve();
      await client.initialize();
      const heard: unknown[] = [];
      endpoint.peer.handleNotification('notifications/test', (params) => {
        heard.push(params);
      });
      for (const message of [
        { jsonrpc: '2.0', method: 'notifications/test', params: { n: 1 } },
        { jsonrpc: '2.0', id: 99, result: {} },
        { jsonrpc: '2.0', id: 99, error: { code: 1, message: 'no' } },
      ]) {
        const { status, text } = await client.exchange(message);
        expect([status, text]).toEqual([202, '']);
      }
      expect(heard).toEqual([{ n: 1 }]);
    });

    test('is answered with JSON when the answer is all there is to send', async () => {
      const client = await endpoint.serve({ slow: () => sleep(10).then(() => ({ done: true })) });
      await client.initialize();
      const { headers, json } = await client.call('slow', {}, {}, 'x');
      expect(headers['content-type']).toBe('application/json');
      expect(json).toEqual({ jsonrpc: '2.0', id: 'x', result: { done: true } });
    });

    test('is answered with a stream when something else comes first, and the stream ends behind the answer', async () => {
      const client = await endpoint.serve({ talkative });
      await client.initialize();
      const { headers, messages } = await client.call('talkative', { text: 'hi' }, {}, 7);
      expect(headers).toMatchObject({
        'content-type': 'text/event-stream',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      });
      expect(messages).toEqual([
        { jsonrpc: '2.0', method: 'notifications/message', params: { data: 'hi' } },
        { jsonrpc: '2.0', id: 7, result: { text: 'hi' } },
      ]);
    });

    test('is answered with a stream from the start where the server is told to', async () => {
      const client = await endpoint.serve({}, { replyMode: 'sse' });
      const { headers, messages } = await client.exchange(initializeRequest());
      expect(headers['content-type']).toBe('text/event-stream');
      expect(headers['mcp-session-id']).toBeDefined();
      expect(messages).toMatchObject([{ id: 0, result: { protocolVersion: '2025-11-25' } }]);
    });

    test('is answered as its Accept allows, whatever its case and its ranges', async () => {
      const client = await endpoint.serve({ talkative });
      await client.initialize();
      const kindOf = async (accept: string | undefined, method = 'echo'): Promise<unknown> => {
        const { status, headers } = await client.call(method, { text: 'x' }, { accept });
        return status === 200 ? headers['content-type'] : status;
      };
      expect(await kindOf('Application/JSON, TEXT/event-stream')).toBe('application/json');
      expect(await kindOf('*/*')).toBe('application/json');
      expect(await kindOf(undefined)).toBe('application/json');
      expect(await kindOf('application/*')).toBe('application/json');
      expect(await kindOf('text/event-stream')).toBe('text/event-stream');
      expect(await kindOf('application/json;q=0, text/event-stream')).toBe('text/event-stream');
      expect(await kindOf('text/event-stream;q=0.1, application/json', 'talkative')).toBe('text/event-stream');
      expect(await kindOf('text/html')).toBe(406);
      expect(await kindOf('application/json;q=0, text/event-stream;q=0, */*')).toBe(406);
      expect(endpoint.transport.inFlight).toBe(0);
    });

    test('finds the revision by its header; without one, by what was agreed on', async () => {
      const client = await endpoint.serve();
      await client.initialize('2025-06-18');
      const statusOf = async (version: string | undefined): Promise<number> =>
        (await client.exchange(ping, { 'mcp-protocol-version': version })).status;
      expect(await statusOf(undefined)).toBe(200);
      expect(await statusOf('2025-06-18')).toBe(200);
      expect(await statusOf('2024-11-05')).toBe(200);
      expect(await statusOf('1999-01-01')).toBe(400);
      expect(await statusOf('nonsense')).toBe(400);
      for (const method of ['GET', 'DELETE']) {
        const { status, body } = await client.send(method, undefined, { 'mcp-protocol-version': '1999-01-01' });
        body.cancel();
        expect([method, status]).toEqual([method, 400]);
      }
    });

    test('whose client leaves before the answer leaves nothing behind once that is given', async () => {
      let answer = (): void => {};
      const client = await endpoint.serve({
        slow: () =>
          new Promise((resolve) => {
            answer = () => resolve({});
          }),
      });
      await client.initialize();
      const controller = new AbortController();
      const gone = client.send('POST', { jsonrpc: '2.0', id: 1, method: 'slow' }, {}, controller.signal);
      gone.catch(() => {});
      await until(() => endpoint.transport.inFlight === 1, 'the request arrives');
      controller.abort();
      await until(() => endpoint.transport.isIdle, 'the server notices');
      expect(endpoint.transport.inFlight).toBe(1);
      answer();
      await until(() => endpoint.transport.inFlight === 0, 'the answer is dropped');
      await until(() => endpoint.errors.length > 0, 'that is told');
      expect(endpoint.errors).toMatchObject([{ code: 'peer-gone' }]);
      expect((await client.exchange(ping)).status).toBe(200);
    });

    test('past maxInFlight is answered with an error that names the limit', async () => {
      const answers: (() => void)[] = [];
      const client = await endpoint.serve({ slow: () => new Promise((resolve) => answers.push(() => resolve({}))) }, { maxInFlight: 2 });
      await client.initialize();
      const slow = [client.call('slow', {}, {}, 'a'), client.call('slow', {}, {}, 'b')];
      await until(() => endpoint.transport.inFlight === 2, 'both arrive');
      const { status, json } = await client.call('slow', {}, {}, 'c');
      expect([status, json.id, json.error?.code]).toEqual([200, 'c', -31001]);
      expect(json.error?.message).toContain('maxInFlight is 2');
      for (const answer of answers) answer();
      expect((await Promise.all(slow)).map(({ status }) => status)).toEqual([200, 200]);
      expect((await client.exchange(ping)).status).toBe(200);
    });
  });

  describe('a batch', () => {
    const batch = [
      { jsonrpc: '2.0', id: 1, method: 'echo', params: { n: 1 } },
      { jsonrpc: '2.0', method: 'notifications/test' },
      { jsonrpc: '2.0', id: 2, method: 'echo', params: { n: 2 } },
    ];

    test('is taken from a client of 2025-03-26, and answered with all answers in one', async () => {
      const client = await endpoint.serve();
      await client.initialize('2025-03-26');
      const { status, headers, json } = await client.exchange(batch, { 'mcp-protocol-version': undefined });
      expect([status, headers['content-type']]).toEqual([200, 'application/json']);
      expect(json).toEqual([
        { jsonrpc: '2.0', id: 1, result: { n: 1 } },
        { jsonrpc: '2.0', id: 2, result: { n: 2 } },
      ]);
    });

    test.each(['2025-06-18', '2025-11-25'])('is refused from a client of %s', async (version) => {
      const client = await endpoint.serve();
      await client.initialize(version);
      const { status, json } = await client.exchange(batch);
      expect([status, json.error?.code]).toEqual([400, -32600]);
      expect(endpoint.transport.inFlight).toBe(0);
    });

    test('becomes a stream when something has to be said before the last answer', async () => {
      const client = await endpoint.serve({ talkative });
      await client.initialize('2025-03-26');
      const { headers, messages } = await client.exchange([
        { jsonrpc: '2.0', id: 1, method: 'echo', params: {} },
        { jsonrpc: '2.0', id: 2, method: 'talkative', params: { text: 'hi' } },
      ]);
      expect(headers['content-type']).toBe('text/event-stream');
      expect(messages.map(({ id, method }) => id ?? method)).toEqual([1, 'notifications/message', 2]);
    });

    test('of notifications and responses only gets 202', async () => {
      const client = await endpoint.serve();
      await client.initialize('2025-03-26');
      const { status, text } = await client.exchange([
        { jsonrpc: '2.0', method: 'notifications/test' },
        { jsonrpc: '2.0', id: 5, result: {} },
      ]);
      expect([status, text]).toEqual([202, '']);
    });

    test('is answered in part where a part of it is no message', async () => {
      const client = await endpoint.serve();
      await client.initialize('2025-03-26');
      const { status, json } = await client.exchange([{ jsonrpc: '2.0', id: 1, method: 'echo', params: {} }, { id: 2 }, 3]);
      expect(status).toBe(200);
      expect(json).toHaveLength(3);
      expect(json.map(({ id, error }) => [id, error?.code])).toEqual([
        [2, -32600],
        [undefined, -32600],
        [1, undefined],
      ]);
      const nothing = await client.exchange([{ id: 2 }, { jsonrpc: '2.0', method: 'notifications/test' }]);
      expect([nothing.status, nothing.json]).toMatchObject([400, [{ id: 2, error: { code: -32600 } }]]);
    });

    test('holds no initialize, no id twice, and no more than maxBatchLength', async () => {
      const client = await endpoint.serve({}, { maxBatchLength: 3 });
      await client.initialize('2025-03-26');
      expect((await client.exchange([ping, initializeRequest('2025-03-26')])).status).toBe(400);
      expect((await client.exchange([ping, ping])).status).toBe(400);
      expect((await client.exchange([ping, ping, ping, ping])).status).toBe(400);
      expect((await client.exchange([])).status).toBe(400);
      expect(endpoint.transport.inFlight).toBe(0);
      expect((await client.exchange([ping])).json).toEqual([{ jsonrpc: '2.0', id: 'p', result: {} }]);
    });
  });

  describe('the stream that a GET opens', () => {
    const note = (n: number) => ({ jsonrpc: '2.0', method: 'notifications/message', params: { data: n } }) as const;

    test('carries what the server says by itself, in order', async () => {
      const client = await endpoint.serve();
      await client.initialize();
      const stream = await client.get();
      expect([stream.status, stream.headers['content-type']]).toEqual([200, 'text/event-stream']);
      for (let n = 0; n < 20; n++) await endpoint.transport.send(note(n));
      expect(await stream.untilMessages(20)).toEqual(Array.from({ length: 20 }, (_, n) => note(n)));
    });

    test('carries requests of the server, whose answers the client posts', async () => {
      const client = await endpoint.serve();
      await client.initialize();
      const stream = await client.get();
      const asked = endpoint.peer.request('roots/list');
      const [request] = await stream.untilMessages(1);
      expect(request).toMatchObject({ method: 'roots/list' });
      expect((await client.exchange({ jsonrpc: '2.0', id: request?.id, result: { roots: [] } })).status).toBe(202);
      expect(await asked).toEqual({ roots: [] });
    });

    test('carries no answer, and nothing that belongs to a request', async () => {
      const client = await endpoint.serve({ talkative });
      await client.initialize();
      const stream = await client.get();
      expect((await client.call('talkative', { text: 'x' })).messages).toHaveLength(2);
      await endpoint.transport.send(note(1));
      expect(await stream.untilMessages(1)).toEqual([note(1)]);
    });

    test('is taken over by the next GET, since the client may have lost the first unseen; each message goes out once', async () => {
      const client = await endpoint.serve();
      await client.initialize();
      const first = await client.get();
      await endpoint.transport.send(note(1));
      await first.untilMessages(1);
      const second = await client.get();
      expect(await first.untilEnded()).toEqual({});
      await endpoint.transport.send(note(2));
      expect(await second.untilMessages(1)).toEqual([note(2)]);
      expect(first.messages).toEqual([note(1)]);
    });

    test('needs an Accept that allows it', async () => {
      const client = await endpoint.serve();
      await client.initialize();
      const { status } = await client.get({ accept: 'application/json' });
      expect(status).toBe(406);
    });

    test('is left by its client without ending the session', async () => {
      const client = await endpoint.serve();
      await client.initialize();
      const stream = await client.get();
      stream.close();
      await until(() => endpoint.transport.isIdle, 'the server notices');
      await endpoint.transport.send(note(1));
      const again = await client.get();
      expect(await again.untilMessages(1)).toEqual([note(1)]);
    });

    test('is kept open by comments', async () => {
      const client = await endpoint.serve({}, { keepAliveMs: 20 });
      await client.initialize();
      const stream = await client.get();
      await until(() => stream.text.includes(': keep-alive\n\n'), 'a comment');
      expect(stream.events).toEqual([]);
    });
  });

  test('any other method gets 405, with those that there are', async () => {
    const client = await endpoint.serve();
    await client.initialize();
    for (const method of ['PUT', 'PATCH']) {
      const { status, headers, body } = await client.send(method, ping);
      body.cancel();
      expect([status, headers.allow]).toEqual([405, 'GET, POST, DELETE']);
    }
  });

  test('a principal’s session is unknown to every other', async () => {
    const { createStreamableHTTPHandler } = await import('../../src/server.js');
    const { authenticated } = await import('@mcpwire/http');
    const auth: unknown[] = [];
    const handler = createStreamableHTTPHandler({
      onsession: async (transport) => {
        const peer = new Peer(transport);
        peer.handle('initialize', ({ protocolVersion }, context) => {
          auth.push(context.message?.authInfo);
          return { protocolVersion, capabilities: {}, serverInfo: { name: 'test', version: '0' } };
        });
        peer.handle('ping', () => ({}));
        await peer.start();
      },
    });
    const guarded = authenticated(handler, ({ headers }) =>
      headers.authorization ? { id: headers.authorization, token: 't', scopes: ['a'], expiresAtMs: 1_500 } : { status: 401 },
    );
    const served = await adapter.serve(guarded);
    const client = new LegacyClient(served);
    await client.initialize('2025-11-25', { authorization: 'alice' });
    expect(auth).toEqual([{ token: 't', clientId: 'alice', scopes: ['a'], expiresAt: 1 }]);
    const statuses = async (authorization: string): Promise<number[]> => {
      const stream = await client.get({ authorization });
      stream.close();
      return [(await client.exchange(ping, { authorization })).status, stream.status, (await client.delete({ authorization })).status];
    };
    expect(await statuses('bob')).toEqual([404, 404, 404]);
    expect(await statuses('alice')).toEqual([200, 200, 200]);
    await handler.close({ graceMs: 0 });
    await served.dispose();
  });
});
