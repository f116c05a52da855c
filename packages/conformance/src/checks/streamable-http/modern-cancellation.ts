import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from '../../check.js';
import { ensure, inconclusive } from '../../expect.js';
import type { JsonObject, JsonValue } from '../../inbox.js';
import type { HttpReply } from '../../raw/http-reply.js';
import type { StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import { isObject, isResponseTo } from '../../session.js';
import { ACKNOWLEDGED, EVERYTHING, listen, listenAcknowledged, subscriptionIdOf } from './modern-listening.js';
import { MODERN_HTTP } from './modern-probes.js';
import { callTool, knowTools, SLOW_LIMIT_MS } from './modern-tools.js';
import { messagesOf } from './scope.js';

/** A tool that takes less can't be cancelled with any certainty. */
const SLOW_MS = 300;
const common = { ...MODERN_HTTP, level: 'must', spec: ['streamable-http.disconnect.cancels', 'cancellation.nothing-further'] } as const;

/**
 * "Cancellation": closing the stream. What becomes of the work shows in this: a call that goes on has messages to send, and the stream that
 * they go to, if any, is found by the id of the request, or is that of a subscription.
 */
export const modernCancellationChecks: readonly Check<StreamableHttpConnection>[] = [
  {
    ...common,
    id: 'streamable-http/disconnect-cancels',
    title: 'A call whose stream is closed is over: nothing of it comes on any other stream, and its id is free',
    needs: ['capability:tools', 'slow-tool'],
    limitMs: 90_000,
    remedy: 'When the connection of a request closes, cancel its work, forget its id, and drop what it still wants to send.',
    async run(context) {
      const tool = context.slowTool;
      if (!tool) return;
      const session = await context.open();
      const { connection } = session;
      const create = (id: JsonValue, progressToken: string): JsonObject & { id: JsonValue } =>
        session.createRequest('tools/call', { name: tool.name, arguments: tool.args }, { id, meta: { progressToken } });
      await knowTools(context, session);
      const startedAt = performance.now();
      await callTool(context, session, tool);
      const wholeMs = performance.now() - startedAt;
      if (wholeMs < SLOW_MS) inconclusive(`the slow tool took ${Math.round(wholeMs)} ms; it has to take at least ${SLOW_MS}`);

      const watching = await listen(context, session, EVERYTHING).catch(() => undefined);
      const id = `cut-${session.nextId()}`;
      const first = connection.startPost(create(id, 'cut-off'));
      await sleep(wholeMs / 3, undefined, { signal: context.signal });
      if (messagesOf(first).some((message) => isResponseTo(message, id)))
        inconclusive('the slow tool was done before it could be cancelled');
      first.cut();
      // What was on its way when the stream was closed does not count.
      await session.alive('after the stream of a call was closed');
      const before = watching ? messagesOf(watching.reply).length : 0;
      // Not a repetition: the request before is over, and so its id may come again.
      const second = await connection.post(create(id, 'second'), { withinMs: SLOW_LIMIT_MS });
      await second.wait(({ end }) => end !== undefined, context.timeoutMs, context.signal);
      await context.settle(session, 'after the stream of a call was closed');
      watching?.reply.cut();

      const watched = watching ? messagesOf(watching.reply).slice(before) : [];
      const stray = [...messagesOf(second), ...watched].find((message) => tokenOf(message) === 'cut-off');
      ensure(stray === undefined, 'progress on a call came on another stream after its own had been closed', {
        expected: 'nothing',
        received: stray,
      });
      const answers = messagesOf(second).filter((message) => isResponseTo(message, id));
      ensure(
        answers.length === 1 && 'result' in (answers[0] ?? {}),
        'a call with the id of one that was cancelled was not answered once, by itself',
        {
          expected: 'one result',
          received: describe(answers, second),
        },
      );
      const foreign = watched.find((message) => isResponseTo(message, id));
      ensure(foreign === undefined, 'the answer to a call came on the stream of a subscription', {
        expected: 'nothing',
        received: foreign,
      });
    },
  },
  {
    ...common,
    id: 'streamable-http/disconnect-cancels-listen',
    title: 'A subscription whose stream is closed is over: its id is free, and the server serves on',
    remedy: 'When the connection of a subscription closes, drop it, and forget its id.',
    async run(context) {
      const session = await context.open();
      const id = `again-${session.nextId()}`;
      for (let round = 0; round < 3; round++) {
        const { reply } =
          round === 0 ? await listenAcknowledged(context, session, EVERYTHING, { id }) : await listen(context, session, EVERYTHING, { id });
        const acknowledged = messagesOf(reply).filter(({ method }) => method === ACKNOWLEDGED);
        ensure(acknowledged.length === 1, 'a subscription with the id of one that was closed was not acknowledged once', {
          expected: 'one acknowledgment',
          received: describe(acknowledged, reply),
        });
        ensure(subscriptionIdOf(acknowledged[0] ?? {}) === id, 'a subscription was acknowledged under another id', {
          expected: id,
          received: acknowledged[0],
        });
        reply.cut();
      }
      await context.settle(session, 'after the stream of a subscription was closed');
    },
  },
];

function tokenOf({ method, params }: JsonObject): JsonValue | undefined {
  return method === 'notifications/progress' && isObject(params) ? params.progressToken : undefined;
}

function describe(messages: readonly JsonObject[], reply: HttpReply): unknown {
  return messages.length > 0 ? messages : reply.describe();
}
