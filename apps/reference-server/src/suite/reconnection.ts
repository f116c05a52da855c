import { setTimeout } from 'node:timers/promises';
import { type Tool, textResult } from '../tools/tool.js';
import { defineTool } from './define-tool.js';

/** The answer is ready this long after the connection is closed: before the client is back, or while it waits. */
const WORK_MS = 100;

/** Closes the connection that its answer would go over, where there is one of its own: the client has to come back for the answer. */
export const reconnectionTool: Tool = defineTool({
  name: 'test_reconnection',
  title: 'Close the connection',
  description: 'Closes the connection before it answers, where clients can come back for the answer.',
  async run(_, { context, signal }) {
    context.message?.closeSSEStream?.();
    await setTimeout(WORK_MS, undefined, { signal });
    return textResult('The answer, after the connection was closed.');
  },
});
