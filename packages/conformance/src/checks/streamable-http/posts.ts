import type { Check } from '../../check.js';
import { ensure, inconclusive, notApplicable } from '../../expect.js';
import type { JsonObject, JsonValue } from '../../inbox.js';
import type { HttpReply } from '../../raw/http-reply.js';
import type { HttpOptions, StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import { isObject } from '../../session.js';
import type { Level } from '../../verdict.js';
import { since } from '../scope.js';
import { at, controlPing, ensureServed, HTTP_LEGACY, isRefused, LEGACY_HTTP, openQuietly, postPing, seenReplies } from './scope.js';

const NEVER_ISSUED = 'conformance-0f3b8f6e-never-issued';
const TYPES = ['application/json', 'text/event-stream'];

/** How POSTs are replied to. */
export const postChecks: readonly Check<StreamableHttpConnection>[] = [
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/endpoint-one-path',
    level: 'must',
    title: 'GET and DELETE are answered at the path that takes POSTs',
    spec: ['streamable-http.endpoint.one-path'],
    remedy: 'Route POST, GET and DELETE of the endpoint to the same handler, and answer those that you do not have with 405.',
    async run(context) {
      const session = await openQuietly(context);
      await controlPing(context, session, 'a POST');
      for (const method of ['GET', 'DELETE']) {
        const reply = await session.connection.fetch(method);
        reply.cut();
        ensure(reply.status !== 404, `${method} finds nothing at the path that takes POSTs`, {
          expected: method === 'GET' ? 'an event stream, or status 405' : 'a status of success, or 405',
          received: reply.describe(),
        });
      }
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/post-notification-202',
    level: 'must',
    title: 'An accepted notification gets status 202 and no body',
    spec: ['streamable-http.post.notification-202'],
    remedy: 'Answer a POST without a request in it with status 202 and an empty body.',
    async run(context) {
      const session = await openQuietly(context);
      await controlPing(context, session, 'a request');
      const first = session.connection.replies.find(({ isNotification }) => isNotification)?.reply;
      if (!first?.hasHead) inconclusive('notifications/initialized got no response');
      const replies: [string, HttpReply][] = [['notifications/initialized', first]];
      for (const [method, params] of NOTIFICATIONS) {
        replies.push([method, await session.connection.post(session.createNotification(method, params))]);
      }
      const accepted = replies.filter(([, { status }]) => status < 400);
      if (accepted.length === 0) inconclusive('the server accepted no notification');
      for (const [method, reply] of accepted) ensure202(reply, method);
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/post-response-202',
    level: 'must',
    title: 'An accepted response gets status 202 and no body',
    spec: ['streamable-http.post.notification-202'],
    remedy: 'Answer a POST without a request in it with status 202 and an empty body.',
    async run(context) {
      const session = await openQuietly(context);
      await controlPing(context, session, 'a request');
      const reply = await session.connection.post({ jsonrpc: '2.0', id: 'conformance-never-asked', result: {} });
      if (reply.status >= 400) notApplicable('the server refuses responses to requests that it did not make');
      ensure202(reply, 'a response');
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/post-rejected-status',
    level: 'must',
    title: 'A notification or response that is not accepted gets an HTTP error status',
    spec: ['streamable-http.post.rejected-status'],
    remedy: 'Where you answer a POST without a request in it by anything but 202, let the status be one of an error: 400, 404.',
    async run(context) {
      const session = await openQuietly(context);
      await controlPing(context, session, 'a request');
      const notification = session.createNotification('notifications/cancelled', { requestId: 'never-sent' });
      const probes: [string, JsonObject, HttpOptions][] = [
        ['a notification of another JSON-RPC', { ...notification, jsonrpc: '1.0' }, {}],
        ['a notification whose method is a number', { ...notification, method: 7 }, {}],
        ['a response with neither result nor error', { jsonrpc: '2.0', id: 'conformance-never-asked' }, {}],
        ...(session.connection.sessionId === undefined
          ? []
          : [
              ['a notification in a session that does not exist', notification, { headers: { 'Mcp-Session-Id': NEVER_ISSUED } }] as const,
            ].map(([what, message, options]): [string, JsonObject, HttpOptions] => [what, message, options])),
      ];
      for (const [what, message, options] of probes) {
        const reply = await session.connection.post(message, options);
        ensure(reply.status === 202 || reply.status >= 400, `${what} got status ${reply.status}, which is neither 202 nor an error`, {
          expected: '202, or an error status',
          received: reply.describe(),
        });
      }
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/malformed-refused',
    level: 'should',
    title: 'A body that is no message is refused with status 400, or another that blames the client',
    spec: ['jsonrpc.parse-error', 'jsonrpc.invalid-request', 'streamable-http.post.rejected-status'],
    remedy: 'Answer a body that is no JSON with status 400 and the error -32700, and JSON that is no message with 400 and -32600.',
    async run(context) {
      const session = await openQuietly(context);
      for (const text of MALFORMED) {
        await controlPing(context, session, 'a request');
        const reply = await session.connection.post(Buffer.from(text));
        const shown = JSON.stringify(text);
        ensure(isRefused(reply), `the body ${shown} got status ${reply.status}`, { expected: 'status 400', received: reply.describe() });
      }
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/post-batch-refused',
    level: 'must',
    title: 'An array of messages is not answered with an array',
    spec: ['streamable-http.post.response-type'],
    revisions: HTTP_LEGACY.filter((revision) => since('2025-06-18').includes(revision)),
    remedy: 'Batches are gone: refuse an array with status 400 and the error -32600.',
    async run(context) {
      const session = await openQuietly(context);
      await controlPing(context, session, 'a single request');
      const requests = [session.createRequest('ping'), session.createRequest('ping')];
      const reply = await session.connection.post(requests);
      ensure(!Array.isArray(reply.isEventStream ? undefined : reply.json()), 'an array was answered with an array', {
        expected: 'status 400',
        received: reply.describe(),
      });
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/post-accept',
    level: 'must',
    title: 'A request whose Accept header lists both media types is served, however it is written',
    spec: ['streamable-http.post.response-type'],
    remedy: 'Read Accept and Content-Type as HTTP has them: in any order, with parameters, in capitals.',
    async run(context) {
      const session = await openQuietly(context);
      await controlPing(context, session, 'an ordinary request');
      for (const { name, value, level = 'must' } of HEADERS) {
        const { id, reply } = await postPing(session, { headers: { [name]: value } });
        ensureServed(reply, id, `a request with "${name}: ${value}"`, level);
      }
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/post-response-type',
    level: 'must',
    title: 'A request is answered by one JSON object or by a well-formed event stream, with the media type that says which',
    spec: ['streamable-http.post.response-type'],
    uses: 'after',
    remedy: 'Answer with application/json and one object, or with text/event-stream and a message in the data of each event.',
    async run(context) {
      const session = await openQuietly(context);
      await context.control('a request is answered', () => session.alive());
      const replies = seenReplies(context).filter(({ method, ids, reply }) => method === 'POST' && ids.length > 0 && reply.hasHead);
      for (const seen of replies) {
        const { reply, ids } = seen;
        if (reply.status < 200 || reply.status > 299) continue;
        const where = { at: at(seen), received: reply.describe() };
        ensure(TYPES.includes(reply.mediaType), `a request was answered with ${reply.mediaType || 'no media type'}`, {
          ...where,
          expected: TYPES,
        });
        if (reply.isEventStream) ensureStream(reply, where);
        else if (reply.end?.kind === 'complete') {
          const value = reply.json();
          ensure(
            isObject(value) || (ids.length > 1 && Array.isArray(value)) || (context.revision === '2025-03-26' && Array.isArray(value)),
            'the body of type application/json that answers a request is no JSON object',
            { ...where, expected: 'one object' },
          );
        }
      }
    },
  },
];

const NOTIFICATIONS: readonly (readonly [string, JsonObject])[] = [
  ['notifications/cancelled', { requestId: 'never-sent', reason: 'conformance' }],
  ['notifications/progress', { progressToken: 'never-given', progress: 1 }],
];

/** Which error has to be in the body, if any, the checks of JSON-RPC say. */
const MALFORMED: readonly string[] = [
  'this is no JSON',
  '{"jsonrpc":"2.0","id":1,"method":"ping"',
  '42',
  '"text"',
  '{"jsonrpc":"1.0","id":1,"method":"ping"}',
  '{"id":1,"method":"ping"}',
];

const HEADERS: readonly { readonly name: string; readonly value: string; readonly level?: Level }[] = [
  { name: 'Accept', value: 'text/event-stream, application/json' },
  { name: 'Accept', value: 'application/json;q=0.9,text/event-stream;q=0.8' },
  // Right by HTTP, and rare.
  { name: 'Accept', value: 'Application/JSON, Text/Event-Stream', level: 'should' },
  { name: 'Content-Type', value: 'application/json; charset=utf-8' },
];

function ensure202(reply: HttpReply, what: string): void {
  ensure(reply.status === 202, `${what} got status ${reply.status}`, { expected: 'status 202', received: reply.describe() });
  ensure(reply.bodyBytes === 0, `the 202 for ${what} has a body`, { expected: 'no body', received: reply.describe() });
}

function ensureStream(reply: HttpReply, where: { readonly at: ReturnType<typeof at> }): void {
  const fault = reply.faults.find(({ kind }) => kind !== 'unfinished' || reply.end?.kind === 'complete');
  ensure(fault === undefined, `something in an event stream ${fault?.why}`, {
    ...where,
    expected: 'event, data, id and retry',
    received: fault?.text,
  });
  for (const { data, event } of reply.events) {
    if (data === undefined || data === '' || event !== 'message') continue;
    ensure(isMessages(data), 'the data of an event is no message', { ...where, expected: 'JSON', received: data.slice(0, 300) });
  }
}

function isMessages(data: string): boolean {
  try {
    const value = JSON.parse(data) as JsonValue;
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
