import type { ProbeTool } from '../../check.js';
import type { JsonObject } from '../../inbox.js';
import type { HttpContext, HttpSession } from './scope.js';

export const SLOW_LIMIT_MS = 30_000;

/** Lists the tools, so that calls get the headers that their schemas ask for. */
export async function knowTools(context: HttpContext, session: HttpSession): Promise<void> {
  if (Object.hasOwn(context.server.capabilities, 'tools'))
    await context.control('tools/list is answered', () => session.result('tools/list'));
}

/** Calls a tool that may be called, which has to work. */
export async function callTool(context: HttpContext, session: HttpSession, tool: ProbeTool, meta?: JsonObject): Promise<void> {
  await context.control(`the tool ${tool.name} answers`, () =>
    session.result('tools/call', { name: tool.name, arguments: tool.args }, { ...(meta && { meta }), withinMs: SLOW_LIMIT_MS }),
  );
}
