import type { Params } from '@mcpwire/jsonrpc';
import type { Call } from '../call.js';
import { excerpt, invalidParams, missingClientCapability } from '../errors.js';
import { isObject } from '../params.js';
import { ToolError } from '../tools/tool.js';

/** What a server may ask of its client. */
export interface ClientRequest {
  readonly method: keyof typeof CAPABILITIES;
  readonly params: Params;
}

/** What is asked at once, each under a key that its answer comes back with. */
export type ClientRequests = Readonly<Record<string, ClientRequest>>;

/** What the client has answered, or the result that sends it back to answer. */
export type Asked = { readonly answers: Readonly<Record<string, Params>> } | { readonly result: Params };

/** What a modern client has to bring back along with its answers. */
export interface State {
  readonly sealed: string;
  /** It has: answers without it are not taken. */
  readonly isBack: boolean;
}

/** What a client declares that takes requests of a kind. */
const CAPABILITIES = { 'elicitation/create': 'elicitation', 'sampling/createMessage': 'sampling', 'roots/list': 'roots' } as const;

const isAnswer: Readonly<Record<ClientRequest['method'], (answer: Params) => boolean>> = {
  'elicitation/create': ({ action, content }) => action === 'decline' || action === 'cancel' || (action === 'accept' && isObject(content)),
  'sampling/createMessage': ({ role, content }) => typeof role === 'string' && typeof content === 'object' && content !== null,
  'roots/list': ({ roots }) => Array.isArray(roots),
};

/** A form for the user, without any other than required fields. */
export function form(message: string, properties: Readonly<Record<string, object>>): ClientRequest {
  const requestedSchema = { type: 'object', properties, required: Object.keys(properties) };
  return { method: 'elicitation/create', params: { message, requestedSchema } };
}

/** A question for the client's model. */
export function sample(prompt: string): ClientRequest {
  return {
    method: 'sampling/createMessage',
    params: { messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens: 100 },
  };
}

export const listRoots: ClientRequest = { method: 'roots/list', params: {} };

/** Whether the client has declared that it takes such requests. */
export function takes({ clientCapabilities }: Call, { method }: ClientRequest): boolean {
  return isObject(clientCapabilities[CAPABILITIES[method]]);
}

/**
 * Asks the client. A modern one is sent back for what it has not answered yet; a legacy one is sent the requests, while it waits.
 *
 * @throws JsonRpcError -32021 (modern) or ToolError (legacy) for what the client does not take; -32602 for an answer that is none
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr
 */
export async function ask(call: Call, requests: ClientRequests, state?: State): Promise<Asked> {
  const entries = Object.entries(requests);
  const refused = entries.map(([, request]) => request).find((request) => !takes(call, request));
  if (refused) throw missing(call, refused);
  if (!call.revision.modern) return { answers: await askLegacy(call, requests) };
  const { inputResponses = {} } = call.params;
  if (!isObject(inputResponses)) throw invalidParams(`inputResponses must be an object, and is ${excerpt(inputResponses)}`);
  const answered = state?.isBack === false ? [] : entries.filter(([key]) => Object.hasOwn(inputResponses, key));
  const answers = Object.fromEntries(answered.map(([key, request]) => [key, toAnswer(key, request, inputResponses[key])]));
  if (answered.length === entries.length) return { answers };
  return { result: { resultType: 'input_required', inputRequests: requests, ...(state && { requestState: state.sealed }) } };
}

async function askLegacy(call: Call, requests: ClientRequests): Promise<Record<string, Params>> {
  const { context, session, signal } = call;
  if (!session.handshake.confirmed)
    throw new ToolError('The client has not sent notifications/initialized yet, so it must not be asked anything.');
  const answers: Record<string, Params> = {};
  for (const [key, request] of Object.entries(requests)) {
    const response = await session.peer.request(request.method, request.params, { signal, relatedRequestId: context.id });
    answers[key] = toAnswer(key, request, response);
  }
  return answers;
}

function toAnswer(key: string, { method }: ClientRequest, answer: unknown): Params {
  if (!isObject(answer) || !isAnswer[method](answer))
    throw invalidParams(`${key} must be answered as ${method} is, not by ${excerpt(answer)}`);
  return answer;
}

function missing({ revision }: Call, { method }: ClientRequest): Error {
  const capability = CAPABILITIES[method];
  if (revision.modern) return missingClientCapability(capability, { [capability]: {} });
  return new ToolError(`The client has not declared that it takes ${method} (capability ${capability}).`);
}
