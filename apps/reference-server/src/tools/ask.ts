import type { Call } from '../call.js';
import { excerpt, invalidParams, missingClientCapability } from '../errors.js';
import { isObject } from '../params.js';
import { type Tool, ToolError, type ToolResult, textResult } from './tool.js';

/** The key of our only question, in `inputRequests` and `inputResponses`. */
const KEY = 'answer';

const REQUESTED_SCHEMA = {
  type: 'object',
  properties: { answer: { type: 'string', title: 'Answer', description: 'Your answer.' } },
  required: ['answer'],
};

/**
 * Asks the user. A modern client is told to come back with the answer; a legacy one is sent a request, while it waits for ours.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr
 * @see https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation
 */
export const ask: Tool<{ question: string }> = {
  name: 'ask',
  title: 'Ask the user',
  description: 'Asks the user a question through the client (elicitation), and gives back the answer.',
  inputSchema: {
    type: 'object',
    properties: { question: { type: 'string', description: 'The question.' } },
    required: ['question'],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true, openWorldHint: true },
  run: ({ question }, call) => (call.revision.modern ? askModern(question, call) : askLegacy(question, call)),
};

function askModern(question: string, call: Call): ToolResult {
  if (!canAsk(call)) throw missingClientCapability('elicitation in form mode', { elicitation: { form: {} } });
  const { inputResponses } = call.params;
  if (inputResponses !== undefined && !isObject(inputResponses))
    throw invalidParams(`inputResponses must be an object, and is ${excerpt(inputResponses)}`);
  const response = inputResponses?.[KEY];
  if (response !== undefined) return toResult(response);
  const params = { mode: 'form', message: question, requestedSchema: REQUESTED_SCHEMA };
  return { resultType: 'input_required', inputRequests: { [KEY]: { method: 'elicitation/create', params } } };
}

async function askLegacy(question: string, call: Call): Promise<ToolResult> {
  const { context, session, signal } = call;
  if (!canAsk(call)) throw new ToolError('The client has not declared that it can ask its user (elicitation, in form mode).');
  if (!session.handshake.confirmed)
    throw new ToolError('The client has not sent notifications/initialized yet, so it must not be asked anything.');
  const params = { message: question, requestedSchema: REQUESTED_SCHEMA };
  return toResult(await session.peer.request('elicitation/create', params, { signal, relatedRequestId: context.id }));
}

/** An `elicitation` without members stands for form mode. */
function canAsk({ clientCapabilities }: Call): boolean {
  const { elicitation } = clientCapabilities;
  return isObject(elicitation) && (isObject(elicitation.form) || Object.keys(elicitation).length === 0);
}

function toResult(response: unknown): ToolResult {
  const { action, content } = isObject(response) ? response : {};
  if (action === 'accept' && isObject(content) && typeof content.answer === 'string') return textResult(content.answer);
  if (action === 'decline' || action === 'cancel') return textResult(`(no answer: ${action})`);
  throw invalidParams(`the answer must be accepted with a text, declined or cancelled, and is ${excerpt(response)}`);
}
