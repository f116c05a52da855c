import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Check, CheckContext } from '../../check.js';
import { ensure, inconclusive, notApplicable } from '../../expect.js';
import type { JsonObject } from '../../inbox.js';
import type { SseConnection } from '../../raw/sse-connection.js';
import { errorOf, isResponseTo, resultOf, type Session } from '../../session.js';
import { Breach } from '../../verdict.js';
import { UNKNOWN_METHOD } from '../jsonrpc/requests.js';
import { SSE_ONLY } from './scope.js';

const ROUNDS = 5;
const common = { level: 'must', spec: ['sse.many-clients'], ...SSE_ONLY } as const;

/** Several clients at once: each stream has what belongs to its client, and nothing else. */
export const sseSessionChecks: readonly Check<SseConnection>[] = [
  {
    ...common,
    id: 'sse/many-clients',
    title: 'Clients that are connected at once each get the answers to their own requests, on their own stream',
    remedy: 'Keep a stream for each session, and send each answer to the stream whose session the request was posted to.',
    async run(context) {
      const first = await context.open();
      await context.control('one client alone is served', () => first.alive());
      const second = await context.open();
      const third = await context.open();
      const all = [first, second, third];
      const marks = all.map(({ mark }) => mark);
      for (let round = 0; round < ROUNDS; round++) {
        // The same id everywhere, and answers that differ: a result here, an error there.
        const id = `round-${round}`;
        const methods = all.map((session, index) => ((round + index) % 3 === 0 ? UNKNOWN_METHOD : session.livenessMethod));
        await Promise.all(
          all.map((session, index) => session.connection.send(session.createRequest(methods[index] ?? '', undefined, { id }))),
        );
        for (const [index, session] of all.entries()) {
          const method = methods[index] ?? '';
          const answer = await session.answerTo(id, { mark: marks[index] ?? 0, method });
          if (method === UNKNOWN_METHOD) errorOf(answer, 'an unknown method that one of several clients asked for');
          else resultOf(answer, method);
        }
      }
      await context.settle(first);
      for (const [index, session] of all.entries()) {
        const answers = session.messagesSince(marks[index] ?? 0).filter(({ message }) => String(message.id).startsWith('round-'));
        ensure(answers.length === ROUNDS, `the stream of one client has ${answers.length} answers to its ${ROUNDS} requests`, {
          expected: ROUNDS,
          received: answers.map(({ message }) => message),
          at: { transcript: session.connection.transcript, position: answers.at(-1)?.position ?? 0 },
        });
      }
    },
  },
  {
    ...common,
    id: 'sse/session-foreign',
    title: 'What is posted to the endpoint of one client is answered on the stream of that client, and on no other',
    remedy: 'Take the session from the URI that was posted to, and from nothing else: not from the connection, nor from who came last.',
    async run(context) {
      const first = await context.open();
      const second = await context.open();
      await context.control('a client is served', () => first.alive());
      await context.control('another client is served', () => second.alive());
      if (first.connection.postUrl?.href === second.connection.postUrl?.href)
        inconclusive('the endpoint events of two clients have the same URI, so that cookies or the like tell them apart');
      for (const [from, to] of [
        [first, second],
        [second, first],
      ] as const) {
        const marks = { from: from.mark, to: to.mark };
        const request = to.createRequest(to.livenessMethod, undefined, { id: `to-the-other-${randomUUID()}` });
        to.connection.sent.note(request);
        // Over the connection that the other client has posted with so far.
        await from.connection.post(JSON.stringify(request), { url: to.connection.postUrl });
        resultOf(await to.answerTo(request.id, { mark: marks.to, method: to.livenessMethod }), to.livenessMethod);
        await context.settle(from);
        const stray = from.messagesSince(marks.from).find(({ message }) => isResponseTo(message, request.id));
        ensure(stray === undefined, 'what was posted to one client’s endpoint was answered on the stream of another', {
          expected: 'an answer on the stream of the endpoint',
          received: stray?.message,
        });
      }
    },
  },
  {
    ...common,
    id: 'sse/session-unknown',
    title: 'A POST to a session that never was is refused, and reaches no client',
    remedy: 'Answer POSTs to sessions that you do not know with status 404, and hand them to nobody.',
    async run(context) {
      const session = await context.open();
      await context.control('a POST to a session that exists is answered', () => session.alive());
      const url = strangeUrl(session.connection.postUrl ?? session.connection.url);
      if (!url) notApplicable('the URI of the endpoint event has nothing in it that could name a session');
      await expectRefused(context, session, url, 'a session that never was');
    },
  },
  {
    ...common,
    id: 'sse/session-gone',
    title: 'A POST to the session of a client that is gone is refused, and reaches no other client',
    remedy: 'Forget a session when its stream closes: answer later POSTs to it with status 404.',
    async run(context) {
      const session = await context.open();
      const other = await context.open();
      await context.control('both clients are served', async () => {
        await session.alive();
        await other.alive();
      });
      const url = other.connection.postUrl;
      if (!url || url.href === session.connection.postUrl?.href) notApplicable('all clients post to the same URI');
      other.connection.closeStream();
      // The server learns of it when the FIN arrives; how soon it looks is up to it.
      await sleep(200, undefined, { signal: context.signal });
      await expectRefused(context, session, url, 'a session whose client is gone');
    },
  },
];

/** The same URI with other random parts in it; undefined if nothing in it looks random. */
function strangeUrl(url: URL): URL | undefined {
  const strange = new URL(url);
  for (const [name, value] of url.searchParams) strange.searchParams.set(name, alter(value));
  if (url.search === '')
    strange.pathname = url.pathname.replace(/[^/]{8,}(?=\/?$)/, (segment) => (/\d/.test(segment) ? alter(segment) : segment));
  return strange.href === url.href ? undefined : strange;
}

/** Another value of the same form. */
function alter(value: string): string {
  if (/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value)) return randomUUID();
  return value.replace(/[0-9a-z]/gi, (char) =>
    /\d/.test(char) ? String((Number(char) + 5) % 10) : char.toLowerCase() === 'a' ? 'b' : 'a',
  );
}

async function expectRefused(context: CheckContext<SseConnection>, session: Session<SseConnection>, url: URL, what: string): Promise<void> {
  const request: JsonObject = session.createRequest(session.livenessMethod, undefined, { id: `stray-${randomUUID()}` });
  const { mark } = session;
  const status = await statusOf(session, request, url, what);
  await context.settle(session, `after a POST to ${what}`);
  const stray = session.messagesSince(mark).find(({ message }) => isResponseTo(message, request.id ?? null));
  ensure(stray === undefined, `a POST to ${what} was answered on the stream of another client`, {
    expected: 'status 404, and no answer',
    received: stray?.message,
  });
  // The specification does not say it in so many words; a message that is lost without a word is no service either.
  ensure(status >= 400, `a POST to ${what} was answered with status ${status}`, { level: 'should', expected: 404, received: status });
}

async function statusOf(session: Session<SseConnection>, request: JsonObject, url: URL, what: string): Promise<number> {
  try {
    return (await session.connection.post(JSON.stringify(request), { url })).status;
  } catch (error) {
    // Silence is no answer on another stream: it keeps the client waiting, and no more.
    if (error instanceof Breach)
      throw new Breach(`a POST to ${what} is left without a response`, { ...error.evidence, level: 'should', expected: 404 });
    throw error;
  }
}
