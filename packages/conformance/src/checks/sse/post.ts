import type { Check } from '../../check.js';
import { ensure } from '../../expect.js';
import type { SseConnection } from '../../raw/sse-connection.js';
import { isObject, resultOf } from '../../session.js';
import { kindOf } from '../observed.js';
import { survive } from '../survive.js';
import { SSE_ONLY } from './scope.js';

const PARSE_ERROR = -32700;
const BAD_JSON = ['this is no JSON', '{"jsonrpc":"2.0","id":"cut-off","method":"ping"'] as const;

export const ssePostChecks: readonly Check<SseConnection>[] = [
  {
    ...SSE_ONLY,
    id: 'sse/post-accepted',
    level: 'must',
    title: 'The POST of a request or notification is acknowledged with a status from 200 to 299, at once and without a redirect',
    spec: ['sse.two-endpoints'],
    uses: 'shared',
    remedy: 'Acknowledge every POST of a message, with 202 as a rule, before the answer goes out on the stream.',
    async run(context) {
      const session = await context.session();
      const { connection } = session;
      await context.control('a request is answered', () => session.alive());
      const request = session.createRequest(session.livenessMethod);
      const notification = session.createNotification('notifications/cancelled', { requestId: 'never-sent' });
      for (const message of [request, notification]) {
        const { mark } = session;
        const { status } = await connection.post(JSON.stringify(message));
        ensure(status >= 200 && status < 300, `the POST of ${message.method} was answered with status ${status}`, {
          expected: 202,
          received: status,
        });
        if (message === request)
          resultOf(await session.answerTo(request.id, { mark, method: session.livenessMethod }), session.livenessMethod);
      }
    },
  },
  {
    ...SSE_ONLY,
    id: 'sse/post-media-type',
    level: 'should',
    title: 'A POST whose type is application/json is taken whatever its case and parameters',
    spec: ['sse.two-endpoints'],
    uses: 'shared',
    remedy: 'Compare the media type alone, without regard to case, and leave parameters such as charset out of it.',
    async run(context) {
      const session = await context.session();
      const { connection } = session;
      const method = session.livenessMethod;
      await context.control('a POST of application/json is answered', () => session.alive());
      for (const type of ['application/json; charset=utf-8', 'application/json;charset="UTF-8"', 'Application/JSON']) {
        const request = session.createRequest(method);
        const { mark } = session;
        const { status } = await connection.post(JSON.stringify(request), { headers: { 'content-type': type } });
        ensure(status >= 200 && status < 300, `a POST of the type ${type} was answered with status ${status}`, {
          expected: 202,
          received: status,
        });
        resultOf(await session.answerTo(request.id, { mark, method }), method);
      }
    },
  },
  {
    ...SSE_ONLY,
    id: 'sse/post-malformed',
    level: 'must',
    title: 'A POST that is no JSON is refused, or answered with the error -32700, and the stream goes on',
    spec: ['jsonrpc.parse-error'],
    remedy: 'Refuse with status 400, or acknowledge and send the error -32700 without an id; close neither stream nor session.',
    async run(context) {
      const session = await context.open();
      const { connection } = session;
      await context.control('a request is answered', () => session.alive());
      for (const text of BAD_JSON) {
        const { mark } = session;
        const reply = await connection.post(text);
        const { status } = reply;
        await survive(context, session, 'after a POST that is no JSON');
        const answers = session
          .messagesSince(mark)
          .map(({ message }) => message)
          .filter((message) => kindOf(message) === 'response' && (message.id === undefined || message.id === null));
        const body = reply.json();
        const inBody = isObject(body) ? body : undefined;
        for (const answer of inBody && 'error' in inBody ? [...answers, inBody] : answers) {
          const code = isObject(answer.error) ? answer.error.code : undefined;
          ensure(code === PARSE_ERROR, 'a POST that is no JSON was answered with something else than a parse error', {
            expected: { error: { code: PARSE_ERROR } },
            received: answer,
          });
        }
        ensure(status >= 400 || answers.length > 0 || inBody !== undefined, 'a POST that is no JSON was accepted, and nobody was told', {
          level: 'should',
          expected: 'status 400, or the error -32700',
          received: status,
        });
        ensure(status < 500, `a POST that is no JSON was answered with status ${status}, as if the server was at fault`, {
          level: 'should',
          expected: 400,
          received: status,
        });
      }
    },
  },
  {
    ...SSE_ONLY,
    id: 'sse/post-split',
    level: 'must',
    title: 'A POST whose body arrives in pieces is read as one message',
    spec: ['sse.two-endpoints'],
    uses: 'shared',
    remedy: 'Collect the whole body, and decode it after that: a character may be cut in two.',
    async run(context) {
      const session = await context.session();
      await context.control('a POST in one piece is answered', () => session.alive());
      const method = session.livenessMethod;
      const request = session.createRequest(method, undefined, { id: `漢字🙂-${session.nextId()}` });
      const bytes = Buffer.from(JSON.stringify(request));
      const { mark } = session;
      const cuts = [1, bytes.indexOf(Buffer.from('漢')) + 1, bytes.indexOf(Buffer.from('🙂')) + 2];
      await session.connection.postInPieces(bytes, cuts);
      resultOf(await session.answerTo(request.id, { mark, method }), method);
    },
  },
];
