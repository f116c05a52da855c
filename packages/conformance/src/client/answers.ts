import { eraOf, MetaKey, type Revision } from '@mcpwire/protocol';
import type { JsonObject } from '../inbox.js';
import type { Exchange } from './exchange.js';

const INFO = { name: 'mcp-conformance', version: '1.0.0' };
const TEXT = { type: 'string' };

/** Names that no plain header can carry. */
export const UNICODE_TOOL = 'grüße 日本';
export const UNICODE_URI = 'test://ünï/côdé';

/** A tool, as `tools/list` shows it. */
export function tool(name: string, properties: JsonObject = {}, more: JsonObject = {}): JsonObject {
  return { name, description: `Answers with a text: ${name}`, inputSchema: { type: 'object', properties }, ...more };
}

const TOOLS: readonly JsonObject[] = [tool('echo', { text: TEXT }), tool('slow', { ms: { type: 'number' } }), tool(UNICODE_TOOL)];

/** A result as the revision has it: modern ones say their kind, and who answers. */
export function resultFor(revision: Revision, result: JsonObject): JsonObject {
  if (eraOf(revision) !== 'modern') return result;
  return { resultType: 'complete', ...result, _meta: { [MetaKey.ServerInfo]: INFO } };
}

export function listing(revision: Revision, result: JsonObject): JsonObject {
  return resultFor(revision, eraOf(revision) === 'modern' ? { ...result, ttlMs: 0, cacheScope: 'private' } : result);
}

/** The answer of a server that speaks this one revision, and does everything right. */
export function answerRightly(exchange: Exchange): void {
  const { method, params, revision } = exchange;
  const isModern = eraOf(revision) === 'modern';
  const capabilities = { tools: {}, prompts: {}, resources: {} };
  switch (method) {
    case 'initialize':
      if (!isModern) return exchange.result({ protocolVersion: revision, capabilities, serverInfo: INFO });
      return exchange.error(-32022, 'There is no handshake', { supported: [revision], requested: params.protocolVersion ?? null });
    case 'server/discover':
      if (isModern) return exchange.result(listing(revision, { supportedVersions: [revision], capabilities }));
      // What servers from before this method say to a first request that is no initialize.
      if (exchange.http)
        return exchange.http.status(400, { jsonrpc: '2.0', id: null, error: { code: -32000, message: 'Not initialized' } });
      return exchange.error(-32601, 'Method not found');
    case 'ping':
      return isModern ? exchange.error(-32601, 'Method not found') : exchange.result({});
    case 'tools/list':
      return exchange.result(listing(revision, { tools: [...TOOLS] }));
    case 'tools/call':
      return exchange.result(resultFor(revision, { content: [{ type: 'text', text: JSON.stringify(params.arguments ?? {}) }] }));
    case 'resources/list':
      return exchange.result(listing(revision, { resources: [{ uri: UNICODE_URI, name: 'one' }] }));
    case 'resources/read':
      return exchange.result(listing(revision, { contents: [{ uri: params.uri ?? UNICODE_URI, text: 'one' }] }));
    case 'prompts/list':
      return exchange.result(listing(revision, { prompts: [{ name: 'greet' }] }));
    case 'prompts/get':
      return exchange.result(resultFor(revision, { messages: [{ role: 'user', content: { type: 'text', text: 'hello' } }] }));
    default:
      return exchange.error(-32601, 'Method not found');
  }
}
