import type { Check } from '../../check.js';
import { ensure, notApplicable } from '../../expect.js';
import type { JsonObject } from '../../inbox.js';
import type { HttpReply } from '../../raw/http-reply.js';
import type { StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import { isObject } from '../../session.js';
import { kindOf } from '../observed.js';
import { at, type HttpContext, harmlessRequests, LEGACY_HTTP, messagesOf, openQuietly, requestOf, type SeenReply } from './scope.js';

/** What is sent to several streams goes out at once. */
const AT_ONCE_MS = 250;

/** The streams that clients open with GET, and which stream a message comes on. */
export const getStreamChecks: readonly Check<StreamableHttpConnection>[] = [
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/get-stream-or-405',
    level: 'must',
    title: 'A GET gets an event stream or status 405',
    spec: ['streamable-http.get.stream-or-405'],
    remedy: 'Answer GET with status 200, text/event-stream and the headers at once, or with 405.',
    async run(context) {
      const session = await openQuietly(context);
      await context.control('a request is answered', () => session.alive());
      const reply = await session.connection.get();
      reply.cut();
      ensure((reply.status === 200 && reply.isEventStream) || reply.status === 405, 'a GET got neither an event stream nor status 405', {
        expected: '200 with text/event-stream, or 405',
        received: reply.describe(),
      });
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/get-no-responses',
    level: 'must',
    title: 'No response comes on the stream of a GET',
    spec: ['streamable-http.get.no-responses'],
    remedy: 'Send each response on the stream of its own POST, and keep the stream of a GET for requests and notifications.',
    async run(context) {
      for (const seen of await getStreams(context)) {
        const response = messagesOf(seen.reply).find((message) => kindOf(message) === 'response');
        ensure(response === undefined, 'a response came on the stream of a GET', { at: at(seen), expected: 'none', received: response });
      }
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/get-unrelated',
    level: 'should',
    title: 'Nothing about a request that is being worked on comes on the stream of a GET',
    spec: ['streamable-http.get.unrelated'],
    remedy: 'Send progress on a request, and what else belongs to it, on the stream of its POST.',
    async run(context) {
      for (const seen of await getStreams(context)) {
        const related = messagesOf(seen.reply).find((message) => requestOf(seen.connection, message) !== undefined);
        ensure(related === undefined, 'a message about a request came on the stream of a GET', {
          at: at(seen),
          expected: 'it on the stream of the POST',
          received: related,
        });
      }
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/streams-one-each',
    level: 'must',
    title: 'A message of the server comes on one stream, however many are open',
    spec: ['streamable-http.streams.one-each', 'streamable-http.streams.no-broadcast'],
    remedy: 'Choose one of the open streams for each message, and repeat it on no other.',
    limitMs: 45_000,
    async run(context) {
      const session = await context.connect({ clientCapabilities: { roots: { listChanged: true } } });
      const { connection } = session;
      connection.listens = false;
      // Streams have to be there before the client says that it is ready.
      await context.control('a session is opened', async () => {
        connection.declared = { roots: { listChanged: true } };
        await session.result('initialize', session.initializeParams);
        connection.agreed(context.revision);
      });
      const streams = [connection.listen(), connection.listen()];
      for (const stream of streams) await stream.wait(({ hasHead }) => hasHead, 500, context.signal);
      await session.notify('notifications/initialized');
      if (Object.hasOwn(context.server.capabilities, 'logging')) await session.request('logging/setLevel', { level: 'debug' });
      for (const [method, params] of harmlessRequests(context)) {
        await session.request(method, params, { meta: { progressToken: `one-stream-${session.nextId()}` }, withinMs: 30_000 });
      }
      await context.settle(session);
      const former = new Map<string, Arrival>();
      let messages = 0;
      for (const { reply, method, position } of connection.replies) {
        for (const { data, at } of reply.events) {
          const message = parse(data);
          if (message === undefined || data === undefined) continue;
          if (kindOf(message) !== 'response') messages++;
          const arrival: Arrival = { reply, method, at, message };
          const other = former.get(data);
          ensure(other === undefined || !isRepeated(other, arrival), 'a message came on two streams', {
            expected: 'it on one of them',
            received: message,
            at: { transcript: connection.transcript, position },
          });
          former.set(data, arrival);
        }
      }
      if (messages === 0) notApplicable('the server sent nothing but responses');
    },
  },
];

interface Arrival {
  readonly reply: HttpReply;
  readonly method: string;
  readonly at: number;
  readonly message: JsonObject;
}

/**
 * Whether the same text on two streams is one message that was sent twice. Requests and progress say which they are; of other
 * notifications there may be many with the same text, so that only time tells, and on the streams of two requests nothing does.
 */
function isRepeated(one: Arrival, other: Arrival): boolean {
  if (one.reply === other.reply) return false;
  const { message } = one;
  if (kindOf(message) !== 'notification' || message.method === 'notifications/progress') return true;
  return (one.method === 'GET' || other.method === 'GET') && Math.abs(one.at - other.at) < AT_ONCE_MS;
}

function parse(data: string | undefined): JsonObject | undefined {
  if (data === undefined || data === '') return undefined;
  try {
    const value: unknown = JSON.parse(data);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The streams of GETs beside which requests were answered. Does not apply to servers without. */
async function getStreams(context: HttpContext): Promise<SeenReply[]> {
  return context.once('GET streams beside requests', async () => {
    const session = await context.open();
    const { connection } = session;
    const listening = connection.listening;
    await listening?.wait(({ hasHead }) => hasHead, context.timeoutMs, context.signal);
    if (listening?.status !== 200 || !listening.isEventStream) notApplicable('the server opens no stream for a GET');
    await context.control('requests are answered beside a GET stream', async () => {
      for (const [method, params] of harmlessRequests(context))
        await session.request(method, params, { meta: { progressToken: `get-${method}` } });
      const { slowTool } = context;
      if (slowTool) {
        const params = { name: slowTool.name, arguments: slowTool.args };
        await session.result('tools/call', params, { meta: { progressToken: 'get-slow' }, withinMs: 30_000 });
      }
    });
    await context.settle(session);
    return connection.replies
      .filter(({ reply, method, lastEventId }) => method === 'GET' && reply.isEventStream && lastEventId === undefined)
      .map((logged) => ({ ...logged, connection }));
  });
}
