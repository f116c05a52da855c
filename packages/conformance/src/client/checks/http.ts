import { eraOf } from '@mcpwire/protocol';
import { breach, ensure, notApplicable } from '../../expect.js';
import type { ClientCheck, ClientFacts } from '../client-check.js';
import { type Heard, type HttpSeen, isObject, type Observation } from '../observation.js';
import { EVERY, HTTP, MODERN, SESSIONS } from '../revisions.js';
import { DECOY_SESSION, DROPPED_EVENT, REMOTE_SCHEMA, RETRY_MS } from '../scenes/http.js';
import { allWentWell, callsOf, firstOf } from './help.js';

const STREAMABLE = EVERY.filter((revision) => revision !== '2024-11-05');
/** Timers of the client's runtime may be a little early. */
const TIMER_MS = 25;

/** Whether a field lists this media type, or one that includes it. */
function accepts(field: string | undefined, type: string): boolean {
  const [main] = type.split('/');
  const ranges = (field ?? '').split(',').map((range) => range.split(';').map((part) => part.trim().toLowerCase()));
  return ranges.some(
    ([range = '', ...params]) => [type, `${main}/*`, '*/*'].includes(range) && !params.some((param) => /^q=0(?:\.0*)?$/.test(param)),
  );
}

function postsOf(seen: Observation): HttpSeen[] {
  const posts = seen.requests.filter(({ method }) => method === 'POST');
  if (posts.length === 0) notApplicable('the client sent no POST');
  return posts;
}

function field({ headers }: HttpSeen, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** What followed the handshake; undefined header values included. */
function afterHandshake(seen: Observation): HttpSeen[] {
  const [initialize] = seen.asked('initialize');
  const answer = initialize && seen.answerTo(initialize.message.id);
  if (!answer) return notApplicable('there was no handshake');
  return seen.requests.filter(({ at }) => at > answer.at);
}

function shown({ method, path, headers }: HttpSeen): object {
  return { method, path, headers };
}

const post: ClientCheck = {
  id: 'client/streamable-http-post',
  level: 'must',
  title: 'Each message is a POST of its own to the endpoint',
  spec: ['streamable-http.client.post'],
  transports: HTTP,
  revisions: STREAMABLE,
  scenes: ['plain', 'chatter', 'streams', 'cancel'],
  remedy: 'Send each message by a POST to the URL of the endpoint.',
  judge(seen) {
    for (const each of postsOf(seen)) {
      ensure(each.path === '/mcp', `a POST went to ${each.path} and not to the endpoint`, { expected: '/mcp', ...seen.at(each) });
      ensure(
        /^application\/json\s*(?:;|$)/i.test(field(each, 'content-type') ?? ''),
        'a POST has another Content-Type than application/json',
        {
          received: shown(each),
          ...seen.at(each),
        },
      );
    }
  },
};

const acceptBoth: ClientCheck = {
  id: 'client/streamable-http-accept-both',
  level: 'must',
  title: 'Each POST accepts application/json and text/event-stream',
  spec: ['streamable-http.client.accept-both'],
  transports: HTTP,
  revisions: STREAMABLE,
  scenes: 'every',
  remedy: 'Send Accept: application/json, text/event-stream with each POST.',
  judge(seen) {
    for (const each of postsOf(seen)) {
      // Elsewhere HTTP+SSE is spoken, which asks for nothing of the kind.
      if (each.path !== '/mcp') continue;
      const accept = field(each, 'accept');
      for (const type of ['application/json', 'text/event-stream'])
        ensure(accepts(accept, type), `a POST does not accept ${type}`, { received: accept ?? 'no Accept header', ...seen.at(each) });
    }
  },
};

const body: ClientCheck = {
  id: 'client/streamable-http-body',
  level: 'must',
  title: 'The body of a POST is one message, or in 2025-03-26 an array of messages',
  spec: ['streamable-http.client.body'],
  transports: HTTP,
  revisions: STREAMABLE,
  scenes: 'every',
  remedy: 'Put one JSON-RPC message into each body.',
  judge(seen) {
    postsOf(seen);
    const fault = seen.faults.find(({ kind }) => kind !== 'not-utf8');
    if (fault) breach(`the body of a POST ${fault.why}`, { received: fault.text, ...seen.at(fault) });
    if (seen.revision === '2025-03-26') return;
    for (const batch of seen.batches) breach('the body of a POST is an array', { received: batch.value, ...seen.at(batch) });
  },
};

/** That what came as streams was read like what comes as JSON. */
function readStreams(seen: Observation, facts: ClientFacts): void {
  postsOf(seen);
  const isModern = eraOf(seen.revision) === 'modern';
  const opened = isModern ? seen.asked() : seen.asked('initialize');
  const first = firstOf(opened, 'the client did not begin in this scene');
  const answer = seen.answerTo(first.message.id);
  const next = seen.heard.find(({ at }) => answer !== undefined && at > answer.at);
  ensure(
    next !== undefined,
    `the client did not go on after the answer to ${first.message.method} came as an event stream`,
    seen.at(answer ?? first),
  );
  if (facts.tells) allWentWell(seen, facts, 'a request failed whose answer came as an event stream');
}

function streamCheck(id: string, title: string, spec: string[], revisions: ClientCheck['revisions'], remedy: string): ClientCheck {
  return { id, level: 'must', title, spec, transports: HTTP, revisions, scenes: ['streams'], remedy, judge: readStreams };
}

const bothTypes = streamCheck(
  'client/streamable-http-both-types',
  'Answers are read as JSON and as event streams',
  ['streamable-http.client.both-types'],
  STREAMABLE,
  'Read what the Content-Type of the answer says: application/json or text/event-stream, with data over several lines, comments and unknown fields.',
);
const comments = streamCheck(
  'client/streamable-http-ignores-comments',
  'Comments on a stream do not disturb the client',
  ['streamable-http.client.ignores-comments'],
  MODERN,
  'Skip lines that begin with a colon.',
);
const headerCase = streamCheck(
  'client/streamable-http-headers-case-insensitive',
  'The case of a header name makes no difference to the client',
  ['streamable-http.headers.case-insensitive'],
  MODERN,
  'Compare names of headers without regard to case.',
);

const versionSent: ClientCheck = {
  id: 'client/streamable-http-version-header-sent',
  level: 'must',
  title: 'Requests have the MCP-Protocol-Version header, in the legacy revisions all that follow initialize',
  spec: ['streamable-http.version-header.sent'],
  transports: HTTP,
  revisions: STREAMABLE.filter((revision) => revision !== '2025-03-26'),
  scenes: ['plain', 'streams', 'dropped'],
  remedy: 'Send MCP-Protocol-Version with each request, GET and DELETE included.',
  judge(seen) {
    for (const each of eraOf(seen.revision) === 'modern' ? postsOf(seen) : afterHandshake(seen))
      ensure(field(each, 'mcp-protocol-version') !== undefined, `a ${each.method} has no MCP-Protocol-Version`, {
        received: shown(each),
        ...seen.at(each),
      });
  },
};

const versionNegotiated: ClientCheck = {
  id: 'client/streamable-http-version-header-negotiated',
  level: 'should',
  title: 'MCP-Protocol-Version names the revision agreed on',
  spec: ['streamable-http.version-header.negotiated'],
  transports: HTTP,
  revisions: ['2025-06-18', '2025-11-25'],
  scenes: ['plain'],
  remedy: "Send the protocolVersion of the server's answer to initialize.",
  judge(seen) {
    const versions = afterHandshake(seen).map((each) => ({ each, version: field(each, 'mcp-protocol-version') }));
    const sent = versions.filter(({ version }) => version !== undefined);
    if (sent.length === 0) notApplicable('the client sends no such header, which another check judges');
    for (const { each, version } of sent)
      ensure(version === seen.revision, `MCP-Protocol-Version is ${version}`, {
        expected: seen.revision,
        received: version,
        ...seen.at(each),
      });
  },
};

const getAccept: ClientCheck = {
  id: 'client/streamable-http-get-accept',
  level: 'must',
  title: 'A GET for a stream accepts text/event-stream',
  spec: ['streamable-http.get.accept'],
  transports: HTTP,
  revisions: SESSIONS,
  scenes: 'every',
  remedy: 'Send Accept: text/event-stream with GET.',
  judge(seen) {
    const gets = seen.requests.filter(({ method }) => method === 'GET');
    if (gets.length === 0) notApplicable('the client opened no stream by GET');
    for (const each of gets)
      ensure(accepts(field(each, 'accept'), 'text/event-stream'), 'a GET does not accept text/event-stream', {
        received: shown(each),
        ...seen.at(each),
      });
  },
};

const sessionSent: ClientCheck = {
  id: 'client/streamable-http-session-client-sends',
  level: 'must',
  title: 'Every request after the handshake has the session id of the answer to initialize',
  spec: ['streamable-http.session.client-sends'],
  transports: HTTP,
  revisions: SESSIONS,
  scenes: ['plain', 'decoy-session', 'chatter', 'streams', 'dropped'],
  remedy:
    'Keep the Mcp-Session-Id of the answer to initialize, of no other answer, and send it with each request, GET and DELETE included.',
  judge(seen) {
    const later = afterHandshake(seen);
    if (later.length === 0) notApplicable('the client sent nothing after the handshake');
    const ids = later.map((each) => ({ each, id: field(each, 'mcp-session-id') }));
    for (const { each, id } of ids) {
      ensure(id !== undefined, `a ${each.method} has no Mcp-Session-Id`, { received: shown(each), ...seen.at(each) });
      ensure(id !== DECOY_SESSION, 'the client took over a session id that did not come with the answer to initialize', {
        received: id,
        ...seen.at(each),
      });
      ensure(id === ids[0]?.id, 'the client sent another session id than before', { received: id, expected: ids[0]?.id, ...seen.at(each) });
    }
  },
};

const restarts: ClientCheck = {
  id: 'client/streamable-http-session-client-restarts',
  level: 'must',
  title: 'A client whose session the server does not know any more initializes anew',
  spec: ['streamable-http.session.client-restarts'],
  transports: HTTP,
  revisions: SESSIONS,
  scenes: ['lost-session'],
  remedy: 'On 404 to a request with a session id send initialize without one, and repeat the request in the new session.',
  judge(seen) {
    const [lost] = seen.requests.filter(({ headers }) => headers['mcp-session-id'] !== undefined).slice(-1);
    const refused = seen.transcript.since().some(({ kind, text }) => kind === 'sent' && text.startsWith('404'));
    if (!refused || !lost) return notApplicable('the client asked nothing once the session was lost');
    const [, again] = seen.asked('initialize');
    if (!again)
      return breach('the client did not initialize anew after 404 for its session', {
        expected: 'initialize, without Mcp-Session-Id',
        ...seen.at(lost),
      });
    const id = again.http && field(again.http, 'mcp-session-id');
    ensure(id === undefined, 'the new initialize has a session id', { received: id, ...seen.at(again) });
  },
};

const deletes: ClientCheck = {
  id: 'client/streamable-http-session-client-deletes',
  level: 'should',
  title: 'A client that is done ends its session with DELETE',
  spec: ['streamable-http.session.client-deletes'],
  transports: HTTP,
  revisions: SESSIONS,
  scenes: ['plain'],
  remedy: 'Send DELETE with the session id when the session is no longer needed.',
  judge(seen) {
    afterHandshake(seen);
    if (!seen.exit) notApplicable('the client did not end by itself');
    ensure(
      seen.requests.some(({ method }) => method === 'DELETE'),
      'the client went away and left its session behind',
    );
  },
};

/** The call whose stream was dropped, and the GET that came for the rest of it. */
function droppedOf(seen: Observation): { call: Heard; endedAt: number; get: HttpSeen | undefined; anyGet: HttpSeen | undefined } {
  const call = firstOf(callsOf(seen), 'the client called no tool in this scene');
  const endedAt = call.http?.answeredAt;
  if (endedAt === undefined) return notApplicable('the stream was not dropped');
  const later = seen.requests.filter(({ method, at }) => method === 'GET' && at > endedAt);
  return { call, endedAt, get: later.find((each) => field(each, 'last-event-id') !== undefined), anyGet: later[0] };
}

const resumes: ClientCheck = {
  id: 'client/streamable-http-resume-client-get',
  level: 'should',
  title: 'A client resumes a broken stream by GET with the id of the last event in Last-Event-ID',
  spec: ['streamable-http.resume.client-get'],
  transports: HTTP,
  revisions: SESSIONS,
  scenes: ['dropped'],
  remedy: 'Keep the id of the last event of each stream, and send it in Last-Event-ID with a GET when the stream ends without the answer.',
  judge(seen) {
    const { call, get, anyGet } = droppedOf(seen);
    ensure(
      get !== undefined,
      anyGet ? 'the client came back without Last-Event-ID' : 'the client did not come back for the rest of the stream',
      {
        expected: `GET with Last-Event-ID: ${DROPPED_EVENT}`,
        ...seen.at(anyGet ?? call),
      },
    );
    const id = field(get, 'last-event-id');
    ensure(id === DROPPED_EVENT, 'Last-Event-ID is another than that of the last event', {
      expected: DROPPED_EVENT,
      received: id,
      ...seen.at(get),
    });
  },
};

const polls: ClientCheck = {
  id: 'client/streamable-http-polls',
  level: 'should',
  title: 'A client whose stream was closed before the answer comes back for the rest',
  spec: ['streamable-http.client.polls'],
  transports: HTTP,
  revisions: ['2025-11-25'],
  scenes: ['dropped'],
  remedy: 'Take the end of a stream without the answer for a break, and reconnect.',
  judge(seen) {
    const { call, anyGet } = droppedOf(seen);
    ensure(anyGet !== undefined, 'the client did not come back for the rest of the stream', { expected: 'GET', ...seen.at(call) });
  },
};

const retry: ClientCheck = {
  id: 'client/streamable-http-retry-honoured',
  level: 'must',
  title: 'A client waits as long as retry says before it comes back',
  spec: ['streamable-http.client.retry-honoured'],
  transports: HTTP,
  revisions: ['2025-11-25'],
  scenes: ['dropped'],
  remedy: 'Let as many milliseconds pass as the field retry said before the next GET.',
  judge(seen) {
    const { endedAt, get, anyGet } = droppedOf(seen);
    const back = get ?? anyGet;
    if (!back) return notApplicable('the client did not come back, which another check judges');
    const waitedMs = Math.round(back.at - endedAt);
    ensure(waitedMs >= RETRY_MS - TIMER_MS, `the client came back after ${waitedMs} ms`, {
      expected: `at least ${RETRY_MS} ms`,
      received: `${waitedMs} ms`,
      ...seen.at(back),
    });
  },
};

const fallsBack: ClientCheck = {
  id: 'client/streamable-http-compat-client-falls-back',
  level: 'should',
  title: 'A client for older servers, refused its POST, tries GET and uses the endpoint of its first event',
  spec: ['streamable-http.compat.client-falls-back'],
  transports: HTTP,
  revisions: STREAMABLE,
  scenes: ['old-server'],
  remedy: 'On 400, 404 or 405 to the first POST open a stream by GET, and send messages to the URI of its endpoint event.',
  judge(seen) {
    const get = seen.requests.find(({ method }) => method === 'GET');
    if (!get) return notApplicable('the client does not look for servers of 2024-11-05');
    const later = seen.requests.filter(({ method, at }) => method === 'POST' && at > get.at);
    const there = later.find(({ path }) => path === '/messages');
    ensure(there !== undefined, 'the client did not send its messages to the endpoint that it was given', {
      received: later[0] && shown(later[0]),
      ...seen.at(get),
    });
  },
};

const inspects: ClientCheck = {
  id: 'client/streamable-http-inspects-400',
  level: 'should',
  title: 'A 400 leads to initialize, unless its body has an error that only a modern server sends',
  spec: ['streamable-http.client.inspects-400'],
  transports: HTTP,
  revisions: MODERN,
  scenes: ['plain-400', 'modern-error'],
  remedy: 'Read the body of a 400: an error like -32022 means a modern server, anything else a legacy one.',
  judge(seen, facts) {
    if (!facts.revisions.some((revision) => eraOf(revision) === 'legacy')) notApplicable('the client speaks no legacy revision');
    const probe = firstOf(seen.asked('server/discover'), 'the client did not ask server/discover');
    const [initialize] = seen.asked('initialize');
    if (seen.scene === 'plain-400') ensure(initialize !== undefined, 'the client did not fall back to initialize', seen.at(probe));
    else
      ensure(!initialize, 'the client fell back to initialize, though the body had a modern error', {
        received: initialize?.message,
        ...(initialize && seen.at(initialize)),
      });
  },
};

const remoteSchema: ClientCheck = {
  id: 'client/json-schema-ref-no-network',
  level: 'must',
  title: 'A reference from a schema to the network is not followed by itself',
  spec: ['json-schema.ref-no-network', 'json-schema.ref-off-by-default'],
  transports: HTTP,
  revisions: MODERN,
  scenes: ['remote-schema'],
  remedy: 'Refuse a schema with a $ref to the network, or follow it only where the user has turned that on.',
  judge(seen) {
    if (seen.asked('tools/list').length === 0) notApplicable('the client listed no tools');
    const fetched = seen.requests.find(({ path }) => path.startsWith(REMOTE_SCHEMA));
    ensure(!fetched, 'the client fetched a schema that the schema of a tool refers to', {
      received: fetched && shown(fetched),
      ...(fetched && seen.at(fetched)),
    });
  },
};

export const httpChecks: readonly ClientCheck[] = [
  post,
  acceptBoth,
  body,
  bothTypes,
  comments,
  headerCase,
  versionSent,
  versionNegotiated,
  getAccept,
  sessionSent,
  restarts,
  deletes,
  resumes,
  polls,
  retry,
  fallsBack,
  inspects,
  remoteSchema,
];

/** For checks of headers that repeat the body. */
export function withHttp(all: readonly Heard[]): (Heard & { readonly http: HttpSeen })[] {
  return all.filter((heard): heard is Heard & { readonly http: HttpSeen } => heard.http !== undefined && isObject(heard.message));
}
