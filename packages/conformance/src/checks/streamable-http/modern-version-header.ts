import { MetaKey, supportedVersionsOf } from '@mcpwire/protocol';
import type { Check } from '../../check.js';
import { ensure, notApplicable } from '../../expect.js';
import type { JsonObject } from '../../inbox.js';
import type { HttpReply } from '../../raw/http-reply.js';
import type { StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import { isObject } from '../../session.js';
import { UNKNOWN_METHOD } from '../jsonrpc/requests.js';
import { errorIn, HEADER_MISMATCH, MODERN_HTTP, wasRefused } from './modern-probes.js';
import { controlPing, postPing } from './scope.js';

const UNKNOWN_VERSION = '1900-01-01';
const UNSUPPORTED = -32022;
const METHOD_NOT_FOUND = -32601;
const common = { ...MODERN_HTTP, level: 'must', uses: 'shared' } as const;

/** "Protocol Version Header". */
export const modernVersionHeaderChecks: readonly Check<StreamableHttpConnection>[] = [
  {
    ...common,
    id: 'streamable-http/version-header-mismatch-rejected',
    title: 'A request whose MCP-Protocol-Version differs from the version in its body gets status 400 and the error -32020',
    spec: ['streamable-http.version-header.mismatch-rejected'],
    remedy: 'Compare MCP-Protocol-Version with the body before you look at either version, and answer with 400 and -32020 if they differ.',
    async run(context) {
      const session = await context.session();
      await controlPing(context, session, 'a request whose header and body agree');
      const { id, reply } = await postPing(session, { headers: { 'MCP-Protocol-Version': '2025-11-25' } });
      ensureError(reply, 'a request whose MCP-Protocol-Version differs from its body', HEADER_MISMATCH, 400, id);
    },
  },
  {
    ...common,
    id: 'streamable-http/version-header-unsupported',
    title: 'A version that the server lacks gets status 400 and the error -32022, with the versions that it has',
    spec: ['streamable-http.version-header.unsupported'],
    remedy: 'Answer with status 400 and the error -32022 with data {supported, requested}.',
    async run(context) {
      const session = await context.session();
      await controlPing(context, session, `a request in ${context.revision}`);
      const method = session.livenessMethod;
      const request = session.createRequest(method, undefined, { meta: { [MetaKey.ProtocolVersion]: UNKNOWN_VERSION } });
      const reply = await session.connection.post(request, { headers: { 'MCP-Protocol-Version': UNKNOWN_VERSION } });
      const what = `a request in version ${UNKNOWN_VERSION}`;
      const error = ensureError(reply, what, UNSUPPORTED, 400, request.id);
      ensure(
        supportedVersionsOf(error as JsonObject & { code: number })?.includes(context.revision) === true,
        `the error for ${what} does not list the versions that the server has`,
        { expected: { data: { supported: [context.revision], requested: UNKNOWN_VERSION } }, received: error },
      );
      const requested = isObject(error.data) ? error.data.requested : undefined;
      ensure(requested === UNKNOWN_VERSION, `the error for ${what} does not repeat that version`, {
        expected: { data: { requested: UNKNOWN_VERSION } },
        received: error,
      });
    },
  },
  {
    ...common,
    id: 'streamable-http/version-header-missing-rejected',
    title: 'A request without MCP-Protocol-Version is refused by a server that does not support 2025-03-26',
    spec: ['streamable-http.version-header.missing-rejected'],
    remedy: 'Answer a request without MCP-Protocol-Version with status 400 and the error -32020.',
    async run(context) {
      if (context.server.revisions.includes('2025-03-26'))
        notApplicable('the server supports 2025-03-26, and may take a request without the header for one of that version');
      const session = await context.session();
      await controlPing(context, session, 'a request with MCP-Protocol-Version');
      const { reply } = await postPing(session, { omit: ['MCP-Protocol-Version'] });
      ensure(wasRefused(reply), 'a request without MCP-Protocol-Version was served', {
        expected: 'status 400 and the error -32020',
        received: reply.describe(),
      });
    },
  },
  {
    ...common,
    id: 'streamable-http/method-unknown-404',
    title: 'A request for an unknown method gets status 404 and the error -32601',
    spec: ['streamable-http.method.unknown-404'],
    remedy: 'Answer requests for methods that you do not have with status 404 and the error -32601.',
    async run(context) {
      const session = await context.session();
      await controlPing(context, session, 'a request for a known method');
      const request = session.createRequest(UNKNOWN_METHOD);
      const reply = await session.connection.post(request);
      ensureError(reply, 'a request for an unknown method', METHOD_NOT_FOUND, 404, request.id);
    },
  },
];

/** The error of a refusal with this code and status. @throws Breach otherwise. */
function ensureError(reply: HttpReply, what: string, code: number, status: number, id: unknown): JsonObject {
  const expected = `status ${status}, and a JSON-RPC error with code ${code}`;
  ensure(wasRefused(reply), `${what} was served`, { expected, received: reply.describe() });
  ensure(reply.status === status, `${what} got status ${reply.status}`, { expected, received: reply.describe() });
  const error = errorIn(reply);
  ensure(error !== undefined, `the refusal of ${what} has no JSON-RPC error`, { expected, received: reply.describe() });
  ensure(error.code === code, `${what} got another error`, { expected: { code }, received: error });
  const [message] = reply.messages;
  ensure(isObject(message) && message.id === id, `the error for ${what} has another id`, { expected: id, received: message });
  return error;
}
