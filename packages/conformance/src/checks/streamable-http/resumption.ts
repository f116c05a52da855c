import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from '../../check.js';
import { ensure, inconclusive, notApplicable } from '../../expect.js';
import type { JsonValue } from '../../inbox.js';
import type { StreamEvent } from '../../raw/event-stream-reader.js';
import type { HttpReply } from '../../raw/http-reply.js';
import { isAnswer } from '../../raw/posted-message.js';
import type { LoggedReply, StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import { since } from '../scope.js';
import {
  answerIn,
  at,
  END_MS,
  HTTP_LEGACY,
  type HttpContext,
  type HttpSession,
  LEGACY_HTTP,
  messagesOf,
  openQuietly,
  requestStreams,
  seenReplies,
} from './scope.js';

const after = { ...LEGACY_HTTP, uses: 'after' } as const;
const NOVEMBER_2025 = HTTP_LEGACY.filter((revision) => since('2025-11-25').includes(revision));
const SLOW_MS = 300;

/** Event ids, and what is done with them. */
export const resumptionChecks: readonly Check<StreamableHttpConnection>[] = [
  {
    ...after,
    id: 'streamable-http/resume-ids-unique',
    level: 'must',
    title: 'No two events of a session have the same id, on whichever streams they come',
    spec: ['streamable-http.resume.ids-unique'],
    remedy: 'Count events by session, or put the id of the stream into the id of the event.',
    async run(context) {
      await provoke(context);
      let ids = 0;
      for (const connection of context.observed) {
        const known = new Map<string, { readonly event: StreamEvent; readonly logged: LoggedReply }>();
        for (const logged of connection.replies) {
          for (const event of logged.reply.events) {
            if (event.id === undefined || event.id === '') continue;
            ids++;
            const former = known.get(event.id);
            // What is sent again to a client that resumes is the same event.
            if (former !== undefined && (logged.lastEventId ?? former.logged.lastEventId) !== undefined) continue;
            ensure(former === undefined, 'two events of a session have the same id', {
              at: { transcript: connection.transcript, position: logged.position },
              expected: 'an id for each',
              received: [former?.event, event].map((each) => ({ id: each?.id, data: each?.data?.slice(0, 200) })),
            });
            known.set(event.id, { event, logged });
          }
        }
      }
      if (ids === 0) notApplicable('the server gives its events no ids');
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/resume-own-stream-only',
    level: 'must',
    title: 'A client that resumes a stream gets nothing that belonged on another',
    spec: ['streamable-http.resume.own-stream-only', 'streamable-http.resume.ids-name-stream'],
    remedy: 'Let the id of an event tell its stream, and replay what followed it on that stream alone.',
    async run(context) {
      const { session, replies } = await twoStreams(context);
      const [first] = replies;
      const lastEventId = first?.reply.events.find(({ id }) => id !== undefined && id !== '')?.id;
      if (!first || lastEventId === undefined) notApplicable('the server gives its events no ids');
      const resumed = await resume(context, session, lastEventId);
      const foreign = messagesOf(resumed).find((message) => !('method' in message) && !isAnswer(message, first.id));
      ensure(foreign === undefined, 'a client that resumed one stream got the response of another', {
        expected: `what followed ${lastEventId} on its stream`,
        received: foreign,
      });
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/disconnect-not-cancel',
    level: 'should',
    title: 'A client that loses its connection finds its request done when it comes back',
    spec: ['streamable-http.disconnect.not-cancel'],
    needs: ['capability:tools', 'slow-tool'],
    limitMs: 90_000,
    remedy: 'Work on when the connection of a request breaks, and keep what there is to send for who resumes the stream.',
    async run(context) {
      const { slowTool } = context;
      if (!slowTool) return;
      const session = await openQuietly(context);
      const { connection } = session;
      const params = { name: slowTool.name, arguments: slowTool.args };
      const startedAt = performance.now();
      await context.control('the slow tool answers', () => session.result('tools/call', params, { withinMs: 30_000 }));
      const wholeMs = performance.now() - startedAt;
      if (wholeMs < SLOW_MS) inconclusive(`the slow tool took ${Math.round(wholeMs)} ms; it has to take at least ${SLOW_MS}`);
      const call = session.createRequest('tools/call', params, { meta: { progressToken: `cut-${session.nextId()}` } });
      const reply = connection.startPost(call);
      await reply.wait(({ events }) => events.some(({ id }) => id !== undefined), wholeMs / 2, context.signal);
      const lastEventId = reply.events.findLast(({ id }) => id !== undefined && id !== '')?.id;
      if (lastEventId === undefined) notApplicable('no event with an id came before the response: there is nothing to resume from');
      if (answerIn(reply, call.id)) inconclusive('the slow tool was done before the connection could be cut');
      reply.cut();
      await sleep(1.25 * wholeMs + 100, undefined, { signal: context.signal });
      const find = (): Promise<HttpReply> =>
        resume(context, session, lastEventId, (each) => answerIn(each, call.id) !== undefined, wholeMs + 500);
      let resumed = await find();
      // Whether a stream that was resumed goes on is another question: what was stored in the meantime comes with the next.
      if (answerIn(resumed, call.id) === undefined) resumed = await find();
      const answer = answerIn(resumed, call.id);
      ensure(answer !== undefined && 'result' in answer, 'a request whose connection broke was not carried through', {
        expected: 'its result, on the stream that was resumed',
        received: resumed.describe(),
      });
    },
  },
  {
    ...after,
    id: 'streamable-http/stream-priming-event',
    level: 'should',
    title: 'A stream begins with an event that has an id and no data',
    spec: ['streamable-http.stream.priming-event'],
    revisions: NOVEMBER_2025,
    remedy: 'Send an event with an id and empty data as soon as the stream is open, so that clients can resume it from the start.',
    async run(context) {
      await provoke(context);
      for (const seen of requestStreams(context)) {
        const [first] = seen.reply.events;
        // Before the end of the handshake the server may talk to a client of any revision.
        if (!first || seen.agreed === undefined) continue;
        ensure(first.id !== undefined && first.id !== '' && !first.data, 'the first event of a stream is not one with an id and no data', {
          at: at(seen),
          expected: { id: '…', data: '' },
          received: { id: first.id, data: first.data?.slice(0, 200) },
        });
      }
    },
  },
  {
    ...after,
    id: 'streamable-http/stream-retry-before-close',
    level: 'should',
    title: 'A server that drops a connection whose stream goes on says before when to come back',
    spec: ['streamable-http.stream.retry-before-close'],
    revisions: NOVEMBER_2025,
    remedy: 'Send a retry field before you close a connection ahead of the response.',
    async run(context) {
      await provoke(context);
      const dropped = requestStreams(context).filter(
        ({ reply, ids, connection }) =>
          endedByServer(reply, connection) &&
          reply.events.some(({ id }) => id !== undefined) &&
          ids.some((id) => !answerIn(reply, id) && !connection.cancelled.has(id)),
      );
      if (dropped.length === 0) notApplicable('the server closed no connection ahead of a response');
      for (const seen of dropped) {
        ensure(
          seen.reply.events.some(({ retryMs }) => retryMs !== undefined),
          'a connection was closed ahead of the response, and no retry came before',
          { at: at(seen), expected: 'a retry field', received: seen.reply.describe() },
        );
      }
    },
  },
  {
    ...after,
    id: 'streamable-http/get-retry-before-close',
    level: 'should',
    title: 'A server that drops the connection of a GET and keeps the stream says before when to come back',
    spec: ['streamable-http.get.retry-before-close'],
    revisions: NOVEMBER_2025,
    remedy: 'Send a retry field before you close the connection of a GET.',
    async run(context) {
      const session = await context.open();
      await context.control('a request is answered', () => session.alive());
      const dropped = seenReplies(context).filter(
        ({ reply, method, connection, lastEventId }) =>
          method === 'GET' &&
          lastEventId === undefined &&
          reply.isEventStream &&
          endedByServer(reply, connection) &&
          reply.events.some(({ id }) => id !== undefined) &&
          // A client that opens a second stream may be taken to have lost the first.
          connection.replies.filter((other) => other.method === 'GET' && other.lastEventId === undefined).length === 1,
      );
      if (dropped.length === 0) notApplicable('the server closed no stream of a GET that could be resumed');
      for (const seen of dropped) {
        ensure(
          seen.reply.events.some(({ retryMs }) => retryMs !== undefined),
          'the connection of a GET was closed, and no retry came before',
          { at: at(seen), expected: 'a retry field', received: seen.reply.describe() },
        );
      }
    },
  },
];

interface Answered {
  readonly session: HttpSession;
  readonly replies: readonly { readonly id: JsonValue; readonly reply: HttpReply }[];
}

/** The least that there has to be to look at, in case no other check runs. */
async function provoke(context: HttpContext): Promise<void> {
  await context.once('two streams are looked at', async () => {
    const session = await openQuietly(context);
    for (const method of ['ping', 'ping']) await context.control(`${method} is answered`, () => session.request(method));
  });
}

/** Two requests that were answered in one session; the streams among the replies. */
async function twoStreams(context: HttpContext): Promise<Answered> {
  const session = await openQuietly(context);
  const { probeTool } = context;
  const replies: { id: JsonValue; reply: HttpReply }[] = [];
  for (let count = 0; count < 2; count++) {
    const options = { meta: { progressToken: `two-streams-${session.nextId()}` } };
    const request = probeTool
      ? session.createRequest('tools/call', { name: probeTool.name, arguments: probeTool.args }, options)
      : session.createRequest('ping', undefined, options);
    const reply = await session.connection.post(request, { withinMs: probeTool ? 30_000 : context.timeoutMs });
    // It may be answered on a stream that goes on after this one: others look at that.
    if (!answerIn(reply, request.id) && reply.isEventStream) continue;
    await reply.wait(({ end }) => end !== undefined, END_MS, context.signal);
    if (reply.isEventStream) replies.push({ id: request.id, reply });
  }
  return { session, replies };
}

/** Asks for what followed an event. Does not apply to servers that do not resume. */
async function resume(
  context: HttpContext,
  session: HttpSession,
  lastEventId: string,
  until: (reply: HttpReply) => boolean = () => false,
  withinMs: number = 2 * context.quietMs + 200,
): Promise<HttpReply> {
  const reply = await session.connection.get({ headers: { 'Last-Event-ID': lastEventId } });
  if (reply.status !== 200 || !reply.isEventStream) notApplicable(`the server resumes no streams: ${reply.describe()}`);
  await reply.wait((each) => each.end !== undefined || until(each), withinMs, context.signal);
  reply.cut();
  return reply;
}

/** Whether a stream was ended, and not because the client was done. */
function endedByServer({ end, endedAt }: HttpReply, { closingAt }: StreamableHttpConnection): boolean {
  return end !== undefined && end.kind !== 'cut' && endedAt !== undefined && (closingAt === undefined || endedAt < closingAt);
}
