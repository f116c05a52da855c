import { override } from './override.js';

const REVISION = '2026-07-28';
const ID = 'io.modelcontextprotocol/subscriptionId';
const changed = (id, what = 'tools') => ({ jsonrpc: '2.0', method: `notifications/${what}/list_changed`, params: { _meta: { [ID]: id } } });

export const subscriptions = {
  'no-acknowledgment': {
    is: 'sends the first change in place of an acknowledgment',
    caughtBy: ['subscriptions/ack-first', 'subscriptions/kept-apart'],
    revision: REVISION,
    apply: ({ server }) => override(server, 'acknowledge', (_, id, asked) => asked.toolsListChanged && server.send(changed(id))),
  },
  'change-before-acknowledgment': {
    is: 'sends a change before the acknowledgment',
    caughtBy: ['subscriptions/nothing-before-ack', 'subscriptions/ack-first'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'acknowledge', (old, id, asked) => {
        if (asked.toolsListChanged) server.send(changed(id));
        old(id, asked);
      }),
  },
  'acknowledges-everything': {
    is: 'acknowledges more than was asked for',
    caughtBy: ['subscriptions/ack-subset'],
    neighbours: { 'subscriptions/kept-apart': 'each is acknowledged for what the others asked for' },
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'honoured', () => ({ toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true })),
  },
  'promises-the-undeclared': {
    is: 'acknowledges what it does not declare',
    caughtBy: ['subscriptions/ack-subset'],
    revision: REVISION,
    apply: ({ server }) => {
      server.capabilities = { ...server.capabilities, tools: {} };
    },
  },
  'sends-the-unrequested': {
    is: 'sends changes that were not asked for',
    caughtBy: ['subscriptions/only-requested'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'acknowledge', (old, id, asked) => {
        old(id, asked);
        if (!asked.toolsListChanged) setTimeout(() => server.subscriptions.has(id) && server.send(changed(id)), 10);
      }),
  },
  'other-resources': {
    is: 'acknowledges resources that were not asked for',
    caughtBy: ['subscriptions/only-requested-resources'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'honoured', (_, asked) =>
        asked.resourceSubscriptions ? { resourceSubscriptions: ['test://one', 'test://two'] } : asked,
      ),
  },
  'id-as-text': {
    is: 'makes a text of the subscription id',
    caughtBy: ['subscriptions/notification-id', 'subscriptions/kept-apart'],
    revision: REVISION,
    apply: ({ server }) => override(server, 'acknowledge', (old, id, asked) => old(String(id), asked)),
  },
  'one-filter': {
    is: 'keeps one filter for all subscriptions',
    caughtBy: ['subscriptions/kept-apart'],
    revision: REVISION,
    apply: ({ server }) => override(server, 'honoured', () => Object.assign({}, ...server.subscriptions.values())),
  },
  'cancels-all': {
    is: 'ends all subscriptions with one of them',
    caughtBy: ['subscriptions/kept-apart'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'cancel', (old, id) => {
        if (!server.subscriptions.has(id)) return old(id);
        server.subscriptions.delete(id);
        server.stop();
      }),
  },
  'answers-cancelled-subscription': {
    is: 'answers a subscription that was cancelled',
    caughtBy: ['subscriptions/cancelled'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'cancel', (old, id) => {
        const was = server.subscriptions.has(id);
        old(id);
        if (was) server.send({ jsonrpc: '2.0', id, result: { resultType: 'complete', _meta: { [ID]: id } } });
      }),
  },
  'drops-subscriptions': {
    is: 'ends without a word to who subscribed',
    caughtBy: ['subscriptions/graceful-end'],
    revision: REVISION,
    apply: ({ server }) => override(server, 'stop', () => {}),
  },
  'end-without-id': {
    is: 'ends subscriptions without their id',
    caughtBy: ['subscriptions/graceful-end'],
    revision: REVISION,
    apply: ({ server }) =>
      override(server, 'stop', () => {
        for (const id of server.subscriptions.keys()) server.send({ jsonrpc: '2.0', id, result: { resultType: 'complete' } });
      }),
  },
};
