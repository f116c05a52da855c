import type { Check, CheckContext } from '../../check.js';
import { breach, ensure, inconclusive } from '../../expect.js';
import type { SseConnection } from '../../raw/sse-connection.js';
import { SSE_ONLY } from './scope.js';

const common = { level: 'must', ...SSE_ONLY } as const;

/** The event that a stream begins with. Each looks at a stream of its own. */
export const sseEndpointChecks: readonly Check<SseConnection>[] = [
  {
    ...common,
    id: 'sse/endpoint-event',
    title: 'Whoever opens the stream is sent one endpoint event',
    spec: ['sse.endpoint-event'],
    remedy: 'Send an event of the type endpoint, with the URI for POSTs as data, to everyone who opens the stream.',
    async run(context) {
      // That one was sent is how the server came to be judged at all.
      const connection = await freshStream(context);
      await connection.endpointEvent(context.timeoutMs);
      const session = await context.open();
      await context.settle(session);
      const count = session.connection.events.filter(({ type }) => type === 'endpoint').length;
      // Nothing forbids another; but a client has to use "the" URI, and nothing says which of two that is.
      ensure(count === 1, `the stream has ${count} endpoint events`, { level: 'should', expected: 1, received: count });
    },
  },
  {
    ...common,
    id: 'sse/endpoint-event-first',
    title: 'The endpoint event is the first event of the stream',
    spec: ['sse.endpoint-event.first'],
    remedy: 'Send the endpoint event before anything else; comments may precede it.',
    async run(context) {
      await control(context);
      const connection = await freshStream(context);
      await connection.endpointEvent(context.timeoutMs);
      const [first] = connection.events;
      ensure(first?.type === 'endpoint', 'the first event of the stream is another one', {
        expected: { event: 'endpoint' },
        received: first && { event: first.type, data: first.data },
      });
    },
  },
  {
    ...common,
    id: 'sse/endpoint-event-uri',
    title: 'The data of the endpoint event is a URI, relative or absolute, that takes POSTs',
    spec: ['sse.endpoint-event'],
    remedy: 'Send the bare URI as data: no JSON, no quotes, nothing around it.',
    async run(context) {
      await control(context);
      const connection = await freshStream(context);
      const { data } = await connection.endpointEvent(context.timeoutMs);
      // The characters of RFC 3986, section 2; what a browser would repair, other clients do not.
      ensure(/^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/.test(data), 'the data of the endpoint event is no URI', {
        expected: '/messages?session=…',
        received: data,
      });
      const base = connection.url;
      const url = URL.canParse(data, base.href)
        ? new URL(data, base.href)
        : breach('the data of the endpoint event is no URI', { received: data });
      ensure(url.protocol === 'http:' || url.protocol === 'https:', 'the endpoint event names no HTTP address', {
        expected: base.origin,
        received: data,
      });
      const session = await context.open();
      await session.alive();
    },
  },
  {
    ...common,
    id: 'sse/endpoint-event-same-origin',
    level: 'should',
    title: 'The URI of the endpoint event has the origin of the stream',
    spec: ['sse.endpoint-event'],
    remedy: 'Send a relative URI, so that it fits whatever address the client knows you by; clients refuse another origin.',
    async run(context) {
      await control(context);
      const connection = await freshStream(context);
      const { data } = await connection.endpointEvent(context.timeoutMs);
      if (!URL.canParse(data, connection.url.href)) inconclusive('the data of the endpoint event is no URI');
      const { origin } = new URL(data, connection.url.href);
      ensure(origin === connection.url.origin, 'the endpoint event leads to another origin than the stream has', {
        expected: connection.url.origin,
        received: data,
      });
    },
  },
];

/** A server that has stopped serving is not judged by its silence. */
async function control(context: CheckContext<SseConnection>): Promise<void> {
  await context.once('a session is opened and serves', () =>
    context.control('a session is opened and serves', async () => {
      const session = await context.open();
      await session.alive();
      await session.connection.close();
    }),
  );
}

async function freshStream(context: CheckContext<SseConnection>): Promise<SseConnection> {
  const { connection } = await context.connect();
  return connection;
}
