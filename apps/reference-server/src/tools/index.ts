import type { Params } from '@mcpwire/jsonrpc';
import type { Call } from '../call.js';
import { excerpt, invalidParams } from '../errors.js';
import { page } from '../pagination.js';
import { optionalObject, requireString } from '../params.js';
import type { Revision } from '../revision.js';
import { ArgumentError, readArguments } from './arguments.js';
import { ask } from './ask.js';
import { echo } from './echo.js';
import { echoStream } from './echo-stream.js';
import { fail } from './fail.js';
import { fetchPage } from './fetch.js';
import { setNote } from './set-note.js';
import { slow } from './slow.js';
import { type Tool, ToolError, type ToolResult, textResult } from './tool.js';

/** The tools of the standard catalogue. */
export const tools: readonly Tool[] = [echo, echoStream, fetchPage, slow, fail, setNote, ask];

/** Answers `tools/list`. */
export function listTools(call: Call): object {
  return page(
    call,
    'tools',
    call.session.settings.catalogue.tools.map((tool) => describe(tool, call.revision)),
  );
}

/**
 * Answers `tools/call`.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/server/tools#error-handling
 */
export function callTool(call: Call): ToolResult | Promise<ToolResult> {
  const name = requireString(call.params, 'name');
  const tool = call.session.settings.catalogue.tools.find((candidate) => candidate.name === name);
  if (!tool) throw invalidParams(`unknown tool: ${excerpt(name)}`);
  const given = optionalObject(call.params, 'arguments');
  try {
    const result = tool.run(toArguments(tool, given, call.revision) as never, call);
    return result instanceof Promise ? result.catch(toErrorResult) : result;
  } catch (error) {
    return toErrorResult(error);
  }
}

function toArguments(tool: Tool, given: Params, { argumentErrorsInResults }: Revision): Record<string, unknown> {
  try {
    return readArguments(tool.inputSchema, given);
  } catch (error) {
    if (error instanceof ArgumentError && !argumentErrorsInResults) throw invalidParams(error.message);
    throw error;
  }
}

/** What a tool could not do is its result; everything else that is thrown is answered as a JSON-RPC error. */
function toErrorResult(error: unknown): ToolResult {
  if (!(error instanceof ToolError || error instanceof ArgumentError)) throw error;
  return { ...textResult(error.message), isError: true };
}

function describe(tool: Tool, revision: Revision): object {
  const { name, title, description, inputSchema, outputSchema, annotations } = tool;
  return {
    name,
    ...(revision.titles && { title }),
    description,
    inputSchema: tool.publishedSchema ?? inputSchema,
    ...(revision.structuredContent && outputSchema && { outputSchema }),
    // Before there were titles, this is where a tool's stood.
    ...(revision.annotations && { annotations: revision.titles ? annotations : { title, ...annotations } }),
  };
}
