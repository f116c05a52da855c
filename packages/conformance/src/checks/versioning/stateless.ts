import { MetaKey } from '@mcpwire/protocol';
import type { Check } from '../../check.js';
import { breach, ensure, inconclusive, notApplicable } from '../../expect.js';
import type { JsonObject } from '../../inbox.js';
import { errorOf, isObject, resultOf } from '../../session.js';
import { listsOf } from '../lists.js';
import { EVERY_TRANSPORT, MODERN } from '../scope.js';

const METHOD_NOT_FOUND = -32601;
const common = { transports: EVERY_TRANSPORT, revisions: MODERN } as const;

export const statelessChecks: readonly Check[] = [
  {
    ...common,
    id: 'stateless/no-prior-context',
    level: 'must',
    title: 'The first request of a connection is served, whatever it is',
    spec: ['stateless.no-prior-context'],
    remedy: 'Do not wait for server/discover, or for anything else: each request says all that is needed.',
    async run(context) {
      const session = await context.connect();
      const [list] = listsOf(context.server.capabilities);
      const method = list?.method ?? 'conformance/no-such-method';
      const response = await session.request(method);
      // Only now: a control beforehand would be the prior context.
      await context.control('server/discover is answered', () => session.alive());
      if (list) {
        if (!isObject(response.result))
          breach(`${method} as the first request of a connection was not served`, { expected: 'a result', received: response });
        return;
      }
      const { code } = errorOf(response, method);
      ensure(code === METHOD_NOT_FOUND, 'a request for an unknown method, the first of its connection, got another error', {
        expected: { code: METHOD_NOT_FOUND },
        received: response,
      });
    },
  },
  {
    ...common,
    id: 'stateless/no-prior-version',
    level: 'must',
    title: 'A request is served as its own version says, whatever version came before',
    spec: ['stateless.no-prior-context'],
    uses: 'shared',
    remedy: 'Keep no version, capabilities or identity from one request for the next.',
    async run(context) {
      const session = await context.session();
      await context.control('server/discover is answered', () => session.alive());
      const method = 'server/discover';
      const { mark } = session;
      const requests = [{}, { [MetaKey.ProtocolVersion]: '1900-01-01' }, {}].map((meta) =>
        session.createRequest(method, undefined, { meta }),
      );
      for (const request of requests) await session.connection.send(request);
      const [first, other, last] = requests;
      if (!first || !other || !last) return;
      resultOf(await session.answerTo(first.id, { mark, method }), method);
      resultOf(await session.answerTo(last.id, { mark, method }), `${method} after a request in another version`);
      errorOf(await session.answerTo(other.id, { mark, method }), `${method} in an unknown version, between two in ${context.revision},`);
    },
  },
  {
    ...common,
    id: 'stateless/many-tasks',
    level: 'should',
    title: 'Requests of different clients are served side by side on one connection',
    spec: ['stateless.many-tasks'],
    uses: 'shared',
    remedy: 'Do not take a connection for a client or a conversation.',
    async run(context) {
      const session = await context.session();
      const method = 'server/discover';
      await context.control('server/discover is answered', () => session.alive());
      const { mark } = session;
      const requests = Array.from({ length: 6 }, (_, index) =>
        session.createRequest(method, undefined, {
          meta: {
            [MetaKey.ClientInfo]: { name: `client-${index}`, version: String(index) },
            [MetaKey.ClientCapabilities]: index % 2 ? { elicitation: {} } : {},
          },
        }),
      );
      for (const request of requests) await session.connection.send(request);
      for (const { id } of requests) resultOf(await session.answerTo(id, { mark, method }), method);
    },
  },
  {
    ...common,
    id: 'stateless/any-connection',
    level: 'should',
    title: 'Related requests work over different connections',
    spec: ['stateless.any-connection'],
    remedy: 'Let cursors and other handles work wherever the next request comes in.',
    async run(context) {
      const lists = listsOf(context.server.capabilities);
      if (lists.length === 0) notApplicable('the server declares nothing to list');
      const first = await context.open();
      const second = await context.connect();
      for (const { method, member } of lists) {
        const here = await first.request(method);
        if (!isObject(here.result)) continue;
        const cursor = here.result.nextCursor;
        const there = resultOf(
          await second.request(method, typeof cursor === 'string' ? { cursor } : undefined),
          `${method} on another connection`,
        );
        if (typeof cursor === 'string') {
          if (!Array.isArray(there[member])) breach(`a cursor of ${method} does not work on another connection`, { received: there });
          continue;
        }
        const names = (result: JsonObject): string =>
          JSON.stringify(
            Array.isArray(result[member])
              ? result[member].map((item) => (isObject(item) ? (item.name ?? item.uri) : item)).sort()
              : undefined,
          );
        ensure(names(here.result) === names(there), `${method} lists something else on another connection`, {
          expected: names(here.result),
          received: names(there),
        });
      }
    },
  },
  {
    ...common,
    id: 'meta/info-no-behaviour',
    level: 'should',
    title: 'What the client calls itself changes nothing',
    spec: ['meta.info.no-behaviour'],
    uses: 'shared',
    remedy: 'Use clientInfo for display and logs alone.',
    async run(context) {
      const session = await context.session();
      const [list] = listsOf(context.server.capabilities);
      const method = list?.method ?? 'server/discover';
      const usual = await context.control(`${method} is answered`, () => session.result(method));
      const again = await context.control(`${method} is answered`, () => session.result(method));
      if (JSON.stringify(usual) !== JSON.stringify(again)) inconclusive(`${method} gives another result each time`);
      for (const info of [
        { name: 'claude-ai', version: '0.1.0' },
        { name: 'x', version: '' },
      ]) {
        const result = await session.result(method, undefined, { meta: { [MetaKey.ClientInfo]: info } });
        ensure(JSON.stringify(result) === JSON.stringify(usual), `${method} gives another result to a client of another name`, {
          expected: usual,
          received: result,
        });
      }
    },
  },
];
