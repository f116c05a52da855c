import type { Params } from '@mcpwire/jsonrpc';
import type { Call } from '../call.js';
import { type Tool, type ToolResult, textResult } from '../tools/tool.js';
import { ask, sample } from './client-request.js';
import { defineTool } from './define-tool.js';

/** Tools that ask the client's model. */
export const samplingTools: readonly Tool[] = [
  defineTool<{ prompt: string }>({
    name: 'test_sampling',
    title: 'Ask the model',
    description: 'Asks the model of the client, and gives the answer back.',
    inputSchema: {
      type: 'object',
      properties: { prompt: { type: 'string', description: 'What the model is asked.' } },
      required: ['prompt'],
      additionalProperties: false,
    },
    run: ({ prompt }, call) => askModel(call, prompt),
  }),
  defineTool({
    name: 'test_missing_capability',
    title: 'Need the model',
    description: 'Can do nothing for a client that does not take sampling.',
    run: (_, call) => askModel(call, 'Are you there?'),
  }),
];

/** The text of a model's answer, or the answer as it is where it holds none. */
export function textOf({ content }: Params): string {
  const { text } = (Array.isArray(content) ? content[0] : content) as Params;
  return typeof text === 'string' ? text : JSON.stringify(content);
}

async function askModel(call: Call, prompt: string): Promise<ToolResult> {
  const asked = await ask(call, { answer: sample(prompt) });
  return 'result' in asked ? asked.result : textResult(`The model says: ${textOf(asked.answers.answer as Params)}`);
}
