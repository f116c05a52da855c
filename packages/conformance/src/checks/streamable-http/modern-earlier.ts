import { eraOf } from '@mcpwire/protocol';
import type { Check } from '../../check.js';
import { ensure, notApplicable } from '../../expect.js';
import type { StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import { MODERN_HTTP } from './modern-probes.js';
import { controlPing, ensureServed, type HttpContext, type HttpSession, postPing } from './scope.js';

const common = { ...MODERN_HTTP, level: 'should', uses: 'shared' } as const;
const SESSION = 'mcp-session-id';

/** "Earlier Streamable HTTP Revisions": what a server without them makes of their traffic. */
export const modernEarlierChecks: readonly Check<StreamableHttpConnection>[] = [
  ...(['GET', 'DELETE'] as const).map(
    (method): Check<StreamableHttpConnection> => ({
      ...common,
      id: `streamable-http/legacy-${method.toLowerCase()}-405`,
      title: `${method} gets status 405 from a server without earlier revisions`,
      spec: ['streamable-http.legacy.get-delete-405'],
      remedy: `Answer ${method} at the path that takes POSTs with status 405, and "Allow: POST".`,
      async run(context) {
        const session = await modernOnly(context);
        await controlPing(context, session, 'a POST');
        const headers = method === 'DELETE' ? { 'Mcp-Session-Id': 'conformance-1' } : {};
        const reply = await session.connection.fetch(method, { headers });
        reply.cut();
        ensure(reply.status === 405, `${method} got status ${reply.status}`, { expected: 'status 405', received: reply.describe() });
      },
    }),
  ),
  {
    ...common,
    id: 'streamable-http/legacy-session-ignored',
    title: 'Mcp-Session-Id makes no difference to a server without earlier revisions, and it gives none',
    spec: ['streamable-http.legacy.session-ignored'],
    remedy: 'Pay Mcp-Session-Id no attention, and send none.',
    async run(context) {
      const session = await modernOnly(context);
      await controlPing(context, session, 'a request without Mcp-Session-Id');
      const { id, reply } = await postPing(session, { headers: { 'Mcp-Session-Id': 'conformance-1' } });
      ensureServed(reply, id, 'a request with an Mcp-Session-Id');
      for (const { reply: each } of session.connection.replies) {
        ensure(each.headers[SESSION] === undefined, 'the server gave a session id', {
          expected: 'no Mcp-Session-Id',
          received: each.headers[SESSION],
        });
      }
    },
  },
  {
    ...common,
    id: 'streamable-http/legacy-last-event-id-ignored',
    title: 'Last-Event-ID makes no difference to a server without earlier revisions',
    spec: ['streamable-http.legacy.last-event-id-ignored'],
    remedy: 'Pay Last-Event-ID no attention: streams do not resume.',
    async run(context) {
      const session = await modernOnly(context);
      await controlPing(context, session, 'a request without Last-Event-ID');
      const { id, reply } = await postPing(session, { headers: { 'Last-Event-ID': 'conformance-1' } });
      ensureServed(reply, id, 'a request with a Last-Event-ID');
    },
  },
];

async function modernOnly(context: HttpContext): Promise<HttpSession> {
  if (context.server.revisions.some((revision) => eraOf(revision) === 'legacy'))
    notApplicable('the server supports earlier revisions, too');
  return context.session();
}
