import type { Check, CheckContext } from '../../check.js';
import { ensure } from '../../expect.js';
import type { JsonObject } from '../../inbox.js';
import { kindOf } from '../observed.js';
import { EVERY_REVISION, EVERY_TRANSPORT, LEGACY } from '../scope.js';

export const notificationChecks: readonly Check[] = [
  {
    id: 'jsonrpc/notification-no-response',
    level: 'must',
    title: 'A notification that the server knows is not answered, even when something is wrong with it',
    spec: ['jsonrpc.notification.no-response'],
    transports: EVERY_TRANSPORT,
    revisions: EVERY_REVISION,
    uses: 'shared',
    remedy: 'Look for the id first: without one nothing is answered, no error either.',
    run: (context) =>
      expectSilence(context, [
        { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'never-sent', reason: 'conformance' } },
        { jsonrpc: '2.0', method: 'notifications/cancelled', params: {} },
        ...(LEGACY.includes(context.revision)
          ? [{ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'never-given', progress: 1 } }]
          : []),
      ]),
  },
  {
    id: 'jsonrpc/notification-unknown-no-response',
    level: 'must',
    title: 'A notification that the server does not know is not answered',
    spec: ['jsonrpc.notification.no-response'],
    transports: EVERY_TRANSPORT,
    revisions: EVERY_REVISION,
    uses: 'shared',
    remedy: 'Ignore notifications with methods that you do not know: -32601 is for requests.',
    run: (context) =>
      expectSilence(context, [
        { jsonrpc: '2.0', method: 'notifications/conformance/no-such-notification' },
        { jsonrpc: '2.0', method: 'conformance/no-such-method', params: { some: 'thing' } },
      ]),
  },
];

/** Sends the notifications and sees that no response comes but the ones to requests. */
async function expectSilence(context: CheckContext, notifications: readonly JsonObject[]): Promise<void> {
  const session = await context.session();
  await context.control('a request is answered', () => session.alive());
  const { mark } = session;
  for (const notification of notifications) await session.connection.send(notification);
  await context.settle(session, 'after a notification');
  const { ids } = session.connection.sent;
  const answers = session
    .messagesSince(mark)
    .map(({ message }) => message)
    .filter((message) => kindOf(message) === 'response' && (message.id === undefined || !ids.has(message.id)));
  ensure(answers.length === 0, 'a notification was answered', { expected: 'nothing', received: answers[0] });
}
