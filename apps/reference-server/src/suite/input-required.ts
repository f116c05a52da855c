import type { Params } from '@mcpwire/jsonrpc';
import type { Call } from '../call.js';
import { type Prompt, userMessage } from '../prompts.js';
import { type Tool, type ToolResult, textResult } from '../tools/tool.js';
import { ask, type ClientRequests, form, listRoots, sample, takes } from './client-request.js';
import { defineTool } from './define-tool.js';
import { openState, sealState } from './request-state.js';
import { textOf } from './sampling.js';

const askName: ClientRequests = { user_name: form('What is your name?', { name: { type: 'string', description: 'Your name.' } }) };
const askColour: ClientRequests = { favourite: form('Which colour do you like?', { color: { type: 'string', description: 'A colour.' } }) };
const askModel: ClientRequests = { capital_question: sample('What is the capital of France?') };
const askRoots: ClientRequests = { client_roots: listRoots };
const askConsent: ClientRequests = { confirm: form('Is that all right?', { ok: { type: 'boolean', description: 'Whether it is.' } }) };
const askContext: ClientRequests = {
  user_context: form('What is it about?', { context: { type: 'string', description: 'The context.' } }),
};

/** Tools that can't be done before the client has answered something, in as many rounds as that takes. */
export const inputRequiredTools: readonly Tool[] = [
  inputTool('elicitation', 'Asks the user for a name, and greets.', (call) =>
    answered(call, askName, ({ user_name }) => `Hello, ${fieldOf(user_name, 'name')}!`),
  ),
  inputTool('sampling', 'Asks the model of the client.', (call) =>
    answered(call, askModel, ({ capital_question }) => textOf(capital_question as Params)),
  ),
  inputTool('list_roots', 'Asks the client for its roots.', (call) =>
    answered(call, askRoots, ({ client_roots }) => `Roots: ${JSON.stringify(client_roots?.roots)}`),
  ),
  inputTool('multiple_inputs', 'Asks the user, the model and the client at once.', (call) =>
    resumed(call, { ...askName, ...askModel, ...askRoots }, ({ user_name }) => `Thank you, ${fieldOf(user_name, 'name')}.`),
  ),
  inputTool('request_state', 'Has the client bring back a state along with its answer.', (call) =>
    resumed(call, askConsent, ({ confirm }) => `state-ok, and the user ${fieldOf(confirm, 'ok') === true ? 'agrees' : 'does not agree'}`),
  ),
  inputTool('tampered_state', 'Refuses a state that it has not given out itself.', (call) =>
    resumed(call, askConsent, () => 'The state is the one that was given out.'),
  ),
  inputTool('multi_round', 'Asks the user twice, the second time knowing the first answer.', askTwice),
  inputTool('capabilities', 'Asks whatever this client takes, and nothing else.', (call) =>
    answered(
      call,
      Object.fromEntries(Object.entries({ ...askName, ...askModel, ...askRoots }).filter(([, request]) => takes(call, request))),
      (answers) => `Answered: ${Object.keys(answers).join(', ')}`,
    ),
  ),
];

/** A prompt that can't be made before the user has answered. */
export const inputRequiredPrompt: Prompt = {
  name: 'test_input_required_result_prompt',
  title: 'Prompt with a question',
  description: 'Asks the user for the context before it is made.',
  arguments: [],
  async messages(_, call) {
    const asked = await ask(call, askContext);
    if ('result' in asked) return asked.result;
    return [userMessage({ type: 'text', text: `Think about this: ${fieldOf(asked.answers.user_context, 'context')}` })];
  },
};

type Answers = Readonly<Record<string, Params>>;

function inputTool(name: string, description: string, run: (call: Call) => Promise<ToolResult>): Tool {
  return defineTool({
    name: `test_input_required_result_${name}`,
    title: `Input required: ${name.replaceAll('_', ' ')}`,
    description,
    run: (_, call) => run(call),
  });
}

async function answered(call: Call, requests: ClientRequests, tell: (answers: Answers) => string): Promise<ToolResult> {
  const asked = await ask(call, requests);
  return 'result' in asked ? asked.result : textResult(tell(asked.answers));
}

/** The answers count only along with the state that went out with the questions. */
async function resumed(call: Call, requests: ClientRequests, tell: (answers: Answers) => string): Promise<ToolResult> {
  const isBack = openState(call) !== undefined;
  const asked = await ask(call, requests, { sealed: sealState(call, {}), isBack });
  return 'result' in asked ? asked.result : textResult(tell(asked.answers));
}

async function askTwice(call: Call): Promise<ToolResult> {
  const known = openState(call);
  let name = known?.name;
  if (name === undefined) {
    const asked = await ask(call, askName, { sealed: sealState(call, {}), isBack: known !== undefined });
    if ('result' in asked) return asked.result;
    name = fieldOf(asked.answers.user_name, 'name');
  }
  const asked = await ask(call, askColour, { sealed: sealState(call, { name }), isBack: known !== undefined });
  return 'result' in asked ? asked.result : textResult(`${name} likes ${fieldOf(asked.answers.favourite, 'color')}.`);
}

/** A field of a form that the user has filled in; undefined if the user has not. */
function fieldOf(answer: Params | undefined, field: string): unknown {
  return (answer?.content as Params | undefined)?.[field];
}
