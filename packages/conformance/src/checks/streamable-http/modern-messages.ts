import { MetaKey } from '@mcpwire/protocol';
import type { Check } from '../../check.js';
import { ensure, inconclusive, notApplicable } from '../../expect.js';
import type { JsonObject, JsonValue } from '../../inbox.js';
import type { HttpReply } from '../../raw/http-reply.js';
import type { StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import { CLIENT_INFO, isObject } from '../../session.js';
import { isLegacyRefusal } from '../legacy-refusal.js';
import { kindOf } from '../observed.js';
import { errorIn, MODERN_HTTP, postRequest, wasRefused } from './modern-probes.js';
import { answerIn, at, controlPing, ensureServed, type HttpContext, type HttpSession, messagesOf, seenReplies } from './scope.js';

const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const MISSING_CAPABILITY = -32021;
const TYPES = ['application/json', 'text/event-stream'];
const common = { ...MODERN_HTTP, level: 'must', uses: 'shared' } as const;

/** "Sending Messages". */
export const modernMessageChecks: readonly Check<StreamableHttpConnection>[] = [
  {
    ...common,
    id: 'streamable-http/modern-notification-202',
    title: 'An accepted notification gets status 202 and no body',
    spec: ['streamable-http.post.notification-202', 'streamable-http.post.rejected-status'],
    remedy: 'Answer a notification with status 202 and an empty body, or refuse it with an error status.',
    async run(context) {
      const session = await context.session();
      await controlPing(context, session, 'a request');
      for (const method of ['notifications/cancelled', 'notifications/conformance/no-such-notification']) {
        const reply = await session.connection.post(session.createNotification(method, { requestId: 'never-sent' }));
        if (reply.status >= 400) continue;
        ensure(reply.status === 202, `${method} got status ${reply.status}`, {
          expected: 'status 202, or one of an error',
          received: reply.describe(),
        });
        ensure(reply.bodyBytes === 0, `the 202 for ${method} has a body`, { expected: 'no body', received: reply.describe() });
      }
    },
  },
  {
    ...common,
    id: 'streamable-http/modern-response-refused',
    title: 'A response, which no client may send, is refused or dropped, and not answered',
    spec: ['streamable-http.post.rejected-status', 'transports.directions'],
    remedy: 'Clients send no responses in this revision: refuse one with status 400 and the error -32600.',
    async run(context) {
      const session = await context.session();
      await controlPing(context, session, 'a request');
      const reply = await session.connection.post({ jsonrpc: '2.0', id: 'conformance-never-asked', result: {} });
      ensure(reply.status >= 400 || reply.status === 202, `a response got status ${reply.status}`, {
        expected: 'status 400',
        received: reply.describe(),
      });
      ensure(reply.status >= 400, 'a response was accepted', { level: 'should', expected: 'status 400', received: reply.describe() });
    },
  },
  {
    ...common,
    id: 'streamable-http/modern-parse-error',
    title: 'A body that is no JSON is refused, with the error -32700 if any',
    spec: ['jsonrpc.parse-error'],
    remedy: 'Answer a body that cannot be parsed with status 400 and the error -32700.',
    async run(context) {
      const session = await context.session();
      for (const text of ['this is no JSON', '{"jsonrpc":"2.0","id":1,"method":"server/discover"', '', '\ufeff']) {
        await controlPing(context, session, 'a request');
        ensureRefused(context, await session.connection.post(Buffer.from(text)), `the body ${JSON.stringify(text)}`, PARSE_ERROR);
      }
    },
  },
  {
    ...common,
    id: 'streamable-http/modern-invalid-request',
    title: 'JSON that is no message is refused, with the error -32600 if any',
    spec: ['jsonrpc.invalid-request'],
    remedy: 'Answer JSON that is no message of JSON-RPC 2.0 with status 400 and the error -32600.',
    async run(context) {
      const session = await context.session();
      const { jsonrpc: _, ...bare } = session.createRequest('server/discover');
      const bodies: JsonValue[] = [42, 'text', null, {}, bare, { ...bare, jsonrpc: '1.0' }, { jsonrpc: '2.0', ...bare, method: 7 }];
      for (const body of bodies) {
        await controlPing(context, session, 'a request');
        const shown = JSON.stringify(body).slice(0, 60);
        const reply = await session.connection.post(Buffer.from(JSON.stringify(body)));
        ensureRefused(context, reply, `the body ${shown}`, INVALID_REQUEST);
      }
    },
  },
  {
    ...common,
    id: 'streamable-http/modern-batch-refused',
    title: 'An array of messages is refused',
    spec: ['jsonrpc.invalid-request'],
    remedy: 'A POST has one message: refuse an array with status 400 and the error -32600.',
    async run(context) {
      const session = await context.session();
      for (const count of [1, 2, 0]) {
        await controlPing(context, session, 'a single request');
        const batch = Array.from({ length: count }, () => session.createRequest('server/discover'));
        const reply = await session.connection.post(Buffer.from(JSON.stringify(batch)));
        ensureRefused(context, reply, `an array of ${count} requests`, INVALID_REQUEST);
      }
    },
  },
  {
    ...common,
    id: 'meta/request-missing-400',
    title: 'A request that lacks a required _meta field gets status 400',
    spec: ['meta.request.missing-400'],
    remedy: 'Send the error -32602 for a request without clientCapabilities in _meta with status 400.',
    async run(context) {
      const session = await context.session();
      await controlPing(context, session, 'a request with all of its _meta');
      const _meta = { [MetaKey.ProtocolVersion]: context.revision, [MetaKey.ClientInfo]: CLIENT_INFO };
      const reply = await session.connection.post({ jsonrpc: '2.0', id: session.nextId(), method: 'server/discover', params: { _meta } });
      ensure(reply.status === 400, `a request without clientCapabilities in its _meta got status ${reply.status}`, {
        expected: 'status 400, error -32602',
        received: reply.describe(),
      });
    },
  },
  {
    ...common,
    id: 'meta/capabilities-400',
    title: 'The error for a capability that a request lacks has status 400',
    spec: ['meta.capabilities.400'],
    uses: 'after',
    remedy: 'Send the error -32021 with status 400: look at clientCapabilities before you begin a stream.',
    async run(context) {
      const refusals = seenReplies(context).filter(({ reply }) => errorIn(reply)?.code === MISSING_CAPABILITY);
      if (refusals.length === 0) notApplicable('no request needed a capability that it did not declare');
      for (const seen of refusals) {
        ensure(seen.reply.status === 400, `the error -32021 came with status ${seen.reply.status}`, {
          expected: 'status 400',
          received: seen.reply.describe(),
          at: at(seen),
        });
      }
    },
  },
  {
    ...common,
    id: 'streamable-http/modern-response-type',
    title: 'A request is answered by one JSON object or by an event stream, with the media type that says which',
    spec: ['streamable-http.post.response-type', 'streamable-http.endpoint.one-path'],
    uses: 'after',
    remedy: 'Answer with application/json and one object, or with text/event-stream and a message in the data of each event.',
    async run(context) {
      const session = await context.open();
      await controlPing(context, session, 'a request');
      const replies = seenReplies(context).filter(
        ({ method, ids, reply }) => method === 'POST' && ids.length === 1 && reply.status === 200,
      );
      if (replies.length === 0) inconclusive('no request got status 200');
      for (const seen of replies) {
        const { reply } = seen;
        const evidence = { received: reply.describe(), at: at(seen) };
        ensure(TYPES.includes(reply.mediaType), `a request was answered with ${reply.mediaType || 'no media type'}`, {
          ...evidence,
          expected: TYPES,
        });
        if (reply.isEventStream) {
          const [fault] = reply.faults.filter(({ kind }) => kind !== 'unfinished');
          ensure(fault === undefined, `something on a stream ${fault?.why}`, { ...evidence, received: fault?.text });
        } else if (reply.end?.kind === 'complete') {
          ensure(isObject(reply.json()), 'the JSON that answers a request is no object', { ...evidence, expected: 'one object' });
        }
      }
    },
  },
  {
    ...common,
    id: 'streamable-http/modern-accept',
    title: 'A request whose Accept header lists both media types is served, however it is written',
    spec: ['streamable-http.post.response-type'],
    remedy: 'Read Accept and Content-Type as HTTP has them: in any order, with parameters, in capitals.',
    async run(context) {
      const session = await context.session();
      for (const headers of HEADERS) {
        await controlPing(context, session, 'an ordinary request');
        const { id, reply } = await postRequest(session, 'server/discover', undefined, { headers });
        const [[name, value] = []] = Object.entries(headers);
        ensureServed(reply, id, `a request with "${name}: ${value}"`);
      }
    },
  },
  {
    ...common,
    uses: 'own',
    id: 'streamable-http/connections-independent',
    title: 'Requests that belong together are served over TCP connections of their own, one after the other closed',
    spec: ['stateless.no-prior-context'],
    remedy: 'Keep nothing with a TCP connection: proxies send each request over whichever they like.',
    async run(context) {
      const session = await context.open();
      await controlPing(context, session, 'a request over a connection that is kept');
      const lists = ['tools', 'prompts', 'resources'].filter((name) => Object.hasOwn(context.server.capabilities, name));
      for (const name of lists) {
        const kept = await context.control(`${name}/list is answered`, () => session.result(`${name}/list`));
        const fresh = await freshResult(session, `${name}/list`);
        ensure(
          JSON.stringify(fresh[name]) === JSON.stringify(kept[name]),
          `${name}/list gives something else over a connection of its own`,
          {
            expected: kept[name],
            received: fresh[name],
          },
        );
        if (typeof fresh.nextCursor !== 'string') continue;
        const next = await freshResult(session, `${name}/list`, { cursor: fresh.nextCursor });
        ensure(Array.isArray(next[name]), `a cursor of ${name}/list does not work over another connection`, { received: next });
      }
      if (lists.length === 0) await freshResult(session, 'server/discover');
    },
  },
];

const HEADERS: readonly Readonly<Record<string, string>>[] = [
  { Accept: 'text/event-stream, application/json' },
  { Accept: 'application/json;q=0.9,text/event-stream;q=0.8' },
  { Accept: 'Application/JSON, Text/Event-Stream' },
  { 'Content-Type': 'application/json; charset=utf-8' },
];

async function freshResult(session: HttpSession, method: string, params?: JsonObject): Promise<JsonObject> {
  const { id, reply } = await postRequest(session, method, params, { fresh: true });
  ensureServed(reply, id, `${method} over a connection of its own`);
  const answer = answerIn(reply, id);
  return isObject(answer?.result) ? answer.result : {};
}

function ensureRefused(context: HttpContext, reply: HttpReply, what: string, code: number): void {
  ensure(wasRefused(reply), `${what} was accepted with status ${reply.status}`, {
    expected: `status 400, error ${code}`,
    received: reply.describe(),
  });
  const error = errorIn(reply);
  if (error && isLegacyRefusal(context, error)) return;
  ensure(error === undefined || error.code === code, `${what} got another error`, { expected: { code }, received: error });
  ensure(
    messagesOf(reply).every((message) => kindOf(message) === 'response' && 'error' in message),
    `${what} was answered by something that is no error`,
    { expected: { error: { code } }, received: reply.describe() },
  );
  ensure(reply.status >= 400, `the refusal of ${what} has status ${reply.status}`, {
    level: 'should',
    expected: 'status 400',
    received: reply.describe(),
  });
}
