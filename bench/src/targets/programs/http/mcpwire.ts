import { createServer } from 'node:http';
import { createHttpServer, toNodeHandler } from '@mcpwire/http/node';
import { createStreamableHTTPHandler } from '@mcpwire/transport-streamable-http/server';
import type { RawTransport } from '../../../load/echo-client.js';
import { maxQueuedBytes } from '../../limits.js';
import { announce, listen, replies, socketPath } from './listen.js';
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
  onsession: (transport) => serveSession(transport as RawTransport, tools),
});
if (socketPath === undefined) announce((await createHttpServer({ handler })).port, '/mcp');
else await listen(createServer(toNodeHandler(handler)), '/mcp');
