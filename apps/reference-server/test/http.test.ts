import { type HttpClient, type HttpClientResponse, readText } from '@mcpwire/http';
import { createHttpClient, type NodeHttpClientOptions } from '@mcpwire/http/client/node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { envelope, until } from './support/connection.js';
import { initialize, type Running, run, toolCall } from './support/program.js';

/** The program, once it listens, and where. */
async function start(...args: string[]): Promise<Running & { url: string }> {
  const running = run(...args, '--port', '0');
  const find = (): string | undefined => /https?:\/\/[^/\s]+/.exec(running.stderr)?.[0];
  await until(() => find() !== undefined);
  return Object.assign(running, { url: find() as string });
}

function client(options?: NodeHttpClientOptions): HttpClient {
  const made = createHttpClient(options);
  onTestFinished(() => made.close());
  return made;
}

const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

async function post(http: HttpClient, url: string, message: object, headers: Record<string, string> = {}): Promise<HttpClientResponse> {
  return http.request({ url, method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(message) });
}

/** Opens a legacy session. */
async function open(http: HttpClient, url: string, headers: Record<string, string> = {}): Promise<Record<string, string>> {
  const response = await post(http, url, initialize, headers);
  expect(response.status).toBe(200);
  await readText(response.body);
  const session = { ...headers, 'mcp-session-id': response.headers['mcp-session-id'] as string, 'mcp-protocol-version': '2025-11-25' };
  const initialized = await post(http, url, { jsonrpc: '2.0', method: 'notifications/initialized' }, session);
  expect(initialized.status).toBe(202);
  await readText(initialized.body);
  return session;
}

const modernCall = (name: string, args: object) => ({
  message: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args, _meta: envelope() } },
  headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': name },
});

describe('mcpwire-reference-server http', () => {
  it('serves sessions and single requests on one endpoint', async () => {
    const { url } = await start('http');
    const http = client();
    const session = await open(http, `${url}/mcp`);
    const legacy = await post(http, `${url}/mcp`, toolCall(1, 'echo', { text: 'old' }), session);
    expect(JSON.parse(await readText(legacy.body))).toMatchObject({ id: 1, result: { content: [{ text: 'old' }] } });
    const { message, headers } = modernCall('echo', { text: 'new' });
    const modern = await post(http, `${url}/mcp`, message, headers);
    expect(modern.headers).not.toHaveProperty('mcp-session-id');
    expect(JSON.parse(await readText(modern.body))).toMatchObject({
      id: 1,
      result: { resultType: 'complete', content: [{ text: 'new' }] },
    });
    const elsewhere = await http.request({ url: `${url}/elsewhere` });
    expect([elsewhere.status, await readText(elsewhere.body)]).toEqual([404, expect.stringContaining('/mcp')]);
  });

  it('streams what comes before an answer, and with --json does not', async () => {
    const call = { ...toolCall(1, 'echo_stream', { text: 'abcd', chunks: 2, delayMs: 1 }) } as { params: object };
    call.params = { ...call.params, _meta: { progressToken: 'p' } };
    for (const [args, type] of [
      [[], 'text/event-stream'],
      [['--json'], 'application/json'],
    ] as const) {
      const { url } = await start('http', ...args);
      const http = client();
      const response = await post(http, `${url}/mcp`, call, await open(http, `${url}/mcp`));
      expect(response.headers['content-type']).toBe(type);
      expect(await readText(response.body)).toContain('abcd');
    }
  });

  it('demands the token that it is given, of every request', async () => {
    const { url } = await start('all', '--token', 'secret');
    const http = client();
    for (const [method, path] of [
      ['POST', '/mcp'],
      ['GET', '/mcp'],
      ['GET', '/sse'],
      ['POST', '/messages?sessionId=x'],
    ] as const) {
      const refused = await http.request({ url: url + path, method, headers: { authorization: 'Bearer wrong' } });
      expect([path, refused.status, refused.headers['www-authenticate']]).toEqual([path, 401, expect.stringContaining('Bearer')]);
      await readText(refused.body);
    }
    await open(http, `${url}/mcp`, { authorization: 'Bearer secret' });
  });

  it('refuses other names than its own, and those that it is given not', async () => {
    const { url } = await start('http', '--allow-host', 'mcp.example');
    const http = client();
    expect((await post(http, `${url}/mcp`, initialize, { host: 'evil.example' })).status).toBe(403);
    expect((await post(http, `${url}/mcp`, initialize, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await post(http, `${url}/mcp`, initialize, { host: 'mcp.example' })).status).toBe(200);
  });

  it('speaks TLS with a certificate of its own making, and HTTP/2 over it', async () => {
    const { url } = await start('http', '--tls', '--http2');
    expect(url).toMatch(/^https:/);
    const http = client({ tls: { rejectUnauthorized: false } } as NodeHttpClientOptions);
    await open(http, `${url}/mcp`);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`answers what is in flight on ${signal}, ends its streams, and exits with 0`, async () => {
      const { url, child, ended } = await start('all');
      const http = client();
      const session = await open(http, `${url}/mcp`);
      const slow = post(http, `${url}/mcp`, toolCall(1, 'slow', { ms: 500 }), session);
      const stream = await http.request({ url: `${url}/mcp`, headers: { ...session, accept: 'text/event-stream' } });
      expect(stream.status).toBe(200);
      const events = await http.request({ url: `${url}/sse`, headers: { accept: 'text/event-stream' } });
      expect(events.status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 100));
      child.kill(signal);
      expect(JSON.parse(await readText((await slow).body))).toMatchObject({ id: 1, result: { content: [{}] } });
      await readText(stream.body);
      await readText(events.body);
      expect(await ended).toEqual({ code: 0, signal: null });
    });
  }

  it('says which options do not fit together', async () => {
    const running = run('http', '--cert', 'x.pem');
    expect((await running.ended).code).toBe(2);
    expect(running.stderr).toContain('--cert and --key belong together');
  });

  it.each(['-1', '65536', 'x', '3.5'])('refuses --port %s with a sentence', async (port) => {
    const running = run('http', `--port=${port}`);
    expect((await running.ended).code).toBe(2);
    expect(running.stderr).toMatch(/0 to 65535/);
  });

  it('says that its port is taken', async () => {
    const { url } = await start('http');
    const running = run('http', '--port', new URL(url).port);
    expect((await running.ended).code).toBe(1);
    expect(running.stderr).toContain('EADDRINUSE');
  });
});

describe('mcpwire-reference-server all', () => {
  it('serves stdio beside HTTP, over one note, and outlives the end of its input', async () => {
    const { url, child, write, answer } = await start('all');
    write(initialize);
    await answer('init');
    write({ jsonrpc: '2.0', id: 1, method: 'resources/subscribe', params: { uri: 'reference://note' } });
    await answer(1);
    const http = client();
    const session = await open(http, `${url}/mcp`);
    await readText((await post(http, `${url}/mcp`, toolCall(2, 'set_note', { text: 'from http' }), session)).body);
    write({ jsonrpc: '2.0', id: 3, method: 'resources/read', params: { uri: 'reference://note' } });
    expect((await answer(3)).result).toMatchObject({ contents: [{ text: 'from http' }] });
    child.stdin.end();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const again = await post(http, `${url}/mcp`, toolCall(4, 'echo', { text: 'still here' }), session);
    expect(await readText(again.body)).toContain('still here');
  });
});
