import { headerTextMatches, parseParamHeaders } from '@mcpwire/protocol';
import { breach, ensure, notApplicable } from '../../expect.js';
import type { JsonObject, JsonValue } from '../../inbox.js';
import type { ClientCheck, ClientFacts } from '../client-check.js';
import { type HttpSeen, isObject, type Observation } from '../observation.js';
import { BAD_TOOLS, PARAM_VALUES } from '../scenes/http.js';
import { callsOf, needsSteps } from './help.js';
import { fieldOf, withHttp } from './http-requests.js';
import { decode, type HeaderPart, isPlain, modern } from './modern-header.js';

/** The call with this argument for the marked parameter. */
function callWith(seen: Observation, facts: ClientFacts, region: JsonValue | undefined): { http: HttpSeen; args: JsonObject } {
  needsSteps(facts);
  const calls = withHttp(callsOf(seen, 'route'));
  if (calls.length === 0)
    return breach('the client did not call a tool whose marks are right, in a list with tools whose marks are wrong', {
      received: seen.log,
    });
  for (const { http, message } of calls) {
    const args = isObject(message.params) && isObject(message.params.arguments) ? message.params.arguments : {};
    if (args.region === region) return { http, args };
  }
  return notApplicable(`the client made no call with the argument ${JSON.stringify(region)}`);
}

function params(part: Omit<HeaderPart, 'judge'>, judge: (seen: Observation, facts: ClientFacts) => void): ClientCheck {
  return modern({ ...part, scenes: ['params'], judge });
}

function carries(seen: Observation, http: HttpSeen, header: string, value: JsonValue): void {
  const sent = fieldOf(http, header);
  const text = sent === undefined ? undefined : decode(sent);
  ensure(text !== undefined && headerTextMatches(text, value), `${header} does not say ${JSON.stringify(value)}`, {
    expected: isPlain(String(value)) ? String(value) : `=?base64?${Buffer.from(String(value)).toString('base64')}?=`,
    received: sent ?? 'no such header',
    ...seen.at(http),
  });
}

const mirrors = params(
  {
    id: 'client/streamable-http-param-client-mirrors',
    title: 'Marked parameters are repeated in Mcp-Param headers, and no others',
    spec: ['streamable-http.param.client-mirrors', 'streamable-http.client.builds-headers'],
    remedy: 'Send an Mcp-Param-{name} header for each argument whose property has x-mcp-header.',
  },
  (seen, facts) => {
    const { http } = callWith(seen, facts, PARAM_VALUES.plain);
    carries(seen, http, 'mcp-param-region', PARAM_VALUES.plain);
    carries(seen, http, 'mcp-param-level', 42);
    carries(seen, http, 'mcp-param-dry', false);
    const other = Object.keys(http.headers).find((each) => each.startsWith('mcp-param-') && !/-(?:region|level|dry)$/.test(each));
    ensure(other === undefined, `the client sent ${other}, which no mark asks for`, { received: http.headers, ...seen.at(http) });
  },
);

const rejects = params(
  {
    id: 'client/streamable-http-param-client-rejects',
    title: 'Tools whose marks break the rules are left out, and the others are not',
    spec: ['streamable-http.param.client-rejects', 'streamable-http.param.client-excludes'],
    remedy: 'Leave tools out whose x-mcp-header is empty, no token, used twice, or on a parameter that is no string, number or boolean.',
  },
  (seen, facts) => {
    callWith(seen, facts, PARAM_VALUES.plain);
    const bad = BAD_TOOLS.map((tool) => callsOf(seen, String(tool.name))[0]).find((call) => call !== undefined);
    const called = bad && isObject(bad.message.params) ? bad.message.params.name : undefined;
    const tool = BAD_TOOLS.find((each) => each.name === called);
    ensure(!bad, `the client listed the tool ${called}: ${tool ? parseParamHeaders(tool.inputSchema).fault : ''}`, {
      received: bad?.message,
      ...(bad && seen.at(bad)),
    });
  },
);

const encodes = params(
  {
    id: 'client/streamable-http-param-client-encodes',
    title: 'A parameter with a line break smuggles nothing into the headers',
    spec: ['streamable-http.param.client-encodes'],
    remedy: 'Encode every value that has other characters than visible ASCII and inner spaces.',
  },
  (seen, facts) => {
    const { http } = callWith(seen, facts, PARAM_VALUES.newline);
    ensure(http.headers['x-injected'] === undefined, 'a parameter became a header of its own', {
      received: http.headers,
      ...seen.at(http),
    });
    carries(seen, http, 'mcp-param-region', PARAM_VALUES.newline);
  },
);

const base64 = params(
  {
    id: 'client/streamable-http-param-client-base64',
    title: 'A value that no plain header can carry is sent as Base64 between the markers',
    spec: ['streamable-http.param.client-base64', 'streamable-http.param.sentinel-exact'],
    remedy: 'Send such values as =?base64?…?=, in this case of letters, with the Base64 of their UTF-8.',
  },
  (seen, facts) => {
    for (const value of [PARAM_VALUES.unicode, PARAM_VALUES.padded]) {
      const { http } = callWith(seen, facts, value);
      carries(seen, http, 'mcp-param-region', value);
      const sent = fieldOf(http, 'mcp-param-region') ?? '';
      ensure(/^=\?base64\?[A-Za-z0-9+/]+={0,2}\?=$/.test(sent), 'the value is not between the markers', {
        received: sent,
        ...seen.at(http),
      });
    }
  },
);

const literal = params(
  {
    id: 'client/streamable-http-param-client-sentinel-literal',
    title: 'A value that looks encoded is encoded',
    spec: ['streamable-http.param.client-sentinel-literal'],
    remedy: 'Encode values that begin with =?base64? and end with ?=.',
  },
  (seen, facts) => carries(seen, callWith(seen, facts, PARAM_VALUES.sentinel).http, 'mcp-param-region', PARAM_VALUES.sentinel),
);

function omits(id: string, spec: string, title: string, value: JsonValue | undefined): ClientCheck {
  return params({ id, spec: [spec], title, remedy: 'Leave the header out.' }, (seen, facts) => {
    const { http } = callWith(seen, facts, value);
    const sent = fieldOf(http, 'mcp-param-region');
    ensure(sent === undefined, 'the client sent a header for a parameter without a value', { received: sent, ...seen.at(http) });
  });
}

const refreshes = modern({
  id: 'client/streamable-http-param-client-refreshes',
  level: 'should',
  title: 'A call that is refused for its Mcp-Param headers leads to a new list of tools and another call',
  spec: ['streamable-http.param.client-refreshes'],
  scenes: ['stale-params'],
  remedy: 'On -32020 for a tool list the tools again, and call it with the headers that they ask for now.',
  judge(seen, facts) {
    needsSteps(facts);
    const [call, again] = callsOf(seen, 'route');
    if (!call) return notApplicable('the client made no call');
    const listed = seen.asked('tools/list').find(({ at }) => at > call.at);
    ensure(listed !== undefined, 'the client did not list the tools again', { expected: 'tools/list', ...seen.at(call) });
    if (!again?.http) return breach('the client listed the tools again and did not repeat the call', seen.at(listed));
    carries(seen, again.http, 'mcp-param-area', 'eu');
  },
});

export const paramHeaderChecks: readonly ClientCheck[] = [
  mirrors,
  rejects,
  encodes,
  base64,
  literal,
  omits(
    'client/streamable-http-param-client-omits-null',
    'streamable-http.param.client-omits-null',
    'A parameter that is null has no header',
    null,
  ),
  omits(
    'client/streamable-http-param-client-omits-absent',
    'streamable-http.param.client-omits-absent',
    'A parameter that is not given has no header',
    undefined,
  ),
  refreshes,
];
