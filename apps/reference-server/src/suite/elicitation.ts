import type { Params } from '@mcpwire/jsonrpc';
import type { Call } from '../call.js';
import { type Tool, ToolError, type ToolResult, textResult } from '../tools/tool.js';
import { ask, form } from './client-request.js';
import { defineTool } from './define-tool.js';

const OPTIONS = ['option1', 'option2', 'option3'];
const TITLED = [
  { const: 'value1', title: 'The first' },
  { const: 'value2', title: 'The second' },
  { const: 'value3', title: 'The third' },
];

/** Tools that ask the user. */
export const elicitationTools: readonly Tool[] = [
  defineTool<{ message: string }>({
    name: 'test_elicitation',
    title: 'Ask the user',
    description: 'Asks the user for a name and an address, and gives the answer back.',
    inputSchema: {
      type: 'object',
      properties: { message: { type: 'string', description: 'What the user is told.' } },
      required: ['message'],
      additionalProperties: false,
    },
    run: ({ message }, call) =>
      askUser(call, message, {
        username: { type: 'string', description: 'Your name.' },
        email: { type: 'string', description: 'Your e-mail address.' },
      }),
  }),
  defineTool({
    name: 'test_elicitation_sep1034_defaults',
    title: 'Ask with defaults',
    description: 'Asks the user with a default for each kind of field.',
    run: (_, call) =>
      askRichly(call, 'Change what is not right.', {
        name: { type: 'string', description: 'A name.', default: 'John Doe' },
        age: { type: 'integer', description: 'Years.', default: 30 },
        score: { type: 'number', description: 'A score.', default: 95.5 },
        status: { type: 'string', description: 'A status.', enum: ['active', 'inactive', 'pending'], default: 'active' },
        verified: { type: 'boolean', description: 'Verified or not.', default: true },
      }),
  }),
  defineTool({
    name: 'test_elicitation_sep1330_enums',
    title: 'Ask for a choice',
    description: 'Asks the user with every kind of choice: one or several, with titles and without.',
    run: (_, call) =>
      askRichly(call, 'Choose.', {
        untitledSingle: { type: 'string', description: 'One.', enum: OPTIONS },
        titledSingle: { type: 'string', description: 'One, by its title.', oneOf: TITLED },
        legacyEnum: { type: 'string', description: 'One, by its name.', enum: ['opt1', 'opt2'], enumNames: ['Name 1', 'Name 2'] },
        untitledMulti: { type: 'array', description: 'Several.', items: { type: 'string', enum: OPTIONS } },
        titledMulti: { type: 'array', description: 'Several, by their titles.', items: { anyOf: TITLED } },
      }),
  }),
  defineTool({
    name: 'test_streaming_elicitation',
    title: 'Ask after progress',
    description: 'Reports progress, and then asks the user.',
    async run(_, call) {
      await call.progress(1, 2, 'about to ask');
      return askUser(call, 'Go on?', { goOn: { type: 'boolean', description: 'Whether to go on.' } });
    },
  }),
];

function askRichly(call: Call, message: string, fields: Readonly<Record<string, object>>): Promise<ToolResult> {
  const { revision } = call;
  if (!revision.richForms) throw new ToolError(`Revision ${revision.name} has no such forms; 2025-11-25 and later ones do.`);
  return askUser(call, message, fields);
}

async function askUser(call: Call, message: string, fields: Readonly<Record<string, object>>): Promise<ToolResult> {
  const asked = await ask(call, { answer: form(message, fields) });
  if ('result' in asked) return asked.result;
  const { action, content } = asked.answers.answer as Params;
  return textResult(`action=${action}, content=${JSON.stringify(content ?? {})}`);
}
