import { createServer } from 'node:http';
import { createHttpServer, toNodeHandler } from '@mcpwire/http/node';
import { createMemoryEventStore, createStreamableHTTPHandler } from '@mcpwire/transport-streamable-http/server';
import type { RawTransport } from '../../../load/echo-client.js';
import { maxQueuedBytes } from '../../limits.js';
import { joinBroadcasts } from './broadcast.js';
import { announce, cancelOnDisconnect, heartbeatMs, http2, keepAliveMs, keepsEvents, listen, replies, socketPath, tls } from './listen.js';
import { serveSession } from './session-handler.js';
import { createTools } from './tools.js';

const tools = createTools();
const handler = createStreamableHTTPHandler({
  path: '/mcp',
  replyMode: replies,
  maxQueuedBytes,
  maxBacklogBytes: maxQueuedBytes,
  // Thousands of requests wait in one session where that is measured.
  maxInFlight: 100_000,
  // Tens of thousands of streams are held where that is measured.
  maxSessions: 100_000,
  // Requests of 2026-07-28; its subscriptions are served by the handler itself.
  onrequest: (transport) => serveSession(transport as RawTransport, tools),
  subscriptions: { maxSubscriptions: 100_000 },
  cancelOnDisconnect,
  ...(keepsEvents && { eventStore: createMemoryEventStore() }),
  ...(heartbeatMs !== undefined && { keepAliveMs: heartbeatMs }),
  onsession: (transport) => serveSession(transport as RawTransport, tools),
});
joinBroadcasts(() => handler.notify({ kind: 'tools_list_changed' }));
if (socketPath === undefined) announce((await createHttpServer({ handler, tls, http2, keepAliveTimeoutMs: keepAliveMs })).port, '/mcp');
else await listen(createServer(toNodeHandler(handler)), '/mcp');
