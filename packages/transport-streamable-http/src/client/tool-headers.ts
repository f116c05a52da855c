import { quote } from '@mcpwire/http/client/transport-parts';
import { type JsonRpcResponse, type Params, TransportError } from '@mcpwire/jsonrpc';
import { createParamHeaders, type ParamHeader, parseParamHeaders } from '@mcpwire/protocol';

/** So many tools with such parameters are remembered; the oldest one is forgotten first. */
const MAX_TOOLS = 4096;

/**
 * What the tools of a server want mirrored into `Mcp-Param-*` headers, learned from the lists of tools that pass by. Tools whose
 * annotations are not valid are taken out of those lists, as a client over HTTP must.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#custom-headers-from-tool-parameters
 */
export class ToolHeaders {
  readonly #tools = new Map<string, readonly ParamHeader[]>();
  readonly #report: (error: Error) => void;

  /** @param report told of each tool that is taken out */
  constructor(report: (error: Error) => void) {
    this.#report = report;
  }

  /** Reads the answer to a `tools/list`. @returns the answer to hand over: the same one unless a tool had to be taken out */
  learn(response: JsonRpcResponse): JsonRpcResponse {
    const result = 'result' in response ? (response.result as Params | null | undefined) : undefined;
    const tools = result?.tools;
    if (!Array.isArray(tools)) return response;
    const valid = tools.filter((tool) => this.#learnTool(tool));
    return valid.length === tools.length ? response : ({ ...response, result: { ...result, tools: valid } } as JsonRpcResponse);
  }

  /** The headers for a `tools/call`; undefined when there are none. */
  headersOf(params: Params | undefined): Record<string, string> | undefined {
    const headers = this.#tools.size === 0 ? undefined : this.#tools.get(params?.name as string);
    return headers && createParamHeaders(headers, params?.arguments);
  }

  /** @returns whether the tool is valid */
  #learnTool(tool: unknown): boolean {
    const { name, inputSchema } = (tool ?? {}) as { name?: unknown; inputSchema?: unknown };
    // What is wrong with it otherwise is for others to say.
    if (typeof name !== 'string') return true;
    this.#tools.delete(name);
    const { params, fault } = parseParamHeaders(inputSchema);
    if (fault !== undefined) {
      const message = `The tool ${quote(name)} was left out of tools/list, since its x-mcp-header is not valid: ${fault}`;
      this.#report(new TransportError('malformed-message', message, { details: { tool: name, fault } }));
      return false;
    }
    if (params.length === 0) return true;
    this.#tools.set(name, params);
    if (this.#tools.size > MAX_TOOLS) this.#tools.delete(this.#tools.keys().next().value as string);
    return true;
  }
}
