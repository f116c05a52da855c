import { eraOf } from '@mcpwire/protocol';
import { breach, ensure } from '../../expect.js';
import type { ClientCheck, ClientFacts } from '../client-check.js';
import type { Observation } from '../observation.js';
import { HTTP, MODERN } from '../revisions.js';
import { allWentWell, firstOf } from './help.js';
import { accepts, fieldOf, postsOf, STREAMABLE, shown } from './http-requests.js';

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
        /^application\/json\s*(?:;|$)/i.test(fieldOf(each, 'content-type') ?? ''),
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
      const accept = fieldOf(each, 'accept');
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
  return {
    id,
    level: 'must',
    title,
    spec,
    transports: HTTP,
    revisions,
    scenes: ['streams'],
    readsExitCode: true,
    remedy,
    judge: readStreams,
  };
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

export const postChecks: readonly ClientCheck[] = [post, acceptBoth, body, bothTypes, comments, headerCase];
