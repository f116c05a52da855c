import { createHttpServer } from '@mcpwire/http/node';
import { createSSEHandler } from '@mcpwire/transport-sse/server';
import type { RawTransport } from '../../../load/echo-client.js';
import { announce, heartbeatMs, http2, tls } from '../http/listen.js';
import { serveSession } from '../http/session-handler.js';
import { createTools } from '../http/tools.js';

const tools = createTools();
const handler = createSSEHandler({
  // Tens of thousands of streams are held where that is measured.
  maxSessions: 100_000,
  ...(heartbeatMs !== undefined && { keepAliveMs: heartbeatMs }),
  onconnect: (transport) => serveSession(transport as RawTransport, tools),
});
const { url } = await createHttpServer({ handler, tls, http2 });
announce(Number(new URL(url).port), '/sse');
