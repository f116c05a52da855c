import type { Check } from '../../check.js';
import { ensure } from '../../expect.js';
import type { JsonValue } from '../../inbox.js';
import { errorOf, resultOf } from '../../session.js';
import { breachAt, kindOf, seen, seenResponses } from '../observed.js';
import { EVERY_REVISION, EVERY_TRANSPORT, LEGACY } from '../scope.js';

/** Ids of every kind that a naive server might change: numbers that are falsy, negative or at the edge, texts that look like numbers. */
const IDS: readonly JsonValue[] = [0, -7, 9_007_199_254_740_991, '', '0', '123', '1e3', ' a b ', 'null', '"quoted"\\', 'x'.repeat(300)];

/** Whatever a server offers, it has no such method. */
export const UNKNOWN_METHOD = 'conformance/no-such-method';

const METHOD_NOT_FOUND = -32601;
const PIPELINED = 40;

export const requestChecks: readonly Check[] = [
  {
    id: 'jsonrpc/ping',
    level: 'must',
    title: 'A ping is answered with an empty result',
    spec: ['ping.answer'],
    transports: EVERY_TRANSPORT,
    revisions: LEGACY,
    uses: 'shared',
    remedy: 'Answer every ping at once with {"result": {}}.',
    async run(context) {
      const session = await context.session();
      const result = await session.result('ping');
      const extra = Object.keys(result).filter((key) => key !== '_meta');
      ensure(extra.length === 0, `the result of ping is not empty: it has ${extra.join(', ')}`, { expected: {}, received: result });
    },
  },
  {
    id: 'jsonrpc/id-echo',
    level: 'must',
    title: 'A response has the id of its request, with the same type and value',
    spec: ['jsonrpc.response.same-id'],
    transports: EVERY_TRANSPORT,
    revisions: EVERY_REVISION,
    uses: 'shared',
    remedy: 'Keep ids as they came: do not parse, convert, trim or shorten them, and do not take 0 and "" for absent.',
    async run(context) {
      const session = await context.session();
      const method = session.livenessMethod;
      await context.control('an ordinary request is answered', () => session.alive());
      for (const id of IDS) resultOf(await session.request(method, undefined, { id }), method);
      // The same digits as a number and as a text, at once.
      const number = session.nextId();
      const { mark } = session;
      const text = String(number);
      await session.connection.send(session.createRequest(method, undefined, { id: number }));
      await session.connection.send(session.createRequest(method, undefined, { id: text }));
      resultOf(await session.answerTo(text, { mark, method }), method);
      resultOf(await session.answerTo(number, { mark, method }), method);
    },
  },
  {
    id: 'jsonrpc/unknown-method',
    level: 'must',
    title: 'A request for an unknown method is answered with the error -32601',
    spec: ['jsonrpc.unknown-method'],
    transports: EVERY_TRANSPORT,
    revisions: EVERY_REVISION,
    uses: 'shared',
    remedy: 'Answer requests for methods that you do not have with the error code -32601 (method not found).',
    async run(context) {
      const session = await context.session();
      await context.control('a known method is answered', () => session.alive());
      const error = errorOf(await session.request(UNKNOWN_METHOD), 'a request for an unknown method');
      ensure(error.code === METHOD_NOT_FOUND, 'the error for an unknown method has another code', {
        expected: { code: METHOD_NOT_FOUND },
        received: error,
      });
    },
  },
  {
    id: 'jsonrpc/pipelined',
    level: 'must',
    title: 'Requests that are sent without waiting are each answered, exactly once',
    spec: ['jsonrpc.request.answered-once'],
    transports: EVERY_TRANSPORT,
    revisions: EVERY_REVISION,
    uses: 'shared',
    remedy: 'Answer every request, whatever else is in flight.',
    async run(context) {
      const session = await context.session();
      await context.control('one request alone is answered', () => session.alive());
      const { mark } = session;
      const method = session.livenessMethod;
      const requests = Array.from({ length: PIPELINED }, (_, index) =>
        session.createRequest(method, undefined, index % 2 ? {} : { id: `p${session.nextId()}` }),
      );
      await Promise.all(requests.map((request) => session.connection.send(request)));
      for (const { id } of requests) resultOf(await session.answerTo(id, { mark, method }), method);
      await context.settle(session);
      const ids = new Set(requests.map(({ id }) => id));
      const answers = session.messagesSince(mark).filter(({ message }) => kindOf(message) === 'response' && ids.has(message.id ?? null));
      ensure(answers.length === requests.length, `${requests.length} requests got ${answers.length} answers`, {
        expected: requests.length,
        received: answers.length,
      });
    },
  },
  {
    id: 'jsonrpc/not-blocked',
    level: 'should',
    title: 'A request is answered while a slow one is still being worked on',
    spec: ['jsonrpc.request.answered-once', 'stateless.many-tasks'],
    transports: EVERY_TRANSPORT,
    revisions: EVERY_REVISION,
    uses: 'shared',
    needs: ['capability:tools', 'slow-tool'],
    limitMs: 60_000,
    remedy: 'Work on requests side by side; one that takes long must not hold up the others.',
    async run(context) {
      const session = await context.session();
      const tool = context.slowTool;
      if (!tool) return;
      await context.control('a request alone is answered', () => session.alive());
      const { mark } = session;
      const call = session.createRequest('tools/call', { name: tool.name, arguments: tool.args });
      await session.connection.send(call);
      await session.alive('while a slow tool call is in flight');
      const early = session.messagesSince(mark).some(({ message }) => kindOf(message) === 'response' && message.id === call.id);
      await context.control('the slow tool answers', () => session.answerTo(call.id, { mark, method: 'tools/call', withinMs: 30_000 }));
      ensure(!early, 'the other request was answered only once the slow call was', {
        expected: 'an answer before the slow call ends',
        received: 'one after it',
      });
    },
  },
  {
    id: 'jsonrpc/request-answered-once',
    level: 'must',
    title: 'Every response answers a request that was sent, and no request is answered twice',
    spec: ['base.core', 'jsonrpc.request.answered-once', 'transports.directions'],
    transports: EVERY_TRANSPORT,
    revisions: EVERY_REVISION,
    uses: 'after',
    remedy: 'Send one response for each request, with its id, and none for anything else.',
    async run(context) {
      seenResponses(context);
      for (const connection of context.observed) {
        const answered = new Set<JsonValue>();
        for (const received of connection.inbox.messages) {
          const { message } = received;
          if (kindOf(message) !== 'response') continue;
          const { id } = message;
          // An error whose request could not be read has no id to tell: allowed where there was something unreadable.
          if ((id === undefined || id === null) && 'error' in message && received.at >= (connection.sent.garbageSince ?? Infinity))
            continue;
          if (id === undefined || !connection.sent.ids.has(id)) {
            breachAt({ message, received, connection }, 'a response came whose id no request had', 'a response to a request');
          }
          if (answered.has(id)) breachAt({ message, received, connection }, 'a request was answered twice', 'one response');
          answered.add(id);
        }
      }
    },
  },
  {
    id: 'jsonrpc/request-id-not-null',
    level: 'must',
    title: 'Requests of the server have an id that is not null',
    spec: ['jsonrpc.request.id-not-null'],
    transports: EVERY_TRANSPORT,
    revisions: LEGACY,
    uses: 'after',
    remedy: 'Give each request an id of its own, a string or an integer.',
    async run(context) {
      seenResponses(context);
      for (const each of seen(context, 'request')) {
        if (each.message.id === null) breachAt(each, 'a request of the server has the id null', 'a string or an integer');
      }
    },
  },
  {
    id: 'jsonrpc/request-id-present',
    level: 'must',
    title: 'Requests of the server have an id that is a string or an integer',
    spec: ['jsonrpc.request.id-present'],
    transports: EVERY_TRANSPORT,
    revisions: LEGACY,
    uses: 'after',
    remedy: 'Give each request an id of its own, a string or an integer.',
    async run(context) {
      seenResponses(context);
      for (const each of seen(context, 'any')) {
        const { id, method } = each.message;
        const asks =
          typeof method === 'string' &&
          !method.startsWith('notifications/') &&
          /^(?:ping|roots\/list|sampling\/|elicitation\/create)/.test(method);
        if (asks && id === undefined) breachAt(each, `${method}, which is a request, has no id`, 'a string or an integer');
        if (asks && id !== null && typeof id !== 'string' && !Number.isInteger(id))
          breachAt(each, 'a request of the server has an id of another type', 'a string or an integer');
      }
    },
  },
  {
    id: 'jsonrpc/request-id-unused',
    level: 'must',
    title: 'The server uses the id of a request only once',
    spec: ['jsonrpc.request.id-unused'],
    transports: EVERY_TRANSPORT,
    revisions: LEGACY,
    uses: 'after',
    remedy: 'Count up: an id that was used on a connection is not used there again.',
    async run(context) {
      seenResponses(context);
      const used = new Map<unknown, Set<JsonValue>>();
      for (const each of seen(context, 'request')) {
        const ids = used.get(each.connection) ?? new Set();
        used.set(each.connection, ids);
        const id = each.message.id ?? null;
        if (ids.has(id)) breachAt(each, 'two requests of the server have the same id', 'an id that was not used before');
        ids.add(id);
      }
    },
  },
];
