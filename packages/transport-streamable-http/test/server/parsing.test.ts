import { toFetchHandler } from '@mcpwire/http/web';
import type { JsonRpcMessage } from '@mcpwire/jsonrpc';
import { describe, expect, test, vi } from 'vitest';
import { SessionTransport } from '../../src/server.js';

const post = (body: object, headers: Record<string, string> = {}): Request =>
  new Request('http://localhost/mcp', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify(body),
  });

describe("the SDK's fault", () => {
  test('21: a message is parsed once, written once, and handed over as it was parsed', async () => {
    const session = new SessionTransport({ sessionIdGenerator: () => 'a-session' });
    const received: JsonRpcMessage[] = [];
    session.onmessage = (message) => {
      received.push(message);
      if ('method' in message && 'id' in message) {
        const result =
          message.method === 'initialize' ? { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: {} } : { echo: message.params };
        void session.send({ jsonrpc: '2.0', id: message.id, result });
      }
    };
    await session.start();
    const handler = toFetchHandler((request) => session.handle(request));
    const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
    await (await handler(post({ jsonrpc: '2.0', id: 0, method: 'initialize', params: initialize }))).text();

    const request = post({ jsonrpc: '2.0', id: 1, method: 'echo', params: { deep: { er: [1, 2] } } }, { 'mcp-session-id': 'a-session' });
    const parse = vi.spyOn(JSON, 'parse');
    const stringify = vi.spyOn(JSON, 'stringify');
    const response = await handler(request);
    const [parses, writes] = [parse.mock.results, stringify.mock.calls.length];
    vi.restoreAllMocks();
    expect(JSON.parse(await response.text())).toMatchObject({ id: 1, result: { echo: { deep: { er: [1, 2] } } } });
    expect(parses).toHaveLength(1);
    expect(writes).toBe(1);
    expect(received.at(-1)).toBe(parses[0]?.value);
    await session.close();
  });
});
