// One endpoint for clients of every revision: SDK servers for those with sessions, and a server of our own for 2026-07-28.
import { createHttpServer } from '@mcpwire/http/node';
import { fromFetchHandler } from '@mcpwire/http/web';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createStreamableHTTPHandler } from '../../src/server.js';
import { expectNoLeftovers } from '../support/leftovers.js';
import { createPeerServer } from '../support/peer-server.js';
import { type ClientKind, connectClient } from './clients.js';
import { createTestServer } from './servers.js';

expectNoLeftovers();

const CLIENTS: ReadonlyArray<{ kind: ClientKind; asks: string; gets: string }> = [
  { kind: 'v1', asks: '2025-03-26', gets: '2025-03-26' },
  { kind: 'v1', asks: '2025-11-25', gets: '2025-11-25' },
  { kind: 'v2 legacy', asks: '2025-06-18', gets: '2025-06-18' },
  { kind: 'v2 auto', asks: '2026-07-28', gets: '2026-07-28' },
  { kind: 'v2 pin', asks: '2026-07-28', gets: '2026-07-28' },
];

test('clients of both eras talk to one endpoint at once, each in its revision', async () => {
  const errors: Error[] = [];
  const onerror = (error: Error): void => void errors.push(error);
  const handler = createStreamableHTTPHandler({
    onsession: (transport) => createTestServer('v1').connect(transport),
    onrequest: createPeerServer({ started: 0, aborted: 0 }, onerror),
    subscriptions: true,
    onerror,
  });
  const server = await createHttpServer({ handler, onerror });
  const clients = await Promise.all(CLIENTS.map(({ kind, asks }) => connectClient(kind, server.url, { revision: asks })));
  expect(clients.map(({ revision }) => revision)).toEqual(CLIENTS.map(({ gets }) => gets));
  // A session for each of the three that have such a thing.
  expect(handler.sessions.size).toBe(3);
  expect(clients.map(({ sessionId }) => sessionId !== undefined)).toEqual([true, true, true, false, false]);
  const answers = await Promise.all(clients.map((client, n) => client.call('echo', { text: `from ${n}` })));
  expect(answers).toEqual(['from 0', 'from 1', 'from 2', 'from 3', 'from 4']);
  for (const client of clients) await client.close();
  expect(errors).toEqual([]);
  await handler.close({ graceMs: 0 });
  await server.close({ graceMs: 0 });
});

test("SDK v2's createMcpHandler is served through our node adapter, to clients of both eras", async () => {
  const sdk = createMcpHandler(() => {
    const server = new McpServer({ name: 'test', version: '2.0.0' });
    server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, async ({ text }) => ({
      content: [{ type: 'text', text }],
    }));
    return server;
  });
  const server = await createHttpServer({ handler: fromFetchHandler((request) => sdk.fetch(request)) });
  for (const { kind, asks } of CLIENTS) {
    const client = await connectClient(kind, server.url, { revision: asks });
    expect(await client.call('echo', { text: kind })).toBe(kind);
    await client.close();
  }
  await sdk.close();
  await server.close({ graceMs: 0 });
});
