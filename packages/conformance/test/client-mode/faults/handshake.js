import { override } from '../../broken-servers/faults/override.js';
import { CHATTY, MODERN, sending, stdio } from './kinds.js';

/** Faults of how a client begins, and of the revisions that it takes. */
export const handshakeFaults = {
  'pings-first': stdio({
    is: 'asks for tools before the handshake',
    caughtBy: ['client/lifecycle-initialize-first'],
    apply: ({ client }) =>
      override(client, 'initialize', (old, ...args) => {
        client.modern = false;
        client.request('tools/list').catch(() => {});
        return old(...args);
      }),
  }),
  'no-client-info': stdio({
    is: 'does not say who it is',
    caughtBy: ['client/lifecycle-initialize-sent'],
    apply: sending((message) =>
      message.method === 'initialize' ? { ...message, params: { ...message.params, clientInfo: undefined } } : message,
    ),
  }),
  'no-initialized': stdio({
    is: 'never sends notifications/initialized',
    caughtBy: ['client/lifecycle-initialized-sent'],
    apply: ({ client }) =>
      override(client, 'notify', (old, method, params) => method !== 'notifications/initialized' && old(method, params)),
  }),
  impatient: stdio({
    is: 'lists tools while initialize is not answered',
    caughtBy: ['client/lifecycle-initialize-client-waits'],
    apply: ({ client }) =>
      override(client, 'initialize', (old, ...args) => {
        const done = old(...args);
        client.request('tools/list').catch(() => {});
        return done;
      }),
  }),
  'odd-version': stdio({
    is: 'asks for a revision that is none',
    caughtBy: ['client/lifecycle-version-client-supported'],
    apply: sending((message) =>
      message.method === 'initialize' ? { ...message, params: { ...message.params, protocolVersion: '1.0' } } : message,
    ),
  }),
  'takes-any-version': stdio({
    is: 'goes on with whatever revision it is offered',
    caughtBy: ['client/lifecycle-version-disconnect'],
    apply: ({ client }) =>
      override(client, 'receive', (old, message) => {
        const { result } = message;
        old(result?.protocolVersion === '1999-12-31' ? { ...message, result: { ...result, protocolVersion: CHATTY } } : message);
      }),
  }),
  'lists-everything': stdio({
    is: 'lists prompts of a server without any',
    caughtBy: ['client/lifecycle-operation-capabilities'],
    apply: ({ client }) =>
      override(client, 'initialize', async (old, ...args) => {
        await old(...args);
        await client.request('prompts/list').catch(() => {});
      }),
  }),
  'discovers-late': stdio({
    is: 'listens for subscriptions, which its revision has not',
    caughtBy: ['client/lifecycle-operation-version'],
    apply: ({ client }) =>
      override(client, 'initialize', async (old, ...args) => {
        await old(...args);
        await client.request('subscriptions/listen').catch(() => {});
      }),
  }),
  'initialize-in-array': stdio({
    is: 'puts initialize into an array',
    caughtBy: ['client/lifecycle-initialize-not-in-batch'],
    revision: '2025-03-26',
    apply: ({ wire }) => override(wire, 'write', (old, text) => old(/"initialize"/.test(text) ? `[${text.trim()}]\n` : text)),
  }),
  'asks-again': stdio({
    is: 'goes on asking a server that has none of its versions',
    caughtBy: ['client/versioning-client-selects'],
    revision: MODERN,
    apply: ({ client }) =>
      override(client, 'connect', async (old, ...args) => {
        try {
          return await old(...args);
        } catch (error) {
          for (let times = 0; times < 3; times++) await client.request('server/discover').catch(() => {});
          throw error;
        }
      }),
  }),
  'lists-before-it-probes': stdio({
    is: 'speaks both eras, and lists tools before it knows which one the server is of',
    caughtBy: ['client/stdio-probes'],
    revision: MODERN,
    apply: ({ client }) =>
      override(client, 'connect', (old, ...args) => {
        client.modern = true;
        client.request('tools/list').catch(() => {});
        return old(...args);
      }),
  }),
  'modern-without-probe': stdio({
    is: 'speaks 2026-07-28 alone, and does not ask whether the server does',
    caughtBy: ['client/stdio-modern-probes'],
    revision: MODERN,
    modernOnly: true,
    apply: ({ client }) => {
      client.connect = async () => {
        client.modern = true;
        client.revision = MODERN;
      };
    },
  }),
  'one-error-code': stdio({
    is: 'falls back to initialize on -32601 only',
    caughtBy: ['client/stdio-fallback-any-error'],
    revision: MODERN,
    apply: ({ client }) => override(client, 'meansLegacy', (_, { code }) => code === -32601),
  }),
  'always-falls-back': stdio({
    is: 'falls back to initialize on every error',
    caughtBy: ['client/stdio-no-fallback-on-modern-error'],
    revision: MODERN,
    apply: ({ client }) => override(client, 'meansLegacy', () => true),
  }),
};
