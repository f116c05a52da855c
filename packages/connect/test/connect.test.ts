import { type HttpHandler, textResponse } from '@mcpwire/http';
import { createHttpServer } from '@mcpwire/http/node';
import { type JsonRpcMessage, Peer, type Transport } from '@mcpwire/jsonrpc';
import { MetaKey } from '@mcpwire/protocol';
import { createSSEHandler } from '@mcpwire/transport-sse/server';
import type { StdioClientTransport } from '@mcpwire/transport-stdio/client';
import { createStreamableHTTPHandler } from '@mcpwire/transport-streamable-http/server';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect as connectToUrl, type Decision, type FallbackTransport, negotiate } from '../src/index.js';
import { connect } from '../src/node.js';

const clientInfo = { name: 'test', version: '1' };
const referenceServer = new URL('../../../apps/reference-server/dist/cli.js', import.meta.url).pathname;

/** A server that knows both handshakes and one tool. */
async function serve(transport: Transport): Promise<void> {
  const peer = new Peer(transport);
  peer.handle('initialize', ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'old', version: '1' },
  }));
  peer.handle('server/discover', () => ({
    resultType: 'complete',
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: {} },
    _meta: { [MetaKey.ServerInfo]: { name: 'new', version: '1' } },
  }));
  peer.handle('tools/list', () => ({ resultType: 'complete', tools: [], ttlMs: 0, cacheScope: 'private' }));
  peer.handle('ping', () => ({}));
  await peer.start();
}

async function listen(handler: HttpHandler & { close?: (options: { graceMs: number }) => Promise<void> }): Promise<string> {
  const server = await createHttpServer({ handler });
  onTestFinished(async () => {
    await handler.close?.({ graceMs: 0 });
    await server.close({ graceMs: 0 });
  });
  return server.url;
}

const both = () => createStreamableHTTPHandler({ onsession: serve, onrequest: serve });
const legacy = () => createStreamableHTTPHandler({ onsession: serve });
const sse = () => createSSEHandler({ onconnect: serve, ssePath: '/mcp' });

/** Connects, calls once, and tells what was decided. */
async function use(url: string): Promise<{ era: string; decision: Decision | undefined; steps: string[] }> {
  const decisions: Decision[] = [];
  await using connection = await negotiate(() => connect(url, { ondecision: (decision) => decisions.push(decision) }), { clientInfo });
  expect(await connection.request('tools/list')).toMatchObject({ tools: [] });
  expect(decisions).toHaveLength(1);
  const { era, steps } = connection.agreement;
  return { era, decision: decisions[0], steps: steps.map(({ method, outcome }) => `${method} ${outcome}`) };
}

describe('connect to an http URL', () => {
  it('is modern where the server is', async () => {
    expect(await use(`${await listen(both())}/mcp`)).toEqual({
      era: 'modern',
      decision: { transport: 'streamable-http', because: 'answered', reason: expect.stringContaining('server/discover') },
      steps: ['server/discover agreed'],
    });
  });

  it('initializes where the server has sessions only', async () => {
    expect(await use(`${await listen(legacy())}/mcp`)).toMatchObject({
      era: 'legacy',
      decision: { transport: 'streamable-http', because: 'answered' },
      steps: [expect.stringMatching(/^server\/discover /), 'initialize agreed'],
    });
  });

  it('falls back to HTTP+SSE where the server has nothing else', async () => {
    expect(await use(`${await listen(sse())}/mcp`)).toMatchObject({
      era: 'legacy',
      decision: { transport: 'sse', because: 'fallback', reason: expect.stringContaining('405'), cause: { details: { status: 405 } } },
      steps: ['server/discover not-modern', 'initialize agreed'],
    });
  });

  it.each([400, 404, 405])('falls back after HTTP %d', async (status) => {
    const endpoints = sse();
    const handler: HttpHandler = (request) =>
      request.method === 'POST' && request.path === '/mcp' ? textResponse(status, 'no') : endpoints(request);
    const url = await listen(Object.assign(handler, { close: endpoints.close }));
    expect(await use(`${url}/mcp`)).toMatchObject({ decision: { transport: 'sse' } });
  });

  it.each([401, 403, 500, 503])('does not fall back after HTTP %d, which says nothing about the transport', async (status) => {
    const gets: string[] = [];
    const url = await listen((request) => {
      if (request.method === 'GET') gets.push(request.path);
      return textResponse(status, 'no');
    });
    await expect(negotiate(() => connect(`${url}/mcp`), { clientInfo })).rejects.toThrow(String(status));
    expect(gets).toEqual([]);
  });

  it('does not fall back when a modern server refuses initialize', async () => {
    const gets: string[] = [];
    const modern = createStreamableHTTPHandler({ onrequest: serve, supportedProtocolVersions: ['2026-07-28'] });
    const url = await listen(
      Object.assign(
        (request: Parameters<HttpHandler>[0]) => {
          if (request.method === 'GET') gets.push(request.path);
          return modern(request);
        },
        { close: modern.close },
      ),
    );
    await expect(negotiate(() => connect(`${url}/mcp`), { clientInfo, revisions: ['2025-11-25'] })).rejects.toThrow(/2026-07-28/);
    expect(gets).toEqual([]);
  });

  it('says what both answered where there is neither', async () => {
    const url = await listen(() => textResponse(404, 'Not here'));
    await expect(negotiate(() => connect(`${url}/mcp`), { clientInfo })).rejects.toThrow(
      /Neither Streamable HTTP \(.*404.*\) nor HTTP\+SSE \(.*404/,
    );
  });

  it('says that nobody listens, and tries nothing else', async () => {
    const server = await createHttpServer({ handler: () => textResponse(200, '') });
    await server.close({ graceMs: 0 });
    await expect(negotiate(() => connect(`${server.url}/mcp`), { clientInfo })).rejects.toMatchObject({ code: 'peer-gone' });
  });

  it('sends the headers that it is given on whichever transport', async () => {
    const seen = new Set<string>();
    const endpoints = sse();
    const url = await listen(
      Object.assign(
        (request: Parameters<HttpHandler>[0]) => {
          seen.add(`${request.method} ${request.path} ${request.headers.authorization}`);
          return endpoints(request);
        },
        { close: endpoints.close },
      ),
    );
    const headers = { authorization: 'Bearer t' };
    await using connection = await negotiate(() => connect(`${url}/mcp`, { headers }), { clientInfo });
    await connection.request('ping');
    expect([...seen].sort()).toEqual(['GET /mcp Bearer t', 'POST /mcp Bearer t', 'POST /messages Bearer t']);
  });

  it('uses only what the scheme names, and says so at once', async () => {
    const url = await listen(sse());
    const decisions: Decision[] = [];
    const transport = connect(`${url.replace('http:', 'mcp+sse+http:')}/mcp`, { ondecision: (decision) => decisions.push(decision) });
    expect(decisions).toEqual([{ transport: 'sse', because: 'target', reason: expect.any(String) }]);
    await using connection = await negotiate(() => transport, { clientInfo, revisions: ['2025-11-25'] });
    await connection.request('ping');
    const forced = () => connect(`${url.replace('http:', 'mcp+http:')}/mcp`);
    await expect(negotiate(forced, { clientInfo })).rejects.toMatchObject({ code: 'http-status', details: { status: 405 } });
  });

  it('starts no command without the entry for Node', () => {
    expect(() => connectToUrl('node server.js')).toThrow(/@mcpwire\/connect\/node/);
  });
});

/** Servers one after the other at one address: a restart, after which no session is known. Also what methods of HTTP came. */
async function restarting(create = legacy): Promise<{ url: string; restart: () => Promise<void>; methods: string[] }> {
  let handler = create();
  const methods: string[] = [];
  const front: HttpHandler = (request) => {
    methods.push(request.method);
    return handler(request);
  };
  const url = `${await listen(Object.assign(front, { close: (options: { graceMs: number }) => handler.close(options) }))}/mcp`;
  const restart = async (): Promise<void> => {
    const old = handler;
    handler = create();
    await old.close({ graceMs: 0 });
  };
  return { url, restart, methods };
}

describe('a session', () => {
  it.each(['http:', 'mcp+http:'])('that the server has lost is begun anew (%s), and that is told', async (scheme) => {
    const { url, restart } = await restarting();
    const told: unknown[] = [];
    const errors: Error[] = [];
    const target = url.replace('http:', scheme);
    const create = () => connect(target, { onsessionreestablished: (session) => told.push(session) });
    await using connection = await negotiate(create, {
      clientInfo,
      prepare(peer) {
        peer.onerror = (error) => errors.push(error);
      },
    });
    const lostSessionId = connection.transport.sessionId;
    await restart();
    expect(await connection.request('tools/list')).toMatchObject({ tools: [] });
    const { sessionId } = connection.transport;
    expect(sessionId).not.toBe(lostSessionId);
    expect(told).toMatchObject([{ sessionId, lostSessionId }]);
    expect(errors.filter((error) => (error as { code?: unknown }).code === 'session-lost')).toMatchObject([
      { message: expect.stringContaining('A new one was begun'), details: { sessionId, lostSessionId } },
    ]);
  });

  it('that was lost can be left lost', async () => {
    const { url, restart } = await restarting();
    await using connection = await negotiate(() => connect(url, { streamableHttp: { reestablish: false } }), { clientInfo });
    await restart();
    await expect(connection.request('tools/list')).rejects.toMatchObject({ code: 'session-lost' });
  });

  it('is ended by close, and left alone where that is asked for', async () => {
    const { url, methods } = await restarting();
    const connection = await negotiate(() => connect(url), { clientInfo });
    await connection.close();
    await connection.close();
    expect(methods.filter((method) => method === 'DELETE')).toHaveLength(1);
    const kept = await negotiate(() => connect(url, { streamableHttp: { terminateOnCloseMs: 0 } }), { clientInfo });
    await kept.close();
    expect(methods.filter((method) => method === 'DELETE')).toHaveLength(1);
  });

  it('is none in 2026-07-28, so close asks nothing', async () => {
    const { url, methods } = await restarting(both);
    const connection = await negotiate(() => connect(url), { clientInfo });
    await connection.close();
    expect(methods).toEqual(['POST']);
  });
});

describe('the official clients on what connect makes', () => {
  const servers = { 'both eras': both, 'sessions only': legacy, 'HTTP+SSE only': sse };
  for (const [name, create] of Object.entries(servers)) {
    it(`SDK v1 reaches a server with ${name}`, async () => {
      const client = new ClientV1(clientInfo);
      const transport = connect(`${await listen(create())}/mcp`);
      await client.connect(transport);
      expect(await client.listTools()).toMatchObject({ tools: [] });
      expect((transport as FallbackTransport).decision?.transport).toBe(name === 'HTTP+SSE only' ? 'sse' : 'streamable-http');
      await client.close();
      expect(transport.closeReason).toEqual({ kind: 'closed' });
    });

    for (const mode of ['legacy', 'auto'] as const) {
      it(`SDK v2 in mode ${mode} reaches a server with ${name}`, async () => {
        const client = new ClientV2(clientInfo, { versionNegotiation: { mode } });
        await client.connect(connect(`${await listen(create())}/mcp`));
        expect(await client.listTools()).toMatchObject({ tools: [] });
        await client.close();
      });
    }
  }
});

describe('connect to a command', () => {
  it('starts it over stdio, and says so', async () => {
    const decisions: Decision[] = [];
    const target = `${JSON.stringify(process.execPath)} ${JSON.stringify(referenceServer)} stdio`;
    await using connection = await negotiate(() => connect(target, { ondecision: (decision) => decisions.push(decision) }), { clientInfo });
    expect(await connection.request('tools/call', { name: 'echo', arguments: { text: 'hi' } })).toMatchObject({
      content: [{ text: 'hi' }],
    });
    expect(decisions).toEqual([{ transport: 'stdio', because: 'target', reason: 'The target is a command.' }]);
  });
});

describe('a command whose server ends unexpectedly', () => {
  const kill = (pid: number | null): void => void process.kill(pid as number, 'SIGKILL');

  it('is started again in 2026-07-28', async () => {
    const target = [process.execPath, referenceServer, 'stdio'] as const;
    await using connection = await negotiate(() => connect(target), { clientInfo });
    expect(connection.agreement.era).toBe('modern');
    const transport = connection.transport as StdioClientTransport;
    const { pid } = transport;
    const ended = new Promise<void>((resolve) => {
      connection.peer.onerror = () => resolve();
    });
    kill(pid);
    await ended;
    expect(await connection.request('tools/list', {})).toMatchObject({ tools: expect.any(Array) });
    expect(transport.pid).not.toBe(pid);
  });

  it.each([
    ['an earlier revision', { revisions: ['2025-11-25'] }, {}],
    ['2026-07-28, where that is asked for', {}, { stdio: { restart: false } }],
  ] as const)('is the end of the connection in %s', async (_, negotiating, connecting) => {
    const target = [process.execPath, referenceServer, 'stdio'] as const;
    await using connection = await negotiate(() => connect(target, connecting), { clientInfo, ...negotiating });
    const ended = new Promise((resolve) => {
      connection.peer.onclose = resolve;
    });
    kill((connection.transport as StdioClientTransport).pid);
    expect(await ended).toMatchObject({ kind: 'peer-gone' });
    await expect(connection.request('tools/list')).rejects.toMatchObject({ code: 'peer-gone' });
  });
});

describe('FallbackTransport', () => {
  it('closes what it opened for the fallback when it is closed meanwhile', async () => {
    const closed: string[] = [];
    const url = await listen(Object.assign(sse(), {}));
    const transport = connect(`${url}/mcp`);
    transport.onclose = (reason) => closed.push(reason?.kind ?? '');
    await transport.start();
    const sent = transport
      .send({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} } satisfies JsonRpcMessage)
      .catch((error: Error) => error);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await transport.close();
    await sent;
    expect(transport.closeReason?.kind).toBe('closed');
    expect(closed).toEqual(['closed']);
  });
});
