import type { Check } from '../../check.js';
import { ensure, notApplicable } from '../../expect.js';
import type { JsonObject, JsonValue } from '../../inbox.js';
import type { HttpReply } from '../../raw/http-reply.js';
import type { HttpOptions, StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import { Breach } from '../../verdict.js';
import { type Annotation, listedAnnotations, valueAt, withValue } from './modern-annotations.js';
import { errorIn, HEADER_MISMATCH, MODERN_HTTP, passedValidation, toBase64, wasRefused } from './modern-probes.js';
import type { HttpContext, HttpSession } from './scope.js';

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const PRIMITIVES: readonly JsonValue[] = ['string', 'integer', 'boolean'];
const common = { ...MODERN_HTTP, level: 'must', uses: 'shared' } as const;
const called = { ...common, needs: ['capability:tools', 'probe-tool'] } as const;
const expected = `status 400 and the error ${HEADER_MISMATCH}`;

/** "Custom Headers from Tool Parameters": the marks in listed tools, and what calls of the tool that may be called come to. */
export const modernParamChecks: readonly Check<StreamableHttpConnection>[] = [
  {
    ...common,
    id: 'streamable-http/param-name-not-empty',
    title: 'No x-mcp-header is empty',
    spec: ['streamable-http.param.name-not-empty'],
    remedy: 'Give each x-mcp-header a name; clients leave out the whole tool otherwise.',
    run: async (context) => eachMark(context, ({ name }) => name !== '', 'an x-mcp-header is empty'),
  },
  {
    ...common,
    id: 'streamable-http/param-name-token',
    title: 'Each x-mcp-header can be part of a header name',
    spec: ['streamable-http.param.name-token', 'streamable-http.param.name-no-controls'],
    remedy: "Use letters, digits and !#$%&'*+-.^_`|~ for the name; clients leave out the whole tool otherwise.",
    run: async (context) =>
      eachMark(
        context,
        ({ name }) => name === '' || (typeof name === 'string' && TOKEN.test(name)),
        'an x-mcp-header can be no header name',
      ),
  },
  {
    ...common,
    id: 'streamable-http/param-name-unique',
    title: 'No two x-mcp-header of a tool are the same, whatever their case',
    spec: ['streamable-http.param.name-unique'],
    remedy: 'Give each marked parameter of a tool a name of its own.',
    async run(context) {
      const session = await context.session();
      const seen = new Set<string>();
      for (const { tool, name, schema } of await listedAnnotations(context, session)) {
        const key = JSON.stringify([tool, String(name).toLowerCase()]);
        ensure(!seen.has(key), `the tool ${tool} has the x-mcp-header ${JSON.stringify(name)} twice`, { received: schema });
        seen.add(key);
      }
    },
  },
  {
    ...common,
    id: 'streamable-http/param-primitive',
    title: 'Only strings, integers and booleans are marked with x-mcp-header',
    spec: ['streamable-http.param.primitive'],
    remedy: 'Mark parameters of the types string, integer and boolean only; a number can be no header.',
    run: async (context) =>
      eachMark(context, ({ schema }) => PRIMITIVES.includes(schema.type ?? null), 'a parameter of another type has an x-mcp-header'),
  },
  {
    ...common,
    id: 'streamable-http/param-reachable',
    title: 'Parameters with x-mcp-header are reached through properties alone',
    spec: ['streamable-http.param.reachable', 'streamable-http.param.no-detour'],
    remedy: 'Mark no schema below items, allOf, anyOf, oneOf, if, $ref and the like.',
    run: async (context) => eachMark(context, ({ reachable }) => reachable, 'an x-mcp-header is not reached through properties alone'),
  },
  {
    ...called,
    id: 'streamable-http/param-validated',
    title: 'A call whose Mcp-Param header differs from its argument is refused, and so is one that differs once decoded',
    spec: ['streamable-http.param.validated'],
    remedy: 'Decode each Mcp-Param header that the tool asks for, and compare it with the argument.',
    async run(context) {
      await eachParam(context, async (mark, session) => {
        for (const other of ['conformance-other-value', toBase64('conformance-other-value')]) {
          const { reply } = await call(context, session, { headers: { [fieldOf(mark)]: other } });
          ensure(wasRefused(reply), `a call with "${fieldOf(mark)}: ${other}" was served, and its argument is another`, {
            expected,
            received: reply.describe(),
          });
        }
        const { id, reply } = await call(context, session, { headers: { [fieldOf(mark)]: toBase64(textOf(mark, context)) } });
        ensure(passedValidation(reply, id), `a call with its argument as Base64 in ${fieldOf(mark)} was refused`, {
          expected: 'a result',
          received: reply.describe(),
        });
      });
    },
  },
  {
    ...called,
    id: 'streamable-http/param-mismatch-400',
    title: 'A Mcp-Param header that differs from its argument gets status 400 and the error -32020',
    spec: ['streamable-http.param.mismatch-400'],
    remedy: 'Answer with status 400 and the error -32020 before the tool is called.',
    async run(context) {
      await eachParam(context, async (mark, session) => {
        const { reply } = await call(context, session, { headers: { [fieldOf(mark)]: 'conformance-other-value' } });
        if (!wasRefused(reply)) notApplicable('the server does not refuse it, which streamable-http/param-validated is about');
        ensure(reply.status === 400 && errorIn(reply)?.code === HEADER_MISMATCH, `a ${fieldOf(mark)} that differs got another refusal`, {
          expected,
          received: reply.describe(),
        });
      });
    },
  },
  {
    ...called,
    id: 'streamable-http/param-missing-rejected',
    title: 'A call that has an argument and not its Mcp-Param header is refused',
    spec: ['streamable-http.param.missing-rejected'],
    remedy: 'Demand the header of each marked parameter that the arguments have a value for.',
    async run(context) {
      await eachParam(context, async (mark, session) => {
        const { reply } = await call(context, session, { omit: [fieldOf(mark)] });
        ensure(wasRefused(reply), `a call without ${fieldOf(mark)} was served, and its argument is there`, {
          expected,
          received: reply.describe(),
        });
      });
    },
  },
  {
    ...called,
    id: 'streamable-http/param-invalid-rejected',
    title: 'A Mcp-Param header with characters that none may have is refused, and so is Base64 that is none',
    spec: ['streamable-http.param.invalid-rejected'],
    remedy: 'Let values hold visible ASCII, spaces and tabs only; what is between the markers has to be Base64.',
    async run(context) {
      await eachParam(context, async (mark, session) => {
        // Were the characters let through as Latin-1, the first would be the same as the argument.
        const isText = mark.schema.type === 'string';
        const args = isText ? withValue(argsOf(context), mark.path, 'caf\xe9') : argsOf(context);
        const values = [isText ? 'caf\xe9' : `${textOf(mark, context)}\xa0`, '=?base64?not Base64?='];
        for (const value of values) {
          const { reply } = await call(context, session, { headers: { [fieldOf(mark)]: value } }, args);
          ensure(wasRefused(reply), `a call whose ${fieldOf(mark)} is no header value was served`, {
            expected,
            received: reply.describe(),
          });
        }
      });
    },
  },
  {
    ...called,
    id: 'streamable-http/param-null-not-expected',
    title: 'For an argument that is null no Mcp-Param header is expected',
    spec: ['streamable-http.param.null-not-expected'],
    remedy: 'Skip parameters that are null when you look for their headers.',
    run: async (context) => notExpected(context, null, 'whose argument is null'),
  },
  {
    ...called,
    id: 'streamable-http/param-absent-not-expected',
    title: 'For an argument that is not given no Mcp-Param header is expected',
    spec: ['streamable-http.param.absent-not-expected'],
    remedy: 'Skip parameters that are not given when you look for their headers.',
    run: async (context) => notExpected(context, undefined, 'whose argument is not given'),
  },
  {
    ...called,
    id: 'streamable-http/param-integers-numeric',
    level: 'should',
    title: 'Integers in Mcp-Param headers are compared as numbers',
    spec: ['streamable-http.param.integers-numeric'],
    remedy: 'Parse the header of an integer as a number before you compare: 42.0 is 42.',
    async run(context) {
      let judged = false;
      await eachParam(context, async (mark, session) => {
        if (mark.schema.type !== 'integer') return;
        judged = true;
        const value = `${textOf(mark, context)}.0`;
        const { id, reply } = await call(context, session, { headers: { [fieldOf(mark)]: value } });
        ensure(passedValidation(reply, id), `a call with "${fieldOf(mark)}: ${value}" was refused`, {
          expected: 'a result',
          received: reply.describe(),
        });
      });
      if (!judged) notApplicable('the tool that may be called has no integer with x-mcp-header among its arguments');
    },
  },
];

async function eachMark(context: HttpContext, isRight: (mark: Annotation) => boolean, why: string): Promise<void> {
  const session = await context.session();
  for (const mark of await listedAnnotations(context, session)) {
    ensure(isRight(mark), `${why}, in the tool ${mark.tool}`, { received: mark.schema });
  }
}

/** Each marked parameter of the tool that may be called for which there is an argument. A call as clients make it has to work first. */
async function eachParam(context: HttpContext, judge: (mark: Annotation, session: HttpSession) => Promise<void>): Promise<void> {
  const session = await context.session();
  const own = (await listedAnnotations(context, session)).filter(({ tool }) => tool === context.probeTool?.name);
  const given = own.filter(({ name, path, reachable }) => {
    const value = valueAt(argsOf(context), path);
    return reachable && typeof name === 'string' && TOKEN.test(name) && value !== undefined && value !== null && typeof value !== 'object';
  });
  if (given.length === 0) notApplicable('none of the arguments for the tool that may be called has an x-mcp-header');
  for (const mark of given) {
    await context.control('a call with the headers of its arguments is answered', async () => {
      const { id, reply } = await call(context, session, {});
      if (!passedValidation(reply, id))
        throw new Breach('a call with the headers of its arguments was refused', { received: reply.describe() });
    });
    await judge(mark, session);
  }
}

async function notExpected(context: HttpContext, value: JsonValue | undefined, how: string): Promise<void> {
  await eachParam(context, async (mark, session) => {
    const args = withValue(argsOf(context), mark.path, value);
    const { reply } = await call(context, session, { omit: [fieldOf(mark)] }, args);
    // That the tool cannot do without is another matter.
    ensure(errorIn(reply)?.code !== HEADER_MISMATCH, `a call ${how} was refused for want of ${fieldOf(mark)}`, {
      expected: 'a result, or an error about the argument',
      received: reply.describe(),
    });
  });
}

async function call(
  context: HttpContext,
  session: HttpSession,
  options: HttpOptions,
  args: JsonObject = argsOf(context),
): Promise<{ id: JsonValue; reply: HttpReply }> {
  const request = session.createRequest('tools/call', { name: context.probeTool?.name ?? '', arguments: args });
  return { id: request.id, reply: await session.connection.post(request, options) };
}

function argsOf(context: HttpContext): JsonObject {
  return context.probeTool?.args ?? {};
}

function fieldOf({ name }: Annotation): string {
  return `Mcp-Param-${String(name)}`;
}

function textOf({ path }: Annotation, context: HttpContext): string {
  return String(valueAt(argsOf(context), path));
}
