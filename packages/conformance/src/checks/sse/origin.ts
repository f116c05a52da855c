import { randomUUID } from 'node:crypto';
import type { Check } from '../../check.js';
import { ensure } from '../../expect.js';
import type { HttpReply } from '../../raw/http-reply.js';
import type { SseConnection } from '../../raw/sse-connection.js';
import { isResponseTo, resultOf } from '../../session.js';
import { SSE_ONLY } from './scope.js';

const common = { level: 'must', spec: ['http.origin.validate'], ...SSE_ONLY } as const;
const remedy =
  'Compare the Origin header, where there is one, with a list of allowed origins, on the stream and on POSTs; answer others with 403.';

/** The host is right in each request: what counts is the page that it comes from. */
export const sseOriginChecks: readonly Check<SseConnection>[] = [
  {
    ...common,
    id: 'sse/origin-stream',
    title: 'The stream is not opened for a web page of another origin',
    remedy,
    async run(context) {
      const { connection } = await context.open();
      for (const origin of foreignOrigins(connection.url)) {
        await context.control('a stream is opened for who has no Origin', async () => {
          const reply = await connection.get({}, context.timeoutMs);
          reply.cut();
          ensure(reply.status === 200, `the stream was answered with status ${reply.status}`, { received: reply.describe() });
        });
        const reply = await connection.get({ origin }, context.timeoutMs);
        reply.cut();
        ensure(!isAccepted(reply), `the stream was opened for a page of ${origin}`, { expected: 'status 403', received: reply.describe() });
      }
    },
  },
  {
    ...common,
    id: 'sse/origin-post',
    title: 'No message is taken from a web page of another origin',
    remedy,
    async run(context) {
      const session = await context.open();
      const { connection } = session;
      const method = session.livenessMethod;
      for (const origin of foreignOrigins(connection.url)) {
        await context.control('a message without an Origin is answered', async () => {
          const request = session.createRequest(method);
          const { mark } = session;
          await connection.post(JSON.stringify(request));
          resultOf(await session.answerTo(request.id, { mark, method }), method);
        });
        const request = session.createRequest(method, undefined, { id: `foreign-${randomUUID()}` });
        const { mark } = session;
        const reply = await connection.post(JSON.stringify(request), { headers: { origin } });
        await context.settle(session, 'after a POST of another origin');
        const answer = session.messagesSince(mark).find(({ message }) => isResponseTo(message, request.id));
        ensure(answer === undefined, `a message from a page of ${origin} was served`, {
          expected: 'status 403',
          received: answer?.message,
        });
        ensure(!isAccepted(reply), `a message from a page of ${origin} was accepted`, {
          expected: 'status 403',
          received: reply.describe(),
        });
      }
    },
  },
];

/** A plain one, and one that a comparison of beginnings lets in. */
function foreignOrigins({ protocol, hostname, port }: URL): string[] {
  return [`${protocol}//evil.example`, `${protocol}//${hostname}.evil.example${port && `:${port}`}`];
}

function isAccepted({ status }: HttpReply): boolean {
  return status >= 200 && status < 300;
}
