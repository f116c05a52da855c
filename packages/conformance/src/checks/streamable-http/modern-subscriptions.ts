import type { Check } from '../../check.js';
import { breach, ensure, inconclusive, notApplicable } from '../../expect.js';
import type { JsonObject } from '../../inbox.js';
import type { StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import { isObject } from '../../session.js';
import {
  ACKNOWLEDGED,
  canHonour,
  EVERYTHING,
  endOf,
  honouredBy,
  isAsked,
  isUnasked,
  type Listening,
  listen,
  listenAcknowledged,
  subscriptionIdOf,
} from './modern-listening.js';
import { MODERN_HTTP } from './modern-probes.js';
import { callTool, knowTools } from './modern-tools.js';
import { at, type HttpContext, messagesOf } from './scope.js';

const REQUEST_NOTIFICATIONS = ['notifications/progress', 'notifications/message'];
const common = { ...MODERN_HTTP, level: 'must' } as const;

/** Over HTTP each subscription is the stream of one POST. */
export const modernSubscriptionChecks: readonly Check<StreamableHttpConnection>[] = [
  {
    ...common,
    id: 'streamable-http/listen-stream',
    title: 'subscriptions/listen is answered with an event stream that stays open',
    spec: ['subscriptions.ack-first', 'streamable-http.post.response-type'],
    remedy: 'Answer subscriptions/listen with status 200 and text/event-stream, and keep the stream open.',
    async run(context) {
      const session = await context.open();
      const { id, reply } = await listen(context, session, EVERYTHING);
      ensure(reply.isEventStream && reply.status === 200, 'subscriptions/listen was not answered with an event stream', {
        expected: 'status 200, text/event-stream',
        received: reply.describe(),
      });
      await context.settle(session);
      ensure(reply.end === undefined || endOf({ id, reply }) !== undefined, 'the stream of a subscription ended by itself', {
        expected: 'it stays open',
        received: reply.describe(),
      });
      reply.cut();
    },
  },
  {
    ...common,
    id: 'streamable-http/listen-ack-first',
    title: 'The first message of a subscription is its acknowledgment',
    spec: ['subscriptions.ack-first', 'subscriptions.nothing-before-ack'],
    remedy: 'Send notifications/subscriptions/acknowledged before anything else.',
    async run(context) {
      const session = await context.open();
      const { reply } = await listen(context, session, EVERYTHING);
      reply.cut();
      if (!reply.isEventStream) inconclusive('subscriptions/listen was not answered with an event stream');
      const [first] = messagesOf(reply);
      ensure(first?.method === ACKNOWLEDGED, 'the first message of a subscription is not its acknowledgment', {
        expected: ACKNOWLEDGED,
        received: first ?? 'nothing',
      });
    },
  },
  {
    ...common,
    id: 'streamable-http/listen-ack-subset',
    title: 'The acknowledgment names what the server will honour: some of what was asked for, and only what it declares',
    spec: ['subscriptions.ack-subset'],
    remedy: 'Put into params.notifications those kinds that were asked for and that you declare; leave out the others.',
    async run(context) {
      const session = await context.open();
      for (const filter of [{ toolsListChanged: true }, {}, EVERYTHING]) {
        const { acknowledged, reply } = await listenAcknowledged(context, session, filter);
        reply.cut();
        context.shape('SubscriptionsAcknowledgedNotification', acknowledged, 'the acknowledgment');
        const honoured = honouredBy(acknowledged);
        const kinds = Object.keys(honoured).filter((kind) => isAsked(honoured[kind]));
        const extra = kinds.filter((kind) => !Object.hasOwn(filter, kind));
        ensure(extra.length === 0, `the acknowledgment names ${extra.join(', ')}, which was not asked for`, {
          expected: filter,
          received: acknowledged,
        });
        const undeclared = kinds.filter((kind) => !canHonour(context.server.capabilities, kind));
        ensure(undeclared.length === 0, `the acknowledgment promises ${undeclared.join(', ')}, which the server does not declare`, {
          expected: context.server.capabilities,
          received: acknowledged,
        });
      }
    },
  },
  {
    ...common,
    id: 'streamable-http/listen-only-requested',
    title: 'Only notifications that were asked for come on a subscription',
    spec: ['subscriptions.only-requested'],
    remedy: 'Look at the filter of each subscription before you send to it.',
    async run(context) {
      const session = await context.open();
      for (const filter of [{}, { promptsListChanged: true }]) {
        const { reply } = await listenAcknowledged(context, session, filter);
        await context.settle(session);
        reply.cut();
        const wrong = messagesOf(reply).find((message) => isUnasked(message, filter));
        ensure(wrong === undefined, `${String(wrong?.method)} came on a subscription that did not ask for it`, {
          expected: filter,
          received: wrong,
        });
      }
    },
  },
  {
    ...common,
    id: 'streamable-http/listen-only-requested-resources',
    title: 'A subscription to some resources is acknowledged for these alone, and told of no others',
    spec: ['subscriptions.only-requested'],
    needs: ['capability:resources'],
    remedy: 'Honour the URIs that were asked for, and no others.',
    async run(context) {
      const session = await context.open();
      const { resources } = await context.control('resources/list is answered', () => session.result('resources/list'));
      const uri = (Array.isArray(resources) ? resources : []).flatMap((each) =>
        isObject(each) && typeof each.uri === 'string' ? [each.uri] : [],
      )[0];
      const uris = [uri ?? 'conformance://no-such-resource'];
      const { acknowledged, reply } = await listenAcknowledged(context, session, { resourceSubscriptions: uris });
      await context.settle(session);
      reply.cut();
      const honoured = honouredBy(acknowledged).resourceSubscriptions;
      const extra = (Array.isArray(honoured) ? honoured : []).filter((each) => !uris.includes(String(each)));
      ensure(extra.length === 0, 'the acknowledgment names resources that were not asked for', { expected: uris, received: acknowledged });
      const other = messagesOf(reply).find(
        ({ method, params }) => method === 'notifications/resources/updated' && !uris.includes(String(isObject(params) ? params.uri : '')),
      );
      ensure(other === undefined, 'an update came of a resource that was not asked for', { expected: uris, received: other });
    },
  },
  {
    ...common,
    id: 'streamable-http/listen-notification-id',
    title: 'Each notification of a subscription has the id of its request in _meta, type included',
    spec: ['subscriptions.notification-id', 'subscriptions.ack-first'],
    remedy: 'Put the id of the subscriptions/listen request, as it came, into _meta as io.modelcontextprotocol/subscriptionId.',
    async run(context) {
      const session = await context.open();
      for (const id of [session.nextId(), `listen-${session.nextId()}`, String(session.nextId())]) {
        const { reply } = await listenAcknowledged(context, session, EVERYTHING, { id });
        reply.cut();
        for (const message of messagesOf(reply).filter(({ method }) => typeof method === 'string')) {
          ensure(
            subscriptionIdOf(message) === id,
            'a notification of a subscription has another subscriptionId than its request has an id',
            {
              expected: id,
              received: message,
            },
          );
        }
      }
    },
  },
  {
    ...common,
    id: 'streamable-http/listen-kept-apart',
    title: 'Each of several subscriptions has a stream of its own, with its own id and filter, and closing one leaves the others open',
    spec: ['subscriptions.kept-apart'],
    remedy: 'Keep a stream and a filter for each subscriptions/listen request, also where ids of different clients are the same.',
    async run(context) {
      const session = await context.open();
      const other = await context.open();
      // New to both clients, and the same.
      const id = `both-${session.nextId()}`;
      const tools = await listenAcknowledged(context, session, { toolsListChanged: true }, { id });
      const prompts = await listenAcknowledged(context, session, { promptsListChanged: true });
      // Another client: its ids are its own.
      const same = await listenAcknowledged(context, other, { resourcesListChanged: true }, { id });
      const all: [Listening & { acknowledged: JsonObject }, string][] = [
        [tools, 'toolsListChanged'],
        [prompts, 'promptsListChanged'],
        [same, 'resourcesListChanged'],
      ];
      for (const [{ id: own, reply, acknowledged }, kind] of all) {
        const honoured = honouredBy(acknowledged);
        const foreign = Object.keys(honoured).filter((each) => isAsked(honoured[each]) && each !== kind);
        ensure(foreign.length === 0, `a subscription to ${kind} was acknowledged for ${foreign.join(', ')}`, {
          expected: kind,
          received: acknowledged,
        });
        const stray = messagesOf(reply).find((message) => subscriptionIdOf(message) !== undefined && subscriptionIdOf(message) !== own);
        ensure(stray === undefined, 'a message of one subscription came on the stream of another', { expected: own, received: stray });
      }
      for (const [{ id: own, reply }] of all) {
        if (reply.end && endOf({ id: own, reply })) notApplicable('the server ends one subscription for another, and says so');
        ensure(reply.end === undefined, 'opening one subscription ended another', {
          expected: 'it stays open',
          received: reply.describe(),
        });
      }
      tools.reply.cut();
      await context.settle(session, 'after one of several subscriptions was closed');
      for (const { reply } of [prompts, same]) {
        ensure(reply.end === undefined, 'closing one subscription ended another', {
          expected: 'it stays open',
          received: reply.describe(),
        });
        reply.cut();
      }
    },
  },
  {
    ...common,
    id: 'subscriptions/no-request-notifications',
    title: 'Progress and log messages of requests do not come on the stream of a subscription',
    spec: ['subscriptions.no-request-notifications'],
    limitMs: 60_000,
    remedy: 'Send these on the stream of the request that they belong to.',
    async run(context) {
      const session = await context.open();
      await knowTools(context, session);
      const { reply } = await listenAcknowledged(context, session, EVERYTHING);
      for (const tool of [context.slowTool, context.probeTool]) {
        if (!tool) continue;
        const meta = { progressToken: `beside-${session.nextId()}`, 'io.modelcontextprotocol/logLevel': 'debug' };
        await callTool(context, session, tool, meta);
      }
      await context.settle(session);
      reply.cut();
      const wrong = messagesOf(reply).find(({ method }) => REQUEST_NOTIFICATIONS.includes(String(method)));
      ensure(wrong === undefined, `${String(wrong?.method)} came on the stream of a subscription`, {
        expected: 'changes only',
        received: wrong,
      });
    },
  },
  {
    ...common,
    id: 'streamable-http/listen-graceful-end',
    level: 'should',
    title: 'A subscription that the server ends is answered first, with its id',
    spec: ['subscriptions.graceful-end', 'subscriptions.end-carries-id'],
    uses: 'after',
    remedy: 'Before you close the stream of a subscription, send the response to its request, with its subscriptionId in _meta.',
    async run(context) {
      const ended = await endedByServer(context);
      for (const { id, reply, position } of ended) {
        const end = endOf({ id, reply });
        if (!end)
          breach('the server ended the stream of a subscription without an answer', {
            expected: { id, result: {} },
            received: reply.describe(),
            at: position,
          });
        if (!isObject(end.result)) continue;
        ensure(subscriptionIdOf(end) === id, 'the response that ends a subscription does not have its subscriptionId', {
          level: 'must',
          expected: id,
          received: end,
          at: position,
        });
      }
    },
  },
];

/** Subscriptions that the server ended by itself. Two are opened for that: some servers end one for another, and most none. */
async function endedByServer(context: HttpContext): Promise<(Listening & { position: ReturnType<typeof at> })[]> {
  const session = await context.open();
  for (let count = 0; count < 2; count++) {
    await session.connection.send(session.createRequest('subscriptions/listen', { notifications: EVERYTHING }));
    await context.settle(session);
  }
  const found = context.observed
    .flatMap((connection) => connection.replies.map((logged) => ({ ...logged, connection })))
    .flatMap((seen) => {
      const [id] = seen.ids;
      const isListen = id !== undefined && seen.connection.sent.idsOf.get('subscriptions/listen')?.has(id);
      const over = seen.reply.isEventStream && seen.reply.end?.kind === 'complete';
      return isListen && over ? [{ id, reply: seen.reply, position: at(seen) }] : [];
    });
  if (found.length === 0) notApplicable('the server ended no subscription');
  return found;
}
