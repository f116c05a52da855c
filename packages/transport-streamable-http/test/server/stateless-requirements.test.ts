// What the specification demands of a server of 2026-07-28, requirement by requirement, of the whole handler: alone, and beside legacy sessions.

import { readText } from '@mcpwire/http';
import { type JsonRpcRequest, Peer } from '@mcpwire/jsonrpc';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createStreamableHTTPHandler, type StreamableHTTPHandler } from '../../src/server/handler.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import {
  type Adapter,
  adapters,
  EventReader,
  type Exchanged,
  exchange,
  type HeaderOverrides,
  modernRequest,
  type Served,
} from '../support/modern.js';
import { type Calls, createPeerServer } from '../support/peer-server.js';
import { until } from '../support/until.js';

expectNoLeftovers();

const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';
const combinations = adapters.flatMap((adapter) =>
  [true, false].map((dual) => ({ adapter, dual, name: adapter.name, beside: dual ? 'beside sessions' : 'alone' })),
);

describe.each(combinations)('over $name, $beside', ({ adapter, dual }: { adapter: Adapter; dual: boolean }) => {
  let served: Served;
  let handler: StreamableHTTPHandler;
  let calls: Calls;
  let errors: Error[];

  beforeEach(async () => {
    calls = { started: 0, aborted: 0 };
    errors = [];
    const onerror = (error: Error): void => void errors.push(error);
    const onrequest = createPeerServer(calls, onerror);
    handler = createStreamableHTTPHandler({
      onrequest,
      ...(dual && { onsession: (transport) => new Peer(transport).start() }),
      ...(!dual && { supportedProtocolVersions: ['2026-07-28'] }),
      subscriptions: true,
      keepAliveMs: 50,
      onerror,
    });
    served = await adapter.serve(handler, { onerror });
  });

  afterEach(async () => {
    await handler.close({ graceMs: 0 });
    await served.dispose();
  });

  const call = (name = 'echo', args: object = { text: 'x' }): JsonRpcRequest =>
    modernRequest('tools/call', { id: 'r', params: { name, arguments: args } });
  const send = (message: unknown, headers?: HeaderOverrides): Promise<Exchanged> => exchange(served, message, headers && { headers });
  async function expectRefused(message: unknown, headers: HeaderOverrides | undefined, code: number, status = 400): Promise<Exchanged> {
    const before = calls.started;
    const refused = await send(message, headers);
    expect([refused.status, refused.headers['content-type'], refused.json?.error?.code]).toEqual([status, 'application/json', code]);
    expect(refused.json?.id).toBe((message as { id?: unknown }).id);
    expect(calls.started, 'nothing was called').toBe(before);
    // So that it was not refused for another reason.
    expect((await send(call())).json?.result).toMatchObject({ content: [{ text: 'x' }] });
    return refused;
  }
  const listen = (notifications: object, id: string | number = 1): Promise<EventReader> =>
    EventReader.open(served, modernRequest('subscriptions/listen', { id, params: { notifications } }));

  test('48: a version header that contradicts the body is refused with -32020', () =>
    expectRefused(call(), { 'mcp-protocol-version': '2025-11-25' }, -32020));

  test('49: a version header that is missing is refused with 400', () =>
    expectRefused(call(), { 'mcp-protocol-version': undefined }, -32020));

  test('50: a version that is not served is refused with -32022, and told what is', async () => {
    const { json } = await expectRefused(
      modernRequest('tools/call', { id: 'r', params: { name: 'echo' }, protocolVersion: '2099-01-01' }),
      undefined,
      -32022,
    );
    const legacy = dual ? ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] : [];
    expect(json?.error?.data).toEqual({ supported: ['2026-07-28', ...legacy], requested: '2099-01-01' });
  });

  test('51: an Mcp-Method that is missing or another is refused', async () => {
    await expectRefused(call(), { 'mcp-method': undefined }, -32020);
    await expectRefused(call(), { 'mcp-method': 'tools/list' }, -32020);
  });

  test.each<[string, JsonRpcRequest]>([
    ['tools/call', call()],
    ['resources/read', modernRequest('resources/read', { id: 'r', params: { uri: 'a:1' } })],
    ['prompts/get', modernRequest('prompts/get', { id: 'r', params: { name: 'p' } })],
  ])('52: an Mcp-Name that is missing or another is refused on %s', async (_method, message) => {
    await expectRefused(message, { 'mcp-name': undefined }, -32020);
    await expectRefused(message, { 'mcp-name': 'other' }, -32020);
  });

  test('53: an Mcp-Name in Base64 is decoded before it is compared', async () => {
    expect((await send(call('übersetze', {}), { 'mcp-name': '=?base64?w7xiZXJzZXR6ZQ==?=' })).json?.result).toMatchObject({
      content: [{ text: 'called übersetze' }],
    });
    await expectRefused(call('übersetze', {}), { 'mcp-name': '=?base64?dWViZXJzZXR6ZQ==?=' }, -32020);
  });

  test('54: headers that are malformed are refused with -32020 too', () => expectRefused(call(), { 'mcp-name': '=?base64?%%%?=' }, -32020));

  test('55: Mcp-Param-* must match, be there, be Base64, and compare integers by value', async () => {
    expect((await send(modernRequest('tools/list'))).status).toBe(200);
    const region = (value: string): JsonRpcRequest => call('echo', { text: 'x', region: value });
    await expectRefused(region('eu'), {}, -32020);
    await expectRefused(region('eu'), { 'mcp-param-region': 'us' }, -32020);
    await expectRefused(region('eu'), { 'mcp-param-region': '=?base64?ZXU?=' }, -32020);
    await expectRefused(call('echo', { text: 'x', count: 42 }), { 'mcp-param-count': '42.5' }, -32020);
    expect((await send(region('eu'), { 'mcp-param-region': '=?base64?ZXU=?=' })).status).toBe(200);
    expect((await send(call('echo', { text: 'x', count: 42 }), { 'mcp-param-count': '42.0' })).status).toBe(200);
    expect((await send(call('echo', { text: 'x', count: null }))).status).toBe(200);
  });

  test('57: an unknown method is answered with 404 and -32601', () =>
    expectRefused(modernRequest('tools/other', { id: 'r' }), undefined, -32601, 404));

  test.each(['GET', 'DELETE'])('58: %s is answered with 405', async (method) => {
    const headers = { accept: 'text/event-stream', 'mcp-protocol-version': '2026-07-28' };
    const { status, headers: answered, body } = await served.client.request({ url: served.url, method, headers });
    await readText(body);
    expect([status, answered.allow]).toEqual([405, dual ? 'GET, POST, DELETE' : 'POST']);
  });

  test('59: a session id is ignored and never made, and so is Last-Event-ID', async () => {
    for (const headers of [{ 'mcp-session-id': 'made up' }, { 'last-event-id': '1_1' }]) {
      const { status, headers: answered } = await send(call(), headers);
      expect([status, answered['mcp-session-id']]).toEqual([200, undefined]);
    }
    const { status, events } = await listen({ toolsListChanged: true });
    expect([status, events.every(({ id }) => id === undefined)]).toEqual([200, true]);
    expect(handler.sessions.size).toBe(0);
  });

  test('60: a server sends no requests: what it needs to know it has to ask for in its result', async () => {
    const { headers, json } = await send(call('ask', {}));
    expect(headers['content-type']).toBe('application/json');
    expect(json?.result).toMatchObject({ content: [{ text: expect.stringContaining('InputRequiredResult') }] });
  });

  test('61: notifications on a response stream belong to its request', async () => {
    const request = modernRequest('tools/call', { id: 'r', params: { name: 'count', _meta: { progressToken: 'mine' } } });
    const [mine, other] = await Promise.all([
      send(request),
      send(modernRequest('tools/call', { id: 'o', params: { name: 'count', _meta: { progressToken: 'other' } } })),
    ]);
    for (const [{ messages }, token] of [[mine, 'mine'] as const, [other, 'other'] as const]) {
      expect(messages.map(({ params }) => params?.progressToken)).toEqual([token, token, token, undefined]);
    }
  });

  test('62: a stream tells proxies not to hold it back', async () => {
    const request = modernRequest('tools/call', { params: { name: 'count', _meta: { progressToken: 1 } } });
    expect((await send(request)).headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    const reader = await listen({});
    expect(reader.headers['x-accel-buffering']).toBe('no');
    await until(() => /^:/m.test(reader.text), 'a comment keeps the stream open');
  });

  test('63: closing the stream cancels the request', async () => {
    const reader = await EventReader.open(served, modernRequest('tools/call', { params: { name: 'hang', _meta: { progressToken: 1 } } }));
    await reader.untilMessages(1);
    expect(calls).toEqual({ started: 1, aborted: 0 });
    reader.close();
    await until(() => calls.aborted === 1, 'the tool is aborted');
    await until(() => served.inFlight === 0, 'nothing is left in flight');
    // Nothing went wrong by that: the tool's own answer is not sent, and nobody is told.
    expect(errors).toEqual([]);
  });

  test('64 to 67: a subscription is acknowledged first, with its id, and told what was asked for and granted, no more', async () => {
    const reader = await listen({ toolsListChanged: true, resourceSubscriptions: ['a:1'] }, 'sub');
    for (const event of [
      { kind: 'prompts_list_changed' },
      { kind: 'resource_updated', uri: 'a:2' },
      { kind: 'resource_updated', uri: 'a:1' },
    ] as const) {
      await handler.notify(event);
    }
    expect(await reader.untilMessages(2)).toEqual([
      {
        jsonrpc: '2.0',
        method: 'notifications/subscriptions/acknowledged',
        params: { _meta: { [SUBSCRIPTION_ID]: 'sub' }, notifications: { toolsListChanged: true, resourceSubscriptions: ['a:1'] } },
      },
      { jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'a:1', _meta: { [SUBSCRIPTION_ID]: 'sub' } } },
    ]);
  });

  test('68: subscriptions at the same time are told apart, are event streams, and end with a result when the server does', async () => {
    const [tools, prompts] = [await listen({ toolsListChanged: true }, 1), await listen({ promptsListChanged: true }, 'two')];
    await handler.notify({ kind: 'tools_list_changed' });
    await tools.untilMessages(2);
    await handler.close({ graceMs: 100 });
    for (const [reader, id, count] of [[tools, 1, 3] as const, [prompts, 'two', 2] as const]) {
      expect(await reader.untilEnded()).toEqual({});
      expect(reader.headers['content-type']).toBe('text/event-stream');
      expect(reader.messages).toHaveLength(count);
      expect(reader.messages.at(-1)).toEqual({ jsonrpc: '2.0', id, result: { resultType: 'complete', _meta: { [SUBSCRIPTION_ID]: id } } });
    }
  });

  test('69: a request is served whatever came before it on its connection, and without anything before it', async () => {
    expect((await send(call('echo', { text: 'first' }))).json?.result).toMatchObject({ content: [{ text: 'first' }] });
    const bare = { jsonrpc: '2.0', id: 'r', method: 'tools/call', params: { name: 'echo', arguments: { text: 'x' } } };
    await expectRefused(bare, undefined, -32602);
  });

  test.each<[string, unknown, number]>([
    ['no JSON', '{"jsonrpc": "2.0", ', -32700],
    ['no object', '"text"', -32600],
    ['another jsonrpc', { jsonrpc: '3.0', id: 'r', method: 'tools/list' }, -32600],
    ['an id that is null', { jsonrpc: '2.0', id: null, method: 'tools/list' }, -32600],
    ['a method that is no text', { jsonrpc: '2.0', id: 'r', method: 7 }, -32600],
    ['params that are a list', { jsonrpc: '2.0', id: 'r', method: 'tools/list', params: [] }, -32600],
  ])('70: what is malformed is refused with %s', async (_what, message, code) => {
    const { status, json } = await send(message, { 'mcp-protocol-version': '2026-07-28' });
    expect([status, json?.error?.code]).toEqual([400, code]);
  });
});
