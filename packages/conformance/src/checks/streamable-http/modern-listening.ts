import { setTimeout as sleep } from 'node:timers/promises';
import { MetaKey } from '@mcpwire/protocol';
import { inconclusive, notApplicable } from '../../expect.js';
import type { JsonObject, JsonValue } from '../../inbox.js';
import type { HttpReply } from '../../raw/http-reply.js';
import { isObject } from '../../session.js';
import { errorIn } from './modern-probes.js';
import { answerIn, controlPing, type HttpContext, type HttpSession, messagesOf } from './scope.js';

export const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
export const EVERYTHING: JsonObject = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true };
const METHOD_NOT_FOUND = -32601;
/** Which filter asks for which notification. */
const KINDS: Readonly<Record<string, string>> = {
  'notifications/tools/list_changed': 'toolsListChanged',
  'notifications/prompts/list_changed': 'promptsListChanged',
  'notifications/resources/list_changed': 'resourcesListChanged',
  'notifications/resources/updated': 'resourceSubscriptions',
};

/** A subscription: a stream of its own, which the one who opened it closes. */
export interface Listening {
  readonly id: JsonValue;
  readonly reply: HttpReply;
}

/** Opens a subscription and waits for the first message on it. Does not apply to servers without the method. */
export async function listen(
  context: HttpContext,
  session: HttpSession,
  notifications: JsonObject,
  options: { readonly id?: JsonValue } = {},
): Promise<Listening> {
  await controlPing(context, session, 'a request');
  const request = session.createRequest('subscriptions/listen', { notifications }, options.id === undefined ? {} : { id: options.id });
  const reply = await session.connection.openPost(request);
  if (!reply.isEventStream) {
    await reply.wait(({ end }) => end !== undefined, context.timeoutMs, context.signal);
    if (errorIn(reply)?.code === METHOD_NOT_FOUND) notApplicable('the server has no subscriptions/listen');
    return { id: request.id, reply };
  }
  await reply.wait(({ messages }) => messages.length > 0, context.timeoutMs, context.signal);
  // What it sends right after its acknowledgment belongs to what is looked at, too.
  await sleep(Math.min(50, context.quietMs), undefined, { signal: context.signal }).catch(() => {});
  return { id: request.id, reply };
}

/** As `listen`, where something else than an acknowledged stream is what another check is about. */
export async function listenAcknowledged(
  context: HttpContext,
  session: HttpSession,
  notifications: JsonObject,
  options: { readonly id?: JsonValue } = {},
): Promise<Listening & { readonly acknowledged: JsonObject }> {
  const listening = await listen(context, session, notifications, options);
  const acknowledged = messagesOf(listening.reply).find(({ method }) => method === ACKNOWLEDGED);
  if (!acknowledged) {
    listening.reply.cut();
    inconclusive(`the subscription was not acknowledged: ${listening.reply.describe()}`);
  }
  return { ...listening, acknowledged };
}

export function subscriptionIdOf(message: JsonObject): JsonValue | undefined {
  const carrier = isObject(message.params) ? message.params : isObject(message.result) ? message.result : undefined;
  const meta = carrier?._meta;
  return isObject(meta) ? meta[MetaKey.SubscriptionId] : undefined;
}

/** The filter that an acknowledgment promises. */
export function honouredBy({ params }: JsonObject): JsonObject {
  const honoured = isObject(params) ? params.notifications : undefined;
  return isObject(honoured) ? honoured : {};
}

export function isAsked(value: JsonValue | undefined): boolean {
  return value === true || (Array.isArray(value) && value.length > 0);
}

/** Whether what the server declares lets it notify of this kind. */
export function canHonour(capabilities: JsonObject, kind: string): boolean {
  const [name, member] = kind === 'resourceSubscriptions' ? ['resources', 'subscribe'] : [kind.replace(/ListChanged$/, ''), 'listChanged'];
  const capability = capabilities[name ?? ''];
  return isObject(capability) && capability[member ?? ''] === true;
}

/** Whether this is a notification of a kind that the filter does not have. */
export function isUnasked({ method }: JsonObject, filter: JsonObject): boolean {
  const kind = typeof method === 'string' && Object.hasOwn(KINDS, method) ? KINDS[method] : undefined;
  return kind !== undefined && !isAsked(filter[kind]);
}

/** The response that ended a subscription; undefined if there was none. */
export function endOf({ id, reply }: Listening): JsonObject | undefined {
  return answerIn(reply, id);
}
