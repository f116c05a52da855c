/** The revision that every measured server speaks. */
export const protocolVersion = '2025-06-18';

/** What an MCP client has to accept; a server may answer with either. */
export const acceptEither = 'application/json, text/event-stream';

/** The first request of every session. */
export const initializeRequest: { jsonrpc: '2.0'; id: string; method: 'initialize'; params: object } = {
  jsonrpc: '2.0',
  id: 'initialize',
  method: 'initialize',
  params: { protocolVersion, capabilities: {}, clientInfo: { name: 'bench', version: '1.0.0' } },
};

/** What a client sends once the session is agreed on. */
export const initializedNotification = { jsonrpc: '2.0', method: 'notifications/initialized' } as const;

/** A call of one of the tools that every measured server has. */
export function toToolCall(id: number | string, name: string, args: object, meta?: object): object {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args, ...(meta && { _meta: meta }) } };
}

/** The revision without sessions, where each request says for itself what it is of. */
export const modernVersion = '2026-07-28';

/** What a request of that revision has in its `_meta`. */
export const modernMeta: Readonly<Record<string, unknown>> = {
  'io.modelcontextprotocol/protocolVersion': modernVersion,
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** A call of a tool by that revision, and its headers. */
export function toModernCall(id: number | string, name: string, args: object): { headers: Record<string, string>; message: object } {
  return {
    headers: {
      accept: acceptEither,
      'content-type': 'application/json',
      'mcp-protocol-version': modernVersion,
      'mcp-method': 'tools/call',
      'mcp-name': name,
    },
    message: { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args, _meta: modernMeta } },
  };
}

/** The headers of a POST in a session; without an id, of a server that keeps no sessions. */
export function toPostHeaders(accept: string, sessionId: string | undefined): Record<string, string> {
  return {
    accept,
    'content-type': 'application/json',
    'mcp-protocol-version': protocolVersion,
    ...(sessionId !== undefined && { 'mcp-session-id': sessionId }),
  };
}

/**
 * The message in a reply, JSON or an event stream. Of a stream it is the last event that has data, as nothing follows the answer.
 * @throws Error when there is none.
 */
export function parseReply(contentType: string, body: string): { id?: unknown; result?: unknown; error?: unknown } {
  if (contentType.startsWith('application/json')) return JSON.parse(body) as object;
  for (let start = body.lastIndexOf('data:'); start !== -1; start = start === 0 ? -1 : body.lastIndexOf('data:', start - 1)) {
    if (start > 0 && body[start - 1] !== '\n') continue;
    const data = body.slice(start + 5, body.indexOf('\n', start)).trim();
    if (data !== '') return JSON.parse(data) as object;
  }
  throw new Error(`a reply of type '${contentType}' has no message in it: ${JSON.stringify(body.slice(0, 200))}`);
}
