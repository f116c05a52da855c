import { ensure, notApplicable } from '../../expect.js';
import type { ClientCheck } from '../client-check.js';
import type { Heard, HttpSeen, Observation } from '../observation.js';
import { HTTP, SESSIONS } from '../revisions.js';
import { DROPPED_EVENT, RETRY_MS } from '../scenes/http.js';
import { callsOf, firstOf } from './help.js';
import { accepts, fieldOf, shown } from './http-requests.js';

/** Timers of the client's runtime may be a little early. */
const TIMER_MS = 25;

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
      ensure(accepts(fieldOf(each, 'accept'), 'text/event-stream'), 'a GET does not accept text/event-stream', {
        received: shown(each),
        ...seen.at(each),
      });
  },
};

/** The call whose stream was dropped, and the GET that came for the rest of it. */
function droppedOf(seen: Observation): { call: Heard; endedAt: number; get: HttpSeen | undefined; anyGet: HttpSeen | undefined } {
  const call = firstOf(callsOf(seen), 'the client called no tool in this scene');
  const endedAt = call.http?.answeredAt;
  if (endedAt === undefined) return notApplicable('the stream was not dropped');
  const later = seen.requests.filter(({ method, at }) => method === 'GET' && at > endedAt);
  return { call, endedAt, get: later.find((each) => fieldOf(each, 'last-event-id') !== undefined), anyGet: later[0] };
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
    const id = fieldOf(get, 'last-event-id');
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

export const getStreamChecks: readonly ClientCheck[] = [getAccept, resumes, polls, retry];
