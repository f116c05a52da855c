import { override } from './override.js';

const isNotification = (text) => !('id' in JSON.parse(text));

/**
 * Faults of HTTP+SSE (2024-11-05), as in `index.js`; `apply({ wire })` breaks the wire.
 *
 * @type {Record<string, { is: string, caughtBy: string[], neighbours?: Record<string, string>, apply(broken: { wire: any }): void }>}
 */
export const sse = {
  'stream-as-text': {
    is: 'opens the stream as text/plain',
    caughtBy: ['sse/stream-content-type'],
    apply: ({ wire }) => override(wire, 'streamHeaders', (old) => ({ ...old(), 'content-type': 'text/plain' })),
  },
  'endpoint-once': {
    is: 'sends the endpoint event to its first client alone',
    caughtBy: ['sse/endpoint-event'],
    neighbours: { 'lifecycle/version-counter': 'it opens a stream of its own, and has nowhere to post to' },
    apply: ({ wire }) => {
      let greeted = false;
      override(wire, 'greet', (old, session) => {
        if (!greeted) old(session);
        greeted = true;
      });
    },
  },
  'endpoint-twice': {
    is: 'sends the endpoint event twice',
    caughtBy: ['sse/endpoint-event'],
    apply: ({ wire }) =>
      override(wire, 'greet', (old, session) => {
        old(session);
        old(session);
      }),
  },
  'message-before-endpoint': {
    is: 'sends a message before the endpoint event',
    caughtBy: ['sse/endpoint-event-first'],
    apply: ({ wire }) =>
      override(wire, 'greet', (old, session) => {
        wire.say(session, { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'hello' } });
        old(session);
      }),
  },
  'endpoint-with-space': {
    is: 'sends an endpoint event whose data is no URI',
    caughtBy: ['sse/endpoint-event-uri'],
    apply: ({ wire }) => override(wire, 'endpoint', (old, session) => `${old(session)}&name=correct server`),
  },
  'endpoint-elsewhere': {
    is: 'sends an endpoint event with another host than the stream has',
    caughtBy: ['sse/endpoint-event-same-origin'],
    apply: ({ wire }) => override(wire, 'endpoint', (old, session) => `http://localhost:${wire.port}${old(session)}`),
  },
  'ping-events': {
    is: 'sends events of a type of its own',
    caughtBy: ['sse/message-events'],
    apply: ({ wire }) =>
      override(wire, 'greet', (old, session) => {
        old(session);
        wire.event(session, 'ping', new Date(0).toISOString());
      }),
  },
  'text-as-message': {
    is: 'sends message events that are no JSON',
    caughtBy: ['sse/message-events'],
    apply: ({ wire }) =>
      override(wire, 'greet', (old, session) => {
        old(session);
        wire.event(session, 'message', 'welcome');
      }),
  },
  'answers-posts': {
    is: 'answers in the response to the POST as well',
    caughtBy: ['sse/message-events-only'],
    apply: ({ wire }) =>
      override(wire, 'take', (old, session, text, response) => {
        if (!wire.isMessage(text) || isNotification(text)) return old(session, text, response);
        const { send } = session.server;
        const answers = [];
        session.server.send = (message) => {
          answers.push(message);
          send(message);
        };
        session.server.receive(text);
        session.server.send = send;
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answers[0] ?? {}));
      }),
  },
  'unknown-field': {
    is: 'writes fields that no event has',
    caughtBy: ['sse/stream-framing'],
    apply: ({ wire }) =>
      override(wire, 'event', (old, session, type, data) => {
        session.response.write(`event-type: ${type}\n`);
        old(session, type, data);
      }),
  },
  'unprefixed-lines': {
    is: 'writes data of several lines with one field name',
    caughtBy: ['sse/stream-framing', 'sse/message-events'],
    neighbours: { 'lifecycle/operation-version': 'a list is among them' },
    apply: ({ wire }) =>
      override(wire, 'say', (old, session, message) => {
        if (!message.result?.prompts) return old(session, message);
        session.response.write(`event: message\ndata: ${JSON.stringify(message, undefined, 2)}\n\n`);
      }),
  },
  'refuses-notifications': {
    is: 'refuses notifications',
    caughtBy: ['sse/post-accepted'],
    apply: ({ wire }) =>
      override(wire, 'take', (old, session, text, response) => {
        if (!wire.isMessage(text) || !isNotification(text)) return old(session, text, response);
        session.server.receive(text);
        wire.refuse(response, 404);
      }),
  },
  'exact-media-type': {
    is: 'takes no media type with parameters',
    caughtBy: ['sse/post-media-type'],
    apply: ({ wire }) => override(wire, 'isJson', (_, { headers }) => headers['content-type'] === 'application/json'),
  },
  'other-code-for-malformed': {
    is: 'refuses what is no JSON with the code for what is no request',
    caughtBy: ['sse/post-malformed'],
    apply: ({ wire }) => {
      wire.refuseMessage = (_session, _text, response) =>
        response
          .writeHead(400, { 'content-type': 'application/json' })
          .end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32600, message: 'Invalid request' } }));
    },
  },
  'swallows-malformed': {
    is: 'accepts what is no JSON without a word',
    caughtBy: ['sse/post-malformed'],
    apply: ({ wire }) => {
      wire.refuseMessage = (_session, _text, response) => wire.accept(response);
    },
  },
  'malformed-is-500': {
    is: 'answers what is no JSON with status 500',
    caughtBy: ['sse/post-malformed'],
    apply: ({ wire }) => {
      wire.refuseMessage = (_session, _text, response) => wire.refuse(response, 500);
    },
  },
  'ends-on-malformed': {
    is: 'ends the stream when a POST is no JSON',
    caughtBy: ['sse/post-malformed'],
    neighbours: {
      'jsonrpc/parse-error': 'it sends the same',
      'jsonrpc/invalid-request': 'JSON that is no object is refused alike',
    },
    apply: ({ wire }) =>
      override(wire, 'refuseMessage', (old, session, text, response) => {
        old(session, text, response);
        wire.endSession(session);
      }),
  },
  'decodes-pieces': {
    is: 'decodes each piece of a body by itself',
    caughtBy: ['sse/post-split'],
    neighbours: { 'jsonrpc/request-answered-once': 'the id in the answer is a broken one' },
    apply: ({ wire }) => {
      wire.read = async (request) => {
        let text = '';
        for await (const part of request) text += part.toString('utf8');
        return text;
      };
    },
  },
  'ids-across-clients': {
    is: 'mixes up clients that use the same text as an id at once',
    caughtBy: ['sse/many-clients'],
    neighbours: { 'jsonrpc/request-answered-once': 'one client has the answers of several' },
    apply: ({ wire }) => {
      const asked = new Map();
      override(wire, 'take', (old, session, text, response) => {
        if (wire.isMessage(text)) {
          const { id } = JSON.parse(text) ?? {};
          if (typeof id === 'string') asked.set(id, session);
        }
        old(session, text, response);
      });
      override(wire, 'say', (old, session, message) => {
        if (typeof message.id !== 'string') return old(session, message);
        setTimeout(() => old(asked.get(message.id) ?? session, message), 20);
      });
    },
  },
  'session-by-connection': {
    is: 'takes the session from the connection that was posted over first',
    caughtBy: ['sse/session-foreign'],
    neighbours: {
      'sse/session-unknown': 'the POST goes over a connection that is known',
      'sse/session-gone': 'the POST goes over a connection that is known',
    },
    apply: ({ wire }) => {
      const bySocket = new WeakMap();
      override(wire, 'sessionOf', (old, id, request) => {
        const session = bySocket.get(request.socket) ?? old(id);
        if (session) bySocket.set(request.socket, session);
        return session;
      });
    },
  },
  'accepts-unknown-sessions': {
    is: 'accepts POSTs to sessions that never were',
    caughtBy: ['sse/session-unknown'],
    apply: ({ wire }) => {
      const known = new Set();
      override(wire, 'newId', (old) => {
        const id = old();
        known.add(id);
        return id;
      });
      override(wire, 'sessionOf', (old, id) => old(id) ?? (known.has(id) ? undefined : { server: { receive() {} } }));
    },
  },
  'silent-on-unknown-sessions': {
    is: 'leaves POSTs to sessions that never were without a response',
    caughtBy: ['sse/session-unknown'],
    apply: ({ wire }) => {
      const known = new Set();
      override(wire, 'newId', (old) => {
        const id = old();
        known.add(id);
        return id;
      });
      override(wire, 'post', (old, request, response, id) => (known.has(id) ? old(request, response, id) : undefined));
    },
  },
  'keeps-gone-sessions': {
    is: 'accepts POSTs to sessions whose stream is closed',
    caughtBy: ['sse/session-gone'],
    apply: ({ wire }) =>
      override(wire, 'endSession', (old, session) => {
        old(session);
        wire.sessions.set(session.id, session);
      }),
  },
  'origin-unchecked-on-stream': {
    is: 'opens the stream for pages of any origin',
    caughtBy: ['sse/origin-stream'],
    apply: ({ wire }) => override(wire, 'streamOriginIsRight', () => true),
  },
  'origin-unchecked-on-post': {
    is: 'takes messages from pages of any origin',
    caughtBy: ['sse/origin-post'],
    apply: ({ wire }) => override(wire, 'postOriginIsRight', () => true),
  },
  'origin-by-prefix': {
    is: 'compares only how an origin begins',
    caughtBy: ['sse/origin-stream', 'sse/origin-post'],
    apply: ({ wire }) =>
      override(
        wire,
        'originIsRight',
        (_, { headers: { origin = '' } }) => origin === '' || /^http:\/\/(?:localhost|127\.0\.0\.1)/.test(origin),
      ),
  },
  'all-addresses': {
    is: 'listens on all addresses',
    caughtBy: ['sse/bind-loopback'],
    apply: ({ wire }) => {
      wire.host = '0.0.0.0';
    },
  },
};
