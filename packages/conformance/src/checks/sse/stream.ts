import type { Check } from '../../check.js';
import { breach, ensure, inconclusive } from '../../expect.js';
import type { JsonValue } from '../../inbox.js';
import type { SseConnection } from '../../raw/sse-connection.js';
import { isObject, isResponseTo } from '../../session.js';
import { UNKNOWN_METHOD } from '../jsonrpc/requests.js';
import { SSE_ONLY } from './scope.js';

const common = { level: 'must', ...SSE_ONLY } as const;

export const sseStreamChecks: readonly Check<SseConnection>[] = [
  {
    ...common,
    id: 'sse/stream-content-type',
    title: 'The stream is opened with status 200 and the type text/event-stream',
    spec: ['sse.two-endpoints'],
    remedy: 'Answer GET with status 200 and Content-Type: text/event-stream before the first event.',
    async run(context) {
      await context.control('a session is opened', () => context.open());
      const { connection } = await context.connect();
      const { status, contentType } = connection.stream;
      ensure(status === 200, `the stream was answered with status ${status}`, { expected: 200, received: status });
      ensure(/^text\/event-stream\s*(?:;|$)/i.test(contentType), 'the stream has another content type', {
        expected: 'text/event-stream',
        received: contentType || 'none',
      });
    },
  },
  {
    ...common,
    id: 'sse/message-events',
    title: 'What the server says comes as message events with one JSON message as data',
    spec: ['sse.message-events'],
    uses: 'after',
    remedy: 'Send each message as an event of the type message whose data is its JSON text, and nothing else as an event.',
    async run(context) {
      const session = await context.open();
      await context.control('a request is answered', () => session.alive());
      await session.request(UNKNOWN_METHOD);
      await context.settle(session);
      if (context.observed.every(({ events }) => events.length === 0)) inconclusive('no event came at all');
      for (const { events, transcript } of context.observed) {
        for (const { type, data, position } of events) {
          const at = { transcript, position };
          if (type === 'endpoint') continue;
          ensure(type === 'message', `an event of the type ${JSON.stringify(type)} came`, {
            expected: 'message',
            received: { event: type, data },
            at,
          });
          let value: JsonValue;
          try {
            value = JSON.parse(data) as JsonValue;
          } catch {
            breach('the data of a message event is no JSON', { expected: 'one JSON message', received: data, at });
          }
          ensure(isObject(value), 'the data of a message event is no message', { expected: 'one JSON message', received: value, at });
        }
      }
    },
  },
  {
    ...common,
    id: 'sse/message-events-only',
    title: 'Answers come on the stream, and not in the response to the POST',
    spec: ['sse.message-events'],
    uses: 'shared',
    remedy: 'Acknowledge the POST, and send the answer as a message event on the stream of its session.',
    async run(context) {
      const session = await context.session();
      await context.control('a request is answered', () => session.alive());
      const request = session.createRequest(session.livenessMethod);
      const { mark } = session;
      const reply = await session.connection.post(JSON.stringify(request));
      await session.answerTo(request.id, { mark, method: session.livenessMethod });
      const value = reply.json();
      ensure(!isObject(value) || !isResponseTo(value, request.id), 'the response to a POST has the answer to its request', {
        expected: 'an acknowledgment',
        received: reply.describe(),
      });
    },
  },
  {
    ...common,
    id: 'sse/stream-framing',
    title: 'The stream is an event stream: UTF-8, with fields that have names, and events that end with an empty line',
    spec: ['sse.message-events'],
    uses: 'after',
    remedy: 'Write each event as lines of "field: value" and end it with an empty line; a newline in the data begins another data line.',
    async run(context) {
      const session = await context.open();
      await context.control('a request is answered', () => session.alive());
      for (const { streamFaults, transcript } of context.observed) {
        const [fault] = streamFaults;
        if (fault) {
          breach(`something came that ${fault.why}`, {
            expected: 'event: message, data: {…}, and an empty line',
            received: fault.text,
            at: { transcript, position: fault.position },
          });
        }
      }
    },
  },
];
