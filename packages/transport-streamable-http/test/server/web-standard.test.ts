// The drop-in for fetch runtimes, without any HTTP server: requests in, responses out.
import { afterEach, describe, expect, test } from 'vitest';
import { WebStandardStreamableHTTPServerTransport } from '../../src/server/web-standard.js';
import { createMemoryEventStore } from '../../src/session/memory-event-store.js';
import type { StreamableHTTPServerTransportOptions } from '../../src/session/sdk-options.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import { until } from '../support/until.js';

expectNoLeftovers();

const URL_OF_SERVER = 'http://localhost/mcp';
const SESSION = { 'mcp-session-id': 'the-session', 'mcp-protocol-version': '2025-11-25' };

function post(message: object, headers: Record<string, string> = SESSION): Request {
  const fields = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers };
  return new Request(URL_OF_SERVER, { method: 'POST', headers: fields, body: JSON.stringify(message) });
}

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1.0.0' } },
};

let open: WebStandardStreamableHTTPServerTransport | undefined;

afterEach(async () => {
  await open?.close();
});

/** A server that answers everything with `{}`, and what it was given. */
async function serve(options: StreamableHTTPServerTransportOptions = {}) {
  const transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => 'the-session', ...options });
  open = transport;
  const contexts: unknown[] = [];
  transport.onmessage = (message, context) => {
    contexts.push(context);
    if ('method' in message && 'id' in message && message.method !== 'wait') {
      void transport.send({ jsonrpc: '2.0', id: message.id, result: { protocolVersion: '2025-11-25' } });
    }
  };
  await transport.start();
  return { transport, contexts };
}

describe('WebStandardStreamableHTTPServerTransport', () => {
  test('answers with an event stream, or with JSON', async () => {
    for (const [enableJsonResponse, type] of [
      [false, 'text/event-stream'],
      [true, 'application/json'],
    ] as const) {
      const { transport } = await serve({ enableJsonResponse });
      const response = await transport.handleRequest(post(INITIALIZE, {}));
      expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
      expect(response.headers.get('mcp-session-id')).toBe('the-session');
      expect(await response.text()).toContain('"protocolVersion":"2025-11-25"');
      await transport.close();
    }
  });

  test('takes a body that is parsed already, and leaves the request alone', async () => {
    const { transport } = await serve();
    const request = post({ nonsense: true }, {});
    const response = await transport.handleRequest(request, { parsedBody: INITIALIZE });
    expect(response.status).toBe(200);
    expect(request.bodyUsed).toBe(false);
    await response.text();
  });

  test('hands over authInfo, and the very request', async () => {
    const { transport, contexts } = await serve();
    const authInfo = { token: 'secret', clientId: 'client', scopes: ['a'] };
    const request = post(INITIALIZE, {});
    await (await transport.handleRequest(request, { authInfo })).text();
    expect((contexts[0] as { authInfo: unknown }).authInfo).toBe(authInfo);
    expect((contexts[0] as { request: unknown }).request).toBe(request);
  });

  test('has a standing stream, which ends when the reader cancels it', async () => {
    const { transport } = await serve();
    await (await transport.handleRequest(post(INITIALIZE, {}))).text();
    const response = await transport.handleRequest(new Request(URL_OF_SERVER, { headers: { accept: 'text/event-stream', ...SESSION } }));
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await transport.send({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('notifications/tools/list_changed');
    expect(transport.isIdle).toBe(false);
    await reader.cancel();
    await until(() => transport.isIdle, 'the stream is over');
  });

  test('resumes a stream from an event store', async () => {
    const { transport } = await serve({ eventStore: createMemoryEventStore() });
    await (await transport.handleRequest(post(INITIALIZE, {}))).text();
    const response = await transport.handleRequest(post({ jsonrpc: '2.0', id: 1, method: 'wait' }));
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const [, id = ''] = /^id: (\S+)$/m.exec(new TextDecoder().decode((await reader.read()).value)) ?? [];
    await reader.cancel();
    await transport.send({ jsonrpc: '2.0', method: 'notifications/message', params: { data: 'missed' } }, { relatedRequestId: 1 });
    await transport.send({ jsonrpc: '2.0', id: 1, result: { done: true } });
    const headers = { accept: 'text/event-stream', ...SESSION, 'last-event-id': id };
    const text = await (await transport.handleRequest(new Request(URL_OF_SERVER, { headers }))).text();
    expect(text).toMatch(/"missed".*"done":true/s);
  });

  test('ends by DELETE, and then knows no session', async () => {
    const { transport } = await serve();
    await (await transport.handleRequest(post(INITIALIZE, {}))).text();
    const request = (): Request => new Request(URL_OF_SERVER, { method: 'DELETE', headers: SESSION });
    expect((await transport.handleRequest(request())).status).toBe(200);
    expect((await transport.handleRequest(request())).status).toBe(404);
  });

  test('without a session, rejects a second request', async () => {
    const { transport } = await serve({ sessionIdGenerator: undefined });
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
    expect((await transport.handleRequest(post(ping, {}))).status).toBe(200);
    await expect(transport.handleRequest(post(ping, {}))).rejects.toThrow(/sessionIdGenerator/);
  });
});
