import { ProtocolError } from '../correct-server.js';
import { override } from './override.js';

const REVISION = '2025-11-25';
const MODERN = '2026-07-28';
/** The error for a tool that does not exist has this code. */
const unknownToolCode =
  (code) =>
  ({ server }) =>
    override(server, 'call', (old, message, answer) => {
      if (message.params?.name?.startsWith('conformance')) throw new ProtocolError(code, 'There is no such tool');
      return old(message, answer);
    });
const eachError =
  (change) =>
  ({ server }) =>
    override(server, 'call', (old, message, answer) => {
      if (!message.params?.name?.startsWith('conformance')) return old(message, answer);
      answer(change(server.errorResponse(message.id, new ProtocolError(-32602, 'There is no such tool'))));
      return undefined;
    });

export const errors = {
  'text-code': {
    is: 'has texts for error codes',
    caughtBy: ['jsonrpc/error-code-integer'],
    revision: REVISION,
    apply: eachError((response) => ({ ...response, error: { ...response.error, code: 'NO_SUCH_TOOL' } })),
  },
  'error-without-message': {
    is: 'has errors without a message',
    caughtBy: ['jsonrpc/error-code-and-message'],
    revision: REVISION,
    apply: eachError((response) => ({ ...response, error: { code: -32602 } })),
  },
  'error-without-id': {
    is: 'has errors without the id of the request',
    caughtBy: ['jsonrpc/error-same-id'],
    neighbours: { 'jsonrpc/request-answered-once': 'it may be the answer to anything' },
    revision: REVISION,
    apply: eachError(({ id: _, ...response }) => response),
  },
  'other-code-for-unknown-methods': {
    is: 'has another error for unknown methods',
    caughtBy: ['jsonrpc/unknown-method'],
    revision: REVISION,
    apply: ({ server }) => override(server, 'unknownMethod', () => new ProtocolError(-32603, 'What is that?')),
  },
  'legacy-code': {
    is: 'has an error with the code -32000',
    caughtBy: ['error-codes/avoid-legacy'],
    revision: MODERN,
    apply: unknownToolCode(-32000),
  },
  'reserved-code': {
    is: 'has an error with the code -32050',
    caughtBy: ['error-codes/reserved-defined'],
    revision: MODERN,
    apply: unknownToolCode(-32050),
  },
  'header-code': {
    is: 'has the error for headers on stdio',
    caughtBy: ['error-codes/defined-meaning'],
    revision: MODERN,
    apply: unknownToolCode(-32020),
  },
  'code-in-range': {
    is: 'has an error of its own in the reserved range',
    caughtBy: ['error-codes/own-outside-range'],
    revision: MODERN,
    apply: unknownToolCode(-32500),
  },
  'retired-code': {
    is: 'has an error of earlier revisions',
    caughtBy: ['error-codes/retired'],
    revision: MODERN,
    apply: ({ server }) =>
      override(server, 'read', () => {
        throw new ProtocolError(-32002, 'Resource not found');
      }),
  },
  'result-for-garbage': {
    is: 'has another error for text that is no JSON',
    caughtBy: ['jsonrpc/parse-error'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'receive', (old, text) => {
        try {
          JSON.parse(text);
        } catch {
          server.send({ jsonrpc: '2.0', id: null, error: { code: -32603, message: 'No JSON' } });
          return;
        }
        old(text);
      }),
  },
  'dies-of-garbage': {
    is: 'dies of text that is no JSON',
    caughtBy: ['jsonrpc/parse-error'],
    neighbours: { 'stdio/invalid-utf8': 'the second of its lines is no JSON either' },
    revision: MODERN,
    apply: ({ server }) =>
      override(server, 'receive', (old, text) => {
        JSON.parse(text);
        old(text);
      }),
  },
  'other-code-for-invalid-requests': {
    is: 'has another error for JSON that is no request',
    caughtBy: ['jsonrpc/invalid-request', 'jsonrpc/invalid-request-null-id'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'errorResponse', (old, id, error) => old(id, error.code === -32600 ? new ProtocolError(-32602, 'Invalid') : error)),
  },
  'serves-null-ids': {
    is: 'serves requests with the id null',
    caughtBy: ['jsonrpc/invalid-request-null-id'],
    neighbours: { 'jsonrpc/request-answered-once': 'no request has the id null' },
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'receiveOne', (old, message, answer) => {
        if (message?.id === null && message.method) server.request(message, answer);
        else old(message, answer);
      }),
  },
  'serves-any-jsonrpc': {
    is: 'serves requests of any JSON-RPC',
    caughtBy: ['jsonrpc/version-member-wrong-rejected'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'receiveOne', (old, message, answer) =>
        old(
          message?.method && message.id !== null && typeof message.method === 'string' ? { ...message, jsonrpc: '2.0' } : message,
          answer,
        ),
      ),
  },
};
