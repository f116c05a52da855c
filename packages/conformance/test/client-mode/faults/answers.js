import { override } from '../../broken-servers/faults/override.js';
import { answering, http, MODERN, stdio } from './kinds.js';

/** Faults of what a client answers, and of what it makes of answers. */
export const answerFaults = {
  'deaf-to-ping': stdio({
    is: 'does not know ping',
    caughtBy: ['client/ping-answer'],
    apply: answering((message) =>
      message.result ? { ...message, result: undefined, error: { code: -32601, message: 'What?' } } : message,
    ),
  }),
  'knows-everything': stdio({
    is: 'answers unknown methods with a result',
    caughtBy: ['client/jsonrpc-unknown-method'],
    apply: answering(({ id }) => ({ jsonrpc: '2.0', id, result: {} })),
  }),
  'answers-twice': stdio({
    is: 'answers everything twice',
    caughtBy: ['client/jsonrpc-request-answered-once'],
    apply: ({ client }) =>
      override(client, 'answer', (old, message) => {
        old(message);
        old(message);
      }),
  }),
  'ids-as-text': stdio({
    is: 'answers with ids as text',
    caughtBy: ['client/jsonrpc-response-same-id'],
    neighbours: {
      'client/ping-answer': 'the ping with a number has no answer then',
      'client/jsonrpc-request-answered-once': 'the ping with a number has no answer then',
    },
    apply: answering((message) => ({ ...message, id: String(message.id) })),
  }),
  'result-and-error': stdio({
    is: 'puts null where an error could be',
    caughtBy: ['client/jsonrpc-response-not-both'],
    apply: answering((message) => (message.result ? { ...message, error: null } : message)),
    neighbours: { 'client/jsonrpc-message-shape': 'null is no error object' },
  }),
  'code-as-text': stdio({
    is: 'says codes as text',
    caughtBy: ['client/jsonrpc-error-code-integer'],
    neighbours: { 'client/jsonrpc-unknown-method': 'another code than -32601' },
    apply: answering((message) => (message.error ? { ...message, error: { ...message.error, code: '-32601' } } : message)),
  }),
  'error-without-message': stdio({
    is: 'has no message in errors',
    caughtBy: ['client/jsonrpc-error-code-and-message'],
    apply: answering((message) => (message.error ? { ...message, error: { code: -32601 } } : message)),
  }),
  'answers-notifications': stdio({
    is: 'answers notifications',
    caughtBy: ['client/jsonrpc-notification-no-response'],
    neighbours: { 'client/jsonrpc-response-same-id': 'null is the id of no request' },
    apply: ({ client }) =>
      override(client, 'receiveOne', (old, message) => {
        if (message.method && !('id' in message)) client.answer({ jsonrpc: '2.0', id: null, error: { code: -32601, message: 'What?' } });
        old(message);
      }),
  }),
  'no-batches': stdio({
    is: 'ignores arrays',
    caughtBy: ['client/batch-receive'],
    revision: '2025-03-26',
    apply: ({ client }) => override(client, 'receive', (old, message) => !Array.isArray(message) && old(message)),
  }),
  'empty-answers': stdio({
    is: 'answers with neither a result nor an error',
    caughtBy: ['client/jsonrpc-response-result-or-error'],
    neighbours: {
      'client/ping-answer': 'it is no empty result',
      'client/jsonrpc-unknown-method': 'it is no error',
      'client/jsonrpc-message-shape': 'it is no message of any kind',
    },
    apply: answering(({ id }) => ({ jsonrpc: '2.0', id })),
  }),
  'answers-modern-servers': stdio({
    is: 'answers requests in 2026-07-28',
    caughtBy: ['client/stdio-stdin-no-responses'],
    revision: MODERN,
    apply: ({ client }) => override(client, 'asked', (_, { id }) => client.answer({ jsonrpc: '2.0', id, result: {} })),
  }),
  'takes-any-result': stdio({
    is: 'takes results of unknown kinds',
    caughtBy: ['client/jsonrpc-result-type-unknown-invalid'],
    revision: MODERN,
    apply: ({ client }) => override(client, 'checked', (old, result, method) => old({ ...result, resultType: 'complete' }, method)),
  }),
  'needs-result-type': stdio({
    is: 'refuses results without resultType',
    caughtBy: ['client/jsonrpc-result-type-absent'],
    revision: MODERN,
    apply: ({ client }) => override(client, 'checked', (old, result, method) => old({ resultType: 'none', ...result }, method)),
  }),
  'answers-by-post': http({
    is: 'posts responses in 2026-07-28',
    caughtBy: ['client/streamable-http-no-responses'],
    revision: MODERN,
    apply: ({ client, wire }) => {
      override(wire, 'modernHeaders', (old, message) => (message.method ? old(message) : {}));
      override(client, 'asked', (_, { id }) => client.answer({ jsonrpc: '2.0', id, result: {} }));
    },
  }),
};
