import { describe, expect, test } from 'vitest';
import { ask, modernAsk, shakeHands, shakesHands } from './fixtures/messages.js';
import { connect, expectNoLeftovers, serve, until } from './fixtures/scene.js';

expectNoLeftovers();

describe('a redirect within the origin', () => {
  test.each([307, 308])('%i: the same request goes there, token and session included', async (status) => {
    const server = await serve((exchange) => {
      if (exchange.path !== '/mcp/') exchange.send(status, '', { location: '/mcp/' });
      else if (exchange.method === 'GET') exchange.send(405);
      else if (!shakesHands(exchange, 's')) exchange.result();
    });
    const client = await connect(server.url, { authProvider: { token: async () => 'secret' } });
    await shakeHands(client);
    await client.transport.send(ask(1));
    await until('the stream is asked for', () => server.of('GET').length === 2);
    const post = server.of('POST').at(-1);
    expect(post).toMatchObject({ path: '/mcp/', message: ask(1) });
    expect(post?.headers).toMatchObject({ authorization: 'Bearer secret', 'mcp-session-id': 's' });
  });

  test('is followed five times, and no more', async () => {
    const server = await serve((exchange) => exchange.send(307, '', { location: `/mcp?${server.requests.length}` }));
    const { transport } = await connect(server.url);
    await expect(transport.send(ask(1))).rejects.toThrow(/more than 5 redirects/);
    expect(server.requests).toHaveLength(6);
  });

  test.each([301, 302, 303])('%i would make a GET of a POST, and is not followed', async (status) => {
    const server = await serve((exchange) => exchange.send(status, '', { location: '/mcp/' }));
    const { transport } = await connect(server.url);
    await expect(transport.send(ask(1))).rejects.toMatchObject({
      code: 'http-status',
      details: { status },
      message: expect.stringMatching(/changes the method; use http:\/\/127.*\/mcp\/ instead/),
    });
    expect(server.requests).toHaveLength(1);
  });
});

describe('a redirect to another origin', () => {
  test('is not followed, and the error says where it leads', async () => {
    const other = await serve((exchange) => exchange.result());
    const server = await serve((exchange) => exchange.send(307, '', { location: other.url }));
    const { transport } = await connect(server.url, { authProvider: { token: async () => 'secret' } });
    const error = await transport.send(ask(1)).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'http-status', details: { status: 307 } });
    expect(error.message).toContain(`use ${other.url}`);
    expect(other.requests).toEqual([]);
  });

  test('with redirectPolicy follow is followed, without anything that is for the first server only', async () => {
    const other = await serve((exchange) => exchange.result());
    const server = await serve((exchange) => exchange.send(307, '', { location: other.url }));
    const { transport, messages } = await connect(server.url, {
      redirectPolicy: 'follow',
      sessionId: 'session',
      protocolVersion: '2025-11-25',
      authProvider: { token: async () => 'secret' },
      requestInit: { headers: { cookie: 'a=b', 'x-api-key': 'key' } },
    });
    await transport.send(ask(1));
    await transport.send(modernAsk(2));
    expect(messages).toHaveLength(2);
    for (const { headers } of other.requests) {
      expect(headers).toMatchObject({ accept: 'application/json, text/event-stream', 'content-type': 'application/json' });
      expect(JSON.stringify(headers)).not.toMatch(/secret|a=b|key|"session"/);
    }
    expect(other.requests[0]?.headers['mcp-protocol-version']).toBe('2025-11-25');
    expect(other.requests[1]?.headers['mcp-method']).toBe('tools/list');
  });
});

test.each(['error', 'manual'] as const)('requestInit.redirect %s follows none', async (redirect) => {
  const server = await serve((exchange) => exchange.send(307, '', { location: '/mcp/' }));
  const { transport } = await connect(server.url, { requestInit: { redirect } });
  await expect(transport.send(ask(1))).rejects.toMatchObject({ code: 'http-status' });
  expect(server.requests).toHaveLength(1);
});
