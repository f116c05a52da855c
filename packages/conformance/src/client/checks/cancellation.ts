import { breach, ensure, notApplicable } from '../../expect.js';
import type { ClientCheck } from '../client-check.js';
import { type Heard, isObject, type Observation } from '../observation.js';
import { BOTH, EVERY, HTTP, LEGACY, MODERN, SESSIONS, STDIO } from '../revisions.js';
import { allWentWell, callsOf, needsSteps } from './help.js';

function slowCall(seen: Observation): Heard {
  const [call] = callsOf(seen, 'slow');
  if (!call) return notApplicable('the client did not make the call that it should give up: it does not follow MCP_CONFORMANCE_STEPS');
  return call;
}

function cancellationOf(seen: Observation, { message }: Heard): Heard | undefined {
  return seen
    .notified('notifications/cancelled')
    .find((heard) => isObject(heard.message.params) && heard.message.params.requestId === message.id);
}

/** Whether the client went on without the answer: otherwise it cannot cancel, or was not told to. */
function gaveUp(seen: Observation, call: Heard): boolean {
  return cancellationOf(seen, call) !== undefined || call.http?.abandonedAt !== undefined || callsOf(seen, 'echo').length > 0;
}

const notInitialize: ClientCheck = {
  id: 'client/cancellation-not-initialize',
  level: 'must',
  title: 'initialize is never cancelled',
  spec: ['cancellation.not-initialize'],
  transports: BOTH,
  revisions: LEGACY,
  scenes: ['plain', 'no-handshake'],
  remedy: 'When initialize takes too long close the connection, and send no notifications/cancelled for it.',
  judge(seen) {
    const [initialize] = seen.asked('initialize');
    if (!initialize) return notApplicable('there was no initialize');
    const cancelled = cancellationOf(seen, initialize);
    ensure(!cancelled, 'the client sent notifications/cancelled for initialize', {
      received: cancelled?.message,
      ...(cancelled && seen.at(cancelled)),
    });
    if (seen.scene === 'no-handshake' && seen.exit === undefined)
      notApplicable('the client did not give initialize up: it does not follow MCP_CONFORMANCE_CONNECT_TIMEOUT_MS');
  },
};

const known: ClientCheck = {
  id: 'client/cancellation-known-requests',
  level: 'must',
  title: 'The client cancels only requests that it made',
  spec: ['cancellation.known-requests'],
  transports: BOTH,
  revisions: EVERY,
  scenes: 'every',
  remedy: 'Put the id of the request, as it was sent, into requestId.',
  judge(seen) {
    const all = seen.notified('notifications/cancelled');
    if (all.length === 0) notApplicable('the client sent no notifications/cancelled');
    for (const heard of all) {
      const id = isObject(heard.message.params) ? heard.message.params.requestId : undefined;
      const isKnown = seen.asked().some(({ message, at }) => message.id === id && at <= heard.at);
      // A request that was refused before its body was read is known to the client alone.
      ensure(isKnown || seen.heard.length < seen.requests.length, `no request had the id ${JSON.stringify(id)}`, {
        received: heard.message,
        ...seen.at(heard),
      });
    }
  },
};

const late: ClientCheck = {
  id: 'client/cancellation-late-response-ignored',
  level: 'should',
  title: 'An answer to a cancelled request is disregarded',
  spec: ['cancellation.late-response-ignored', 'cancellation.races'],
  transports: BOTH,
  revisions: EVERY,
  scenes: ['cancel'],
  readsExitCode: true,
  remedy: 'Drop responses with ids that no request waits with.',
  judge(seen, facts) {
    const call = slowCall(seen);
    if (!gaveUp(seen, call)) notApplicable('the client did not give the call up');
    allWentWell(seen, facts, 'a call that followed a cancelled one did not come out');
  },
};

const races: ClientCheck = {
  ...late,
  id: 'client/cancellation-races',
  level: 'must',
  title: 'A cancellation that crosses the answer does no harm',
  spec: ['cancellation.races'],
  readsExitCode: false,
  judge(seen, facts) {
    needsSteps(facts);
    const call = slowCall(seen);
    if (!gaveUp(seen, call)) notApplicable('the client did not give the call up');
    const answer = seen.answerTo(call.message.id);
    const echo = callsOf(seen, 'echo')[0];
    if (!echo) return breach('the client did not go on after a cancellation', seen.at(call));
    const { exit } = seen;
    const next = seen.answerTo(echo.message.id);
    const died = answer && exit && exit.code !== 0 && exit.at >= answer.at && (next === undefined || next.at > exit.at);
    ensure(!died, 'the client ended with the late answer', seen.at(answer ?? call));
  },
};

function sends(
  part: Pick<ClientCheck, 'id' | 'level' | 'spec' | 'transports' | 'revisions' | 'title' | 'remedy'>,
  byStream: boolean,
): ClientCheck {
  return {
    ...part,
    scenes: ['cancel'],
    judge(seen) {
      const call = slowCall(seen);
      if (!gaveUp(seen, call)) notApplicable('the client did not give the call up');
      const answer = seen.answerTo(call.message.id);
      if (byStream && seen.transport === 'streamable-http') {
        const { abandonedAt } = call.http ?? {};
        ensure(
          abandonedAt !== undefined && (answer === undefined || abandonedAt <= answer.at),
          'the client did not close the stream of a call that it gave up',
          {
            expected: 'the end of the connection of this POST',
            ...seen.at(call),
          },
        );
        return;
      }
      const cancelled = cancellationOf(seen, call);
      ensure(cancelled !== undefined, 'the client sent no notifications/cancelled for a call that it gave up', {
        expected: { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: call.message.id } },
        ...seen.at(call),
      });
    },
  };
}

const REMEDY = 'Send notifications/cancelled with the id of the request in requestId.';

export const cancellationChecks: readonly ClientCheck[] = [
  notInitialize,
  known,
  late,
  races,
  sends(
    {
      id: 'client/cancellation-client-sends',
      level: 'should',
      title: 'A request that is given up is cancelled: on stdio by a notification, over HTTP by closing its stream',
      spec: ['cancellation.client-sends'],
      transports: BOTH,
      revisions: MODERN,
      remedy: `Over HTTP close the stream of the request's POST. On stdio: ${REMEDY}`,
    },
    true,
  ),
  sends(
    {
      id: 'client/stdio-cancel-client-sends',
      level: 'must',
      title: 'On stdio a request is cancelled by notifications/cancelled',
      spec: ['stdio.cancel.client-sends'],
      transports: STDIO,
      revisions: MODERN,
      remedy: REMEDY,
    },
    false,
  ),
  sends(
    {
      id: 'client/streamable-http-cancels-explicitly',
      level: 'should',
      title: 'A request is cancelled by notifications/cancelled and not by a closed connection alone',
      spec: ['streamable-http.client.cancels-explicitly'],
      transports: HTTP,
      revisions: SESSIONS,
      remedy: REMEDY,
    },
    false,
  ),
];
