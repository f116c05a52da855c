import type { Params } from '@mcpwire/jsonrpc';
import type { Call } from '../call.js';
import type { InputSchema } from './arguments.js';

/**
 * What a tool does to the world, for revisions from 2025-03-26 on.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/schema#toolannotations
 */
export interface ToolAnnotations {
  readonly readOnlyHint: boolean;
  readonly idempotentHint?: boolean;
  readonly destructiveHint?: boolean;
  readonly openWorldHint: boolean;
}

export interface ToolResult extends Params {
  content?: object[];
  structuredContent?: object;
  isError?: boolean;
}

/** One tool. Its `run` may rely on the arguments fitting `inputSchema`. */
export interface Tool<Arguments = never> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: InputSchema;
  /** What clients are shown in place of `inputSchema`, where that can't say everything; `run` looks after the rest. */
  readonly publishedSchema?: object;
  /** What `structuredContent` holds, in revisions that have it. */
  readonly outputSchema?: object;
  readonly annotations: ToolAnnotations;
  readonly run: (args: Arguments, call: Call) => ToolResult | Promise<ToolResult>;
}

/** The tool ran and could not do what it was asked for; told in its result, not as a JSON-RPC error. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}

/** A result of nothing but text. */
export function textResult(text: string): ToolResult {
  return { content: [{ type: 'text', text }] };
}
