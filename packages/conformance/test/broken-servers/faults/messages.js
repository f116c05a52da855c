import { override } from './override.js';

const REVISION = '2025-11-25';
const MODERN = '2026-07-28';

const withMeta =
  (key) =>
  ({ server }) =>
    override(server, 'tools', (old, message) => old(message).map((tool) => ({ ...tool, _meta: { [key]: 1 } })));

/** Faults of JSON-RPC messages, in whatever revision. */
export const messages = {
  'numeric-text-ids': {
    is: 'makes numbers of ids that look like one',
    caughtBy: ['jsonrpc/id-echo'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'resultResponse', (old, message, result) =>
        old({ ...message, id: /^\d+$/.test(String(message.id)) ? Number(message.id) : message.id }, result),
      ),
    neighbours: { 'jsonrpc/request-answered-once': 'nobody asked with that number' },
  },
  'falsy-ids': {
    is: 'takes the ids 0 and "" for none',
    caughtBy: ['jsonrpc/id-echo'],
    revision: MODERN,
    apply: ({ server }) =>
      override(server, 'receiveOne', (old, message, answer) => {
        if (message?.id !== 0 && message?.id !== '') old(message, answer);
      }),
  },
  'unknown-method-served': {
    is: 'answers unknown methods with an empty result',
    caughtBy: ['jsonrpc/unknown-method'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'serveCommon', (old, message, answer) => {
        try {
          return old(message, answer);
        } catch (error) {
          if (error.code === -32601) return {};
          throw error;
        }
      }),
  },
  overwhelmed: {
    is: 'drops requests when more than thirty come at once',
    caughtBy: ['jsonrpc/pipelined'],
    revision: REVISION,
    apply: ({ server }) => {
      let recent = 0;
      override(server, 'receiveOne', (old, message, answer) => {
        recent++;
        setTimeout(() => recent--, 100);
        if (recent <= 30) old(message, answer);
      });
    },
  },
  'answers-twice': {
    is: 'answers some requests twice',
    caughtBy: ['jsonrpc/request-answered-once'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'request', (old, message, answer) => {
        old(message, answer);
        if (message.method === 'prompts/list') old(message, answer);
      }),
  },
  'unasked-response': {
    is: 'sends a response to nothing',
    caughtBy: ['jsonrpc/request-answered-once'],
    revision: MODERN,
    apply: ({ server }) =>
      override(server, 'tools', (old, message) => {
        server.send({ jsonrpc: '2.0', id: 'nobody', result: { resultType: 'complete' } });
        return old(message);
      }),
  },
  'list-as-params': {
    is: 'sends params that are a list',
    caughtBy: ['jsonrpc/message-shape'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'initialized', () => server.send({ jsonrpc: '2.0', method: 'notifications/message', params: ['info'] })),
  },
  'no-version-member': {
    is: 'leaves "jsonrpc" out of errors',
    caughtBy: ['jsonrpc/version-member'],
    revision: REVISION,
    apply: ({ server }) => override(server, 'errorResponse', (old, ...args) => ({ ...old(...args), jsonrpc: undefined })),
  },
  'no-result': {
    is: 'answers without a result',
    caughtBy: ['jsonrpc/result-present'],
    neighbours: { 'jsonrpc/message-shape': 'such a response is no message', 'lifecycle/operation-version': 'it is the response to a list' },
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'resultResponse', (old, message, result) =>
        message.method === 'resources/templates/list' ? { jsonrpc: '2.0', id: message.id } : old(message, result),
      ),
  },
  'notification-with-id': {
    is: 'gives a notification an id',
    caughtBy: ['jsonrpc/notification-no-id'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'initialized', () =>
        server.send({ jsonrpc: '2.0', id: 7, method: 'notifications/message', params: { level: 'info', data: '' } }),
      ),
  },
  'answers-notifications': {
    is: 'answers cancellations',
    caughtBy: ['jsonrpc/notification-no-response', 'cancellation/unknown-id-ignored', 'cancellation/malformed-ignored'],
    neighbours: { 'jsonrpc/request-answered-once': 'nobody asked' },
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'cancel', (old, id) => {
        old(id);
        server.send({ jsonrpc: '2.0', id: 'cancelled', result: {} });
      }),
  },
  'answers-unknown-notifications': {
    is: 'answers unknown notifications with an error',
    caughtBy: ['jsonrpc/notification-unknown-no-response'],
    neighbours: { 'jsonrpc/request-answered-once': 'nobody asked', 'jsonrpc/error-same-id': 'there is no request whose id it could have' },
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'notification', (old, message) => {
        old(message);
        if (!message.method.startsWith('notifications/') || message.method.includes('conformance')) {
          server.send({ jsonrpc: '2.0', id: null, error: { code: -32601, message: 'Method not found' } });
        }
      }),
  },
  'dies-of-unknown-cancellation': {
    is: 'dies of a cancellation of a request that it does not know',
    caughtBy: ['cancellation/unknown-id-ignored'],
    revision: REVISION,
    apply: ({ server }) => override(server, 'cancel', (old, id) => (id === 987_654_321 ? globalThis.process.exit(1) : old(id))),
  },
  'dies-of-malformed-cancellation': {
    is: 'dies of a cancellation that makes no sense',
    caughtBy: ['cancellation/malformed-ignored'],
    revision: REVISION,
    apply: ({ server }) => override(server, 'cancel', (old, id) => (Array.isArray(id) ? globalThis.process.exit(1) : old(id))),
  },
  'dies-of-late-cancellation': {
    is: 'dies of a cancellation that comes after the answer',
    caughtBy: ['cancellation/races'],
    neighbours: { 'cancellation/unknown-id-ignored': 'it cancels a request that is done' },
    revision: REVISION,
    apply: ({ server }) => {
      const done = new Set();
      override(server, 'resultResponse', (old, message, result) => {
        done.add(message.id);
        return old(message, result);
      });
      override(server, 'cancel', (old, id) => (done.has(id) ? globalThis.process.exit(1) : old(id)));
    },
  },
  'key-with-bad-prefix': {
    is: 'has a _meta key with a prefix that is none',
    caughtBy: ['meta/prefix'],
    revision: REVISION,
    apply: withMeta('com..example/x'),
  },
  'key-with-bad-label': {
    is: 'has a _meta key with a label that is none',
    caughtBy: ['meta/label'],
    revision: REVISION,
    apply: withMeta('com.1example/x'),
  },
  'key-with-bad-name': {
    is: 'has a _meta key with a name that is none',
    caughtBy: ['meta/name'],
    revision: REVISION,
    apply: withMeta('com.example/x-'),
  },
};
