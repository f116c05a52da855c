import type { Check } from '../../check.js';
import { ensure, notApplicable } from '../../expect.js';
import type { HttpReply } from '../../raw/http-reply.js';
import type { StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import { EVERY_REVISION, LEGACY, since } from '../scope.js';
import { controlPing, type HttpContext, type HttpSession, isServed, openQuietly, postPing } from '../streamable-http/scope.js';

const common = { level: 'must', transports: ['streamable-http'] } as const;
const remedy =
  'Compare the Origin header of every request, where there is one, with a list of origins that you trust, whatever the Host; answer others with 403.';

interface Probe {
  readonly what: string;
  readonly origin: string;
  readonly reply: HttpReply;
}

export const originChecks: readonly Check<StreamableHttpConnection>[] = [
  {
    ...common,
    id: 'http/origin-validate',
    title: 'A request from a web page elsewhere, which its Origin shows, is refused',
    spec: ['http.origin.validate'],
    revisions: EVERY_REVISION.filter((revision) => revision !== '2024-11-05'),
    remedy,
    async run(context) {
      for (const { what, origin, reply } of await probes(context)) {
        ensure(reply.status >= 400, `${what} with the Origin ${origin} was not refused`, {
          expected: 'status 403',
          received: reply.describe(),
        });
      }
    },
  },
  {
    ...common,
    id: 'http/origin-403',
    title: 'The status of what is refused for its Origin is 403',
    spec: ['http.origin.403'],
    revisions: since('2025-11-25'),
    remedy: 'Answer requests with an Origin that you do not trust with status 403, before you look at anything else.',
    async run(context) {
      const refused = (await probes(context)).filter(({ reply }) => reply.status >= 400);
      if (refused.length === 0) notApplicable('the server refuses no Origin, which http/origin-validate is about');
      for (const { what, origin, reply } of refused) {
        ensure(reply.status === 403, `${what} with the Origin ${origin} was refused with status ${reply.status}`, {
          expected: 'status 403',
          received: reply.describe(),
        });
      }
    },
  },
];

/** The Host is right in each: what counts is the page that the request comes from. */
async function probes(context: HttpContext): Promise<Probe[]> {
  const session = await context.open();
  const found: Probe[] = [];
  for (const origin of foreignOrigins(session.connection.url)) {
    await controlPing(context, session, 'a request without an Origin');
    const { reply } = await postPing(session, { headers: { Origin: origin } });
    found.push({ what: 'a POST', origin, reply });
  }
  if (LEGACY.includes(context.revision)) {
    const origin = foreignOrigins(session.connection.url)[0] ?? '';
    await get(context, origin, found);
    await initialize(session, origin, found);
  }
  return found;
}

/** 2026-07-28 has no GET, and other servers may do without. */
async function get(context: HttpContext, origin: string, found: Probe[]): Promise<void> {
  const control = await (await openQuietly(context)).connection.get();
  control.cut();
  if (control.status !== 200) return;
  // In a session of its own: one stream is all that some servers let a client open.
  const reply = await (await openQuietly(context)).connection.get({ headers: { Origin: origin } });
  reply.cut();
  found.push({ what: 'a GET', origin, reply });
}

async function initialize(session: HttpSession, origin: string, found: Probe[]): Promise<void> {
  const request = session.createRequest('initialize', session.initializeParams);
  const { connection } = session;
  const reply = await connection.post(request, { headers: { Origin: origin }, omit: ['Mcp-Session-Id', 'MCP-Protocol-Version'] });
  found.push({ what: 'initialize', origin, reply });
  const opened = reply.headers['mcp-session-id'];
  if (isServed(reply) && opened !== undefined) await connection.delete({ headers: { 'Mcp-Session-Id': opened } });
}

/** Pages elsewhere, two of them under names that begin like the server's own. */
function foreignOrigins(url: URL): string[] {
  return ['https://conformance.example', `${url.protocol}//${url.hostname}.conformance.example`, `${url.origin}.conformance.example`];
}
