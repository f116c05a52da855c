import type { Check } from '../../check.js';
import { ensure, notApplicable } from '../../expect.js';
import type { JsonObject } from '../../inbox.js';
import type { StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import { isObject, isResponseTo } from '../../session.js';
import { Breach } from '../../verdict.js';
import { isNotificationMethod } from '../jsonrpc/responses.js';
import { kindOf } from '../observed.js';
import { EVERYTHING, subscriptionIdOf } from './modern-listening.js';
import { MODERN_HTTP } from './modern-probes.js';
import { callTool, knowTools } from './modern-tools.js';
import { at, END_MS, type HttpContext, type HttpSession, messagesOf, requestStreams, type SeenReply } from './scope.js';

const common = { ...MODERN_HTTP, level: 'must', uses: 'after', limitMs: 60_000 } as const;
/** Nothing of these has to do with a request that is no subscription. */
const CHANGES = /^notifications\/(?:(?:tools|prompts|resources)\/list_changed|resources\/updated|subscriptions\/acknowledged)$/;

/** "Receiving Messages": every stream that answered a request. */
export const modernStreamChecks: readonly Check<StreamableHttpConnection>[] = [
  {
    ...common,
    id: 'streamable-http/modern-messages-relate',
    title: 'What comes on the stream of a request before its response belongs to this request',
    spec: ['streamable-http.stream.messages-relate'],
    remedy: 'Send progress and log messages on the stream of their own request, and changes on the streams of subscriptions.',
    async run(context) {
      for (const seen of await streams(context)) {
        for (const message of messagesOf(seen.reply)) {
          const why = strangeness(message, seen);
          if (why !== undefined) throw new Breach(`on the stream of a request came ${why}`, { received: message, at: at(seen) });
        }
      }
    },
  },
  {
    ...common,
    id: 'streamable-http/stream-no-requests',
    title: 'No request of the server comes on a stream',
    spec: ['streamable-http.stream.no-requests'],
    remedy: 'Ask for input with a result of the kind input_required.',
    async run(context) {
      for (const seen of await streams(context)) {
        const request = messagesOf(seen.reply).find((message) => kindOf(message) === 'request' && !isNotificationMethod(message.method));
        ensure(request === undefined, `the server requested ${String(request?.method)} on a stream`, { received: request, at: at(seen) });
      }
    },
  },
  {
    ...common,
    id: 'streamable-http/stream-no-buffering',
    level: 'should',
    title: 'Event streams come with X-Accel-Buffering: no',
    spec: ['streamable-http.stream.no-buffering'],
    remedy: 'Send X-Accel-Buffering: no with event streams, so that proxies pass events on at once.',
    async run(context) {
      for (const seen of await streams(context)) {
        const value = seen.reply.headers['x-accel-buffering'];
        ensure(value?.toLowerCase() === 'no', 'an event stream came without X-Accel-Buffering: no', {
          expected: 'X-Accel-Buffering: no',
          received: seen.reply.headers,
          at: at(seen),
        });
      }
    },
  },
  {
    ...common,
    id: 'streamable-http/modern-stream-ends',
    level: 'should',
    title: 'The stream of a request ends after its response',
    spec: ['streamable-http.stream.ends-after-response'],
    remedy: 'Close the stream as soon as the response is written.',
    async run(context) {
      // On a connection of its own: the streams of those that are closed by now have ended by that.
      const { connection } = await answeredRequests(context);
      const answered = connection.replies.filter(
        ({ reply, ids }) =>
          reply.isEventStream && ids.length > 0 && ids.every((id) => messagesOf(reply).some((message) => isResponseTo(message, id))),
      );
      if (answered.length === 0) notApplicable('the server answered no request with an event stream');
      for (const { reply, position } of answered) {
        await reply.wait(({ end }) => end !== undefined, END_MS, context.signal);
        ensure(reply.end !== undefined, `a stream was still open ${END_MS} ms after the response`, {
          expected: 'the end of the stream',
          received: reply.describe(),
          at: { transcript: connection.transcript, position },
        });
      }
    },
  },
];

/** Streams that answered requests, those of this check itself among them: calls of the tools that may be called, and a subscription. */
async function streams(context: HttpContext): Promise<SeenReply[]> {
  await context.once('requests that may be answered with streams', async () => {
    const session = await answeredRequests(context);
    await session.connection.send(session.createRequest('subscriptions/listen', { notifications: EVERYTHING }));
    await context.settle(session);
  });
  return requestStreams(context);
}

/** A session in which each tool that may be called was. */
async function answeredRequests(context: HttpContext): Promise<HttpSession> {
  const session = await context.open();
  await context.control('a request is answered', () => session.alive());
  await knowTools(context, session);
  for (const tool of [context.slowTool, context.probeTool]) {
    if (tool) await callTool(context, session, tool, { progressToken: `stream-${session.nextId()}` });
  }
  return session;
}

/** Why a message has no business on the stream of a request; undefined if it has. */
function strangeness(message: JsonObject, { ids, connection }: SeenReply): string | undefined {
  const kind = kindOf(message);
  if (kind === 'response')
    return ids.includes(message.id ?? null) || message.id === undefined || message.id === null ? undefined : 'the response to another one';
  if (kind === 'request') return undefined;
  const own = ids[0] ?? null;
  if (connection.sent.idsOf.get('subscriptions/listen')?.has(own)) {
    const id = subscriptionIdOf(message);
    return id === undefined || id === own ? undefined : 'a message of another subscription';
  }
  const { method, params } = message;
  if (typeof method === 'string' && CHANGES.test(method)) return `${method}, which belongs to subscriptions`;
  if (method !== 'notifications/progress' || !isObject(params)) return undefined;
  return connection.sent.requestOf.get(params.progressToken ?? null) === own ? undefined : 'progress on another one';
}
