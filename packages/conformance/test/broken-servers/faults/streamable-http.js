import { randomUUID } from 'node:crypto';
import { authorization } from './authorization.js';
import { override } from './override.js';

const MARCH = '2025-03-26';
const JUNE = '2025-06-18';
const NOVEMBER = '2025-11-25';
/** The response of a stream is missing: whoever looks at streams sees that. */
const missingResponse = {
  'streamable-http/stream-response': 'the stream lacks its response',
  'streamable-http/stream-retry-before-close': 'its connection is closed ahead of the response',
};

/**
 * Faults of Streamable HTTP from 2025-03-26 to 2025-11-25, as in `index.js`; `apply({ wire })` breaks the wire of a `variant` of the correct
 * server.
 *
 * @type {Record<string, { is: string, caughtBy: string[], neighbours?: Record<string, string>, revision: string, variant?: string, apply(broken: { wire: any }): void }>}
 */
export const streamableHttp = {
  'any-origin': {
    is: 'takes requests of any origin',
    caughtBy: ['http/origin-validate'],
    revision: NOVEMBER,
    apply: ({ wire }) => {
      wire.isAllowedOrigin = () => true;
    },
  },
  'origin-by-prefix': {
    is: 'takes requests of origins that begin like its own',
    caughtBy: ['http/origin-validate'],
    revision: JUNE,
    apply: ({ wire }) => {
      wire.isAllowedOrigin = ({ headers: { origin, host } }) => origin === undefined || origin.startsWith(`http://${host.split(':')[0]}`);
    },
  },
  'host-instead-of-origin': {
    is: 'looks at the Host alone',
    caughtBy: ['http/origin-validate'],
    revision: MARCH,
    apply: ({ wire }) => {
      wire.isAllowedOrigin = ({ headers: { host } }) => /^(?:localhost|127\.0\.0\.1)(?::|$)/.test(host);
    },
  },
  'origin-of-posts-alone': {
    is: 'looks at the Origin of POSTs alone',
    caughtBy: ['http/origin-validate'],
    revision: NOVEMBER,
    apply: ({ wire }) => override(wire, 'isAllowedOrigin', (old, request) => request.method !== 'POST' || old(request)),
  },
  'origin-400': {
    is: 'refuses other origins with status 400',
    caughtBy: ['http/origin-403'],
    revision: NOVEMBER,
    apply: ({ wire }) => {
      wire.originStatus = () => 400;
    },
  },
  'all-addresses': {
    is: 'listens on all addresses',
    caughtBy: ['http/bind-loopback'],
    revision: NOVEMBER,
    apply: ({ wire }) => {
      wire.host = '0.0.0.0';
    },
  },
  'delete-elsewhere': {
    is: 'has no DELETE at its endpoint',
    caughtBy: ['streamable-http/endpoint-one-path', 'streamable-http/session-delete'],
    revision: NOVEMBER,
    apply: ({ wire }) => {
      wire.delete = (_, response) => wire.refuse(response, 404);
    },
  },
  'delete-500': {
    is: 'fails on DELETE',
    caughtBy: ['streamable-http/session-delete'],
    revision: NOVEMBER,
    apply: ({ wire }) => {
      wire.delete = (_, response) => wire.refuse(response, 500);
    },
  },
  'notification-200': {
    is: 'answers notifications with status 200',
    caughtBy: ['streamable-http/post-notification-202'],
    revision: NOVEMBER,
    apply: ({ wire }) =>
      override(wire, 'accept', (old, response, messages) =>
        'method' in messages[0] ? response.writeHead(200).end() : old(response, messages),
      ),
  },
  'notification-with-body': {
    is: 'puts a body into the 202 for notifications',
    caughtBy: ['streamable-http/post-notification-202'],
    revision: MARCH,
    apply: ({ wire }) =>
      override(wire, 'accept', (old, response, messages) =>
        'method' in messages[0] ? response.writeHead(202).end('Accepted') : old(response, messages),
      ),
  },
  'response-204': {
    is: 'answers responses with status 204',
    caughtBy: ['streamable-http/post-response-202'],
    revision: NOVEMBER,
    apply: ({ wire }) =>
      override(wire, 'accept', (old, response, messages) =>
        'method' in messages[0] ? old(response, messages) : response.writeHead(204).end(),
      ),
  },
  'refuses-with-200': {
    is: 'refuses notifications with status 200 and an error',
    caughtBy: ['streamable-http/post-rejected-status'],
    neighbours: { 'streamable-http/malformed-refused': 'what is no message is refused in the same way' },
    revision: NOVEMBER,
    apply: ({ wire }) => {
      wire.refuseQuietly = (response, error) => wire.json(response, 200, error);
    },
  },
  'garbage-200': {
    is: 'answers what is no JSON with status 200 and an error',
    caughtBy: ['streamable-http/malformed-refused'],
    revision: NOVEMBER,
    apply: ({ wire }) => {
      wire.refuseMalformed = (response, code, message) => wire.refuseMessage(response, 200, code, message);
    },
  },
  'garbage-500': {
    is: 'fails on what is no JSON',
    caughtBy: ['streamable-http/malformed-refused'],
    revision: NOVEMBER,
    apply: ({ wire }) => {
      wire.refuseMalformed = (response) => wire.refuse(response, 500);
    },
  },
  'answers-arrays': {
    is: 'answers arrays with arrays',
    caughtBy: ['streamable-http/post-batch-refused'],
    revision: NOVEMBER,
    apply: ({ wire }) => {
      wire.refuseArray = (session, messages, response) => wire.answerJson(session, messages, messages, response, true);
    },
  },
  'exact-accept': {
    is: 'wants the Accept header letter by letter',
    caughtBy: ['streamable-http/post-accept'],
    revision: NOVEMBER,
    apply: ({ wire }) => {
      wire.acceptsBoth = ({ headers }) => headers.accept === 'application/json, text/event-stream';
    },
  },
  'exact-content-type': {
    is: 'takes no parameters in Content-Type',
    caughtBy: ['streamable-http/post-accept'],
    revision: JUNE,
    apply: ({ wire }) =>
      override(wire, 'post', (old, request, response) =>
        request.headers['content-type'] === 'application/json' ? old(request, response) : wire.refuse(response, 415),
      ),
  },
  'json-as-text': {
    is: 'answers some requests with JSON and calls it text',
    caughtBy: ['streamable-http/post-response-type'],
    neighbours: {
      'lifecycle/operation-version': 'a list is among them',
      'streamable-http/stream-ends-after-response': 'sometimes: a list is among what it sends',
    },
    revision: NOVEMBER,
    apply: ({ wire }) => {
      override(wire, 'streamsAnswer', (old, message) => message.method !== 'resources/templates/list' && old(message));
      override(wire, 'json', (old, response, status, value, headers) =>
        old(response, status, value, { ...headers, ...(value.result?.resourceTemplates && { 'content-type': 'text/plain' }) }),
      );
    },
  },
  'unknown-field': {
    is: 'writes lines into event streams that are no fields',
    caughtBy: ['streamable-http/post-response-type'],
    revision: NOVEMBER,
    apply: ({ wire }) => override(wire, 'formatEvent', (old, event) => `message: hello\n${old(event)}`),
  },
  'data-that-is-no-message': {
    is: 'sends events whose data is no message',
    caughtBy: ['streamable-http/post-response-type'],
    revision: MARCH,
    apply: ({ wire }) =>
      override(wire, 'sayAnswer', (old, session, stream, answer) => {
        stream.write('hello');
        old(session, stream, answer);
      }),
  },
  'forgets-responses': {
    is: 'ends some streams without the response',
    caughtBy: ['streamable-http/stream-response'],
    neighbours: { ...missingResponse, 'lifecycle/operation-version': 'a list is among them' },
    revision: NOVEMBER,
    apply: ({ wire }) =>
      override(wire, 'sayAnswer', (old, session, stream, answer) => answer.result?.resourceTemplates || old(session, stream, answer)),
  },
  'closes-early': {
    is: 'closes connections before the response was sent',
    caughtBy: ['streamable-http/stream-open-until-response'],
    revision: JUNE,
    apply: ({ wire }) =>
      override(wire, 'prime', (old, stream) => {
        if (!stream.requests?.some(({ params }) => params?.name === 'slow')) return old(stream);
        stream.write();
        setTimeout(() => stream.response?.end(), 30).unref();
        return undefined;
      }),
  },
  'never-ends-streams': {
    is: 'leaves streams open after the response',
    caughtBy: ['streamable-http/stream-ends-after-response'],
    revision: NOVEMBER,
    apply: ({ wire }) => {
      wire.answered = () => {};
    },
  },
  'progress-on-any-stream': {
    is: 'reports progress on the stream of whichever request came last',
    caughtBy: ['streamable-http/stream-messages-relate'],
    revision: NOVEMBER,
    apply: ({ wire }) =>
      override(wire, 'streamFor', (old, session, message) => {
        const last = [...session.byRequest.values()].at(-1);
        return message.method === 'notifications/progress' && last ? last : old(session, message);
      }),
  },
  'get-as-json': {
    is: 'answers GET with JSON',
    caughtBy: ['streamable-http/get-stream-or-405'],
    revision: NOVEMBER,
    apply: ({ wire }) => {
      wire.listen = (_, response) => wire.json(response, 200, { status: 'ok' });
    },
  },
  'responses-on-get': {
    is: 'sends some responses on the stream of a GET',
    caughtBy: ['streamable-http/get-no-responses'],
    neighbours: missingResponse,
    revision: NOVEMBER,
    apply: ({ wire }) =>
      override(wire, 'sayAnswer', (old, session, stream, answer) =>
        old(session, answer.result?.prompts ? (session.listening.at(-1) ?? stream) : stream, answer),
      ),
  },
  'progress-on-get': {
    is: 'reports progress on the stream of a GET',
    caughtBy: ['streamable-http/get-unrelated'],
    revision: NOVEMBER,
    apply: ({ wire }) => override(wire, 'streamFor', (old, session, message) => session.listening.at(-1) ?? old(session, message)),
  },
  broadcast: {
    is: 'sends its messages on every stream that listens',
    caughtBy: ['streamable-http/streams-one-each'],
    revision: NOVEMBER,
    apply: ({ wire }) =>
      override(wire, 'say', (old, session, message) => {
        if (message.method === 'notifications/progress' || session.listening.length === 0) return old(session, message);
        for (const stream of session.listening) stream.write(JSON.stringify(message));
        return undefined;
      }),
  },
  'disconnect-cancels': {
    is: 'gives up requests whose connection broke',
    caughtBy: ['streamable-http/disconnect-not-cancel'],
    revision: NOVEMBER,
    apply: ({ wire }) => {
      wire.disconnected = ({ session, requests = [], ended }) => {
        if (!ended) for (const { id } of requests) session.server.cancel(id);
      };
    },
  },
  'ids-from-zero': {
    is: 'counts events from zero on each stream',
    caughtBy: ['streamable-http/resume-ids-unique'],
    revision: NOVEMBER,
    apply: ({ wire }) => {
      wire.eventId = (stream) => String(stream.events.length);
    },
  },
  'replays-everything': {
    is: 'sends who resumes a stream what came on others, too',
    caughtBy: ['streamable-http/resume-own-stream-only'],
    revision: NOVEMBER,
    apply: ({ wire }) =>
      override(wire, 'eventsAfter', (old, session, stream, index) => [
        ...old(session, stream, index),
        ...[...session.byId.values()].filter(({ id }) => id > stream.id).flatMap(({ events }) => events),
      ]),
  },
  'no-priming': {
    is: 'begins streams with the response',
    caughtBy: ['streamable-http/stream-priming-event'],
    revision: NOVEMBER,
    apply: ({ wire }) => {
      wire.prime = () => {};
    },
  },
  'drops-without-retry': {
    is: 'drops connections ahead of the response without saying when to come back',
    caughtBy: ['streamable-http/stream-retry-before-close'],
    revision: NOVEMBER,
    variant: 'polling',
    apply: ({ wire }) =>
      override(wire, 'primeAndDrop', (old, stream) => {
        wire.retry = stream.requests ? undefined : 40;
        old(stream);
      }),
  },
  'drops-get-without-retry': {
    is: 'drops the connections of GETs without saying when to come back',
    caughtBy: ['streamable-http/get-retry-before-close'],
    revision: NOVEMBER,
    variant: 'polling',
    apply: ({ wire }) =>
      override(wire, 'primeAndDrop', (old, stream) => {
        wire.retry = stream.requests ? 40 : undefined;
        old(stream);
      }),
  },
  'session-id-with-space': {
    is: 'puts spaces into session ids',
    caughtBy: ['streamable-http/session-id-visible-ascii'],
    revision: NOVEMBER,
    apply: ({ wire }) => {
      wire.newSessionId = () => `session ${randomUUID()}`;
    },
  },
  'sequential-session-ids': {
    is: 'counts its sessions',
    caughtBy: ['streamable-http/session-id-unique'],
    revision: NOVEMBER,
    apply: ({ wire }) => {
      let count = 1000;
      wire.newSessionId = () => `session-${++count}`;
    },
  },
  'missing-session-404': {
    is: 'answers requests without a session id with status 404',
    caughtBy: ['streamable-http/session-missing-400'],
    revision: NOVEMBER,
    apply: ({ wire }) => {
      wire.refuseMissing = (response) => wire.refuse(response, 404);
    },
  },
  'adopts-session-ids': {
    is: 'opens a session under any id that it is given',
    caughtBy: ['streamable-http/session-unknown-refused'],
    revision: NOVEMBER,
    apply: ({ wire }) => {
      const ended = new Set();
      override(wire, 'endSession', (old, session) => {
        ended.add(session.id);
        old(session);
      });
      override(wire, 'findSession', (old, request, response) => {
        const id = request.headers['mcp-session-id'];
        if (id === undefined || ended.has(id) || wire.sessions.has(id)) return old(request, response);
        const session = wire.openSession();
        wire.sessions.delete(session.id);
        session.id = id;
        wire.sessions.set(id, session);
        return session;
      });
    },
  },
  'ended-session-400': {
    is: 'answers requests in a session that ended with status 400',
    caughtBy: ['streamable-http/session-terminated-404'],
    revision: NOVEMBER,
    apply: ({ wire }) => {
      wire.refuseUnknown = (response) => wire.refuse(response, 400);
    },
  },
  'sessions-outlive-delete': {
    is: 'says that it ends a session, and goes on with it',
    caughtBy: ['streamable-http/session-terminated-404'],
    revision: MARCH,
    apply: ({ wire }) => {
      wire.delete = (_, response) => response.writeHead(204).end();
    },
  },
  'one-space-of-ids': {
    is: 'confuses requests of different clients that have the same id',
    caughtBy: ['streamable-http/sessions-apart'],
    neighbours: {
      'jsonrpc/request-answered-once': 'sometimes: two clients may use the same id at the same moment',
      'streamable-http/stream-response': 'sometimes: the response went to another client',
      'streamable-http/stream-retry-before-close': 'sometimes: the response went to another client',
    },
    revision: NOVEMBER,
    apply: ({ wire }) => {
      const streams = new Map();
      const isShared = (id) => String(id).startsWith('shared-');
      override(wire, 'sayAnswer', (old, session, stream, answer) => {
        if (!isShared(answer.id)) return old(session, stream, answer);
        streams.set(answer.id, stream);
        setTimeout(() => old(session, streams.get(answer.id), answer), 100);
        return undefined;
      });
      override(wire, 'answered', (old, stream) => (isShared(stream.requests[0].id) ? setTimeout(() => old(stream), 250) : old(stream)));
    },
  },
  'any-version-header': {
    is: 'does not look at MCP-Protocol-Version',
    caughtBy: ['streamable-http/version-header-invalid-400'],
    revision: NOVEMBER,
    apply: ({ wire }) => {
      wire.checkVersion = () => true;
    },
  },
  'wrong-version-404': {
    is: 'answers an unsupported MCP-Protocol-Version with status 404',
    caughtBy: ['streamable-http/version-header-invalid-400'],
    revision: JUNE,
    apply: ({ wire }) =>
      override(wire, 'checkVersion', (_, request, response) => {
        const version = request.headers['mcp-protocol-version'];
        if (version === undefined || wire.versions.includes(version)) return true;
        wire.refuse(response, 404);
        return false;
      }),
  },
  'version-header-required': {
    is: 'has no sessions, and refuses requests without MCP-Protocol-Version',
    caughtBy: ['streamable-http/version-header-assumed'],
    variant: 'stateless',
    revision: NOVEMBER,
    apply: ({ wire }) =>
      override(wire, 'checkVersion', (old, request, response) => {
        if (request.headers['mcp-protocol-version'] !== undefined) return old(request, response);
        wire.refuse(response, 400);
        return false;
      }),
  },
  ...authorization,
};
