import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RawTransport } from '../../../load/echo-client.js';
import { createAskedServer, listen } from './listen.js';
import { serveSession } from './session-handler.js';
import { createTools } from './tools.js';

/** The part of the SDK's Streamable HTTP transport for Node, the same in both majors, that a server drives. */
interface HttpTransport extends RawTransport {
  handleRequest(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/**
 * Serves the SDK's transport on node:http as its examples do: a transport for each session, found by the session header.
 * `create` makes one that calls `onsession` with its id once it has one. No protocol layer stands above it, and no web framework before it.
 */
export async function serveSdk(create: (onsession: (id: string) => void) => HttpTransport): Promise<void> {
  const transports = new Map<string, HttpTransport>();
  const tools = createTools();
  const open = async (): Promise<HttpTransport> => {
    const transport = create((id) => transports.set(id, transport));
    await serveSession(transport, tools);
    return transport;
  };
  const server = createAskedServer(async (request, response) => {
    const transport = transports.get(request.headers['mcp-session-id'] as string) ?? (await open());
    await transport.handleRequest(request, response);
  });
  await listen(server, '/mcp');
}
