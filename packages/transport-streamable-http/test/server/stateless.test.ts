// What 2026-07-28 demands of a server's answers to a POST, over each adapter.

import { setImmediate as turn } from 'node:timers/promises';
import { JsonRpcError, LocalErrorCode, Peer, type RequestContext, type RequestHandler, type TransportError } from '@mcpwire/jsonrpc';
import { missingClientCapability } from '@mcpwire/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RequestTransport } from '../../src/server/request-transport.js';
import type { StatelessContext } from '../../src/server/stateless-context.js';
import type { OnRequest } from '../../src/server/stateless-settings.js';
import { collectGarbage } from '../support/heap.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import {
  adapters,
  EventReader,
  exchange,
  type HeaderOverrides,
  modernEndpoint,
  modernRequest,
  post,
  type Served,
} from '../support/modern.js';
import { sleep, until } from '../support/until.js';

expectNoLeftovers();

const VERSION = 'io.modelcontextprotocol/protocolVersion';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';

type Endpoint = Parameters<typeof modernEndpoint>[0];

describe.each(adapters)('over $name', (adapter) => {
  let served: Served;
  let endpoint: ReturnType<typeof modernEndpoint>;
  /** What went wrong on the server's side. */
  let errors: Error[];

  beforeEach(() => {
    errors = [];
  });

  afterEach(async () => {
    endpoint?.close();
    await served?.dispose();
  });

  async function serve(options: Endpoint): Promise<void> {
    endpoint = modernEndpoint({ onerror: (error) => errors.push(error), ...options });
    served = await adapter.serve(endpoint.handler, { onerror: (error) => errors.push(error) });
  }

  /** A server of these methods, made anew for each request. */
  function peerOf(handlers: Record<string, RequestHandler>): OnRequest {
    return (transport) => {
      const peer = new Peer(transport, { onerror: (error) => errors.push(error) });
      for (const [method, handler] of Object.entries(handlers)) peer.handle(method, handler);
      return peer.start();
    };
  }

  const echo: RequestHandler = ({ arguments: args }) => ({ resultType: 'complete', content: [args] });
  const slow: RequestHandler = async (params, context) => {
    await turn();
    return echo(params, context);
  };
  const call = (args: object = {}, id: string | number = 1) =>
    modernRequest('tools/call', { id, params: { name: 'echo', arguments: args } });

  describe('a request', () => {
    test.each([
      ['at once', echo],
      ['later', slow],
    ])('that is answered %s is answered with one JSON object', async (_when, handler) => {
      await serve({ onrequest: peerOf({ 'tools/call': handler }) });
      const { status, headers, json } = await exchange(served, call({ text: 'täxt' }, 'an id'));
      expect([status, headers['content-type']]).toEqual([200, 'application/json']);
      expect(json).toEqual({ jsonrpc: '2.0', id: 'an id', result: { resultType: 'complete', content: [{ text: 'täxt' }] } });
    });

    test('that has something to say before is answered with an event stream, which ends behind the response', async () => {
      await serve({
        onrequest: peerOf({
          'tools/call': async (_params, context) => {
            await context.progress(1, 2);
            await turn();
            await context.notify('notifications/message', { level: 'info', data: 'x' });
            return {};
          },
        }),
      });
      const request = modernRequest('tools/call', { params: { name: 'echo', _meta: { progressToken: 't' } } });
      const { status, headers, messages } = await exchange(served, request);
      expect(status).toBe(200);
      expect(headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
      expect(headers['cache-control']).toContain('no-cache');
      expect(messages).toEqual([
        { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 't', progress: 1, total: 2 } },
        { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'x' } },
        { jsonrpc: '2.0', id: 1, result: {} },
      ]);
    });

    test.each([
      ['at once', echo],
      ['later', slow],
    ])(
      'that is answered %s is answered with a stream where the mode is `sse`, but an error with its own status',
      async (_when, handler) => {
        await serve({ replyMode: 'sse', onrequest: peerOf({ 'tools/call': handler }) });
        const { headers, messages } = await exchange(served, call());
        expect(headers['content-type']).toBe('text/event-stream');
        expect(messages).toEqual([{ jsonrpc: '2.0', id: 1, result: { resultType: 'complete', content: [{}] } }]);
        const unknown = await exchange(served, modernRequest('tools/other'));
        expect([unknown.status, unknown.json?.error?.code]).toEqual([404, -32601]);
      },
    );

    test('is answered with a stream from the start where the mode is `sse`, before there is anything to say', async () => {
      let answer = (): void => {};
      await serve({ replyMode: 'sse', onrequest: peerOf({ 'tools/call': () => new Promise((resolve) => (answer = () => resolve({}))) }) });
      const reader = await EventReader.open(served, call());
      expect([reader.headers['content-type'], reader.messages]).toEqual(['text/event-stream', []]);
      answer();
      expect(await reader.untilMessages(1)).toEqual([{ jsonrpc: '2.0', id: 1, result: {} }]);
      expect(await reader.untilEnded()).toEqual({});
    });

    test('relies on no other: each has a transport of its own, though they share a connection and an id', async () => {
      const transports = new Set<RequestTransport>();
      const inner = peerOf({ 'tools/call': slow });
      await serve({
        onrequest(transport, context) {
          transports.add(transport);
          return inner(transport, context);
        },
      });
      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => exchange(served, call({ n }, 7))));
      expect(answers.map(({ json }) => json?.result?.content)).toEqual(Array.from({ length: 20 }, (_, n) => [{ n }]));
      expect(transports.size).toBe(20);
    });

    test('is served as what it says of itself, and not as an earlier one', async () => {
      await serve({ onrequest: peerOf({ 'tools/call': (_params, { message }) => ({ meta: (message as StatelessContext).meta }) }) });
      const ask = (clientCapabilities: object) =>
        exchange(served, modernRequest('tools/call', { params: { name: 'a' }, clientCapabilities: { ...clientCapabilities } }));
      expect((await ask({ elicitation: {} })).json?.result?.meta).toMatchObject({ clientCapabilities: { elicitation: {} } });
      expect((await ask({})).json?.result?.meta).toMatchObject({ protocolVersion: '2026-07-28', clientCapabilities: {} });
    });

    test('shows its handler who sent it, and the HTTP request', async () => {
      let seen: StatelessContext | undefined;
      const inner = peerOf({ 'tools/call': echo });
      await serve({
        onrequest(transport, context) {
          seen = context;
          return inner(transport, context);
        },
      });
      const { handler } = endpoint;
      await served.dispose();
      served = await adapter.serve((request) => {
        request.principal = { id: 'alice', scopes: ['a'], token: 't', expiresAtMs: 1_999 };
        return handler(request);
      });
      await exchange(served, call(), { headers: { 'x-mine': 'yes' } });
      expect(seen?.principal?.id).toBe('alice');
      expect(seen?.http.headers['x-mine']).toBe('yes');
      expect(seen?.requestInfo.headers['x-mine']).toBe('yes');
      expect(seen?.requestInfo.url?.href).toBe(`${served.url}/`);
      expect(seen?.request).toBeInstanceOf(Request);
      expect(new Headers((seen?.request as Request | undefined)?.headers).get('x-mine')).toBe('yes');
      expect(seen?.authInfo).toEqual({ token: 't', clientId: 'alice', scopes: ['a'], expiresAt: 1 });
    });

    test('to server/discover goes to the server like any other', async () => {
      const discovered = { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: {} };
      await serve({ onrequest: peerOf({ 'server/discover': () => discovered }) });
      expect((await exchange(served, modernRequest('server/discover', { id: 'd' }))).json).toEqual({
        jsonrpc: '2.0',
        id: 'd',
        result: discovered,
      });
    });

    test('has no session: none is made, and what a client says of one is not looked at', async () => {
      await serve({ onrequest: peerOf({ 'tools/call': echo }) });
      for (const headers of [
        {},
        { 'mcp-session-id': 'made-up' },
        { 'mcp-session-id': '\u00ff' },
        { 'last-event-id': '17' },
      ] as HeaderOverrides[]) {
        const response = await exchange(served, call(), { headers });
        expect(response.status).toBe(200);
        expect(response.headers['mcp-session-id']).toBeUndefined();
      }
    });
  });

  describe('what is no single request or notification', () => {
    test.each([
      ['a batch', [modernRequest('tools/list')], -32600],
      ['an empty batch', [], -32600],
      ['a response', { jsonrpc: '2.0', id: 1, result: {} }, -32600],
      ['an error response', { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'x' } }, -32600],
      ['no JSON', '{"jsonrpc":', -32700],
      ['nothing', '', -32700],
      ['a number', '17', -32600],
      ['another version of JSON-RPC', { jsonrpc: '1.0', id: 1, method: 'tools/list' }, -32600],
      ['a request with null for an id', { jsonrpc: '2.0', id: null, method: 'tools/list' }, -32600],
      ['a request without a method', { jsonrpc: '2.0', id: 3 }, -32600],
    ])('is refused with 400: %s', async (_what, body, code) => {
      await serve({ onrequest: () => expect.unreachable() });
      const { status, headers, json } = await exchange(served, body);
      expect([status, headers['content-type'], json?.error?.code]).toEqual([400, 'application/json', code]);
      expect(errors).toEqual([]);
    });

    test.each(['GET', 'DELETE', 'PUT'])('is refused with 405 and what is allowed: %s', async (method) => {
      await serve({ onrequest: () => expect.unreachable() });
      const { status, headers } = await served.client.request({ url: served.url, method, headers: { accept: 'text/event-stream' } });
      expect([status, headers.allow]).toEqual([405, 'POST']);
    });
  });

  describe('a notification', () => {
    test('is accepted with 202 and no body', async () => {
      const seen: string[] = [];
      await serve({ onrequest: () => expect.unreachable(), onnotification: ({ method }) => seen.push(method) });
      const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
      for (const headers of [{}, { 'mcp-method': undefined, 'mcp-protocol-version': undefined }]) {
        const { status, text } = await exchange(served, cancelled, { headers });
        expect([status, text]).toEqual([202, '']);
      }
      expect(seen).toEqual(['notifications/cancelled', 'notifications/cancelled']);
    });

    test('that contradicts its headers, or is of another version, is refused, without an id', async () => {
      await serve({ onrequest: () => expect.unreachable(), onnotification: () => expect.unreachable() });
      const mismatch = await exchange(
        served,
        { jsonrpc: '2.0', method: 'notifications/a' },
        { headers: { 'mcp-method': 'notifications/b' } },
      );
      expect([mismatch.status, mismatch.json?.error?.code, 'id' in (mismatch.json ?? {})]).toEqual([400, -32020, false]);
      const other = { jsonrpc: '2.0', method: 'notifications/a', params: { _meta: { [VERSION]: '2030-01-01' } } };
      const unsupported = await exchange(served, other);
      expect([unsupported.status, unsupported.json?.error?.code]).toEqual([400, -32022]);
    });

    test('whose handler throws is the fault of the server', async () => {
      await serve({
        onrequest: () => expect.unreachable(),
        onnotification: () => {
          throw new Error('secret');
        },
      });
      const { status, text } = await exchange(served, { jsonrpc: '2.0', method: 'notifications/a' });
      expect(status).toBe(500);
      expect(text).not.toContain('secret');
      expect(errors.map(({ message }) => message)).toEqual(['secret']);
    });
  });

  describe('what a request has to say of itself', () => {
    test.each([
      ['no params', undefined, [VERSION, CAPABILITIES]],
      ['no _meta', {}, [VERSION, CAPABILITIES]],
      ['no version', { _meta: { [CAPABILITIES]: {} } }, [VERSION]],
      ['no capabilities', { _meta: { [VERSION]: '2026-07-28' } }, [CAPABILITIES]],
    ])('is demanded with -32602 and 400: %s', async (_what, params, missing) => {
      await serve({ onrequest: () => expect.unreachable() });
      const { status, json } = await exchange(served, { jsonrpc: '2.0', id: 9, method: 'tools/list', params });
      expect(status).toBe(400);
      expect(json).toMatchObject({ id: 9, error: { code: -32602, data: { missing } } });
    });

    test('is more than an initialize request has: that is told which versions there are', async () => {
      await serve({ onrequest: () => expect.unreachable() });
      const initialize = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'old', version: '1' } };
      const { status, json } = await exchange(
        served,
        { jsonrpc: '2.0', id: 0, method: 'initialize', params: initialize },
        { headers: { 'mcp-method': undefined, 'mcp-protocol-version': undefined } },
      );
      expect(status).toBe(400);
      expect(json).toMatchObject({ id: 0, error: { code: -32020, data: { header: 'MCP-Protocol-Version', supported: ['2026-07-28'] } } });
      expect(json?.error?.message).toContain('2026-07-28');
    });
  });

  describe('the headers', () => {
    const read = modernRequest('resources/read', { params: { uri: 'file:///a' } });
    const prompt = modernRequest('prompts/get', { params: { name: 'p' } });

    test.each<[string, object, HeaderOverrides, string]>([
      ['MCP-Protocol-Version is missing', call(), { 'mcp-protocol-version': undefined }, 'MCP-Protocol-Version'],
      ['MCP-Protocol-Version is another', call(), { 'mcp-protocol-version': '2025-11-25' }, 'MCP-Protocol-Version'],
      ['Mcp-Method is missing', call(), { 'mcp-method': undefined }, 'Mcp-Method'],
      ['Mcp-Method is another', call(), { 'mcp-method': 'tools/list' }, 'Mcp-Method'],
      ['Mcp-Method is in another case', call(), { 'mcp-method': 'Tools/Call' }, 'Mcp-Method'],
      ['Mcp-Name is missing on tools/call', call(), { 'mcp-name': undefined }, 'Mcp-Name'],
      ['Mcp-Name is another on tools/call', call(), { 'mcp-name': 'other' }, 'Mcp-Name'],
      ['Mcp-Name is missing on resources/read', read, { 'mcp-name': undefined }, 'Mcp-Name'],
      ['Mcp-Name is another on resources/read', read, { 'mcp-name': 'file:///b' }, 'Mcp-Name'],
      ['Mcp-Name is missing on prompts/get', prompt, { 'mcp-name': undefined }, 'Mcp-Name'],
      ['Mcp-Name is another on prompts/get', prompt, { 'mcp-name': 'P' }, 'Mcp-Name'],
      ['Mcp-Name is no Base64', call(), { 'mcp-name': '=?base64?ZWNo?=' }, 'Mcp-Name'],
      ['Mcp-Name has characters that no header may have', call(), { 'mcp-name': 'ech\u00f6' }, 'Mcp-Name'],
    ])('are held against the body, with -32020 and 400: %s', async (_what, message, headers, header) => {
      await serve({ onrequest: () => expect.unreachable() });
      const { status, json } = await exchange(served, message, { headers });
      expect(status).toBe(400);
      expect(json).toMatchObject({ id: 1, error: { code: -32020, data: { header } } });
    });

    test('may have a name in Base64, which is decoded before it is compared', async () => {
      await serve({ onrequest: peerOf({ 'tools/call': echo }) });
      const plain = await exchange(served, call(), { headers: { 'mcp-name': '=?base64?ZWNobw==?=' } });
      expect(plain.status).toBe(200);
      const other = modernRequest('tools/call', { params: { name: 'Übersetzung 世界', arguments: {} } });
      expect((await exchange(served, other)).status).toBe(200);
    });

    test('have names without case, and values with white space around them', async () => {
      await serve({ onrequest: peerOf({ 'tools/call': echo }) });
      const headers = { 'mcp-method': undefined, 'MCP-METHOD': 'tools/call', 'mcp-name': undefined, 'mCP-nAME': 'echo' };
      expect((await exchange(served, call(), { headers })).status).toBe(200);
    });
  });

  describe('a version that is not served', () => {
    test.each(['1900-01-01', '2025-11-25', '2030-01-01', 'nonsense'])(
      'is refused with -32022, 400, and what there is: %s',
      async (protocolVersion) => {
        await serve({ onrequest: () => expect.unreachable(), legacyVersions: ['2025-11-25', '2025-06-18'] });
        const { status, json } = await exchange(served, modernRequest('tools/list', { id: 'v', protocolVersion }));
        expect(status).toBe(400);
        expect(json).toMatchObject({
          id: 'v',
          error: { code: -32022, data: { supported: ['2026-07-28', '2025-11-25', '2025-06-18'], requested: protocolVersion } },
        });
      },
    );

    test('is told before anything else is wrong that only this version has', async () => {
      await serve({ onrequest: () => expect.unreachable() });
      const request = modernRequest('tools/list', { protocolVersion: '2030-01-01' });
      expect((await exchange(served, request, { headers: { 'mcp-method': undefined } })).json?.error?.code).toBe(-32022);
      // That it is this version cannot be told, where the header says another.
      expect((await exchange(served, request, { headers: { 'mcp-protocol-version': '2026-07-28' } })).json?.error?.code).toBe(-32020);
    });
  });

  describe('the status of an error', () => {
    test.each<[number, string, RequestHandler | undefined]>([
      [404, 'an unknown method', undefined],
      [
        400,
        'a capability that the client does not declare',
        () => {
          throw missingClientCapability({ elicitation: {} });
        },
      ],
      [
        200,
        'params that a tool does not take',
        () => {
          throw new JsonRpcError(-32602, 'no');
        },
      ],
      [
        200,
        'a handler that fails',
        async () => {
          throw new Error('no');
        },
      ],
    ])('is %i for %s', async (expected, _what, handler) => {
      await serve({ onrequest: peerOf(handler ? { 'tools/call': handler } : {}) });
      const { status, headers, json } = await exchange(served, call({}, 'e'));
      expect([status, headers['content-type'], json?.id]).toEqual([expected, 'application/json', 'e']);
      expect(json?.error).toBeDefined();
    });

    test('cannot be told any more once the stream is open, where the error is the last message', async () => {
      await serve({
        onrequest: peerOf({
          'tools/call': async (_params, context) => {
            await context.notify('notifications/message', { level: 'info', data: 1 });
            throw missingClientCapability({ elicitation: {} });
          },
        }),
      });
      const { status, messages } = await exchange(served, call());
      expect([status, messages.length, messages[1]?.error?.code]).toEqual([200, 2, -32021]);
    });
  });

  describe('Accept', () => {
    test.each([undefined, '*/*', 'Application/JSON, Text/Event-Stream', 'text/event-stream;q=0.1, application/*'])(
      'lets both kinds in: %s',
      async (accept) => {
        await serve({ onrequest: peerOf({ 'tools/call': echo }) });
        expect((await exchange(served, call(), { headers: { accept } })).status).toBe(200);
      },
    );

    test('that allows neither is answered with 406', async () => {
      await serve({ onrequest: () => expect.unreachable() });
      expect((await exchange(served, call(), { headers: { accept: 'text/html' } })).status).toBe(406);
    });

    test('that allows one kind gets that', async () => {
      await serve({
        onrequest: peerOf({
          'tools/call': slow,
          'tools/noisy': async (_params, context) => {
            await context.notify('notifications/message', { level: 'info', data: 1 }).catch(() => {});
            return {};
          },
        }),
      });
      const stream = await exchange(served, call(), { headers: { accept: 'text/event-stream' } });
      expect([stream.headers['content-type'], stream.messages.length]).toEqual(['text/event-stream', 1]);
      const json = await exchange(served, modernRequest('tools/noisy'), { headers: { accept: 'application/json' } });
      expect([json.headers['content-type'], json.json]).toEqual(['application/json', { jsonrpc: '2.0', id: 1, result: {} }]);
      // What could not be sent is not dropped in silence.
      expect(errors).toMatchObject([{ code: 'write-failed', message: expect.stringContaining('Accept') }]);
    });

    test('of a Content-Type other than JSON is not asked: 415', async () => {
      await serve({ onrequest: () => expect.unreachable() });
      expect((await exchange(served, call(), { headers: { 'content-type': 'text/plain' } })).status).toBe(415);
    });
  });

  describe('Mcp-Param-*', () => {
    const inputSchema = {
      type: 'object',
      properties: { region: { type: 'string', 'x-mcp-header': 'Region' }, count: { type: 'integer', 'x-mcp-header': 'Count' } },
    };
    const list: RequestHandler = () => ({ resultType: 'complete', tools: [{ name: 'echo', inputSchema }] });

    test.each<[string, Endpoint['inputSchemaOf']]>([
      ['a tools/list that went by', undefined],
      ['inputSchemaOf', () => inputSchema],
      ['inputSchemaOf that takes its time', async () => inputSchema],
    ])('is held against the arguments, by the schema of %s', async (_what, inputSchemaOf) => {
      await serve({ onrequest: peerOf({ 'tools/call': echo, 'tools/list': list }), inputSchemaOf });
      if (!inputSchemaOf) expect((await exchange(served, call({ region: 'eu' }))).status).toBe(200);
      expect((await exchange(served, modernRequest('tools/list'))).status).toBe(200);

      const refused = async (args: object, headers: HeaderOverrides): Promise<unknown> => {
        const { status, json } = await exchange(served, call(args), { headers });
        if (status === 200) return undefined;
        expect([status, json?.id, json?.error?.code]).toEqual([400, 1, -32020]);
        return (json?.error?.data as { header: string } | undefined)?.header;
      };
      expect(await refused({ region: 'eu' }, { 'mcp-param-region': 'eu' })).toBeUndefined();
      expect(await refused({ region: 'eu' }, {})).toBe('Mcp-Param-Region');
      expect(await refused({ region: 'eu' }, { 'mcp-param-region': 'us' })).toBe('Mcp-Param-Region');
      expect(await refused({ region: '世界' }, { 'mcp-param-region': '=?base64?5LiW55WM?=' })).toBeUndefined();
      expect(await refused({ region: '世界' }, { 'mcp-param-region': '=?base64?!?=' })).toBe('Mcp-Param-Region');
      expect(await refused({ region: 'e\u00fc' }, { 'mcp-param-region': 'e\u00fc' })).toBe('Mcp-Param-Region');
      expect(await refused({ count: 42 }, { 'mcp-param-count': '42.0' })).toBeUndefined();
      expect(await refused({ count: 42 }, { 'mcp-param-count': '43' })).toBe('Mcp-Param-Count');
      expect(await refused({ count: null }, {})).toBeUndefined();
      expect(await refused({}, {})).toBeUndefined();
      expect(await refused({}, { 'mcp-param-unknown': 'x' })).toBeUndefined();
    });

    test('that cannot be checked is a fault of the server', async () => {
      await serve({ onrequest: () => expect.unreachable(), inputSchemaOf: () => Promise.reject(new Error('secret')) });
      const { status, json } = await exchange(served, call());
      expect([status, json?.id, json?.error?.code]).toEqual([500, 1, -32603]);
      expect(json?.error?.message).not.toContain('secret');
      expect(errors.map(({ message }) => message)).toEqual(['secret']);
    });
  });

  describe('what a server sends', () => {
    /** A server that sends this first, and then answers with what came of it. */
    const trying = (send: (transport: RequestTransport) => Promise<unknown>): OnRequest => {
      return async (transport) => {
        transport.onmessage = async () => {
          let outcome: unknown = 'sent';
          try {
            await send(transport);
          } catch (error) {
            outcome = (error as TransportError).code;
          }
          await transport.send({ jsonrpc: '2.0', id: 1, result: { outcome } });
        };
        await transport.start();
      };
    };

    test('is never a request of its own', async () => {
      await serve({ onrequest: trying((transport) => transport.send({ jsonrpc: '2.0', id: 'mine', method: 'sampling/createMessage' })) });
      const { headers, json } = await exchange(served, call());
      expect(headers['content-type']).toBe('application/json');
      expect(json?.result).toEqual({ outcome: 'not-supported' });
    });

    test('is never a request through a Peer either, which hears why at once', async () => {
      let transport: RequestTransport | undefined;
      await serve({
        onrequest(given) {
          transport = given;
          const peer = new Peer(given);
          peer.handle('tools/call', async () => {
            const error = await peer.request('roots/list').catch((thrown: Error) => thrown);
            return { why: (error as Error).message };
          });
          return peer.start();
        },
      });
      expect((await exchange(served, call())).json?.result?.why).toMatch(/A server sends no requests over 2026-07-28.*InputRequiredResult/);
      expect(transport?.closeReason).toEqual({ kind: 'closed' });
    });

    test('is never a change notification, which belongs on a listen stream', async () => {
      await serve({ onrequest: trying((transport) => transport.send({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' })) });
      expect((await exchange(served, call())).json?.result).toEqual({ outcome: 'not-supported' });
    });

    test('is never the response to another request', async () => {
      await serve({ onrequest: trying((transport) => transport.send({ jsonrpc: '2.0', id: 2, result: {} })) });
      expect((await exchange(served, call())).json?.result).toEqual({ outcome: 'unknown-response' });
    });

    test('may be a second try, when the first could not be written as JSON', async () => {
      await serve({ onrequest: trying((transport) => transport.send({ jsonrpc: '2.0', id: 1, result: { n: 1n } })) });
      expect((await exchange(served, call())).json?.result).toEqual({ outcome: 'encode-failed' });
    });

    test('ends with the response: then the transport is closed', async () => {
      const outcomes: unknown[] = [];
      await serve({
        async onrequest(transport) {
          transport.onclose = (reason) => outcomes.push(reason);
          transport.onmessage = async () => {
            await transport.send({ jsonrpc: '2.0', id: 1, result: {} });
            await transport.send({ jsonrpc: '2.0', method: 'notifications/message' }).catch(({ code }) => outcomes.push(code));
            await transport.send({ jsonrpc: '2.0', id: 1, result: {} }).catch(({ code }) => outcomes.push(code));
            await transport.close();
          };
          await transport.start();
        },
      });
      expect((await exchange(served, call())).json?.result).toEqual({});
      await until(() => outcomes.length === 3, 'everything is refused');
      expect(outcomes).toEqual([{ kind: 'closed' }, 'closed', 'closed']);
    });
  });

  describe('a server that does not answer', () => {
    test.each([
      ['before it is started', (transport: RequestTransport) => transport.close()],
      [
        'after the request came',
        (transport: RequestTransport) => {
          transport.onmessage = () => void transport.close();
          return transport.start();
        },
      ],
    ])('but closes its transport %s has its client told so', async (_when, onrequest) => {
      await serve({ onrequest });
      const { status, json } = await exchange(served, call({}, 'c'));
      expect(status).toBe(500);
      expect(json).toMatchObject({ id: 'c', error: { code: LocalErrorCode.ConnectionLost } });
    });

    test('but closes its transport in the middle of a stream has its client told so there', async () => {
      await serve({
        onrequest(transport) {
          transport.onmessage = async () => {
            await transport.send({ jsonrpc: '2.0', method: 'notifications/message' });
            await transport.close();
          };
          return transport.start();
        },
      });
      const { messages } = await exchange(served, call());
      expect(messages[1]).toMatchObject({ id: 1, error: { code: LocalErrorCode.ConnectionLost } });
    });

    test.each<[string, OnRequest]>([
      [
        'throws',
        () => {
          throw new Error('secret');
        },
      ],
      ['rejects', () => Promise.reject(new Error('secret'))],
      [
        'rejects later',
        async () => {
          await turn();
          throw new Error('secret');
        },
      ],
    ])('but %s has its client told no more than that', async (_what, onrequest) => {
      await serve({ onrequest });
      const { status, json, text } = await exchange(served, call());
      expect([status, json?.error?.code]).toEqual([500, -32603]);
      expect(text).not.toContain('secret');
      expect(errors.map(({ message }) => message)).toEqual(['secret']);
    });

    test('but throws a JSON-RPC error has that told', async () => {
      await serve({
        onrequest: () => {
          throw new JsonRpcError(-32601, 'No such thing');
        },
      });
      const { status, json } = await exchange(served, call({}, 'j'));
      expect([status, json]).toEqual([404, { jsonrpc: '2.0', id: 'j', error: { code: -32601, message: 'No such thing' } }]);
      expect(errors).toEqual([]);
    });
  });

  describe('closing the connection', () => {
    /** A tool that says what becomes of it. */
    function observed(begin: (context: RequestContext) => Promise<unknown>) {
      const seen = { started: false, aborted: false, closed: undefined as unknown, afterwards: undefined as unknown };
      const onrequest: OnRequest = (transport) => {
        const peer = new Peer(transport, { onclose: (reason) => (seen.closed = reason) });
        peer.handle('tools/call', async (_params, context) => {
          context.signal.addEventListener('abort', () => (seen.aborted = true));
          seen.started = true;
          await begin(context);
          await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
          seen.afterwards = await transport.send({ jsonrpc: '2.0', method: 'notifications/message' }).catch(({ code }) => code);
          return {};
        });
        return peer.start();
      };
      return { seen, onrequest };
    }

    test('cancels the request before a byte was sent', async () => {
      const { seen, onrequest } = observed(async () => {});
      await serve({ onrequest });
      const controller = new AbortController();
      const response = post(served, call(), { signal: controller.signal });
      await until(() => seen.started, 'the tool is called');
      await turn();
      controller.abort();
      await expect(response).rejects.toThrow();
      await until(() => seen.afterwards !== undefined, 'the tool hears of it');
      expect(seen).toEqual({ started: true, aborted: true, closed: { kind: 'peer-gone' }, afterwards: 'peer-gone' });
      await until(() => served.inFlight === 0, 'nothing is left in flight');
    });

    test('cancels the request in the middle of its stream', async () => {
      const { seen, onrequest } = observed((context) => context.notify('notifications/message', { level: 'info', data: 1 }));
      await serve({ onrequest });
      const reader = await EventReader.open(served, call());
      await reader.untilMessages(1);
      reader.close();
      await until(() => seen.afterwards !== undefined, 'the tool hears of it');
      expect(seen).toEqual({ started: true, aborted: true, closed: { kind: 'peer-gone' }, afterwards: 'peer-gone' });
      await until(() => served.inFlight === 0, 'nothing is left in flight');
      expect(endpoint.settings.streams.keepAlive?.size).toBe(0);
    });

    test('before the headers of its tool are known makes no server at all', async () => {
      let asked = 0;
      let tell = (): void => {};
      await serve({
        onrequest: () => expect.unreachable(),
        inputSchemaOf: () =>
          new Promise<undefined>((resolve) => {
            asked++;
            tell = () => resolve(undefined);
          }),
      });
      const controller = new AbortController();
      const response = post(served, call(), { signal: controller.signal });
      await until(() => asked === 1, 'the schema is asked for');
      controller.abort();
      await expect(response).rejects.toThrow();
      // The server's end of the connection hears of it a moment later.
      await sleep(20);
      tell();
      await until(() => served.inFlight === 0, 'nothing is left in flight');
      expect(errors).toEqual([]);
    });

    test('after the answer cancels nothing', async () => {
      let closed: unknown;
      const inner = peerOf({ 'tools/call': slow });
      await serve({
        async onrequest(transport, context) {
          await inner(transport, context);
          const { onclose } = transport;
          transport.onclose = (reason) => {
            closed = reason;
            onclose?.(reason);
          };
        },
      });
      await exchange(served, call());
      await served.client.close();
      await turn();
      expect(closed).toEqual({ kind: 'closed' });
      expect(errors).toEqual([]);
    });
  });

  test('no request is kept once it is answered', async () => {
    let finished = 0;
    const registry = new FinalizationRegistry(() => finished++);
    const inner = peerOf({ 'tools/call': slow });
    await serve({
      onrequest(transport, context) {
        registry.register(transport, undefined);
        return inner(transport, context);
      },
    });
    for (let n = 0; n < 50; n++) await exchange(served, call({ n }));
    await until(() => {
      collectGarbage();
      return finished >= 45;
    }, 'the transports are collected');
  });
});
