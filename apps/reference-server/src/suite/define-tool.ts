import type { InputSchema } from '../tools/arguments.js';
import type { Tool } from '../tools/tool.js';

/** The schema of a tool without arguments. */
const NO_ARGUMENTS: InputSchema = { type: 'object', properties: {}, required: [], additionalProperties: false };

/** A tool of the suite: it does nothing to the world, and takes no arguments unless it says so. */
export function defineTool<Arguments = never>(
  tool: Pick<Tool<Arguments>, 'name' | 'title' | 'description' | 'run'> & Partial<Tool<Arguments>>,
): Tool<Arguments> {
  return { inputSchema: NO_ARGUMENTS, annotations: { readOnlyHint: true, openWorldHint: false }, ...tool };
}
