// What somebody finds who has replaced the SDK's class by ours: the options and methods do what they did.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { toNodeHandler } from '@mcpwire/http/node';
import type { JsonRpcMessage, MessageContext } from '@mcpwire/jsonrpc';
import { McpServer } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { NodeStreamableHTTPServerTransport, StreamableHTTPServerTransport } from '../../src/node.js';
import { createMemoryEventStore } from '../../src/session/memory-event-store.js';
import type { StreamableHTTPServerTransportOptions } from '../../src/session/sdk-options.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import { until } from '../support/until.js';

// The real one, watched.
vi.mock('@mcpwire/http/node', async (load) => {
  const original = await load<typeof import('@mcpwire/http/node')>();
  return { ...original, toNodeHandler: vi.fn(original.toNodeHandler) };
});

expectNoLeftovers();

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const CLIENT = { capabilities: {}, clientInfo: { name: 'test', version: '1.0.0' } };

function initialize(protocolVersion = '2025-11-25'): object {
  return { jsonrpc: '2.0', id: 0, method: 'initialize', params: { ...CLIENT, protocolVersion } };
}

type Answer = (
  message: JsonRpcMessage & { id: string | number; method: string },
  context: MessageContext | undefined,
) => object | undefined;

/** What runs in the tests; all of it is closed after each. */
const running: Array<() => Promise<unknown>> = [];

afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

/** A transport behind node:http, above it a server in a few lines: the messages are looked at as they come. */
async function serve(options: StreamableHTTPServerTransportOptions = {}, serveRequest?: Serve) {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => 'the-session', ...options });
  const messages: JsonRpcMessage[] = [];
  const errors: Error[] = [];
  let answer: Answer = () => ({});
  transport.onerror = (error) => errors.push(error);
  transport.onmessage = (message, context) => {
    messages.push(message);
    if (!('method' in message) || !('id' in message)) return;
    const { id, method } = message;
    const protocolVersion = message.params?.protocolVersion;
    const result =
      method === 'initialize' ? { protocolVersion, capabilities: {}, serverInfo: CLIENT.clientInfo } : answer(message, context);
    if (result) void transport.send({ jsonrpc: '2.0', id, result });
  };
  await transport.start();
  const over: Array<Promise<void>> = [];
  const server = createServer((req, res) => {
    over.push(serveRequest ? serveRequest(transport, req, res) : transport.handleRequest(req, res));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  running.push(async () => {
    await transport.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    // Whatever happened to a request, whoever awaits handleRequest goes on.
    await Promise.all(over);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp?x=1`;
  const session = { 'mcp-session-id': 'the-session', 'mcp-protocol-version': '2025-11-25' };
  return {
    transport,
    url,
    messages,
    errors,
    over,
    answerBy: (by: Answer) => {
      answer = by;
    },
    post: (message: unknown, headers: Record<string, string> = session) =>
      fetch(url, { method: 'POST', headers: { ...HEADERS, ...headers }, body: JSON.stringify(message) }),
    get: (headers: Record<string, string> = {}) => fetch(url, { headers: { accept: 'text/event-stream', ...session, ...headers } }),
    delete: () => fetch(url, { method: 'DELETE', headers: session }),
  };
}

type Serve = (transport: StreamableHTTPServerTransport, req: IncomingMessage, res: ServerResponse) => Promise<void>;

async function jsonOf(response: Response): Promise<{ error: { code: number; message: string }; result: object }> {
  return (await response.json()) as never;
}

describe('a session', () => {
  test('begins with initialize, has the id of sessionIdGenerator, and onsessioninitialized is done before the server hears of it', async () => {
    const order: string[] = [];
    const { transport, post, messages } = await serve({
      async onsessioninitialized(id) {
        order.push(`begins ${id}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
        expect(messages).toEqual([]);
        order.push('began');
      },
    });
    expect(transport.sessionId).toBeUndefined();
    const response = await post(initialize(), {});
    expect(response.status).toBe(200);
    expect(response.headers.get('mcp-session-id')).toBe('the-session');
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(await response.text()).toContain('"protocolVersion":"2025-11-25"');
    expect(order).toEqual(['begins the-session', 'began']);
    expect(transport.sessionId).toBe('the-session');
  });

  test('refuses what does not belong to it: 400 without its id, 404 with another, 400 for a second initialize', async () => {
    const { post } = await serve();
    await (await post(initialize(), {})).text();
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
    expect((await post(ping, {})).status).toBe(400);
    expect((await post(ping, { 'mcp-session-id': 'another' })).status).toBe(404);
    expect((await post(initialize(), {})).status).toBe(400);
    expect((await post(ping, { 'mcp-session-id': 'the-session', 'mcp-protocol-version': '1999-01-01' })).status).toBe(400);
    expect((await post(ping)).status).toBe(200);
  });

  test('ends by DELETE: onsessionclosed is done before the answer, onclose fires, and what comes later is answered with 404', async () => {
    const order: string[] = [];
    const {
      transport,
      post,
      delete: end,
    } = await serve({
      async onsessionclosed(id) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        order.push(`closed ${id}`);
      },
    });
    transport.onclose = () => order.push('onclose');
    await (await post(initialize(), {})).text();
    expect((await end()).status).toBe(200);
    expect(order).toEqual(['closed the-session', 'onclose']);
    expect((await post({ jsonrpc: '2.0', id: 1, method: 'ping' })).status).toBe(404);
    expect((await end()).status).toBe(404);
  });

  test('ends by close(): the answers that are due are errors, and the streams end', async () => {
    const { transport, post, get, answerBy } = await serve();
    await (await post(initialize(), {})).text();
    answerBy(() => undefined);
    const [waiting, standing] = [await post({ jsonrpc: '2.0', id: 1, method: 'wait' }), await get()];
    await transport.close();
    expect(await waiting.text()).toContain('"error"');
    expect(await standing.text()).toBe('');
  });
});

describe('options', () => {
  test('enableJsonResponse: JSON instead of an event stream', async () => {
    const { post } = await serve({ enableJsonResponse: true });
    await (await post(initialize(), {})).text();
    const response = await post({ jsonrpc: '2.0', id: 1, method: 'ping' });
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
  });

  test('retryInterval: clients of an event store are told it with the first event', async () => {
    const { post } = await serve({ eventStore: createMemoryEventStore(), retryInterval: 1234 });
    const text = await (await post(initialize(), {})).text();
    expect(text).toMatch(/^id: [\x21-\x7e]+\nretry: 1234\ndata: \n\nevent: message\nid: [\x21-\x7e]+\ndata: \{/);
  });

  test('keepAliveMs: a comment on a stream that is quiet for so long, and none with 0', async () => {
    for (const [keepAliveMs, expected] of [
      [20, /^: /],
      [0, /^$/],
    ] as const) {
      const { post, transport, answerBy } = await serve({ keepAliveMs });
      await (await post(initialize(), {})).text();
      answerBy(() => undefined);
      const response = await post({ jsonrpc: '2.0', id: 1, method: 'wait' });
      setTimeout(() => void transport.send({ jsonrpc: '2.0', id: 1, result: {} }), 150);
      expect((await response.text()).split('event: message')[0]).toMatch(expected);
    }
  });

  test('maxRequestBodySize: 413 past it, but not for a body that is parsed already', async () => {
    const large = { jsonrpc: '2.0', id: 1, method: 'ping', params: { text: 'x'.repeat(5000) } };
    const read = await serve({ maxRequestBodySize: 1000 });
    await (await read.post(initialize(), {})).text();
    expect((await read.post(large)).status).toBe(413);
    const parsed = await serve({ maxRequestBodySize: 1000 }, async (transport, req, res) => {
      let text = '';
      for await (const chunk of req) text += chunk;
      await transport.handleRequest(req, res, JSON.parse(text));
    });
    await (await parsed.post(initialize(), {})).text();
    expect((await parsed.post(large)).status).toBe(200);
  });

  test('supportedProtocolVersions: others are refused, until the server says what it speaks', async () => {
    const { transport, post } = await serve({ supportedProtocolVersions: ['2025-11-25'] });
    await (await post(initialize(), {})).text();
    const old = { 'mcp-session-id': 'the-session', 'mcp-protocol-version': '2025-06-18' };
    expect((await post({ jsonrpc: '2.0', id: 1, method: 'ping' }, old)).status).toBe(400);
    transport.setSupportedProtocolVersions(['2025-11-25', '2025-06-18']);
    expect((await post({ jsonrpc: '2.0', id: 2, method: 'ping' }, old)).status).toBe(200);
  });

  test('enableDnsRebindingProtection: 403 for a Host, and for an Origin, that is not in the lists; without it the lists do nothing', async () => {
    const lists = { allowedHosts: ['127.0.0.1'], allowedOrigins: ['https://app.example.com'] };
    const { post } = await serve({ ...lists, enableDnsRebindingProtection: true });
    const foreign = await post(initialize(), { origin: 'https://evil.example.com' });
    expect(foreign.status).toBe(403);
    expect((await jsonOf(foreign)).error.message).not.toContain('evil');
    expect((await post(initialize(), { origin: 'https://app.example.com' })).status).toBe(200);
    const elsewhere = await serve({ allowedHosts: ['example.com'], enableDnsRebindingProtection: true });
    expect((await elsewhere.post(initialize(), {})).status).toBe(403);
    const off = await serve({ allowedHosts: ['example.com'] });
    expect((await off.post(initialize(), { origin: 'https://evil.example.com' })).status).toBe(200);
  });

  test('limits out of range are refused', () => {
    expect(() => new StreamableHTTPServerTransport({ retryInterval: -1 })).toThrow(RangeError);
    expect(() => new StreamableHTTPServerTransport({ maxInFlight: 0 })).toThrow(RangeError);
  });
});

describe('without a session', () => {
  test('a transport serves one request, whose answer has no session id', async () => {
    const { post } = await serve({ sessionIdGenerator: undefined });
    const response = await post({ jsonrpc: '2.0', id: 1, method: 'ping' }, {});
    expect([response.status, response.headers.get('mcp-session-id')]).toEqual([200, null]);
    expect(await response.text()).toContain('"id":1');
  });

  test('one more request is answered with 500, and onerror told why', async () => {
    const { post, errors } = await serve({ sessionIdGenerator: undefined });
    await (await post({ jsonrpc: '2.0', id: 1, method: 'ping' }, {})).text();
    const response = await post({ jsonrpc: '2.0', id: 1, method: 'ping' }, {});
    expect(response.status).toBe(500);
    expect((await jsonOf(response)).error).toMatchObject({ code: -32603, message: /sessionIdGenerator/ });
    expect(errors).toMatchObject([{ message: /one HTTP request/ }]);
  });
});

describe('handleRequest', () => {
  test('resolves when the response is over: at once for an answer, at its end for a stream', async () => {
    const { post, get, transport, over } = await serve();
    await (await post(initialize(), {})).text();
    await Promise.all(over);
    const standing = await get();
    let isOver = false;
    void over.at(-1)?.then(() => {
      isOver = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(isOver).toBe(false);
    transport.closeStandaloneSSEStream();
    await standing.text();
    await until(() => isOver, 'the stream is over');
  });

  test('resolves when the client goes away', async () => {
    const { post, url, over, answerBy } = await serve();
    await (await post(initialize(), {})).text();
    answerBy(() => undefined);
    const controller = new AbortController();
    const headers = { ...HEADERS, 'mcp-session-id': 'the-session' };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'wait' });
    await fetch(url, { method: 'POST', headers, body, signal: controller.signal });
    controller.abort();
    await over.at(-1);
  });

  test('does nothing, and resolves, when the client is gone already', async () => {
    const { post, messages } = await serve({}, async (transport, req, res) => {
      res.destroy();
      if (!res.closed) await once(res, 'close');
      await transport.handleRequest(req, res);
    });
    await expect(post(initialize(), {})).rejects.toThrow();
    expect(messages).toEqual([]);
  });

  test('hands req.auth to message handlers as it is', async () => {
    const auth = {
      token: 'secret',
      clientId: 'client',
      scopes: ['a'],
      expiresAt: 4_000_000_000,
      resource: new URL('https://example.com/'),
    };
    const { post, answerBy } = await serve({}, (transport, req, res) => transport.handleRequest(Object.assign(req, { auth }), res));
    const seen: unknown[] = [];
    await (await post(initialize(), {})).text();
    answerBy((_message, context) => {
      seen.push(context?.authInfo);
      return {};
    });
    await (await post({ jsonrpc: '2.0', id: 1, method: 'ping' })).text();
    expect(seen[0]).toBe(auth);
  });

  test("answers another client's request for the session with 404", async () => {
    let clientId = 'alice';
    const { post } = await serve({}, (transport, req, res) =>
      transport.handleRequest(Object.assign(req, { auth: { token: 'secret', clientId, scopes: [] } }), res),
    );
    await (await post(initialize(), {})).text();
    clientId = 'mallory';
    expect((await post({ jsonrpc: '2.0', id: 1, method: 'ping' })).status).toBe(404);
    clientId = 'alice';
    expect((await post({ jsonrpc: '2.0', id: 1, method: 'ping' })).status).toBe(200);
  });

  test('works over HTTP/2', async () => {
    const transport = new NodeStreamableHTTPServerTransport({ sessionIdGenerator: () => 'over-http2' });
    transport.onmessage = (message) => {
      if ('method' in message && 'id' in message)
        void transport.send({ jsonrpc: '2.0', id: message.id, result: { protocolVersion: '2025-11-25' } });
    };
    await transport.start();
    const server = createHttp2Server((req, res) => void transport.handleRequest(req, res));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = client.request({ ':method': 'POST', ':path': '/mcp', ...HEADERS });
    stream.setEncoding('utf8').end(JSON.stringify(initialize()));
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    let text = '';
    for await (const chunk of stream) text += chunk;
    expect([headers[':status'], headers['mcp-session-id']]).toEqual([200, 'over-http2']);
    expect(text).toContain('"result"');
    await transport.close();
    client.close();
    await new Promise((resolve) => server.close(resolve));
  });
});

test('setScopeChallengeResolver: a tool that needs more scopes is answered with 403 and what it needs, before it runs', async () => {
  const server = new McpServer({ name: 'test', version: '1.0.0' });
  let runs = 0;
  const scopeChallenge = ({ authInfo }: { authInfo?: { scopes: string[] } }) =>
    authInfo?.scopes.includes('files:write') ? undefined : { scopes: ['files:read', 'files:write'] as const };
  server.registerTool('write', { inputSchema: z.object({}), scopeChallenge: scopeChallenge as never }, async () => {
    runs++;
    return { content: [] };
  });
  let scopes = ['files:read'];
  const { transport, post, url } = await serve({}, (each, req, res) => {
    const auth = { token: 'secret', clientId: 'client', scopes, resource: new URL('https://example.com/mcp') };
    return each.handleRequest(Object.assign(req, { auth }), res);
  });
  expect(url).toBeTypeOf('string');
  // Set by connect of SDK v2's McpServer; the messages themselves are answered by the test.
  Object.assign(transport, { start: async () => {} });
  await server.connect(transport as never);
  await (await post(initialize(), {})).text();
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'write', arguments: {} } };
  const refused = await post(call);
  expect(refused.status).toBe(403);
  const challenge = refused.headers.get('www-authenticate') ?? '';
  expect(challenge).toContain('error="insufficient_scope"');
  expect(challenge).toContain('scope="files:read files:write"');
  expect(challenge).toContain('resource_metadata="https://example.com/.well-known/oauth-protected-resource/mcp"');
  expect(runs).toBe(0);
  scopes = ['files:read', 'files:write'];
  expect((await post(call)).status).toBe(200);
  await until(() => runs === 1, 'the tool runs');
});

describe('what a request costs', () => {
  /** Counts what is made of the web's own classes meanwhile. */
  async function webObjectsMadeBy(run: () => Promise<void>): Promise<Record<string, number>> {
    const made: Record<string, number> = {};
    for (const name of ['Request', 'Response', 'Headers', 'URL', 'ReadableStream', 'AbortController'] as const) {
      vi.stubGlobal(
        name,
        new Proxy(globalThis[name], {
          construct(target, args, newTarget) {
            made[name] = (made[name] ?? 0) + 1;
            return Reflect.construct(target, args, newTarget);
          },
        }),
      );
    }
    try {
      await run();
    } finally {
      vi.unstubAllGlobals();
    }
    return made;
  }

  /** A request and its response as handed to a listener, without a client in this process that would make such objects itself. */
  async function postRaw(url: string, message: object): Promise<string> {
    const { request } = await import('node:http');
    const headers = { ...HEADERS, 'mcp-session-id': 'the-session', 'mcp-protocol-version': '2025-11-25' };
    const { hostname, port, pathname, search } = new URL(url);
    const sent = request({ hostname, port, path: pathname + search, method: 'POST', headers, agent: false });
    sent.end(JSON.stringify(message));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    return text;
  }

  test.each([true, false])(
    'fault 23: no web request, response or stream is made for one, and no listener (enableJsonResponse: %s)',
    async (enableJsonResponse) => {
      const { url, post } = await serve({ enableJsonResponse });
      await (await post(initialize(), {})).text();
      const made = await webObjectsMadeBy(async () => {
        for (let id = 1; id <= 5; id++) expect(await postRaw(url, { jsonrpc: '2.0', id, method: 'ping' })).toContain(`"id":${id}`);
      });
      // The test's own.
      expect(made).toEqual({ URL: 5 });
    },
  );

  test('fault 23: one listener serves all requests of a transport', async () => {
    vi.mocked(toNodeHandler).mockClear();
    const { post } = await serve();
    await (await post(initialize(), {})).text();
    for (let id = 1; id <= 5; id++) expect((await post({ jsonrpc: '2.0', id, method: 'ping' })).status).toBe(200);
    expect(toNodeHandler).toHaveBeenCalledOnce();
  });

  test('fault 24: a parsed body is not encoded again, nor copied', async () => {
    const params = {
      list: [1, 2, 3],
      toJSON(): never {
        throw new Error('encoded again');
      },
    };
    const { post, answerBy } = await serve({}, async (transport, req, res) => {
      let text = '';
      for await (const chunk of req) text += chunk;
      const body = JSON.parse(text);
      await transport.handleRequest(req, res, body.method === 'initialize' ? body : { ...body, params });
    });
    await (await post(initialize(), {})).text();
    let seen: unknown;
    answerBy((message) => {
      seen = (message as { params?: unknown }).params;
      return {};
    });
    expect((await post({ jsonrpc: '2.0', id: 1, method: 'ping' })).status).toBe(200);
    expect(seen).toBe(params);
  });

  test('fault 25: the URL, the headers and the web request are made when a handler asks for them', async () => {
    const { url, post, answerBy } = await serve({ enableJsonResponse: true });
    await (await post(initialize(), {})).text();
    let asks: (context: MessageContext | undefined) => unknown = () => undefined;
    const seen: unknown[] = [];
    answerBy((_message, context) => {
      seen.push(asks(context));
      return {};
    });
    const ping = (): Promise<unknown> => postRaw(url, { jsonrpc: '2.0', id: 1, method: 'ping' });
    expect(await webObjectsMadeBy(async () => void (await ping()))).toEqual({ URL: 1 });
    asks = (context) => context?.requestInfo?.headers['mcp-session-id'];
    expect(await webObjectsMadeBy(async () => void (await ping()))).toEqual({ URL: 1 });
    asks = (context) => context?.requestInfo?.url?.pathname;
    expect(await webObjectsMadeBy(async () => void (await ping()))).toEqual({ URL: 2 });
    asks = (context) => (context?.request as Request | undefined)?.headers.get('mcp-session-id');
    expect(await webObjectsMadeBy(async () => void (await ping()))).toEqual({ URL: 1, Headers: 1 });
    asks = (context) => (context?.request as Request | undefined)?.clone().url;
    expect(await webObjectsMadeBy(async () => void (await ping()))).toMatchObject({ Request: 1 });
    expect(seen).toEqual([undefined, 'the-session', '/mcp', 'the-session', url]);
  });
});
