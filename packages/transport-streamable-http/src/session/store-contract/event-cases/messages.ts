import type { JsonRpcMessage } from '@mcpwire/jsonrpc';
import { defineCase, type EventStoreCase } from '../event-case.js';
import { MESSAGES, note, numberOf, replay, storeNotes, tryReplay } from '../stored-notes.js';
import { verifySame, verifyWorks } from '../verify.js';

/** What is kept of a message. */
export const messagesCases: readonly EventStoreCase[] = [
  defineCase({ id: 'messages/unchanged', title: 'a replayed message is the one that was stored' }, async (create) => {
    const store = await create();
    const first = await store.storeEvent('stream', note(0));
    for (const message of MESSAGES) await store.storeEvent('stream', message);
    const { sent } = await replay(store, first);
    verifySame(
      sent.map(({ message }) => message),
      MESSAGES,
      'A replayed message is not the one that was stored',
    );
  }),

  defineCase({ id: 'messages/given-as-text', title: 'text that comes with a message changes nothing' }, async (create) => {
    const store = await create();
    const first = await store.storeEvent('stream', note(0), { sessionId: 'session', text: JSON.stringify(note(0)) });
    for (const message of MESSAGES) await store.storeEvent('stream', message, { sessionId: 'session', text: JSON.stringify(message) });
    const { sent } = await replay(store, first);
    verifySame(
      sent.map(({ message }) => message),
      MESSAGES,
      'A replayed message is not the one that was stored with its text',
    );
  }),

  defineCase(
    { id: 'messages/kept-as-they-were', title: 'a message that is changed after it was stored is replayed as it was' },
    async (create) => {
      const store = await create();
      const first = await store.storeEvent('stream', note(0));
      const message = { jsonrpc: '2.0' as const, method: 'notifications/message', params: { data: { deep: 'before' } } };
      await store.storeEvent('stream', message);
      message.params.data.deep = 'after';
      const replayed = (await replay(store, first)).sent[0]?.message as typeof message | undefined;
      verifySame(replayed?.params.data.deep, 'before', 'A message in the store changes with the object it was stored from');
    },
  ),

  defineCase({ id: 'messages/first-event', title: 'an event without content has an id to resume from' }, async (create) => {
    const store = await create();
    const first = await store.storeEvent('stream', {} as JsonRpcMessage);
    await storeNotes(store, 'stream', 2);
    const { sent } = await verifyWorks(() => tryReplay(store, first), 'An event without content cannot be resumed from');
    verifySame(sent.map(numberOf), [0, 1], 'A replay after an event without content is not the rest of the stream');
  }),
];
