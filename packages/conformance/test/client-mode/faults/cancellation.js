import { override } from '../../broken-servers/faults/override.js';
import { http, MODERN, stdio } from './kinds.js';

/** Faults of giving requests up. */
export const cancellationFaults = {
  'cancels-initialize': stdio({
    is: 'cancels initialize',
    caughtBy: ['client/cancellation-not-initialize'],
    apply: ({ client }) => override(client, 'giveUp', (old, message) => old({ ...message, method: 'any' })),
  }),
  'cancels-others': stdio({
    is: 'cancels an id that it never used',
    caughtBy: ['client/cancellation-known-requests'],
    alongside: ['client/cancellation-races'],
    apply: ({ client }) =>
      override(
        client,
        'giveUp',
        (old, message) => old({ ...message, id: 999 }) ?? client.waiting.get(message.id)?.reject(new Error('given up')),
      ),
  }),
  'gives-up-silently': stdio({
    is: 'cancels nothing',
    caughtBy: ['client/stdio-cancel-client-sends', 'client/cancellation-client-sends'],
    revision: MODERN,
    apply: ({ client }) => override(client, 'giveUp', (_, { id }) => client.waiting.get(id)?.reject(new Error('given up'))),
  }),
  'dies-of-late-answers': stdio({
    is: 'dies of an answer that it does not wait for',
    caughtBy: ['client/cancellation-late-response-ignored', 'client/cancellation-races'],
    apply: ({ client }) =>
      override(client, 'response', (old, message) => (client.waiting.has(message.id) ? old(message) : process.exit(3))),
  }),
  'dies-of-the-unknown': stdio({
    is: 'dies of unknown notifications',
    caughtBy: ['client/cancellation-invalid-ignored'],
    apply: ({ client }) =>
      override(client, 'receiveOne', (old, message) =>
        message.method?.startsWith('notifications/conformance') ? process.exit(3) : old(message),
      ),
    neighbours: {
      'client/ping-answer': 'the unknown notification comes before what this check asks',
      'client/jsonrpc-unknown-method': 'the unknown notification comes before what this check asks',
      'client/jsonrpc-request-answered-once': 'the unknown notification comes before what this check asks',
    },
  }),
  'cancels-silently': http({
    is: 'cancels without a word',
    caughtBy: ['client/streamable-http-cancels-explicitly'],
    apply: ({ client }) => override(client, 'giveUp', (_, { id }) => client.waiting.get(id)?.reject(new Error('given up'))),
  }),
};
