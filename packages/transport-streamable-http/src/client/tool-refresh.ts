import type { JsonRpcNotification, JsonRpcRequest, JsonRpcResponse, Params } from '@mcpwire/jsonrpc';
import { JsonRpcError } from '@mcpwire/jsonrpc';
import { MetaKey } from '@mcpwire/protocol';

/** A server whose list never ends is not asked for more. */
const MAX_PAGES = 100;
const OF_CLIENT: readonly string[] = [MetaKey.ProtocolVersion, MetaKey.ClientInfo, MetaKey.ClientCapabilities];

/**
 * Asks for the list of tools, as far as the called one is in it. What is learned from it, whoever sends the pages learns as they pass.
 *
 * @param ask sends a request, to which it gives an id
 * @throws JsonRpcError when the server refuses
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#client-behavior
 */
export async function refreshTools(call: JsonRpcRequest, ask: (page: JsonRpcNotification) => Promise<JsonRpcResponse>): Promise<void> {
  const meta = (call.params?._meta ?? {}) as Params;
  const _meta = Object.fromEntries(OF_CLIENT.filter((key) => Object.hasOwn(meta, key)).map((key) => [key, meta[key]]));
  let cursor: unknown;
  for (let page = 0; page < MAX_PAGES; page++) {
    const params: Params = cursor === undefined ? { _meta } : { _meta, cursor };
    const answer = await ask({ jsonrpc: '2.0', method: 'tools/list', params });
    if (!('result' in answer)) throw JsonRpcError.fromResponse(answer);
    const { tools, nextCursor } = (answer.result ?? {}) as { tools?: unknown; nextCursor?: unknown };
    const names = Array.isArray(tools) ? tools.map((tool) => (tool as { name?: unknown } | null)?.name) : [];
    if (names.includes(call.params?.name) || typeof nextCursor !== 'string') return;
    cursor = nextCursor;
  }
}
