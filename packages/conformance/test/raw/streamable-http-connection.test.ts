import type { Revision } from '@mcpwire/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Unreachable } from '../../src/driver.js';
import { createStreamableHttpDriver } from '../../src/drivers/streamable-http.js';
import type { StreamableHttpConnection } from '../../src/raw/streamable-http-connection.js';
import { createRedactor } from '../../src/redact.js';
import { Session } from '../../src/session.js';
import { startHttp } from '../broken-servers/start-http.js';

type Driver = ReturnType<typeof createStreamableHttpDriver>;
let server: Awaited<ReturnType<typeof startHttp>>;
let driver: Driver;

function drive(url: string, headers?: Record<string, string>): Driver {
  return createStreamableHttpDriver(
    { transport: 'streamable-http', url, ...(headers && { headers }) },
    { redact: createRedactor(Object.values(headers ?? {})), timeoutMs: 2_000 },
  );
}

async function open(revision: Revision = '2025-11-25', from: Driver = driver): Promise<Session<StreamableHttpConnection>> {
  const connection = await from.connect(revision, new AbortController().signal);
  return new Session(connection, { revision, timeoutMs: 2_000 });
}

/** The heads of the requests that a connection sent. */
function sentHeads({ connection }: Session<StreamableHttpConnection>): string[] {
  return connection.transcript
    .since()
    .filter(({ kind }) => kind === 'sent')
    .map(({ text }) => text.slice(0, text.indexOf('\r\n\r\n')));
}

beforeEach(async () => {
  server = await startHttp();
  driver = drive(server.url);
});
afterEach(async () => {
  await driver.close();
  await server.close();
});

describe('a connection over Streamable HTTP', () => {
  test('sends the session id and the agreed version with all that follows initialize', async () => {
    const session = await open();
    await session.open();
    await session.alive();
    await session.connection.close();
    const [first, ...others] = sentHeads(session);
    expect(first).not.toMatch(/mcp-session-id|mcp-protocol-version/i);
    expect(others.map((head) => head.split(' ')[0])).toEqual(['POST', 'GET', 'POST', 'DELETE']);
    for (const head of others) {
      expect(head).toContain(`Mcp-Session-Id: ${session.connection.sessionId}`);
      expect(head).toContain('MCP-Protocol-Version: 2025-11-25');
    }
  });

  test('sends no version in 2025-03-26, which has no such header', async () => {
    const session = await open('2025-03-26');
    await session.open();
    expect(sentHeads(session).join('\n')).not.toMatch(/mcp-protocol-version/i);
  });

  test('sends the headers of 2026-07-28, the arguments that a tool asks for among them', async () => {
    const { connection } = await open('2026-07-28');
    const call = (name: string, args: Record<string, string>) => ({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name, arguments: args, _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } },
    });
    expect(connection.headersFor(call('größe', {}))).toMatchObject({
      'MCP-Protocol-Version': '2026-07-28',
      'Mcp-Method': 'tools/call',
      'Mcp-Name': '=?base64?Z3LDtsOfZQ==?=',
    });
    expect(connection.headersFor({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} })).not.toHaveProperty('Mcp-Method');
  });

  test('puts what comes into the inbox, on the stream of a POST, as JSON or on the stream of a GET', async () => {
    const session = await open();
    await session.open();
    const mark = session.mark;
    await session.result('ping');
    await session.result('tools/list');
    const notified = await session.connection.inbox.find(({ message }) => message.method === 'notifications/tools/list_changed', {
      withinMs: 2_000,
    });
    expect(notified?.channel).toBe(session.connection.listening);
    const channels = session.connection.replies.filter(({ ids }) => ids.length > 0).map(({ reply }) => reply.mediaType);
    expect(channels).toEqual(['application/json', 'text/event-stream', 'application/json']);
    expect(session.messagesSince(mark).filter(({ message }) => 'result' in message)).toHaveLength(2);
  });

  test('has a notification accepted before it sends what follows', async () => {
    const session = await open();
    await session.open();
    await session.notify('notifications/cancelled', { requestId: 'never-sent' });
    expect(session.connection.replies.at(-1)?.reply.status).toBe(202);
  });

  test('knows at once that a request is not going to be answered', async () => {
    const session = await open();
    await session.open();
    session.connection.sessionId = 'wrong';
    const startedAt = performance.now();
    await expect(session.result('ping')).rejects.toThrow(/ping was not answered: its POST got 404 Not Found/);
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    session.connection.sessionId = undefined;
  });

  test('keeps what the checks try out apart from what clients do', async () => {
    const session = await open();
    session.connection.listens = false;
    await session.open();
    const mark = session.mark;
    const reply = await session.connection.post(session.createRequest('ping'), { omit: ['mcp-session-id'], headers: { 'X-Try': 'out' } });
    expect([reply.status, session.mark]).toEqual([400, mark]);
    expect(session.connection.replies.at(-1)?.usual).toBe(false);
    expect(sentHeads(session).at(-1)).toMatch(/X-Try: out/);
    expect(sentHeads(session).at(-1)).not.toMatch(/mcp-session-id/i);
  });

  test('comes back for the response where the server drops the connection', async () => {
    const polling = await startHttp('polling');
    const other = drive(polling.url);
    try {
      const session = await open('2025-11-25', other);
      await session.open();
      const result = await session.result('tools/call', { name: 'slow', arguments: { ms: 300 } });
      expect(result.content).toEqual([{ type: 'text', text: 'done' }]);
      expect(session.connection.replies.filter(({ lastEventId }) => lastEventId !== undefined).length).toBeGreaterThan(0);
    } finally {
      await other.close();
      await polling.close();
    }
  });

  test("sends the caller's headers with each request, and keeps them out of the transcript", async () => {
    const secured = await startHttp('protected');
    const other = drive(secured.url, secured.headers);
    try {
      const session = await open('2025-11-25', other);
      await session.open();
      await session.alive();
      const anonymous = await session.connection.post(session.createRequest('ping'), { anonymous: true });
      expect(anonymous.status).toBe(401);
      const transcript = JSON.stringify(session.connection.transcript.since());
      expect(transcript).toContain('Authorization: [redacted]');
      expect(transcript).not.toContain('correct-server-token');
    } finally {
      await other.close();
      await secured.close();
    }
  });

  test('is refused where nothing listens', async () => {
    const { url } = server;
    await server.close();
    await expect(drive(url).connect('2025-11-25', new AbortController().signal)).rejects.toThrow(Unreachable);
  });
});
