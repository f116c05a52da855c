import { randomUUID } from 'node:crypto';
import type { Check } from '../../check.js';
import { ensure, notApplicable } from '../../expect.js';
import type { StreamableHttpConnection } from '../../raw/streamable-http-connection.js';
import { UNKNOWN_METHOD } from '../jsonrpc/requests.js';
import {
  answerIn,
  controlPing,
  type HttpContext,
  type HttpSession,
  isServed,
  LEGACY_HTTP,
  openQuietly,
  openWithId,
  postPing,
} from './scope.js';

/** Ids that are compared. */
const SESSIONS = 5;
/** Fewer characters that differ from id to id can be tried out. */
const MIN_VARYING = 8;

export const sessionChecks: readonly Check<StreamableHttpConnection>[] = [
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/session-id-visible-ascii',
    level: 'must',
    title: 'A session id has only visible ASCII characters',
    spec: ['streamable-http.session.id-visible-ascii'],
    remedy: 'Use characters from 0x21 to 0x7E alone, as a UUID has them.',
    async run(context) {
      const { sessionId } = await openWithId(context);
      ensure(/^[\x21-\x7e]+$/.test(sessionId), 'a session id has characters other than visible ASCII, or none at all', {
        expected: 'characters from 0x21 to 0x7E',
        received: sessionId,
      });
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/session-id-unique',
    level: 'should',
    title: 'Session ids are unique, and cannot be guessed from others',
    spec: ['streamable-http.session.id-unique'],
    remedy: 'Make session ids from at least 128 random bits, with a cryptographic generator: crypto.randomUUID().',
    async run(context) {
      const ids = await sessionIds(context);
      ensure(new Set(ids).size === ids.length, 'two sessions got the same id', { expected: 'an id for each', received: ids });
      const length = Math.min(...ids.map((id) => id.length));
      const varying = Array.from({ length }, (_, index) => new Set(ids.map((id) => id[index])).size).filter((kinds) => kinds > 1).length;
      ensure(varying >= MIN_VARYING, `session ids differ in ${varying} characters alone, so that others can be guessed`, {
        expected: 'random ids',
        received: ids,
      });
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/session-missing-400',
    level: 'should',
    title: 'A request without the session id that the server needs gets status 400',
    spec: ['streamable-http.session.missing-400'],
    remedy: 'Answer requests without Mcp-Session-Id, initialize apart, with status 400.',
    async run(context) {
      const session = await openWithId(context);
      await controlPing(context, session, 'a request with the session id');
      const { reply } = await postPing(session, { omit: ['Mcp-Session-Id'] });
      if (isServed(reply)) notApplicable('the server needs no session id');
      ensure(reply.status === 400, `a request without a session id got status ${reply.status}`, {
        expected: 'status 400',
        received: reply.describe(),
      });
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/session-unknown-refused',
    level: 'should',
    title: 'A request with a session id that the server never gave is refused with 404 or 400',
    spec: ['streamable-http.session.terminated-404'],
    remedy: 'Look session ids up: answer those that you do not know as those that ended, with status 404, and open no session for them.',
    async run(context) {
      const session = await openWithId(context);
      await controlPing(context, session, 'a request with the right session id');
      for (const id of [randomUUID(), lookAlike(session.sessionId)]) {
        const { reply } = await postPing(session, { headers: { 'Mcp-Session-Id': id } });
        ensure(
          reply.status === 404 || reply.status === 400,
          `a request with a session id that was never given got status ${reply.status}`,
          {
            expected: 'status 404',
            received: reply.describe(),
          },
        );
      }
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/session-terminated-404',
    level: 'must',
    title: 'Requests in a session that was ended get status 404',
    spec: ['streamable-http.session.terminated-404'],
    remedy: 'Answer requests with the id of a session that ended with status 404, so that clients begin anew.',
    async run(context) {
      const session = await openWithId(context);
      const { connection } = session;
      await controlPing(context, session, 'a request before the end of the session');
      const ended = await connection.delete();
      if (!isServed(ended)) notApplicable(`the server does not let clients end sessions: DELETE gets status ${ended.status}`);
      const { reply } = await postPing(session);
      const get = await connection.get();
      get.cut();
      connection.sessionId = undefined;
      ensure(reply.status === 404, `a request in a session that was ended got status ${reply.status}`, {
        expected: 'status 404',
        received: reply.describe(),
      });
      ensure(get.status === 404 || get.status === 405, `a GET in a session that was ended got status ${get.status}`, {
        expected: 'status 404',
        received: get.describe(),
      });
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/session-delete',
    level: 'may',
    title: 'DELETE ends the session, or is refused with status 405',
    spec: ['streamable-http.session.delete-405'],
    remedy: 'Answer DELETE with 200 or 204 and end the session, or with 405.',
    async run(context) {
      const session = await openWithId(context);
      await controlPing(context, session, 'a request in the session');
      const reply = await session.connection.delete();
      if (isServed(reply)) session.connection.sessionId = undefined;
      ensure(isServed(reply) || reply.status === 405, `DELETE in a session got status ${reply.status}`, {
        expected: 'a status of success, or 405',
        received: reply.describe(),
      });
    },
  },
  {
    ...LEGACY_HTTP,
    id: 'streamable-http/sessions-apart',
    level: 'must',
    title: 'Clients that use the same ids at the same time each get their own answers',
    spec: ['jsonrpc.request.answered-once', 'jsonrpc.response.same-id'],
    remedy: 'Keep the requests in flight of each session, or of each POST, apart: ids are unique within one client alone.',
    async run(context) {
      const sessions: HttpSession[] = [await openQuietly(context), await openQuietly(context)];
      for (const session of sessions) await controlPing(context, session, 'a request of one client alone');
      const ids = Array.from({ length: 10 }, (_, index) => `shared-${index}`);
      const asked = sessions.flatMap((session, index) =>
        ids.map(async (id) => {
          const request = session.createRequest(index === 0 ? 'ping' : UNKNOWN_METHOD, undefined, { id });
          const reply = await session.connection.post(request);
          const answer = answerIn(reply, id);
          const wrong =
            answer === undefined ? 'a client got no answer while another used the same ids' : 'a client got the answer of another';
          ensure(answer !== undefined && (index === 0 ? 'result' : 'error') in answer && reply.messages.length === 1, wrong, {
            expected: index === 0 ? 'a result' : 'an error, the method being unknown',
            received: reply.messages.length > 0 ? reply.messages : reply.describe(),
          });
        }),
      );
      const settled = await Promise.allSettled(asked);
      for (const each of settled) if (each.status === 'rejected') throw each.reason;
    },
  },
];

async function sessionIds(context: HttpContext): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < SESSIONS) ids.push((await openWithId(context)).sessionId);
  return ids;
}

/** Another id of the same form: each letter and digit replaced by another of its kind. */
function lookAlike(id: string): string {
  const hexadecimal = /^[0-9a-f-]+$/i.test(id);
  return id.replace(/[0-9a-z]/gi, (char) => {
    if (/\d/.test(char)) return String((Number(char) + 3) % 10);
    const span = hexadecimal ? 6 : 26;
    const base = char < 'a' ? 65 : 97;
    return String.fromCharCode(((char.charCodeAt(0) - base + 3) % span) + base);
  });
}
