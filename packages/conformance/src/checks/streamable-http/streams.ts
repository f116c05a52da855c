import type { Check } from '../../check.js';
import { breach, ensure, notApplicable } from '../../expect.js';
import type { JsonObject, JsonValue } from '../../inbox.js';
import type { StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import { kindOf } from '../observed.js';
import { since } from '../scope.js';
import {
  answerIn,
  at,
  END_MS,
  HTTP_LEGACY,
  type HttpContext,
  harmlessRequests,
  LEGACY_HTTP,
  messagesOf,
  openQuietly,
  requestOf,
  requestStreams,
  type SeenReply,
} from './scope.js';

const after = { ...LEGACY_HTTP, uses: 'after' } as const;
/** Notifications that have nothing to do with a request that only reads. */
const UNRELATED = /^notifications\/(?:(?:tools|prompts|resources)\/list_changed|resources\/updated)$/;

/** The streams on which requests are answered. */
export const streamChecks: readonly Check<StreamableHttpConnection>[] = [
  {
    ...after,
    id: 'streamable-http/stream-response',
    level: 'should',
    title: 'The stream of a request brings its response',
    spec: ['streamable-http.stream.response'],
    remedy: 'Send the response on the stream that the POST of its request opened, or on one that resumes it.',
    async run(context) {
      await provoke(context);
      for (const seen of endedStreams(context)) {
        const missing = seen.ids.find((id) => !isOn(seen, id));
        if (missing === undefined) continue;
        breach('the stream of a request ended without its response', {
          at: at(seen),
          expected: { id: missing },
          received: seen.reply.describe(),
        });
      }
    },
  },
  {
    ...after,
    id: 'streamable-http/stream-open-until-response',
    level: 'should',
    title: 'The stream of a request is not closed before its response was sent',
    spec: ['streamable-http.stream.open-until-response'],
    revisions: HTTP_LEGACY.filter((revision) => !since('2025-11-25').includes(revision)),
    remedy: 'Keep the stream of a request open until you have sent the response.',
    async run(context) {
      await provoke(context);
      for (const seen of endedStreams(context)) {
        ensure(
          seen.ids.every((id) => answerIn(seen.reply, id)),
          'the stream of a request was closed before its response was sent',
          { at: at(seen), expected: 'the response', received: seen.reply.describe() },
        );
      }
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/stream-ends-after-response',
    level: 'should',
    title: 'The stream of a request ends after its response',
    spec: ['streamable-http.stream.ends-after-response'],
    remedy: 'End the response to the POST once you have sent the JSON-RPC response.',
    async run(context) {
      const session = await openQuietly(context);
      let streams = 0;
      for (const [method, params] of harmlessRequests(context)) {
        // Some servers open a stream only where there may be something to say before the response.
        const request = session.createRequest(method, params, { meta: { progressToken: `ends-${session.nextId()}` } });
        const reply = await session.connection.post(request);
        if (!reply.isEventStream || !answerIn(reply, request.id)) continue;
        streams++;
        await reply.wait(({ end }) => end !== undefined, END_MS, context.signal);
        ensure(reply.end !== undefined, `the stream of ${method} was still open ${END_MS} ms after the response`, {
          expected: 'its end',
          received: reply.describe(),
        });
      }
      if (streams === 0) notApplicable('the server answered no request with an event stream');
    },
  },
  {
    ...after,
    id: 'streamable-http/stream-messages-relate',
    level: 'should',
    title: 'What comes on the stream of a request ahead of the response has to do with that request',
    spec: ['streamable-http.stream.messages-relate'],
    remedy: 'Send on the stream of a request what that request brought about; all else belongs on the stream of a GET.',
    async run(context) {
      await provoke(context);
      let messages = 0;
      for (const seen of requestStreams(context)) {
        for (const message of messagesOf(seen.reply)) {
          const kind = kindOf(message);
          const own = kind === 'response' && seen.ids.includes(message.id ?? null);
          if (own) continue;
          messages++;
          ensure(!isForeign(seen, message), 'a message came on the stream of a request that it has nothing to do with', {
            at: at(seen),
            expected: `messages about the request ${JSON.stringify(seen.ids)}`,
            received: message,
          });
        }
      }
      if (messages === 0) notApplicable('nothing but responses came on the streams of requests');
    },
  },
];

/** The least that there has to be to look at, in case no other check runs: once for all that look on. */
async function provoke(context: HttpContext): Promise<void> {
  await context.once('streams are looked at', async () => {
    const session = await openQuietly(context);
    await context.control('a request is answered', () => session.alive());
    const { slowTool } = context;
    if (!slowTool || !Object.hasOwn(context.server.capabilities, 'tools')) return;
    const { mark } = session;
    const calls = ['a', 'b'].map((name) =>
      session.createRequest(
        'tools/call',
        { name: slowTool.name, arguments: slowTool.args },
        { meta: { progressToken: `side-by-side-${name}` } },
      ),
    );
    for (const call of calls) await session.connection.send(call);
    for (const { id } of calls) {
      await context.control('the slow tool answers', () => session.answerTo(id, { mark, method: 'tools/call', withinMs: 30_000 }));
    }
  });
}

/** The streams of requests that the server ended itself. */
function endedStreams(context: HttpContext): SeenReply[] {
  return requestStreams(context).filter(({ reply, connection, ids }) => {
    const { endedAt, end } = reply;
    if (ids.some((id) => connection.cancelled.has(id))) return false;
    return endedAt !== undefined && end?.kind !== 'cut' && (connection.closingAt === undefined || endedAt < connection.closingAt);
  });
}

/** Whether the response came on this stream, or on one that went on after it. */
function isOn({ reply, connection }: SeenReply, id: JsonValue): boolean {
  return [reply, ...connection.replies.filter(({ lastEventId }) => lastEventId !== undefined).map((each) => each.reply)].some(
    (each) => answerIn(each, id) !== undefined,
  );
}

function isForeign({ connection, ids }: SeenReply, message: JsonObject): boolean {
  if (kindOf(message) === 'response') return true;
  const about = requestOf(connection, message);
  if (about !== undefined) return !ids.includes(about);
  const reads = ids.every((id) =>
    ['ping', 'tools/list', 'prompts/list', 'resources/list'].some((method) => connection.sent.idsOf.get(method)?.has(id)),
  );
  return reads && UNRELATED.test(String(message.method));
}
