import type { Revision } from '@mcpwire/protocol';
import type { TransportKind } from '../../connection.js';
import { notApplicable } from '../../expect.js';
import type { JsonObject, JsonValue } from '../../inbox.js';
import type { HttpReply } from '../../raw/http-reply.js';
import type { HttpOptions } from '../../raw/streamable-http-connection.js';
import { isObject } from '../../session.js';
import { Breach } from '../../verdict.js';
import { MODERN } from '../scope.js';
import { knowTools } from './modern-tools.js';
import { answerIn, type HttpContext, type HttpSession } from './scope.js';

/** Where a check of 2026-07-28 over Streamable HTTP applies. */
export const MODERN_HTTP: { readonly transports: readonly TransportKind[]; readonly revisions: readonly Revision[] } = {
  transports: ['streamable-http'],
  revisions: MODERN,
};

export const HEADER_MISMATCH = -32020;

/** A request that has an Mcp-Name header. */
export interface NamedRequest {
  readonly method: 'tools/call' | 'resources/read' | 'prompts/get';
  readonly params: JsonObject;
  /** Whether there is such a thing, so that nothing but its headers can be wrong with it. */
  readonly exists: boolean;
}

/** The JSON-RPC error of a reply, whatever its id. */
export function errorIn(reply: HttpReply): JsonObject | undefined {
  const message = reply.messages.find((each): each is JsonObject => isObject(each) && isObject(each.error));
  return message && isObject(message.error) ? message.error : undefined;
}

/** Posts a request with what is to be tried out. */
export async function postRequest(
  session: HttpSession,
  method: string,
  params?: JsonObject,
  options: HttpOptions = {},
): Promise<{ id: JsonValue; reply: HttpReply }> {
  const request = session.createRequest(method, params);
  return { id: request.id, reply: await session.connection.post(request, options) };
}

/** Whether the server took no exception to the headers of a request: it has a result, or an error about something else. */
export function passedValidation(reply: HttpReply, id: JsonValue): boolean {
  const answer = answerIn(reply, id);
  if (!answer) return false;
  return 'result' in answer || (isObject(answer.error) && answer.error.code !== HEADER_MISMATCH);
}

/** Whether the request was refused in any way. */
export function wasRefused(reply: HttpReply): boolean {
  return reply.status >= 400 || errorIn(reply) !== undefined;
}

/**
 * What has to work before the same request is sent with other headers. Says whether it had a result: if not, nothing but the code of an
 * error tells what another refusal is for.
 */
export async function controlRequest(context: HttpContext, session: HttpSession, { method, params }: NamedRequest): Promise<boolean> {
  return context.control(`${method} with the right headers passes their validation`, async () => {
    const { id, reply } = await postRequest(session, method, params);
    if (!passedValidation(reply, id)) {
      throw new Breach(`${method} with the right headers was refused`, { expected: 'a result', received: reply.describe() });
    }
    return 'result' in (answerIn(reply, id) ?? {});
  });
}

/**
 * A request with this method, for something that exists where that can be asked for without doing any harm: a listed resource, a listed
 * prompt, the tool that the caller named.
 */
export async function namedRequest(context: HttpContext, session: HttpSession, method: NamedRequest['method']): Promise<NamedRequest> {
  const [capability = ''] = method.split('/');
  if (!Object.hasOwn(context.server.capabilities, capability)) notApplicable(`the server does not declare the capability ${capability}`);
  if (method === 'tools/call') {
    const tool = context.probeTool;
    await knowTools(context, session);
    return tool
      ? { method, params: { name: tool.name, arguments: tool.args }, exists: true }
      : { method, params: { name: 'conformance-no-such-tool', arguments: {} }, exists: false };
  }
  const list = `${capability}/list`;
  const result = await context.control(`${list} is answered`, () => session.result(list));
  const items = Array.isArray(result[capability]) ? result[capability].filter(isObject) : [];
  if (method === 'resources/read') {
    const uri = items.map((each) => each.uri).find((each) => typeof each === 'string');
    return uri === undefined
      ? { method, params: { uri: 'conformance://no-such-resource' }, exists: false }
      : { method, params: { uri }, exists: true };
  }
  // One that needs the least.
  const [prompt] = items.filter(({ name }) => typeof name === 'string').sort((a, b) => required(a).length - required(b).length);
  if (!prompt) return { method, params: { name: 'conformance-no-such-prompt' }, exists: false };
  const args = Object.fromEntries(required(prompt).map((name) => [name, 'conformance']));
  return { method, params: { name: prompt.name ?? '', arguments: args }, exists: true };
}

/** One of the requests with a name that the server has something for; the first whose thing exists, if there is one. */
export async function anyNamedRequest(context: HttpContext, session: HttpSession): Promise<NamedRequest> {
  let second: NamedRequest | undefined;
  for (const method of ['resources/read', 'prompts/get', 'tools/call'] as const) {
    if (!Object.hasOwn(context.server.capabilities, method.split('/')[0] ?? '')) continue;
    const request = await namedRequest(context, session, method);
    if (request.exists) return request;
    second ??= request;
  }
  return second ?? notApplicable('the server declares neither tools, nor prompts, nor resources');
}

/** The name or URI that Mcp-Name repeats. */
export function nameOf({ method, params }: NamedRequest): string {
  return String(method === 'resources/read' ? params.uri : params.name);
}

/** A value between the markers for Base64. */
export function toBase64(text: string): string {
  return `=?base64?${Buffer.from(text, 'utf8').toString('base64')}?=`;
}

function required({ arguments: args }: JsonObject): string[] {
  return (Array.isArray(args) ? args : []).flatMap((each) =>
    isObject(each) && each.required === true && typeof each.name === 'string' ? [each.name] : [],
  );
}
