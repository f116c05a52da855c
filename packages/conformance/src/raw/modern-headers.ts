import { createParamHeaders, encodeHeaderValue, eraOf, MetaKey, nameParamOf, type ParamHeader, parseParamHeaders } from '@mcpwire/protocol';
import type { JsonObject, JsonValue } from '../inbox.js';

/** The tools that ask for some of their arguments as headers (`x-mcp-header`), as far as lists of tools have told. */
export class ParamHeaderBook {
  readonly #byTool = new Map<string, readonly ParamHeader[]>();

  /** Looks for a list of tools in what came. */
  note(value: JsonValue): void {
    const result = isObject(value) ? value.result : undefined;
    const tools = isObject(result) ? result.tools : undefined;
    if (!Array.isArray(tools)) return;
    for (const tool of tools) {
      if (!isObject(tool) || typeof tool.name !== 'string') continue;
      const { params } = parseParamHeaders(tool.inputSchema);
      if (params && params.length > 0) this.#byTool.set(tool.name, params);
    }
  }

  /** Headers for the arguments of this call. */
  headersFor(message: JsonObject): Record<string, string> {
    const { method, params } = message;
    if (method !== 'tools/call' || !isObject(params) || typeof params.name !== 'string') return {};
    const known = this.#byTool.get(params.name);
    return known ? createParamHeaders(known, params.arguments) : {};
  }
}

/**
 * The headers with which a client of 2026-07-28 posts this message. What is no message gets those of an ordinary request, so that only its
 * body is wrong.
 */
export function createModernHeaders(message: JsonValue | undefined, revision: string, book: ParamHeaderBook): Record<string, string> {
  if (!isObject(message) || typeof message.method !== 'string')
    return { 'MCP-Protocol-Version': revision, 'Mcp-Method': 'server/discover' };
  // The handshake of the legacy revisions has none of them.
  if (message.method === 'initialize' && !isObject((message.params as JsonObject | undefined)?._meta)) return {};
  const meta = isObject(message.params) ? message.params._meta : undefined;
  const version = isObject(meta) ? meta[MetaKey.ProtocolVersion] : undefined;
  const headers: Record<string, string> = {
    'MCP-Protocol-Version': typeof version === 'string' && eraOf(version) !== undefined ? version : revision,
    'Mcp-Method': message.method,
  };
  const param = nameParamOf(message.method);
  const name = param === undefined || !isObject(message.params) ? undefined : message.params[param];
  if (typeof name === 'string') headers['Mcp-Name'] = encodeHeaderValue(name);
  return { ...headers, ...book.headersFor(message) };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
