import { ProtocolError } from '../correct-server.js';
import { override } from './override.js';

const REVISION = '2025-11-25';
const notify = (method, params) => ({ jsonrpc: '2.0', method, ...(params && { params }) });
/** The server pings once the client is ready: allowed, and what is wrong with the pings shows. */
const pings =
  (...requests) =>
  ({ server }) =>
    override(server, 'initialized', () => {
      for (const request of requests) server.send({ jsonrpc: '2.0', method: 'ping', ...request });
    });

/** Faults of what only the revisions with a handshake have. */
export const legacy = {
  'no-server-info': {
    is: 'does not say who it is',
    caughtBy: ['lifecycle/initialize-result'],
    revision: REVISION,
    apply: ({ server }) => override(server, 'initialize', (old, params) => ({ ...old(params), serverInfo: undefined })),
  },
  'early-notification': {
    is: 'notifies before it has answered initialize',
    caughtBy: ['lifecycle/initialize-first'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'initialize', (old, params) => {
        server.send(notify('notifications/tools/list_changed'));
        return old(params);
      }),
  },
  'early-request': {
    is: 'asks for roots before the client is ready',
    caughtBy: ['lifecycle/initialized-server-waits'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'initialize', (old, params) => {
        if (params.capabilities?.roots) setTimeout(() => server.send({ jsonrpc: '2.0', id: 'roots', method: 'roots/list' }), 20);
        return old(params);
      }),
  },
  'other-version': {
    is: 'answers every version with another',
    caughtBy: ['lifecycle/version-echo'],
    revision: REVISION,
    apply: ({ server }) => override(server, 'initialize', (old, params) => ({ ...old(params), protocolVersion: 'newest' })),
  },
  'refused-version': {
    is: 'refuses a version that it lacks without offering another',
    caughtBy: ['lifecycle/version-counter'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'offer', () => {
        throw new ProtocolError(-32603, 'Unknown version');
      }),
  },
  'any-version': {
    is: 'agrees on any version',
    caughtBy: ['lifecycle/version-counter'],
    neighbours: { 'lifecycle/version-server-latest': 'what it offers is older than its newest' },
    revision: REVISION,
    apply: ({ server }) => override(server, 'initialize', (old, params) => ({ ...old(params), protocolVersion: params.protocolVersion })),
  },
  'oldest-version': {
    is: 'offers its oldest version',
    caughtBy: ['lifecycle/version-server-latest'],
    revision: REVISION,
    apply: ({ server }) => override(server, 'offer', () => '2024-11-05'),
  },
  'undeclared-roots': {
    is: 'asks for roots that the client has not declared',
    caughtBy: ['lifecycle/operation-capabilities'],
    revision: REVISION,
    apply: ({ server }) => override(server, 'initialized', () => server.send({ jsonrpc: '2.0', id: 'roots', method: 'roots/list' })),
  },
  'undeclared-notification': {
    is: 'notifies of what it has not declared',
    caughtBy: ['lifecycle/operation-capabilities'],
    revision: REVISION,
    apply: ({ server }) => {
      server.capabilities = { ...server.capabilities, tools: {} };
      override(server, 'initialized', () => server.send(notify('notifications/tools/list_changed')));
    },
  },
  'method-of-another-revision': {
    is: 'sends a method that the agreed revision does not have',
    caughtBy: ['lifecycle/operation-version'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'initialized', () => server.send(notify('notifications/subscriptions/acknowledged', { notifications: {} }))),
  },
  'ping-with-content': {
    is: 'answers pings with content',
    caughtBy: ['jsonrpc/ping'],
    revision: REVISION,
    apply: ({ server }) => override(server, 'ping', () => ({ pong: true })),
  },
  'null-id-request': {
    is: 'sends a request with the id null',
    caughtBy: ['jsonrpc/request-id-not-null'],
    revision: REVISION,
    apply: pings({ id: null }),
  },
  'request-without-id': {
    is: 'sends a request without an id',
    caughtBy: ['jsonrpc/request-id-present'],
    revision: REVISION,
    apply: pings({}),
  },
  'reused-id': {
    is: 'sends two requests with one id',
    caughtBy: ['jsonrpc/request-id-unused'],
    revision: REVISION,
    apply: pings({ id: 'same' }, { id: 'same' }),
  },
  'odd-progress-token': {
    is: 'sends a progress token that is neither string nor integer',
    caughtBy: ['progress/token-type'],
    revision: REVISION,
    apply: pings({ id: 1, params: { _meta: { progressToken: 1.5 } } }),
  },
  'shared-progress-token': {
    is: 'gives two requests the same progress token',
    caughtBy: ['progress/token-unique'],
    revision: REVISION,
    apply: pings({ id: 1, params: { _meta: { progressToken: 't' } } }, { id: 2, params: { _meta: { progressToken: 't' } } }),
  },
  'cancels-foreign-request': {
    is: 'cancels a request that it has not made',
    caughtBy: ['cancellation/known-requests'],
    revision: REVISION,
    apply: ({ server }) => override(server, 'initialized', () => server.send(notify('notifications/cancelled', { requestId: 1 }))),
  },
  'both-members': {
    is: 'puts a null result beside an error',
    caughtBy: ['jsonrpc/response-not-both'],
    neighbours: { 'jsonrpc/message-shape': 'such a response is no message' },
    revision: '2025-06-18',
    apply: ({ server }) => override(server, 'errorResponse', (old, ...args) => ({ ...old(...args), result: null })),
  },
  'neither-member': {
    is: 'answers with neither result nor error',
    caughtBy: ['jsonrpc/response-result-or-error'],
    neighbours: { 'jsonrpc/message-shape': 'such a response is no message', 'lifecycle/operation-version': 'it is the response to a list' },
    revision: '2025-06-18',
    apply: ({ server }) =>
      override(server, 'resultResponse', (old, message, result) =>
        message.method === 'resources/templates/list' ? { jsonrpc: '2.0', id: message.id } : old(message, result),
      ),
  },
  'no-batches': {
    is: 'ignores arrays',
    caughtBy: ['batch/receive'],
    revision: '2025-03-26',
    apply: ({ server }) => override(server, 'receiveArray', () => {}),
  },
  'empty-batch': {
    is: 'answers a batch of notifications with an empty array',
    caughtBy: ['batch/receive-notifications-only'],
    revision: '2025-03-26',
    apply: ({ server }) =>
      override(server, 'receiveArray', (old, batch) => {
        old(batch);
        if (batch.every((each) => !('id' in each))) server.send([]);
      }),
  },
  'batch-ends-at-notification': {
    is: 'reads a batch up to its first notification',
    caughtBy: ['batch/receive-mixed'],
    revision: '2025-03-26',
    apply: ({ server }) =>
      override(server, 'receiveArray', (old, batch) => {
        const end = batch.findIndex((each) => !('id' in each));
        if (end !== 0) old(end < 0 ? batch : batch.slice(0, end));
      }),
  },
};
