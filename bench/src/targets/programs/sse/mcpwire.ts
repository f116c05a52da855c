import { createHttpServer } from '@mcpwire/http/node';
import { createSSEHandler } from '@mcpwire/transport-sse/server';
import type { RawTransport } from '../../../load/echo-client.js';
import { announce } from '../http/listen.js';
import { serveSession } from '../http/session-handler.js';
import { createTools } from '../http/tools.js';

const tools = createTools();
const handler = createSSEHandler({
  onconnect: (transport) => serveSession(transport as RawTransport, tools),
});
const { url } = await createHttpServer({ handler });
announce(Number(new URL(url).port), '/sse');
