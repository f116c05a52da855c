import type { Check } from '../../check.js';
import { isObject } from '../../session.js';
import { breachAt, kindOf, seen, seenErrors, seenResponses } from '../observed.js';
import { EVERY_REVISION, EVERY_TRANSPORT, LEGACY, since } from '../scope.js';

const BEFORE_NOVEMBER_2025 = LEGACY.slice(0, 3);

/** What every message that comes is held against, whatever brought it about. */
export const responseChecks: readonly Check[] = [
  {
    id: 'jsonrpc/message-shape',
    level: 'must',
    title: 'Everything that the server sends is a request, a notification or a response of JSON-RPC 2.0',
    spec: ['jsonrpc.conform'],
    transports: EVERY_TRANSPORT,
    revisions: EVERY_REVISION,
    uses: 'after',
    remedy: 'Send objects with "jsonrpc": "2.0" and either a method, or a result, or an error.',
    async run(context) {
      seenResponses(context);
      for (const each of seen(context, 'any')) {
        const { method, params, id, result, error } = each.message;
        const problem =
          kindOf(each.message) !== 'response'
            ? typeof method !== 'string'
              ? 'its method is not a string'
              : params !== undefined && !isObject(params)
                ? 'its params are no object'
                : undefined
            : result === undefined && error === undefined
              ? 'it has neither a method, nor a result, nor an error'
              : result !== undefined && error !== undefined
                ? 'it has both a result and an error'
                : error !== undefined && !isObject(error)
                  ? 'its error is no object'
                  : result !== undefined && !isObject(result)
                    ? 'its result is no object'
                    : id !== undefined && id !== null && typeof id !== 'string' && typeof id !== 'number'
                      ? 'its id is neither a string nor a number'
                      : undefined;
        if (problem !== undefined) breachAt(each, `a message is none: ${problem}`);
      }
    },
  },
  {
    id: 'jsonrpc/version-member',
    level: 'must',
    title: 'Every message says "jsonrpc": "2.0"',
    spec: ['jsonrpc.version-member'],
    transports: EVERY_TRANSPORT,
    revisions: EVERY_REVISION,
    uses: 'after',
    remedy: 'Put "jsonrpc": "2.0" into every message, responses and notifications too.',
    async run(context) {
      seenResponses(context);
      for (const each of seen(context, 'any')) {
        if (each.message.jsonrpc !== '2.0') breachAt(each, 'a message does not say "jsonrpc": "2.0"', { jsonrpc: '2.0' });
      }
    },
  },
  {
    id: 'jsonrpc/response-result-or-error',
    level: 'must',
    title: 'A response has a result or an error',
    spec: ['jsonrpc.response.result-or-error'],
    transports: EVERY_TRANSPORT,
    revisions: BEFORE_NOVEMBER_2025,
    uses: 'after',
    remedy: 'Put a result into responses to what succeeded, an empty object if there is nothing to say, and an error into all others.',
    run: async (context) => {
      for (const each of seenResponses(context)) {
        if (!('result' in each.message) && !('error' in each.message)) breachAt(each, 'a response has neither a result nor an error');
      }
    },
  },
  {
    id: 'jsonrpc/response-not-both',
    level: 'must',
    title: 'A response has no result beside an error',
    spec: ['jsonrpc.response.not-both'],
    transports: EVERY_TRANSPORT,
    revisions: BEFORE_NOVEMBER_2025,
    uses: 'after',
    remedy: 'Leave out the member that does not apply; null is not the same as absent.',
    run: async (context) => {
      for (const each of seenResponses(context)) {
        if ('result' in each.message && 'error' in each.message) breachAt(each, 'a response has both a result and an error');
      }
    },
  },
  {
    id: 'jsonrpc/result-present',
    level: 'must',
    title: 'A response that is no error has a result',
    spec: ['jsonrpc.result.present'],
    transports: EVERY_TRANSPORT,
    revisions: since('2025-11-25'),
    uses: 'after',
    remedy: 'Put a result into responses to what succeeded, an empty object if there is nothing to say.',
    run: async (context) => {
      for (const each of seenResponses(context)) {
        if (!('error' in each.message) && !isObject(each.message.result))
          breachAt(each, 'a response has no result that is an object', { result: {} });
      }
    },
  },
  {
    id: 'jsonrpc/error-code-integer',
    level: 'must',
    title: 'The code of an error is an integer',
    spec: ['jsonrpc.error.code-integer'],
    transports: EVERY_TRANSPORT,
    revisions: EVERY_REVISION,
    uses: 'after',
    remedy: 'Use a number without a fraction for the code, not a text.',
    run: async (context) => {
      for (const each of seenErrors(context)) {
        if ('code' in each.error && !Number.isInteger(each.error.code)) breachAt(each, 'the code of an error is not an integer');
      }
    },
  },
  {
    id: 'jsonrpc/error-code-and-message',
    level: 'must',
    title: 'An error has a code and a message',
    spec: ['jsonrpc.error.code-and-message'],
    transports: EVERY_TRANSPORT,
    revisions: since('2025-03-26'),
    uses: 'after',
    remedy: 'Put a code and a message, which is a text, into every error.',
    run: async (context) => {
      for (const each of seenErrors(context)) {
        if (!('code' in each.error)) breachAt(each, 'an error has no code', { code: -32603, message: '…' });
        if (typeof each.error.message !== 'string')
          breachAt(each, 'an error has no message that is a text', { code: -32603, message: '…' });
      }
    },
  },
  {
    id: 'jsonrpc/error-same-id',
    level: 'must',
    title: 'An error has the id of its request, unless that was too broken to show one',
    spec: ['jsonrpc.error.same-id'],
    transports: EVERY_TRANSPORT,
    revisions: since('2025-11-25'),
    uses: 'after',
    remedy: 'Repeat the id of the request in error responses.',
    run: async (context) => {
      for (const each of seenErrors(context)) {
        const { id } = each.message;
        if ((id === undefined || id === null) && each.received.at < (each.connection.sent.garbageSince ?? Infinity)) {
          breachAt(each, 'an error has no id, although every message that was sent could be read', 'the id of the request');
        }
      }
    },
  },
  {
    id: 'jsonrpc/notification-no-id',
    level: 'must',
    title: 'A notification of the server has no id',
    spec: ['jsonrpc.notification.no-id'],
    transports: EVERY_TRANSPORT,
    revisions: EVERY_REVISION,
    uses: 'after',
    remedy: 'Leave the member id out of notifications, null included.',
    run: async (context) => {
      seenResponses(context);
      for (const each of seen(context, 'request')) {
        if (isNotificationMethod(each.message.method)) breachAt(each, 'a notification has an id');
      }
    },
  },
];

export function isNotificationMethod(method: unknown): boolean {
  return typeof method === 'string' && method.startsWith('notifications/');
}
