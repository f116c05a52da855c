import { override } from '../../broken-servers/faults/override.js';
import { exchange } from '../http-exchange.js';
import { dropHeader, http, MODERN } from './kinds.js';

/** Faults of POST, GET, streams and sessions. */
export const httpFaults = {
  'accepts-json': http({
    is: 'accepts JSON alone',
    caughtBy: ['client/streamable-http-accept-both'],
    apply: ({ wire }) => override(wire, 'accept', () => 'application/json'),
  }),
  'no-content-type': http({
    is: 'sends no Content-Type of JSON',
    caughtBy: ['client/streamable-http-post'],
    apply: ({ wire }) => override(wire, 'headersFor', (old, message) => ({ ...old(message), 'content-type': 'text/plain' })),
  }),
  'posts-arrays': http({
    is: 'posts arrays',
    caughtBy: ['client/streamable-http-body'],
    apply: ({ wire }) =>
      override(wire, 'body', (old, message) => (message.method === 'notifications/initialized' ? `[${old(message)}]` : old(message))),
  }),
  'no-streams': http({
    is: 'reads JSON alone',
    caughtBy: ['client/streamable-http-both-types'],
    neighbours: {
      'client/ping-answer': 'it comes on a stream',
      'client/jsonrpc-unknown-method': 'it comes on a stream',
      'client/jsonrpc-request-answered-once': 'it comes on a stream',
      'client/cancellation-invalid-ignored': 'it comes on a stream',
      'client/streamable-http-polls': 'it comes on a stream',
      'client/streamable-http-resume-client-get': 'it comes on a stream',
    },
    apply: ({ wire }) => override(wire, 'follow', async () => {}),
  }),
  'trips-over-comments': http({
    is: 'dies of comments',
    caughtBy: ['client/streamable-http-ignores-comments'],
    neighbours: {
      'client/streamable-http-both-types': 'there are comments on the same stream',
      'client/streamable-http-headers-case-insensitive': 'there are comments on the same stream',
    },
    revision: MODERN,
    apply: ({ wire }) => override(wire, 'field', (old, line) => (line.startsWith(': a comment') ? process.exit(3) : old(line))),
  }),
  'minds-the-case': http({
    is: 'knows Content-Type in its usual letters alone',
    caughtBy: ['client/streamable-http-headers-case-insensitive'],
    neighbours: {
      'client/streamable-http-both-types': 'the same answers are streams',
      'client/streamable-http-ignores-comments': 'the same answers have comments',
    },
    revision: MODERN,
    apply: ({ wire }) =>
      override(wire, 'read', (old, message, response) => {
        const header = (name) => (response.rawHeaders.includes('Content-Type') ? response.header(name) : undefined);
        return old(message, { ...response, header });
      }),
  }),
  'resumes-as-json': http({
    is: 'accepts JSON with GET',
    caughtBy: ['client/streamable-http-get-accept'],
    alongside: ['client/streamable-http-polls'],
    apply: ({ wire }) => override(wire, 'acceptStream', () => 'application/json'),
  }),
  'no-session-header': http({
    is: 'forgets the session id',
    caughtBy: ['client/streamable-http-session-client-sends'],
    apply: dropHeader('sessionHeaders', 'mcp-session-id'),
  }),
  'any-session': http({
    is: 'takes over any session id',
    caughtBy: ['client/streamable-http-session-client-sends'],
    apply: ({ wire }) =>
      override(wire, 'noteSession', (_, __, { header }) => {
        wire.session = header('mcp-session-id') ?? wire.session;
      }),
  }),
  'stays-lost': http({
    is: 'does not initialize anew',
    caughtBy: ['client/streamable-http-session-client-restarts'],
    apply: ({ client }) => override(client, 'perform', (_, ...args) => client.request(...args)),
  }),
  'leaves-session': http({
    is: 'leaves its session behind',
    caughtBy: ['client/streamable-http-session-client-deletes'],
    apply: ({ wire }) => override(wire, 'close', async () => wire.closing.abort()),
  }),
  'no-last-event-id': http({
    is: 'comes back without Last-Event-ID',
    caughtBy: ['client/streamable-http-resume-client-get'],
    apply: ({ wire }) => {
      override(wire, 'lastEvent', () => ({}));
      // The stream that it gets then has nothing for it.
      override(wire, 'resume', (old, lastId) => {
        setTimeout(() => wire.closing.abort(), 500);
        return old(lastId);
      });
    },
  }),
  'never-comes-back': http({
    is: 'does not come back for the rest of a stream',
    caughtBy: ['client/streamable-http-polls'],
    neighbours: { 'client/streamable-http-resume-client-get': 'nothing is resumed' },
    apply: ({ wire }) => override(wire, 'pause', () => new Promise(() => {})),
  }),
  hasty: http({
    is: 'does not heed retry',
    caughtBy: ['client/streamable-http-retry-honoured'],
    apply: ({ wire }) => override(wire, 'pause', (old) => old(50)),
  }),
  'ignores-endpoint': http({
    is: 'does not post to the endpoint that it was given',
    caughtBy: ['client/streamable-http-compat-client-falls-back'],
    apply: ({ wire }) => {
      Object.defineProperty(wire, 'endpoint', { get: () => undefined, set() {} });
      let hasTried = false;
      override(wire, 'openSse', (old, message) => {
        if (hasTried) throw new Error('refused again');
        hasTried = true;
        return old(message);
      });
    },
  }),
  'believes-400': http({
    is: 'does not look into the body of a 400',
    caughtBy: ['client/streamable-http-inspects-400'],
    revision: MODERN,
    apply: ({ client }) => override(client, 'meansLegacy', () => true),
  }),
  'fetches-schemas': http({
    is: 'fetches what schemas refer to',
    caughtBy: ['client/json-schema-ref-no-network'],
    revision: MODERN,
    apply: ({ client }) =>
      override(client, 'perform', async (old, ...args) => {
        const result = await old(...args);
        for (const { inputSchema } of result.tools ?? []) {
          const { $ref } = inputSchema.properties.text ?? {};
          if ($ref) await exchange($ref).then(({ text }) => text());
        }
        return result;
      }),
  }),
};
