import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RawTransport } from '../../../load/echo-client.js';
import { createAskedServer, listen } from '../http/listen.js';
import { serveSession } from '../http/session-handler.js';
import { createTools } from '../http/tools.js';

/** The part of the SDK's SSE transport, the same in both majors, that a server drives. */
interface SseTransport extends RawTransport {
  readonly sessionId: string;
  handlePostMessage(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** Serves the SDK's transport on node:http as its examples do: a transport for each stream, found by the id in the POST's query. */
export async function serveSdk(create: (response: ServerResponse) => SseTransport): Promise<void> {
  const transports = new Map<string, SseTransport>();
  const tools = createTools();
  const server = createAskedServer(async (request, response) => {
    if (request.method === 'POST') {
      const id = new URL(request.url as string, 'http://localhost').searchParams.get('sessionId') ?? '';
      const transport = transports.get(id);
      if (transport === undefined) return void response.writeHead(404).end();
      return transport.handlePostMessage(request, response);
    }
    const transport = create(response);
    transports.set(transport.sessionId, transport);
    response.on('close', () => transports.delete(transport.sessionId));
    await serveSession(transport, tools);
  });
  await listen(server, '/sse');
}
