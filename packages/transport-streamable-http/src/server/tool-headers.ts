import type { JsonRpcError, JsonRpcRequest } from '@mcpwire/jsonrpc';
import { checkParamHeaders, type HeaderFields, type ParamHeader, parseParamHeaders } from '@mcpwire/protocol';
import { isThenable } from './thenable.js';

/** The `inputSchema` of a tool, or undefined if it is not known. */
export type InputSchemaOf<Context> = (toolName: string, context: Context) => unknown;

export interface ToolHeadersOptions<Context> {
  /** Where schemas come from. Without it they are learned from the `tools/list` results that are sent. */
  inputSchemaOf?: InputSchemaOf<Context> | undefined;
  /** Learned tools that have such headers; the one unused for longest is forgotten. Default 10,000. */
  maxLearnedTools?: number | undefined;
  /** Told of tools whose annotations are invalid: conforming clients leave them out. Once for each name. */
  onerror?: ((error: Error) => void) | undefined;
}

const NONE: readonly ParamHeader[] = [];
/** So many names of invalid tools are kept, to tell of each once. */
const MAX_INVALID = 1_000;

/**
 * Compares the `Mcp-Param-*` headers of `tools/call` with the call's arguments.
 *
 * What was learned may be out of date once a tool has changed. A client that is refused for it asks for `tools/list` again, as the
 * specification tells it to, and by that brings the server up to date.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-behavior-for-custom-headers
 */
export class ToolHeaders<Context> {
  readonly #inputSchemaOf: InputSchemaOf<Context> | undefined;
  readonly #maxLearnedTools: number;
  readonly #onerror: ((error: Error) => void) | undefined;
  /** By owner and tool name, least recently used first; tools without such headers are not in it. */
  readonly #learned = new Map<string, readonly ParamHeader[]>();
  /** Servers mostly hand out the same object for a tool, time and again. */
  readonly #parsed = new WeakMap<object, readonly ParamHeader[]>();
  readonly #invalid = new Set<string>();

  constructor(options: ToolHeadersOptions<Context> = {}) {
    const { inputSchemaOf, maxLearnedTools = 10_000, onerror } = options;
    if (!(maxLearnedTools >= 0)) throw new RangeError(`maxLearnedTools must be zero or more, not ${maxLearnedTools}`);
    this.#inputSchemaOf = inputSchemaOf;
    this.#maxLearnedTools = maxLearnedTools;
    this.#onerror = onerror;
  }

  /** Learned tools that have such headers. */
  get size(): number {
    return this.#learned.size;
  }

  /**
   * @param owner whose tools they are: one principal's list need not be another's
   * @returns -32020 (HTTP 400) for the first header that is missing, malformed or different. A promise only where `inputSchemaOf`
   *   returns one; it rejects with what that throws.
   */
  check(
    request: JsonRpcRequest,
    headers: HeaderFields,
    owner: string,
    context: Context,
  ): JsonRpcError | undefined | Promise<JsonRpcError | undefined> {
    const name = request.params?.name;
    if (request.method !== 'tools/call' || typeof name !== 'string') return undefined;
    if (!this.#inputSchemaOf) {
      // Most servers have no tool with such headers.
      if (this.#learned.size === 0) return undefined;
      return compare(request, headers, this.#recall(keyOf(owner, name)));
    }
    const schema = this.#inputSchemaOf(name, context);
    if (isThenable(schema)) return Promise.resolve(schema).then((settled) => compare(request, headers, this.#parse(name, settled)));
    return compare(request, headers, this.#parse(name, schema));
  }

  /** Takes note of the tools in the result of `tools/list`. */
  learn(result: unknown, owner: string): void {
    if (this.#inputSchemaOf) return;
    const { tools } = (result ?? {}) as { tools?: unknown };
    if (!Array.isArray(tools)) return;
    for (const tool of tools as unknown[]) {
      const { name, inputSchema } = (tool ?? {}) as { name?: unknown; inputSchema?: unknown };
      if (typeof name !== 'string') continue;
      const key = keyOf(owner, name);
      const params = this.#parse(name, inputSchema);
      this.#learned.delete(key);
      if (params.length > 0) this.#learned.set(key, params);
    }
    for (const key of this.#learned.keys()) {
      if (this.#learned.size <= this.#maxLearnedTools) break;
      this.#learned.delete(key);
    }
  }

  #recall(key: string): readonly ParamHeader[] {
    const params = this.#learned.get(key);
    if (!params) return NONE;
    this.#learned.delete(key);
    this.#learned.set(key, params);
    return params;
  }

  #parse(name: string, schema: unknown): readonly ParamHeader[] {
    if (typeof schema !== 'object' || schema === null) return NONE;
    const known = this.#parsed.get(schema);
    if (known) return known;
    const { params = NONE, fault } = parseParamHeaders(schema);
    this.#parsed.set(schema, params);
    if (fault !== undefined && !this.#invalid.has(name) && this.#invalid.size < MAX_INVALID) {
      this.#invalid.add(name);
      this.#onerror?.(new Error(`The tool ${JSON.stringify(name)} is left out by clients over HTTP: ${fault}`));
    }
    return params;
  }
}

function compare(request: JsonRpcRequest, headers: HeaderFields, params: readonly ParamHeader[]): JsonRpcError | undefined {
  return params.length === 0 ? undefined : checkParamHeaders(params, request.params?.arguments, headers, request.id);
}

/** No name and no id can make another pair's key. */
function keyOf(owner: string, name: string): string {
  return `${owner.length}:${owner}${name}`;
}
