import type { Check } from '../../check.js';
import { ensure, inconclusive, notApplicable } from '../../expect.js';
import type { JsonObject } from '../../inbox.js';
import type { HttpReply } from '../../raw/http-reply.js';
import type { HttpOptions, StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import {
  anyNamedRequest,
  controlRequest,
  errorIn,
  HEADER_MISMATCH,
  MODERN_HTTP,
  type NamedRequest,
  namedRequest,
  nameOf,
  passedValidation,
  postRequest,
  toBase64,
  wasRefused,
} from './modern-probes.js';
import { controlPing, type HttpContext, type HttpSession, postPing } from './scope.js';

const OTHER_NAME = 'conformance-other-name';
const common = { ...MODERN_HTTP, level: 'must', uses: 'shared' } as const;
const expected = `status 400 and the error ${HEADER_MISMATCH}`;
const COMPARE = 'Compare the header with the body of each request, and answer with status 400 and the error -32020 if they differ.';

/** "Standard Request Headers" and "Server Validation". */
export const modernHeaderChecks: readonly Check<StreamableHttpConnection>[] = [
  {
    ...common,
    id: 'streamable-http/headers-method-missing',
    title: 'A request without Mcp-Method is refused',
    spec: ['streamable-http.headers.missing-rejected'],
    remedy: 'Demand Mcp-Method of every request: without it, answer with status 400 and the error -32020.',
    async run(context) {
      const session = await context.session();
      await controlPing(context, session, 'a request with Mcp-Method');
      const { reply } = await postPing(session, { omit: ['Mcp-Method'] });
      ensure(wasRefused(reply), 'a request without Mcp-Method was served', { expected, received: reply.describe() });
    },
  },
  {
    ...common,
    id: 'streamable-http/headers-name-missing',
    title: 'A request for tools/call, resources/read or prompts/get without Mcp-Name is refused',
    spec: ['streamable-http.headers.missing-rejected'],
    remedy: 'Demand Mcp-Name of these requests: without it, answer with status 400 and the error -32020.',
    async run(context) {
      const session = await context.session();
      await refusedName(context, session, await anyNamedRequest(context, session), { omit: ['Mcp-Name'] }, 'without Mcp-Name');
    },
  },
  {
    ...common,
    id: 'streamable-http/headers-method-mismatch',
    title: 'A request whose Mcp-Method is not its method, letter for letter, is refused',
    spec: ['streamable-http.headers.mismatch-rejected'],
    remedy: COMPARE,
    async run(context) {
      const session = await context.session();
      const method = session.livenessMethod;
      for (const other of ['tools/list', method.toUpperCase(), `${method}/more`]) {
        await controlPing(context, session, 'a request with the right Mcp-Method');
        const { reply } = await postPing(session, { headers: { 'Mcp-Method': other } });
        ensure(wasRefused(reply), `a request for ${method} with "Mcp-Method: ${other}" was served`, {
          expected,
          received: reply.describe(),
        });
      }
    },
  },
  ...(['tools/call', 'resources/read', 'prompts/get'] as const).map(
    (method): Check<StreamableHttpConnection> => ({
      ...common,
      id: `streamable-http/headers-name-mismatch-${method.replace('/', '-')}`,
      title: `A request for ${method} whose Mcp-Name is another than in its body is refused`,
      spec: ['streamable-http.headers.mismatch-rejected'],
      remedy: COMPARE,
      async run(context) {
        const session = await context.session();
        const request = await namedRequest(context, session, method);
        await refusedName(context, session, request, { headers: { 'Mcp-Name': OTHER_NAME } }, 'with another Mcp-Name');
      },
    }),
  ),
  {
    ...common,
    id: 'streamable-http/headers-invalid-rejected',
    title: 'A header with characters that none may have is refused',
    spec: ['streamable-http.headers.invalid-rejected'],
    remedy: 'Let header values hold visible ASCII, spaces and tabs only, and answer others with status 400 and the error -32020.',
    async run(context) {
      const session = await context.session();
      const method = session.livenessMethod;
      await controlPing(context, session, 'a request with right headers');
      // Bytes beyond ASCII, in Mcp-Method and MCP-Protocol-Version: with each of them cut away, the header would be right.
      const probes = { 'Mcp-Method': `${method}\xe9`, 'MCP-Protocol-Version': `${context.revision}\xa0` };
      for (const [name, value] of Object.entries(probes)) {
        const { reply } = await postPing(session, { headers: { [name]: value } });
        ensure(wasRefused(reply), `a request whose ${name} has characters that no header may have was served`, {
          expected,
          received: reply.describe(),
        });
      }
      const named = await anyNamedRequest(context, session).catch(() => undefined);
      if (!named) return;
      await refusedName(context, session, named, { headers: { 'Mcp-Name': '=?base64?not Base64?=' } }, 'whose Mcp-Name is no Base64');
    },
  },
  {
    ...common,
    id: 'streamable-http/headers-failure-400',
    title: 'A request that fails the validation of its headers gets status 400',
    spec: ['streamable-http.headers.failure-400'],
    remedy: 'Answer with status 400 whenever a header is missing, malformed, or not as the body has it.',
    async run(context) {
      for (const { what, reply } of await refusals(context)) {
        ensure(reply.status === 400, `a request ${what} got status ${reply.status}`, { expected, received: reply.describe() });
      }
    },
  },
  {
    ...common,
    id: 'streamable-http/headers-failure-32020',
    title: 'The answer to a request that fails the validation of its headers has the error -32020',
    spec: ['streamable-http.headers.failure-32020'],
    remedy: 'Put a JSON-RPC error with the code -32020 and the id of the request into the body of the 400.',
    async run(context) {
      for (const { what, id, reply } of await refusals(context)) {
        const error = errorIn(reply);
        ensure(error !== undefined, `the refusal of a request ${what} has no JSON-RPC error`, { expected, received: reply.describe() });
        ensure(error.code === HEADER_MISMATCH, `a request ${what} got another error`, {
          expected: { code: HEADER_MISMATCH },
          received: error,
        });
        const [message] = reply.messages;
        ensure((message as JsonObject).id === id, `the error for a request ${what} has another id`, { expected: id, received: message });
      }
    },
  },
  {
    ...common,
    id: 'streamable-http/headers-decoded',
    title: 'An Mcp-Name between the markers for Base64 is decoded before it is compared',
    spec: ['streamable-http.headers.decoded'],
    remedy: 'Where a value begins with =?base64? and ends with ?=, decode what is between as Base64 of UTF-8, and compare that.',
    async run(context) {
      const session = await context.session();
      const named = await anyNamedRequest(context, session);
      const { method, params } = named;
      await controlRequest(context, session, named);
      const { id, reply } = await postRequest(session, method, params, { headers: { 'Mcp-Name': toBase64(nameOf(named)) } });
      ensure(passedValidation(reply, id), `${method} with its name as Base64 in Mcp-Name was refused`, {
        expected: 'the same answer as with the plain name',
        received: reply.describe(),
      });
      // A name that can be sent in no other way; that there is no such thing is another matter than the header.
      const unknown: NamedRequest = {
        method,
        params: { ...params, [method === 'resources/read' ? 'uri' : 'name']: 'conformance:日本語' },
        exists: false,
      };
      const other = await postRequest(session, method, unknown.params, { headers: { 'Mcp-Name': toBase64(nameOf(unknown)) } });
      ensure(
        errorIn(other.reply)?.code !== HEADER_MISMATCH,
        `${method} with a name in another script, as Base64 in Mcp-Name, was refused`,
        {
          expected: 'the error for something that does not exist',
          received: other.reply.describe(),
        },
      );
      await refusedName(context, session, named, { headers: { 'Mcp-Name': toBase64(OTHER_NAME) } }, 'with another Mcp-Name as Base64');
    },
  },
  {
    ...common,
    id: 'streamable-http/headers-case-insensitive',
    title: 'The case of header names makes no difference',
    spec: ['streamable-http.headers.case-insensitive'],
    remedy: 'Look headers up without regard to the case of their names.',
    async run(context) {
      const session = await context.session();
      await controlPing(context, session, 'a request with headers as they are usually written');
      const names = ['MCP-Protocol-Version', 'Mcp-Method', 'Content-Type', 'Accept'];
      for (const change of [(name: string) => name.toLowerCase(), (name: string) => name.toUpperCase()]) {
        const request = session.createRequest(session.livenessMethod);
        const usual = session.connection.headersFor(request);
        const headers = Object.fromEntries(names.flatMap((name) => (usual[name] === undefined ? [] : [[change(name), usual[name]]])));
        const reply = await session.connection.post(request, { headers });
        ensure(passedValidation(reply, request.id), 'a request with header names in another case was refused', {
          expected: 'a result',
          received: reply.describe(),
        });
      }
    },
  },
];

/** Sends a request that is served as it is with other headers. @throws Breach unless it is refused. */
async function refusedName(
  context: HttpContext,
  session: HttpSession,
  named: NamedRequest,
  options: HttpOptions,
  how: string,
): Promise<void> {
  const hasResult = await controlRequest(context, session, named);
  const { reply } = await postRequest(session, named.method, named.params, options);
  const { code } = errorIn(reply) ?? {};
  // Had it been refused anyhow, the server may just have looked at something else first.
  if (!hasResult && code !== HEADER_MISMATCH && reply.status !== 400)
    notApplicable(`no ${named.method} is at hand that is served${named.method === 'tools/call' ? ': --probe-tool NAME' : ''}`);
  ensure(wasRefused(reply), `${named.method} ${how} was served`, { expected, received: reply.describe() });
}

interface Refusal {
  readonly what: string;
  readonly id: unknown;
  readonly reply: HttpReply;
}

/** What was refused for its headers. What was not refused is what other checks are about. */
async function refusals(context: HttpContext): Promise<Refusal[]> {
  const session = await context.session();
  await controlPing(context, session, 'a request with right headers');
  const probes: [string, HttpOptions][] = [
    ['without Mcp-Method', { omit: ['Mcp-Method'] }],
    ['with another Mcp-Method', { headers: { 'Mcp-Method': 'tools/list' } }],
  ];
  const found: Refusal[] = [];
  for (const [what, options] of probes) found.push({ what, ...(await postPing(session, options)) });
  const named = await anyNamedRequest(context, session).catch(() => undefined);
  if (named && (await controlRequest(context, session, named))) {
    const { method, params } = named;
    found.push({ what: `for ${method} without Mcp-Name`, ...(await postRequest(session, method, params, { omit: ['Mcp-Name'] })) });
    const headers = { 'Mcp-Name': OTHER_NAME };
    found.push({ what: `for ${method} with another Mcp-Name`, ...(await postRequest(session, method, params, { headers })) });
  }
  const refused = found.filter(({ reply }) => wasRefused(reply));
  if (refused.length === 0) inconclusive('the server refuses no request for its headers, which other checks are about');
  return refused;
}
