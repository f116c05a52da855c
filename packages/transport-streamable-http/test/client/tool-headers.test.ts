import { createHttpServer } from '@mcpwire/http/node';
import { fromFetchHandler } from '@mcpwire/http/web';
import { Peer } from '@mcpwire/jsonrpc';
import { withRequestMeta } from '@mcpwire/protocol';
import { StreamableHTTPClientTransport } from '@mcpwire/transport-streamable-http/client';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { describe, expect, test } from 'vitest';
import { ask, modernAsk } from './fixtures/messages.js';
import type { Exchange, RawServer } from './fixtures/raw-server.js';
import { closeAfterwards, connect, expectNoLeftovers, serve, until } from './fixtures/scene.js';

expectNoLeftovers();

function tool(name: string, properties: Record<string, unknown>): Record<string, unknown> {
  return { name, inputSchema: { type: 'object', properties } };
}

const region = { type: 'string', 'x-mcp-header': 'Region' };
const query = tool('query', { region, limit: { type: 'integer', 'x-mcp-header': 'Limit' }, sql: { type: 'string' } });

function headersOf(exchange: Exchange | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(exchange?.headers ?? {}).filter(([name]) => name.startsWith('mcp-param-')));
}

/** Lists these tools; answers every call. */
function lists(...tools: unknown[]): (exchange: Exchange) => void {
  return (exchange) => exchange.result(exchange.message.method === 'tools/list' ? { tools } : { content: [] });
}

const call = (id: number, args: Record<string, unknown>) => modernAsk(id, 'tools/call', { name: 'query', arguments: args });

describe('Mcp-Param-* headers', () => {
  test('are mirrored once the list of tools has passed by, for the values that are there', async () => {
    const server = await serve(lists(query));
    const { transport } = await connect(server.url);
    await transport.send(call(1, { region: 'west' }));
    await transport.send(modernAsk(2));
    await transport.send(call(3, { region: 'zürich', limit: 42, sql: 'x' }));
    await transport.send(call(4, { region: null }));
    expect(server.requests.map(headersOf)).toEqual([
      {},
      {},
      { 'mcp-param-region': `=?base64?${Buffer.from('zürich').toString('base64')}?=`, 'mcp-param-limit': '42' },
      {},
    ]);
  });

  test('are learned from an event stream as well, and forgotten when the tool no longer asks for them', async () => {
    const server = await serve((exchange) => {
      if (exchange.message.method !== 'tools/list') exchange.result();
      else
        exchange
          .stream()
          .answer({ tools: [exchange.message.id === 1 ? query : tool('query', {})] })
          .end();
    });
    const { transport, messages } = await connect(server.url);
    for (const id of [1, 2]) {
      await transport.send(modernAsk(id));
      await until('the list has come', () => messages.length === 2 * id - 1);
      await transport.send(call(10 + id, { region: 'west' }));
    }
    expect(server.requests.map(headersOf)).toEqual([{}, { 'mcp-param-region': 'west' }, {}, {}]);
  });

  test('are left to a caller that sets them', async () => {
    const server = await serve(lists(query));
    const { transport } = await connect(server.url);
    await transport.send(modernAsk(1));
    await transport.send(call(2, { region: 'west' }), { headers: { 'Mcp-Param-Region': 'mine' } });
    expect(headersOf(server.requests[1])).toEqual({ 'mcp-param-region': 'mine' });
  });

  test('are no business of legacy revisions', async () => {
    const broken = tool('broken', { a: { type: 'array', 'x-mcp-header': 'A' } });
    const server = await serve(lists(query, broken));
    const { transport, messages } = await connect(server.url);
    await transport.send(ask(1));
    expect(messages[0]).toMatchObject({ result: { tools: [query, broken] } });
    await transport.send(ask(2, 'tools/call', { name: 'query', arguments: { region: 'west' } }));
    expect(headersOf(server.requests[1])).toEqual({});
  });
});

describe('a tool whose x-mcp-header is not valid', () => {
  test('is left out of the list and reported; the others stay, and so does all else', async () => {
    const bad = [
      tool('no-token', { a: { type: 'string', 'x-mcp-header': 'not a token' } }),
      tool('number', { a: { type: 'number', 'x-mcp-header': 'A' } }),
      tool('twice', { a: region, b: { type: 'string', 'x-mcp-header': 'REGION' } }),
    ];
    const server = await serve((exchange) => exchange.result({ tools: [bad[0], query, bad[1], bad[2]], nextCursor: 'more', ttlMs: 1 }));
    const { transport, messages, errors } = await connect(server.url);
    await transport.send(modernAsk(1));
    expect(messages).toEqual([{ jsonrpc: '2.0', id: 1, result: { tools: [query], nextCursor: 'more', ttlMs: 1 } }]);
    expect(errors.map((error) => error.message)).toEqual([
      expect.stringMatching(/"no-token" was left out.*not valid/),
      expect.stringMatching(/"number"/),
      expect.stringMatching(/"twice"/),
    ]);
  });
});

describe('-32020', () => {
  const mismatch = { code: -32020, message: 'Header mismatch: Mcp-Param-Region is missing' };

  /** Refuses a call without the header; its list has pages. */
  function strict(learnable = true): (exchange: Exchange, server: RawServer) => void {
    return (exchange) => {
      const { id, method, params } = exchange.message;
      if (method === 'tools/list') {
        exchange.result(
          params?.cursor === 'page 2' ? { tools: [learnable ? query : tool('query', {})] } : { tools: [], nextCursor: 'page 2' },
        );
      } else if (exchange.headers['mcp-param-region'] === 'west') exchange.result({ content: [] });
      else exchange.send(400, JSON.stringify({ jsonrpc: '2.0', id, error: mismatch }), { 'content-type': 'application/json' });
    };
  }

  test('asks for the list of tools once, page by page, and repeats the call with the headers', async () => {
    const server = await serve(strict());
    const { transport, messages, errors } = await connect(server.url);
    await transport.send(call(1, { region: 'west' }));
    expect(messages).toEqual([{ jsonrpc: '2.0', id: 1, result: { content: [] } }]);
    expect(server.requests.map(({ message }) => message.method)).toEqual(['tools/call', 'tools/list', 'tools/list', 'tools/call']);
    const list = server.requests[1] as Exchange;
    expect(list.headers).toMatchObject({ 'mcp-method': 'tools/list', 'mcp-protocol-version': '2026-07-28' });
    expect(list.message.params?._meta).toEqual(call(1, {}).params?._meta);
    expect(errors).toEqual([]);
  });

  test('is delivered when the list teaches nothing new', async () => {
    const server = await serve(strict(false));
    const { transport, messages } = await connect(server.url);
    await transport.send(call(1, { region: 'west' }));
    expect(messages).toEqual([{ jsonrpc: '2.0', id: 1, error: mismatch }]);
    expect(server.requests).toHaveLength(3);
  });

  test('is delivered when the repeated call is refused too', async () => {
    const server = await serve(strict());
    const { transport, messages } = await connect(server.url);
    await transport.send(call(1, { region: 'east' }));
    expect(messages).toEqual([{ jsonrpc: '2.0', id: 1, error: mismatch }]);
    expect(server.requests).toHaveLength(4);
  });

  test('is delivered when the list cannot be had, which onerror is told', async () => {
    const server = await serve((exchange, self) => {
      if (exchange.message.method === 'tools/list') exchange.send(500);
      else strict()(exchange, self);
    });
    const { transport, messages, errors } = await connect(server.url);
    await transport.send(call(1, { region: 'west' }));
    expect(messages).toEqual([{ jsonrpc: '2.0', id: 1, error: mismatch }]);
    expect(errors).toMatchObject([{ code: 'http-status' }]);
  });

  test('a list that never ends is given up', async () => {
    const server = await serve((exchange, self) => {
      if (exchange.message.method === 'tools/list') exchange.result({ tools: [], nextCursor: 'on and on' });
      else strict()(exchange, self);
    });
    const { transport, messages } = await connect(server.url);
    await transport.send(call(1, { region: 'west' }));
    expect(messages).toMatchObject([{ id: 1, error: mismatch }]);
    expect(server.requests).toHaveLength(101);
  });
});

test('SDK v2’s server, which checks the headers, takes a Peer’s call over this transport', async () => {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'strict', version: '1.0.0' });
    server.server.registerCapabilities({ tools: {} });
    server.server.setRequestHandler('tools/list', () => ({ tools: [query] }) as never);
    server.server.setRequestHandler('tools/call', ({ params }) => ({
      content: [{ type: 'text', text: JSON.stringify(params.arguments) }],
    }));
    return server;
  });
  const server = await createHttpServer({ handler: fromFetchHandler((request: Request) => handler.fetch(request)) });
  closeAfterwards(async () => {
    await handler.close();
    await server.close({ graceMs: 0 });
  });
  const peer = new Peer(new StreamableHTTPClientTransport(server.url));
  closeAfterwards(() => peer.close());
  await peer.start();
  const meta = { protocolVersion: '2026-07-28', clientCapabilities: {}, clientInfo: { name: 'test', version: '1' } };
  const params = (more: Record<string, unknown>) =>
    withRequestMeta({ jsonrpc: '2.0', id: 0, method: '', params: more }, meta).params as Record<string, unknown>;
  await peer.request('tools/list', params({}));
  const result = await peer.request('tools/call', params({ name: 'query', arguments: { region: 'süd', limit: 3 } }));
  expect(result).toMatchObject({ content: [{ text: '{"region":"süd","limit":3}' }] });
});
