import type { Revision } from '@mcpwire/protocol';
import type { Check, CheckContext } from '../../check.js';
import type { Connection } from '../../connection.js';
import { ensure } from '../../expect.js';
import type { JsonValue } from '../../inbox.js';
import { errorOf, resultOf, type Session } from '../../session.js';
import { kindOf } from '../observed.js';
import { EVERY_TRANSPORT } from '../scope.js';
import { UNKNOWN_METHOD } from './requests.js';

const MARCH_2025: readonly Revision[] = ['2025-03-26'];
const common = {
  level: 'must',
  spec: ['batch.receive'],
  transports: EVERY_TRANSPORT,
  revisions: MARCH_2025,
  uses: 'shared',
  remedy: 'Take an array for what it holds: serve each message in it, and answer the requests, as a rule in one array.',
} as const;

/** Only 2025-03-26 has batches. */
export const batchChecks: readonly Check[] = [
  {
    ...common,
    id: 'batch/receive',
    title: 'Each request of a batch is answered',
    async run(context) {
      const session = await context.session();
      const method = session.livenessMethod;
      await context.control('a request alone is answered', () => session.alive());
      const known = session.createRequest(method);
      const unknown = session.createRequest(UNKNOWN_METHOD);
      const last = session.createRequest(method, undefined, { id: `b${session.nextId()}` });
      const { mark } = session;
      await session.connection.send([known, unknown, last]);
      resultOf(await session.answerTo(known.id, { mark, method: `${method} in a batch` }), method);
      resultOf(await session.answerTo(last.id, { mark, method: `${method} in a batch` }), method);
      errorOf(await session.answerTo(unknown.id, { mark, method: 'an unknown method in a batch' }), 'the unknown method of the batch');
    },
  },
  {
    ...common,
    id: 'batch/receive-notifications-only',
    title: 'A batch of notifications alone is not answered, not with an empty array either',
    async run(context) {
      const session = await context.session();
      await controlBatch(context, session);
      const { mark } = session;
      const { length } = session.connection.inbox.batches;
      await session.connection.send([
        session.createNotification('notifications/cancelled', { requestId: 'never-sent' }),
        session.createNotification('notifications/conformance/no-such-notification'),
      ]);
      await context.settle(session, 'after a batch of notifications');
      const batch = session.connection.inbox.batches[length];
      ensure(batch === undefined, 'a batch of notifications was answered with an array', { expected: 'nothing', received: batch?.value });
      const { ids } = session.connection.sent;
      const answer = session.messagesSince(mark).find(({ message }) => kindOf(message) === 'response' && !ids.has(message.id ?? null));
      ensure(answer === undefined, 'a batch of notifications was answered', { expected: 'nothing', received: answer?.message });
    },
  },
  {
    ...common,
    id: 'batch/receive-mixed',
    title: 'The requests of a batch are answered whatever else it holds',
    async run(context) {
      const session = await context.session();
      const method = session.livenessMethod;
      await controlBatch(context, session);
      const first = session.createRequest(method);
      const second = session.createRequest(method);
      const batch: JsonValue = [session.createNotification('notifications/cancelled', { requestId: 'never-sent' }), first, second];
      const { mark } = session;
      await session.connection.send(batch);
      resultOf(await session.answerTo(first.id, { mark, method: `${method} in a batch` }), method);
      resultOf(await session.answerTo(second.id, { mark, method: `${method} in a batch` }), method);
    },
  },
];

/** A server that ignores arrays is silent after any of them. */
async function controlBatch(context: CheckContext, session: Session<Connection>): Promise<void> {
  await context.once('batches are understood', () =>
    context.control('a batch with a request is answered', async () => {
      const method = session.livenessMethod;
      const request = session.createRequest(method);
      const { mark } = session;
      await session.connection.send([request]);
      resultOf(await session.answerTo(request.id, { mark, method: `${method} in a batch` }), method);
    }),
  );
}
