import { ProtocolError } from '../correct-server.js';
import { override } from './override.js';

const REVISION = '2025-11-25';
const MODERN = '2026-07-28';
const schema =
  (change) =>
  ({ server }) =>
    override(server, 'tools', (old, message) => old(message).map((tool) => ({ ...tool, inputSchema: { ...tool.inputSchema, ...change } })));
const noContent = ({ server }) => override(server, 'echo', () => ({ text: 'hello' }));
const noSchema = ({ server }) => override(server, 'tools', () => [{ name: 'echo' }]);
/** The call goes on, and is answered, whether it was cancelled or not. */
const deaf = ({ server }) => override(server, 'cancel', (_, id) => server.subscriptions.delete(id));

/** Faults of tools, and of what shows in calls of them. */
export const tools = {
  'tool-without-schema': {
    is: 'lists tools without a schema',
    caughtBy: ['lifecycle/operation-version'],
    revision: REVISION,
    apply: noSchema,
  },
  'modern-tool-without-schema': {
    is: 'lists tools without a schema',
    caughtBy: ['lists/as-declared'],
    revision: MODERN,
    apply: noSchema,
  },
  'result-without-content': {
    is: 'answers calls without content',
    caughtBy: ['lifecycle/operation-tool-call'],
    revision: REVISION,
    apply: noContent,
  },
  'modern-result-without-content': {
    is: 'answers calls without content',
    caughtBy: ['tools/call-result'],
    revision: MODERN,
    apply: noContent,
  },
  'invalid-schema': {
    is: 'lists a tool with a schema that is none',
    caughtBy: ['json-schema/valid'],
    revision: REVISION,
    apply: schema({ properties: { text: { type: 'strnig' } } }),
  },
  'old-dialect': {
    is: 'writes schemas in draft-07',
    caughtBy: ['json-schema/use-2020-12'],
    revision: REVISION,
    apply: schema({ $schema: 'http://json-schema.org/draft-07/schema#' }),
  },
  'asks-undeclared': {
    is: 'asks for input that the client cannot give',
    caughtBy: ['meta/capabilities-not-relied'],
    revision: MODERN,
    apply: ({ server }) =>
      override(server, 'echo', () => ({
        resultType: 'input_required',
        inputRequests: {
          name: { method: 'elicitation/create', params: { message: 'Name?', requestedSchema: { type: 'object', properties: {} } } },
        },
      })),
  },
  'capability-error-without-list': {
    is: 'does not say which capability is missing',
    caughtBy: ['meta/capabilities-error', 'error-codes/defined-meaning'],
    neighbours: { 'tools/call-result': 'the call has no result' },
    revision: MODERN,
    apply: ({ server }) =>
      override(server, 'echo', () => {
        throw new ProtocolError(-32021, 'You cannot do that');
      }),
  },
  'one-at-a-time': {
    is: 'works on one request at a time',
    caughtBy: ['jsonrpc/not-blocked'],
    neighbours: {
      'cancellation/no-response': 'while a call is being cancelled nothing else is served',
      'cancellation/stops-work': 'while a call is being cancelled nothing else is served',
    },
    revision: REVISION,
    apply: ({ server }) => {
      let waiting;
      override(server, 'slow', (old, message, answer) => {
        waiting = [];
        return old(message, answer);
      });
      override(server, 'afterSlow', () => {
        const held = waiting ?? [];
        waiting = undefined;
        for (const text of held) server.receive(text);
      });
      override(server, 'receive', (old, text) => {
        if (waiting && !text.includes('notifications/cancelled')) waiting.push(text);
        else old(text);
      });
    },
  },
  'deaf-to-cancellation': {
    is: 'goes on with what was cancelled',
    caughtBy: ['cancellation/no-response', 'cancellation/stops-work'],
    revision: REVISION,
    apply: deaf,
  },
  'modern-deaf-to-cancellation': {
    is: 'goes on with what was cancelled',
    caughtBy: ['cancellation/nothing-further', 'cancellation/no-response', 'cancellation/stops-work'],
    revision: MODERN,
    apply: deaf,
  },
  'unknown-token': {
    is: 'reports progress with a token of its own',
    caughtBy: ['progress/known-token'],
    revision: REVISION,
    apply: ({ server }) => override(server, 'report', (old, token, progress) => old(`own-${token}`, progress)),
  },
  'progress-stands-still': {
    is: 'reports the same progress again',
    caughtBy: ['progress/increases'],
    revision: REVISION,
    apply: ({ server }) => override(server, 'report', (old, token) => old(token, 1)),
  },
  'late-progress': {
    is: 'reports progress after the answer',
    caughtBy: ['progress/stops'],
    revision: REVISION,
    apply: ({ server }) => override(server, 'afterSlow', (_, token) => token !== undefined && server.report(token, 6)),
  },
};
