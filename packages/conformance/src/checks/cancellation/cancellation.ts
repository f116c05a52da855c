import { setTimeout as sleep } from 'node:timers/promises';
import type { Check, CheckContext } from '../../check.js';
import { ensure, inconclusive, notApplicable } from '../../expect.js';
import type { JsonObject, JsonValue } from '../../inbox.js';
import type { StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import { isObject, type Session } from '../../session.js';
import { breachAt, kindOf, seen, seenResponses } from '../observed.js';
import { EVERY_REVISION, EVERY_TRANSPORT, LEGACY, MODERN } from '../scope.js';

const common = { transports: EVERY_TRANSPORT, revisions: EVERY_REVISION, uses: 'shared' } as const;
/** A tool that takes less can't be cancelled with any certainty. */
const SLOW_MS = 300;
const SLOW_LIMIT_MS = 30_000;

export const cancellationChecks: readonly Check[] = [
  {
    ...common,
    id: 'cancellation/unknown-id-ignored',
    level: 'should',
    title: 'A cancellation of a request that was never sent, or is done, is ignored',
    spec: ['cancellation.invalid-ignored'],
    remedy: 'Drop cancellations of requests that you do not know.',
    async run(context) {
      const session = await context.session();
      const done = session.nextId();
      await context.control('a request is answered', () => session.alive(undefined, { id: done }));
      await expectIgnored(context, session, [
        { requestId: 'never-sent', reason: 'conformance' },
        { requestId: 987_654_321 },
        { requestId: done },
      ]);
    },
  },
  {
    ...common,
    id: 'cancellation/malformed-ignored',
    level: 'should',
    title: 'A cancellation that makes no sense is ignored',
    spec: ['cancellation.invalid-ignored'],
    remedy: 'Drop cancellations whose params are missing or wrong, without an answer.',
    async run(context) {
      const session = await context.session();
      await context.control('a request is answered', () => session.alive());
      await expectIgnored(context, session, [undefined, {}, { requestId: null }, { requestId: { no: 'id' } }, { requestId: [1] }]);
    },
  },
  {
    ...common,
    id: 'cancellation/races',
    level: 'must',
    title: 'A cancellation that crosses the answer on its way does no harm',
    spec: ['cancellation.races'],
    remedy: 'Whether the request is done or still running when its cancellation comes: go on serving.',
    async run(context) {
      if (context.transport !== 'stdio' && MODERN.includes(context.revision))
        notApplicable('over HTTP, closing the stream cancels in this revision');
      const session = await context.session();
      await context.control('a request is answered', () => session.alive());
      const { mark } = session;
      const requests = Array.from({ length: 8 }, () => session.createRequest(session.livenessMethod));
      for (const request of requests) {
        await session.connection.send(request);
        await session.connection.send(
          session.createNotification('notifications/cancelled', { requestId: request.id, reason: 'conformance' }),
        );
      }
      await context.settle(session, 'after cancellations that crossed their answers');
      for (const { id } of requests) {
        const answers = session.messagesSince(mark).filter(({ message }) => kindOf(message) === 'response' && message.id === id);
        ensure(answers.length <= 1, 'a cancelled request was answered more than once', {
          expected: 'one answer or none',
          received: answers.map(({ message }) => message),
        });
      }
    },
  },
  {
    ...common,
    id: 'cancellation/no-response',
    level: 'should',
    title: 'A request that was cancelled in time is not answered',
    spec: ['cancellation.no-response'],
    needs: ['capability:tools', 'slow-tool'],
    limitMs: 90_000,
    remedy: 'Send no response, no error either, for a request that was cancelled while you worked on it.',
    async run(context) {
      const { answer } = await cancelSlowCall(context);
      ensure(answer === undefined, 'a request was answered after it had been cancelled', { expected: 'nothing', received: answer });
    },
  },
  {
    ...common,
    id: 'cancellation/stops-work',
    level: 'should',
    title: 'After a cancellation no more progress on the request is reported',
    spec: ['cancellation.stops-work'],
    needs: ['capability:tools', 'slow-tool'],
    limitMs: 90_000,
    remedy: 'Pass the cancellation on to what does the work, and stop it.',
    async run(context) {
      const { progressBefore, progressAfter, progressInAll } = await cancelSlowCall(context);
      if (progressInAll === 0) notApplicable('the slow tool reports no progress, so that nothing shows whether it stopped');
      ensure(progressAfter.length === 0, 'progress on a request was reported after it had been cancelled', {
        expected: `nothing after the ${progressBefore} reports before`,
        received: progressAfter[0],
      });
    },
  },
  {
    ...common,
    id: 'cancellation/nothing-further',
    level: 'must',
    title: 'Once a request was cancelled, no message about it follows',
    spec: ['cancellation.nothing-further'],
    transports: ['stdio'],
    revisions: MODERN,
    needs: ['capability:tools', 'slow-tool'],
    limitMs: 90_000,
    remedy: 'Send neither a response, nor progress, nor log messages for a request that was cancelled.',
    async run(context) {
      const { answer, progressAfter } = await cancelSlowCall(context);
      const further = answer ?? progressAfter[0];
      ensure(further === undefined, 'a message about a request came after it had been cancelled', {
        expected: 'nothing',
        received: further,
      });
    },
  },
  {
    id: 'cancellation/known-requests',
    level: 'must',
    title: 'The server cancels only requests that it made itself',
    spec: ['cancellation.known-requests'],
    transports: EVERY_TRANSPORT,
    revisions: LEGACY,
    uses: 'after',
    remedy: 'Name the id of a request of your own, one that is not answered yet, in notifications/cancelled.',
    async run(context) {
      seenResponses(context);
      const cancellations = seen(context, 'notification').filter(({ message }) => message.method === 'notifications/cancelled');
      if (cancellations.length === 0) notApplicable('the server cancelled nothing');
      for (const each of cancellations) {
        const { inbox } = each.connection;
        const own = inbox.messages.slice(0, inbox.messages.indexOf(each.received)).filter(({ message }) => kindOf(message) === 'request');
        const id = isObject(each.message.params) ? each.message.params.requestId : undefined;
        if (!own.some(({ message }) => message.id === id)) breachAt(each, 'the server cancelled a request that it had not made');
      }
    },
  },
  {
    id: 'cancellation/server-only-listen',
    level: 'must',
    title: 'The server sends notifications/cancelled only to end a subscription',
    spec: ['cancellation.known-requests', 'cancellation.server-only-listen', 'cancellation.server-references-listen'],
    transports: EVERY_TRANSPORT,
    revisions: MODERN,
    uses: 'after',
    remedy: 'Send notifications/cancelled for subscriptions/listen requests alone, with their id as requestId.',
    async run(context) {
      seenResponses(context);
      const cancellations = seen(context, 'notification').filter(({ message }) => message.method === 'notifications/cancelled');
      if (cancellations.length === 0) notApplicable('the server cancelled nothing');
      for (const each of cancellations) {
        const id: JsonValue = isObject(each.message.params) ? (each.message.params.requestId ?? null) : null;
        if (!each.connection.sent.idsOf.get('subscriptions/listen')?.has(id)) {
          breachAt(each, 'the server cancelled something that is no subscription', 'the id of a subscriptions/listen request');
        }
      }
    },
  },
];

async function expectIgnored(context: CheckContext, session: Session, cancellations: readonly (JsonObject | undefined)[]): Promise<void> {
  const { mark } = session;
  for (const params of cancellations) await session.notify('notifications/cancelled', params);
  await context.settle(session, 'after a cancellation to ignore');
  const { ids } = session.connection.sent;
  const answer = session
    .messagesSince(mark)
    .find(({ message }) => kindOf(message) === 'response' && (message.id === undefined || !ids.has(message.id)));
  ensure(answer === undefined, 'a cancellation was answered', { expected: 'nothing', received: answer?.message });
}

interface Cancelled {
  readonly answer: JsonObject | undefined;
  readonly progressInAll: number;
  readonly progressBefore: number;
  readonly progressAfter: JsonObject[];
}

/** Calls the slow tool once to the end, to learn how long it takes; then again, and cancels that in the middle. */
async function cancelSlowCall(context: CheckContext): Promise<Cancelled> {
  const tool = context.slowTool;
  if (!tool) return notApplicable('it needs a tool that takes its time: --slow-tool NAME');
  if (context.transport !== 'stdio' && MODERN.includes(context.revision))
    notApplicable('over HTTP, closing the stream cancels in this revision');
  const session = await context.session();
  const { connection } = session;
  if (connection.transport === 'streamable-http' && (connection as StreamableHttpConnection).sessionId === undefined)
    notApplicable('without sessions the server cannot tell whose request is to be cancelled');
  const params = { name: tool.name, arguments: tool.args };
  const startedAt = performance.now();
  const wholeMark = session.mark;
  const wholeToken = `whole-${session.nextId()}`;
  await context.control('the slow tool answers', () =>
    session.result('tools/call', params, { meta: { progressToken: wholeToken }, withinMs: SLOW_LIMIT_MS }),
  );
  const wholeMs = performance.now() - startedAt;
  if (wholeMs < SLOW_MS) inconclusive(`the slow tool took ${Math.round(wholeMs)} ms; it has to take at least ${SLOW_MS}`);
  const progressInAll = progressSince(session, wholeMark, wholeToken).length;

  const token = `cancelled-${session.nextId()}`;
  const call = session.createRequest('tools/call', params, { meta: { progressToken: token } });
  const { mark } = session;
  await session.connection.send(call);
  await sleep(wholeMs / 3, undefined, { signal: context.signal });
  const early = session.messagesSince(mark).some(({ message }) => kindOf(message) === 'response' && message.id === call.id);
  if (early) inconclusive('the slow tool was done before it could be cancelled');
  await session.notify('notifications/cancelled', { requestId: call.id, reason: 'conformance' });
  if (connection.transport === 'streamable-http') ensureCancellable(connection as StreamableHttpConnection, call.id);
  // What was on its way when the cancellation was sent does not count.
  await session.alive('after a cancellation');
  const afterMark = session.mark;
  const crossed = session.messagesSince(mark).find(({ message }) => kindOf(message) === 'response' && message.id === call.id);
  await sleep(wholeMs, undefined, { signal: context.signal });
  await context.settle(session, 'after a cancellation');
  if (connection.transport === 'streamable-http') ensureCancellable(connection as StreamableHttpConnection, call.id);
  const answer = session.messagesSince(mark).find(({ message }) => kindOf(message) === 'response' && message.id === call.id);
  return {
    answer: (answer ?? crossed)?.message,
    progressInAll,
    progressBefore: progressSince(session, mark, token).length - progressSince(session, afterMark, token).length,
    progressAfter: progressSince(session, afterMark, token),
  };
}

/**
 * Over HTTP a cancellation may wait for a connection of its own, and get there too late. And where a request is not answered by a stream,
 * HTTP itself demands an answer.
 */
function ensureCancellable({ replies, inbox }: StreamableHttpConnection, id: JsonValue): void {
  const call = replies.findLast(({ ids }) => ids.includes(id))?.reply;
  if (call?.hasHead && !call.isEventStream)
    notApplicable('the server answers with JSON: whatever becomes of a request, HTTP wants an answer');
  const sentAt = replies.findLast(({ isNotification }) => isNotification)?.reply.sentAt ?? 0;
  const answer = inbox.messages.findLast(({ message }) => kindOf(message) === 'response' && message.id === id);
  if (answer && answer.at <= sentAt) inconclusive('the slow tool was done before its cancellation was on its way');
}

function progressSince(session: Session, mark: number, token: string): JsonObject[] {
  return session
    .messagesSince(mark)
    .map(({ message }) => message)
    .filter(({ method, params }) => method === 'notifications/progress' && isObject(params) && params.progressToken === token);
}
