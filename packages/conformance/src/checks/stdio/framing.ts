import type { Check, CheckContext } from '../../check.js';
import { ensure, inconclusive } from '../../expect.js';
import type { StdioConnection } from '../../raw/stdio-connection.js';
import { isObject, resultOf, type Session } from '../../session.js';
import { kindOf } from '../observed.js';
import { EVERY_REVISION, since } from '../scope.js';
import { survive } from '../survive.js';

const FRAMING = ['stdio.message.no-newline'];
const MANY = 25;
const LARGE_BYTES = 10_000_000;
/** More than a pipe holds: the answer can't be written at once. */
const LONG_ID_CHARS = 200_000;

const common = { transports: ['stdio'], revisions: EVERY_REVISION, uses: 'shared', spec: FRAMING } as const;

export const framingChecks: readonly Check<StdioConnection>[] = [
  {
    ...common,
    id: 'stdio/split-writes',
    level: 'must',
    title: 'A message that arrives in pieces is read as one, also when a character is cut in two',
    remedy: 'Collect bytes until a newline comes, and decode whole lines: a read is not a message.',
    async run(context) {
      const session = await context.session();
      await context.control('a message in one write is answered', () => session.alive());
      const method = session.livenessMethod;
      const request = session.createRequest(method, undefined, { id: `漢字🙂-${session.nextId()}` });
      const bytes = Buffer.from(`${JSON.stringify(request)}\n`);
      const wide = bytes.indexOf(Buffer.from('漢')) + 1;
      const emoji = bytes.indexOf(Buffer.from('🙂')) + 2;
      const { mark } = session;
      await session.connection.sendBytes(bytes, { pieces: [1, wide, emoji, bytes.length - 1] });
      resultOf(await session.answerTo(request.id, { mark, method }), method);
    },
  },
  {
    ...common,
    id: 'stdio/many-in-one-write',
    level: 'must',
    title: 'Each of many messages that arrive at once is answered',
    remedy: 'Take every line out of what you read, not only the first.',
    async run(context) {
      const session = await context.session();
      await context.control('a message in one write is answered', () => session.alive());
      const method = session.livenessMethod;
      const requests = Array.from({ length: MANY }, () => session.createRequest(method));
      const { mark } = session;
      await session.connection.sendBytes(requests.map((request) => `${JSON.stringify(request)}\n`).join(''));
      for (const { id } of requests) resultOf(await session.answerTo(id, { mark, method }), method);
    },
  },
  {
    ...common,
    id: 'stdio/white-space',
    level: 'must',
    title: 'White space around and within the JSON of a line makes no difference, nor do escapes and the order of members',
    remedy: 'Parse lines with a JSON parser, and look for members by name.',
    async run(context) {
      const session = await context.session();
      await context.control('a plain message is answered', () => session.alive());
      const method = session.livenessMethod;
      const { id, params } = session.createRequest(method);
      const escaped = `\\u${method.charCodeAt(0).toString(16).padStart(4, '0')}${method.slice(1)}`;
      const { mark } = session;
      await session.connection.sendBytes(
        ` \t{ "params" : ${JSON.stringify(params ?? {})} ,\t"method" : "${escaped}" , "id" : ${id} , "jsonrpc" : "2.0" } \t\n`,
      );
      resultOf(await session.answerTo(id, { mark, method }), method);
    },
  },
  {
    ...common,
    id: 'stdio/crlf',
    level: 'should',
    title: 'A line that ends with a carriage return and a newline is read',
    remedy: 'Take a carriage return before the newline for white space, as JSON does.',
    async run(context) {
      const session = await context.session();
      await context.control('a line with a newline alone is answered', () => session.alive());
      const method = session.livenessMethod;
      const first = session.createRequest(method);
      const second = session.createRequest(method);
      const { mark } = session;
      await session.connection.sendBytes(`${JSON.stringify(first)}\r\n${JSON.stringify(second)}\r\n`);
      resultOf(await session.answerTo(first.id, { mark, method }), method);
      resultOf(await session.answerTo(second.id, { mark, method }), method);
    },
  },
  {
    ...common,
    id: 'stdio/empty-lines',
    level: 'should',
    title: 'Empty lines do not disturb what follows, and are not answered',
    remedy: 'Skip lines that are empty.',
    async run(context) {
      const session = await context.session();
      await context.control('a request is answered', () => session.alive());
      const { mark } = session;
      await session.connection.sendBytes('\n\n\r\n  \n');
      await context.settle(session, 'after empty lines');
      const { ids } = session.connection.sent;
      const answer = session.messagesSince(mark).find(({ message }) => kindOf(message) === 'response' && !ids.has(message.id ?? null));
      // JSON-RPC would allow a parse error; any other answer is to something that was never asked.
      const isParseError = isObject(answer?.message.error) && answer.message.error.code === -32700;
      ensure(answer === undefined || isParseError, 'an empty line was answered', { expected: 'nothing', received: answer?.message });
    },
  },
  {
    ...common,
    id: 'stdio/invalid-utf8',
    level: 'should',
    title: 'A line that is not UTF-8 does not disturb what follows',
    remedy: 'Refuse or replace bytes that are no UTF-8, and read on after the newline.',
    async run(context) {
      const session = await context.session();
      await context.control('a request is answered', () => session.alive());
      const request = Buffer.from(JSON.stringify(session.createRequest(session.livenessMethod, undefined, { id: 'broken-@-text' })));
      request[request.indexOf('@')] = 0xff;
      await session.connection.sendBytes(Buffer.concat([request, Buffer.from('\n')]));
      session.connection.sent.ids.add('broken-\ufffd-text').add('broken-ÿ-text');
      await session.connection.sendBytes(Buffer.from([0xc3, 0x28, 0xfe, 0x0a]));
      await context.settle(session, 'after lines that are not UTF-8');
    },
  },
  {
    ...common,
    id: 'stdio/message-single',
    level: 'must',
    title: 'The server writes one message to a line, and no arrays; an array that it reads does not disturb it',
    spec: ['stdio.message.single'],
    revisions: since('2025-06-18'),
    remedy: 'Batches are gone: refuse an array with the error -32600, or ignore it, and answer with no array.',
    async run(context) {
      const session = await context.session();
      await context.control('a single message is answered', () => session.alive());
      const { inbox } = session.connection;
      const method = session.livenessMethod;
      await session.connection.send([session.createRequest(method), session.createRequest(method)]);
      await survive(context, session, 'after an array of messages');
      for (const connection of context.observed.length > 0 ? context.observed : [session.connection]) {
        const [batch] = connection.inbox.batches;
        ensure(batch === undefined, 'the server wrote an array', {
          expected: 'one message to a line',
          received: batch?.value,
          at: { transcript: connection.transcript, position: batch?.position ?? 0 },
        });
      }
      ensure(inbox.batches.length === 0, 'the server wrote an array', {
        expected: 'one message to a line',
        received: inbox.batches[0]?.value,
      });
    },
  },
  {
    ...common,
    id: 'stdio/large-messages',
    level: 'should',
    title: 'A message of 10 MB is read, and an answer that is longer than a pipe holds is written whole',
    limitMs: 40_000,
    remedy: 'Read and write in pieces, in time that grows with the size; or answer what is too large with an error.',
    async run(context) {
      const session = await context.session();
      await context.control('a small message is answered', () => session.alive());
      await controlSpeed(context, session);
      const method = session.livenessMethod;
      const longId = `long-${'x'.repeat(LONG_ID_CHARS)}`;
      resultOf(await session.request(method, undefined, { id: longId }), method);
      // Refusing is right as well; falling silent is not.
      await session.request(method, undefined, {
        meta: { 'com.example/padding': 'x'.repeat(LARGE_BYTES) },
        withinMs: 3 * context.timeoutMs,
      });
      await context.settle(session, 'after a message of 10 MB');
    },
  },
];

/** A machine that takes long for a small message would take too long for a large one, through no fault of the server's. */
async function controlSpeed(context: CheckContext, session: Session): Promise<void> {
  const startedAt = performance.now();
  await session.alive();
  if (performance.now() - startedAt > context.timeoutMs / 2) inconclusive('the machine is too slow to judge this');
}
