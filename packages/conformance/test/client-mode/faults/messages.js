import { override } from '../../broken-servers/faults/override.js';
import { afterHandshake, MODERN, sending, stdio } from './kinds.js';

/** Faults of the messages that a client sends by itself: their members, ids and progress tokens. */
export const messageFaults = {
  'no-version': stdio({
    is: 'leaves jsonrpc out of notifications',
    caughtBy: ['client/jsonrpc-version-member'],
    apply: sending((message) => ('id' in message ? message : { ...message, jsonrpc: undefined })),
  }),
  'params-array': stdio({
    is: 'sends params as an array',
    caughtBy: ['client/jsonrpc-message-shape'],
    apply: sending((message) => (message.method === 'notifications/initialized' ? { ...message, params: [] } : message)),
  }),
  'fractional-ids': stdio({
    is: 'counts ids in fractions',
    caughtBy: ['client/jsonrpc-request-id-present'],
    apply: ({ client }) => override(client, 'newId', (old) => old() + 0.5),
  }),
  'same-id': stdio({
    is: 'uses one id for all requests',
    caughtBy: ['client/jsonrpc-request-id-unused'],
    apply: ({ client }) =>
      override(client, 'newId', (old) => (client.revision === undefined || client.modern || client.waiting.has(7) ? old() : 7)),
  }),
  'notification-ids': stdio({
    is: 'gives notifications ids',
    caughtBy: ['client/jsonrpc-notification-no-id'],
    neighbours: { 'client/lifecycle-initialized-sent': 'what has an id is no notification' },
    apply: sending((message) => (message.method?.startsWith('notifications/') ? { ...message, id: `n${Math.random()}` } : message)),
  }),
  'same-token': stdio({
    is: 'has one progress token',
    caughtBy: ['client/progress-token-unique'],
    apply: ({ client }) => override(client, 'tokenFor', () => 'token'),
  }),
  'boolean-token': stdio({
    is: 'uses true as progress token',
    caughtBy: ['client/progress-token-type'],
    neighbours: { 'client/progress-token-unique': 'there are only two of them' },
    apply: ({ client }) => override(client, 'tokenFor', () => true),
  }),
  'null-id': stdio({
    is: 'sends a request with the id null',
    caughtBy: ['client/jsonrpc-request-id-not-null'],
    apply: afterHandshake(({ wire }) => wire.send({ jsonrpc: '2.0', id: null, method: 'ping' })),
  }),
  'sends-twice': stdio({
    is: 'sends slow calls twice, to be sure',
    caughtBy: ['client/jsonrpc-request-id-not-in-flight'],
    alongside: ['client/cancellation-races'],
    revision: MODERN,
    apply: ({ wire }) =>
      override(wire, 'send', (old, message) => {
        const isTwice = message.method === 'tools/call' && message.params.name === 'slow';
        return Promise.all([old(message), isTwice && old(message)]);
      }),
  }),
  'reports-progress': stdio({
    is: 'reports progress that nobody asked for',
    caughtBy: ['client/progress-known-token'],
    apply: afterHandshake(({ client }) => client.notify('notifications/progress', { progressToken: 'mine', progress: 1 })),
  }),
};
