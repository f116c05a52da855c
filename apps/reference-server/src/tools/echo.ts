import { type Tool, textResult } from './tool.js';

/** Gives back the text that it is given, of any length. */
export const echo: Tool<{ text: string }> = {
  name: 'echo',
  title: 'Echo',
  description: 'Gives back the text that it is given.',
  inputSchema: {
    type: 'object',
    properties: { text: { type: 'string', description: 'The text.' } },
    required: ['text'],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
  run: ({ text }) => textResult(text),
};
