import { setTimeout as sleep } from 'node:timers/promises';
import { MetaKey } from '@mcpwire/protocol';
import type { Check, CheckContext } from '../../check.js';
import type { Connection } from '../../connection.js';
import { breach, ensure, inconclusive, notApplicable } from '../../expect.js';
import type { JsonObject, JsonValue } from '../../inbox.js';
import type { StdioConnection } from '../../raw/stdio-connection.js';
import { isObject, isResponseTo, type Session } from '../../session.js';
import { MODERN } from '../scope.js';

const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
const METHOD_NOT_FOUND = -32601;
/** Which filter asks for which notification. */
const KINDS: Readonly<Record<string, string>> = {
  'notifications/tools/list_changed': 'toolsListChanged',
  'notifications/prompts/list_changed': 'promptsListChanged',
  'notifications/resources/list_changed': 'resourcesListChanged',
  'notifications/resources/updated': 'resourceSubscriptions',
};
const EVERYTHING: JsonObject = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true };

const common = { transports: ['stdio'], revisions: MODERN, uses: 'shared' } as const;

/** Over HTTP each subscription is a stream of its own, and has checks of its own. */
export const subscriptionChecks: readonly Check[] = [
  {
    ...common,
    id: 'subscriptions/ack-first',
    level: 'must',
    title: 'The first message of a subscription is its acknowledgment',
    spec: ['subscriptions.ack-first'],
    remedy: 'Answer subscriptions/listen with notifications/subscriptions/acknowledged before anything else.',
    async run(context) {
      const session = await context.session();
      const { messages } = await listen(context, session, EVERYTHING);
      ensure(messages[0]?.method === ACKNOWLEDGED, 'the first message of a subscription is not its acknowledgment', {
        expected: ACKNOWLEDGED,
        received: messages[0] ?? 'nothing',
      });
    },
  },
  {
    ...common,
    id: 'subscriptions/nothing-before-ack',
    level: 'must',
    title: 'No notification of a subscription precedes its acknowledgment',
    spec: ['subscriptions.nothing-before-ack'],
    remedy: 'Hold notifications of a subscription back until the acknowledgment was sent.',
    async run(context) {
      const session = await context.session();
      const { messages } = await listen(context, session, EVERYTHING);
      const at = messages.findIndex(({ method }) => method === ACKNOWLEDGED);
      if (at < 0) inconclusive('the subscription was not acknowledged');
      const early = messages.slice(0, at).find((message) => 'method' in message);
      ensure(early === undefined, 'a notification of a subscription came before its acknowledgment', {
        expected: ACKNOWLEDGED,
        received: early,
      });
    },
  },
  {
    ...common,
    id: 'subscriptions/ack-subset',
    level: 'must',
    title: 'The acknowledgment names what the server will honour: some of what was asked for, and only what it supports',
    spec: ['subscriptions.ack-subset'],
    remedy: 'Put into params.notifications those kinds that were asked for and that you declare; leave out the others.',
    async run(context) {
      const session = await context.session();
      for (const filter of [{ toolsListChanged: true }, {}, EVERYTHING]) {
        const { acknowledged } = await listen(context, session, filter);
        if (!acknowledged) inconclusive('the subscription was not acknowledged');
        context.shape('SubscriptionsAcknowledgedNotification', acknowledged, 'the acknowledgment');
        const honoured = honouredBy(acknowledged);
        const extra = Object.keys(honoured).filter((kind) => isAsked(honoured[kind]) && !Object.hasOwn(filter, kind));
        ensure(extra.length === 0, `the acknowledgment names ${extra.join(', ')}, which was not asked for`, {
          expected: filter,
          received: acknowledged,
        });
        const undeclared = Object.keys(honoured).filter((kind) => isAsked(honoured[kind]) && !canHonour(context.server.capabilities, kind));
        ensure(undeclared.length === 0, `the acknowledgment promises ${undeclared.join(', ')}, which the server does not declare`, {
          expected: context.server.capabilities,
          received: acknowledged,
        });
      }
    },
  },
  {
    ...common,
    id: 'subscriptions/only-requested',
    level: 'must',
    title: 'Only notifications that were asked for come on a subscription',
    spec: ['subscriptions.only-requested'],
    remedy: 'Look at the filter of each subscription before you send to it.',
    async run(context) {
      const session = await context.session();
      for (const filter of [{}, { promptsListChanged: true }]) {
        const { id, mark } = await listen(context, session, filter, { keep: true });
        // Whatever makes this server notify: a request of each kind, and a moment.
        await context.settle(session);
        const wrong = ofSubscription(session, id, mark).find((message) => isUnasked(message, filter));
        await cancel(session, id);
        ensure(wrong === undefined, `${String(wrong?.method)} came on a subscription that did not ask for it`, {
          expected: filter,
          received: wrong,
        });
      }
    },
  },
  {
    ...common,
    id: 'subscriptions/only-requested-resources',
    level: 'must',
    title: 'A subscription to some resources is acknowledged for these alone',
    spec: ['subscriptions.only-requested'],
    needs: ['capability:resources'],
    remedy: 'Honour the URIs that were asked for, and no others.',
    async run(context) {
      const session = await context.session();
      const uris = await firstUris(context, session);
      const { acknowledged, id, mark } = await listen(context, session, { resourceSubscriptions: uris }, { keep: true });
      await context.settle(session);
      const updates = ofSubscription(session, id, mark).filter(({ method }) => method === 'notifications/resources/updated');
      await cancel(session, id);
      if (!acknowledged) inconclusive('the subscription was not acknowledged');
      const honoured = honouredBy(acknowledged).resourceSubscriptions;
      const extra = (Array.isArray(honoured) ? honoured : []).filter((uri) => !uris.includes(String(uri)));
      ensure(extra.length === 0, 'the acknowledgment names resources that were not asked for', { expected: uris, received: acknowledged });
      const other = updates.find(({ params }) => !uris.includes(String(isObject(params) ? params.uri : undefined)));
      ensure(other === undefined, 'an update came of a resource that was not asked for', { expected: uris, received: other });
    },
  },
  {
    ...common,
    id: 'subscriptions/notification-id',
    level: 'must',
    title: 'Each notification of a subscription has the id of its request in _meta, type included',
    spec: ['subscriptions.notification-id'],
    remedy: 'Put the id of the subscriptions/listen request, as it came, into _meta as io.modelcontextprotocol/subscriptionId.',
    async run(context) {
      const session = await context.session();
      for (const id of [session.nextId(), `listen-${session.nextId()}`]) {
        const { messages } = await listen(context, session, EVERYTHING, { id });
        const notifications = messages.filter(({ method }) => typeof method === 'string');
        if (notifications.length === 0) inconclusive('nothing came on the subscription');
        for (const message of notifications) {
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
    id: 'subscriptions/kept-apart',
    level: 'must',
    title: 'Each of several subscriptions gets what it asked for, under its own id',
    spec: ['subscriptions.kept-apart'],
    remedy: 'Keep a filter for each subscriptions/listen request, under its id.',
    async run(context) {
      const session = await context.session();
      await listen(context, session, { toolsListChanged: true });
      const { mark } = session;
      const filters: JsonObject[] = [{ toolsListChanged: true }, { promptsListChanged: true }, {}];
      const requests = filters.map((notifications) => session.createRequest('subscriptions/listen', { notifications }));
      for (const request of requests) await session.connection.send(request);
      for (const [index, { id }] of requests.entries()) {
        const found = await session.connection.inbox.find(
          ({ message }) => message.method === ACKNOWLEDGED && subscriptionIdOf(message) === id,
          {
            from: mark,
            withinMs: context.timeoutMs,
            signal: context.signal,
          },
        );
        if (!found)
          breach('one of several subscriptions was not acknowledged under its id', {
            expected: id,
            received: session.messagesSince(mark).map(({ message }) => message),
          });
        const honoured = honouredBy(found.message);
        const foreign = Object.keys(honoured).filter((kind) => isAsked(honoured[kind]) && !Object.hasOwn(filters[index] ?? {}, kind));
        ensure(foreign.length === 0, `a subscription was acknowledged for ${foreign.join(', ')}, which another one asked for`, {
          expected: filters[index],
          received: found.message,
        });
      }
      const [first, ...others] = requests;
      if (!first) return;
      await cancel(session, first.id);
      await context.settle(session, 'after one of several subscriptions was cancelled');
      const ended = others.find(({ id }) => session.messagesSince(mark).some(({ message }) => isResponseTo(message, id)));
      for (const { id } of others) await cancel(session, id);
      ensure(ended === undefined, 'cancelling one subscription ended another', { expected: 'it goes on', received: ended?.id });
    },
  },
  {
    ...common,
    id: 'subscriptions/cancelled',
    level: 'must',
    title: 'Once a subscription was cancelled, no message of it follows',
    spec: ['cancellation.nothing-further'],
    remedy: 'When notifications/cancelled names a subscription, drop it, and send no response for it.',
    async run(context) {
      const session = await context.session();
      const { id } = await listen(context, session, EVERYTHING, { keep: true });
      const { mark } = session;
      await cancel(session, id);
      await context.settle(session, 'after a subscription was cancelled');
      const further = session.messagesSince(mark).find(({ message }) => isResponseTo(message, id) || subscriptionIdOf(message) === id);
      ensure(further === undefined, 'a message of a subscription came after it had been cancelled', {
        expected: 'nothing',
        received: further?.message,
      });
    },
  },
  {
    ...common,
    uses: 'own',
    id: 'subscriptions/graceful-end',
    level: 'should',
    title: 'A server that stops answers its open subscriptions first, with their ids',
    spec: ['subscriptions.graceful-end', 'subscriptions.end-carries-id'],
    needs: ['signals'],
    remedy:
      'On SIGTERM, answer each open subscriptions/listen request with an empty result that has its subscriptionId in _meta, then exit.',
    async run(context) {
      const session = (await context.open()) as Session<StdioConnection>;
      const { id, mark } = await listen(context, session, EVERYTHING, { keep: true });
      session.connection.signal('SIGTERM');
      const exit = await session.connection.waitForExit(context.timeoutMs);
      if (!exit) inconclusive('the server did not end on SIGTERM');
      if (exit.signal) notApplicable('the server does not catch SIGTERM, so that it never ends a subscription by itself');
      const end = session.messagesSince(mark).find(({ message }) => isResponseTo(message, id));
      if (!end) breach('the server ended without an answer to an open subscription', { expected: { id, result: {} }, received: 'nothing' });
      const { result } = end.message;
      const meta = isObject(result) ? result._meta : undefined;
      const own = isObject(meta) ? meta[MetaKey.SubscriptionId] : undefined;
      ensure(own === id, 'the response that ends a subscription does not have its subscriptionId', {
        level: 'must',
        expected: id,
        received: end.message,
      });
    },
  },
];

interface Listening {
  readonly id: JsonValue;
  /** Where the session was before the request. */
  readonly mark: number;
  readonly acknowledged: JsonObject | undefined;
  /** What came of the subscription until it was acknowledged, or time was over. */
  readonly messages: JsonObject[];
}

/** Opens a subscription, and ends it again unless told to keep it. Does not apply to servers without the method. */
async function listen(
  context: CheckContext,
  session: Session<Connection>,
  notifications: JsonObject,
  options: { keep?: boolean; id?: JsonValue } = {},
): Promise<Listening> {
  await context.control('a request is answered', () => session.alive());
  const request = session.createRequest('subscriptions/listen', { notifications }, options.id === undefined ? {} : { id: options.id });
  const { mark } = session;
  const { inbox } = session.connection;
  await session.connection.send(request);
  const found = await inbox.find(({ message }) => message.method === ACKNOWLEDGED || isResponseTo(message, request.id), {
    from: mark,
    withinMs: context.timeoutMs,
    signal: context.signal,
  });
  if (found && isResponseTo(found.message, request.id)) {
    const { error } = found.message;
    if (isObject(error) && error.code === METHOD_NOT_FOUND) notApplicable('the server has no subscriptions/listen');
    inconclusive(`subscriptions/listen was answered at once: ${JSON.stringify(found.message).slice(0, 200)}`);
  }
  // What it sends right after its acknowledgment belongs to what is looked at, too.
  await sleep(Math.min(50, context.quietMs), undefined, { signal: context.signal }).catch(() => {});
  const messages = ofSubscription(session, request.id, mark);
  if (options.keep !== true) await cancel(session, request.id);
  return { id: request.id, mark, acknowledged: found?.message, messages };
}

/** Messages since `mark` that belong to a subscription, by their id or, whatever id they have, by their kind. */
function ofSubscription(session: Session<Connection>, id: JsonValue, mark: number): JsonObject[] {
  return session
    .messagesSince(mark)
    .map(({ message }) => message)
    .filter((message) => message.method === ACKNOWLEDGED || subscriptionIdOf(message) === id || isResponseTo(message, id));
}

async function cancel(session: Session<Connection>, id: JsonValue): Promise<void> {
  await session.notify('notifications/cancelled', { requestId: id });
}

function subscriptionIdOf(message: JsonObject): JsonValue | undefined {
  const carrier = isObject(message.params) ? message.params : isObject(message.result) ? message.result : undefined;
  const meta = carrier?._meta;
  return isObject(meta) ? meta[MetaKey.SubscriptionId] : undefined;
}

function honouredBy(acknowledged: JsonObject): JsonObject {
  const { params } = acknowledged;
  const honoured = isObject(params) ? params.notifications : undefined;
  return isObject(honoured) ? honoured : {};
}

function isAsked(value: JsonValue | undefined): boolean {
  return value === true || (Array.isArray(value) && value.length > 0);
}

function canHonour(capabilities: JsonObject, kind: string): boolean {
  const [name, member] =
    kind === 'toolsListChanged'
      ? ['tools', 'listChanged']
      : kind === 'promptsListChanged'
        ? ['prompts', 'listChanged']
        : kind === 'resourcesListChanged'
          ? ['resources', 'listChanged']
          : ['resources', 'subscribe'];
  const capability = capabilities[name ?? ''];
  return isObject(capability) && capability[member ?? ''] === true;
}

function isUnasked({ method }: JsonObject, filter: JsonObject): boolean {
  const kind = typeof method === 'string' && Object.hasOwn(KINDS, method) ? KINDS[method] : undefined;
  return kind !== undefined && !Object.hasOwn(filter, kind);
}

async function firstUris(context: CheckContext, session: Session<Connection>): Promise<string[]> {
  const { resources } = await context.control('resources/list is answered', () => session.result('resources/list'));
  const uris = (Array.isArray(resources) ? resources : []).flatMap((each) =>
    isObject(each) && typeof each.uri === 'string' ? [each.uri] : [],
  );
  return uris.length > 0 ? uris.slice(0, 1) : ['conformance://no-such-resource'];
}
