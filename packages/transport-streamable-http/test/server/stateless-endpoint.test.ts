// Both eras on one endpoint, where the official SDK serves the modern one: through `createMcpHandler`, behind our adapters.

import { fromFetchHandler } from '@mcpwire/http/web';
import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createMcpHandler, type McpHttpHandler, McpServer } from '@modelcontextprotocol/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createStreamableHTTPHandler, type StreamableHTTPHandler } from '../../src/server/handler.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import { adapters, EventReader, exchange, modernRequest, type Served } from '../support/modern.js';
import { until } from '../support/until.js';

expectNoLeftovers();

const textOf = (result: unknown): string => (result as { content: Array<{ text: string }> }).content[0]?.text ?? '';
const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });

describe.each(adapters)('over $name', (adapter) => {
  let served: Served;
  let handler: StreamableHTTPHandler;
  let sdk: McpHttpHandler;
  let aborted: number;
  let errors: Error[];
  const closing: (() => Promise<void>)[] = [];

  /** The same tools for both eras. */
  function createServer(): McpServer {
    const server = new McpServer({ name: 'sdk', version: '2' }, { capabilities: { tools: { listChanged: true } } });
    server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, ({ text: value }) => text(value));
    server.registerTool('who', { inputSchema: z.object({}) }, (_args, context) => text(String(context.http?.authInfo?.clientId)));
    server.registerTool('hang', { inputSchema: z.object({}) }, async (_args, { mcpReq }) => {
      await new Promise((resolve) => mcpReq.signal.addEventListener('abort', resolve));
      aborted++;
      return text('too late');
    });
    return server;
  }

  beforeEach(async () => {
    aborted = 0;
    errors = [];
    const onerror = (error: Error): void => void errors.push(error);
    sdk = createMcpHandler(createServer, { legacy: 'reject', onerror });
    handler = createStreamableHTTPHandler({
      onsession: (transport) => createServer().connect(transport),
      modern: fromFetchHandler(sdk.fetch),
      onerror,
    });
    served = await adapter.serve(handler, { onerror });
  });

  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await sdk.close();
    await handler.close({ graceMs: 0 });
    await served.dispose();
  });

  async function connect(mode: 'legacy' | 'auto' | { pin: string }): Promise<Client> {
    const options: ClientOptions = { versionNegotiation: { mode } };
    const client = new Client({ name: 'test', version: '1' }, options);
    closing.push(() => client.close());
    await client.connect(new StreamableHTTPClientTransport(new URL(served.url), { fetch: fetchOf(served) }));
    return client;
  }

  test.each([{ pin: '2026-07-28' }, 'auto'] as const)(
    "SDK v2's client in mode %j is served by the modern handler, without a session",
    async (mode) => {
      const client = await connect(mode);
      expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
      expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['echo', 'who', 'hang']);
      const long = 'täxt '.repeat(50_000);
      expect(textOf(await client.callTool({ name: 'echo', arguments: { text: long } })) === long).toBe(true);
      expect(handler.sessions.size).toBe(0);
      expect(errors).toEqual([]);
    },
  );

  test("SDK v2's client that asks for a session gets one, on the same URL and at the same time", async () => {
    const [modern, legacy] = [await connect('auto'), await connect('legacy')];
    expect(legacy.getNegotiatedProtocolVersion()).toBe('2025-11-25');
    expect(handler.sessions.size).toBe(1);
    for (const client of [modern, legacy]) expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'x' } }))).toBe('x');
    expect(handler.sessions.size).toBe(1);
  });

  test("SDK v1's client gets a session", async () => {
    const client = new ClientV1({ name: 'test', version: '1' });
    closing.push(() => client.close());
    await client.connect(new TransportV1(new URL(served.url), { fetch: fetchOf(served) }));
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'x' } }))).toBe('x');
    expect(handler.sessions.size).toBe(1);
  });

  test('a modern client that goes aborts its tool', async () => {
    const client = await connect('auto');
    const controller = new AbortController();
    const hanging = client.callTool({ name: 'hang', arguments: {} }, { signal: controller.signal });
    await until(() => served.inFlight > 0, 'the call is there');
    controller.abort('enough');
    await expect(hanging).rejects.toThrow(/enough/);
    await until(() => aborted === 1, 'the tool hears of it');
  });

  test('a subscription through the modern handler hears of changes, and ends with it', async () => {
    const params = { notifications: { toolsListChanged: true } };
    const reader = await EventReader.open(served, modernRequest('subscriptions/listen', { id: 's', params }));
    expect(await reader.untilMessages(1)).toMatchObject([{ method: 'notifications/subscriptions/acknowledged' }]);
    sdk.notify.toolsChanged();
    expect((await reader.untilMessages(2))[1]?.method).toBe('notifications/tools/list_changed');
    await sdk.close();
    expect(await reader.untilEnded()).toEqual({});
    expect(reader.messages[2]).toMatchObject({ id: 's', result: { resultType: 'complete' } });
  });

  test("the modern handler's own refusals come through with their statuses", async () => {
    const call = modernRequest('tools/call', { params: { name: 'echo', arguments: { text: 'x' } } });
    expect((await exchange(served, call, { headers: { 'mcp-name': 'other' } })).json?.error?.code).toBe(-32020);
    const unknown = await exchange(served, modernRequest('tools/other'));
    expect([unknown.status, unknown.json?.error?.code]).toEqual([404, -32601]);
    const unsupported = await exchange(served, modernRequest('tools/list', { protocolVersion: '2030-01-01' }));
    expect([unsupported.status, unsupported.json?.error?.code]).toEqual([400, -32022]);
  });

  test('who is known in front may be told to the modern handler', async () => {
    const inner = fromFetchHandler((request, { parsedBody, principal }) => {
      const { token = '', id: clientId } = principal ?? { id: 'nobody' };
      return sdk.fetch(request, { parsedBody, authInfo: { token, clientId, scopes: [] } });
    });
    const guarded = createStreamableHTTPHandler({ modern: inner });
    await served.dispose();
    served = await adapter.serve((request) => {
      request.principal = { id: 'alice', token: 't' };
      return guarded(request);
    });
    const client = await connect('auto');
    expect(textOf(await client.callTool({ name: 'who', arguments: {} }))).toBe('alice');
  });
});

/** A `fetch` that reaches what is served without a socket, where there is none. */
function fetchOf({ fetch }: Served): typeof globalThis.fetch {
  return fetch ?? globalThis.fetch;
}
