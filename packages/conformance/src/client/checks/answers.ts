import { breach, ensure, notApplicable } from '../../expect.js';
import type { JsonValue } from '../../inbox.js';
import type { ClientCheck, ClientFacts } from '../client-check.js';
import { type Heard, isObject, isRequest, type Observation } from '../observation.js';
import { BOTH, EVERY, HTTP, LEGACY, MODERN, STDIO } from '../revisions.js';
import { PING_IDS, UNKNOWN_ID } from '../scenes/messages.js';
import { allWentWell, callsOf, needsSteps } from './help.js';

/** The requests of the server, by id. */
function questionsOf(seen: Observation): Map<JsonValue | undefined, number> {
  const asked = seen.told.flatMap(({ message, position }) =>
    isObject(message) && isRequest(message) ? [[message.id, position] as const] : [],
  );
  if (asked.length === 0) notApplicable('the server had no occasion to ask: the client called no tool');
  return new Map(asked);
}

function answersTo(seen: Observation, id: JsonValue): Heard[] {
  return seen.answered().filter(({ message }) => message.id === id);
}

/** The client's answers to what the server asked. */
function answersOf(seen: Observation): Heard[] {
  questionsOf(seen);
  const answers = seen.answered();
  if (answers.length === 0) notApplicable('the client answered nothing, which another check judges');
  return answers;
}

type Part = Pick<ClientCheck, 'id' | 'title' | 'spec' | 'remedy'> & { judge(seen: Observation, facts: ClientFacts): void };

/** Of what a client answers to the server, which asks in the legacy revisions only. */
function answering(part: Part): ClientCheck {
  return { level: 'must', transports: BOTH, revisions: LEGACY, scenes: ['chatter'], ...part };
}

const ping = answering({
  id: 'client/ping-answer',
  title: 'A ping is answered with an empty result',
  spec: ['ping.answer'],
  remedy: 'Answer ping with the result {}.',
  judge(seen) {
    const questions = questionsOf(seen);
    for (const id of PING_IDS) {
      const [answer] = answersTo(seen, id);
      const evidence = { expected: { jsonrpc: '2.0', id, result: {} }, ...seen.at({ position: questions.get(id) }) };
      if (!answer) return breach(`a ping with the id ${JSON.stringify(id)} was not answered`, { ...evidence, received: 'nothing' });
      const { result } = answer.message;
      const isEmpty = isObject(result) && Object.keys(result).every((key) => key === '_meta');
      ensure(isEmpty, 'the answer to a ping is no empty result', { ...evidence, received: answer.message, ...seen.at(answer) });
    }
  },
});

const unknownMethod = answering({
  id: 'client/jsonrpc-unknown-method',
  title: 'A request for an unknown method is answered with the error -32601',
  spec: ['jsonrpc.unknown-method'],
  remedy: 'Answer requests for methods that the client does not have with the error code -32601.',
  judge(seen) {
    const position = questionsOf(seen).get(UNKNOWN_ID);
    const [answer] = answersTo(seen, UNKNOWN_ID);
    if (!answer) return breach('a request for an unknown method was not answered', { received: 'nothing', ...seen.at({ position }) });
    const { error } = answer.message;
    ensure(isObject(error) && error.code === -32601, 'a request for an unknown method was answered otherwise', {
      expected: 'an error with the code -32601',
      received: answer.message,
      ...seen.at(answer),
    });
  },
});

const once = answering({
  id: 'client/jsonrpc-request-answered-once',
  title: 'Each request of the server is answered once',
  spec: ['jsonrpc.request.answered-once'],
  remedy: 'Answer each request, with a result or an error, and only once.',
  judge(seen) {
    for (const [id, position] of questionsOf(seen)) {
      const { length } = answersTo(seen, id ?? null);
      ensure(length === 1, `the request with the id ${JSON.stringify(id)} was answered ${length} times`, seen.at({ position }));
    }
  },
});

const sameId = answering({
  id: 'client/jsonrpc-response-same-id',
  title: 'A response has the id of its request, in value and in type',
  spec: ['jsonrpc.response.same-id', 'jsonrpc.error.same-id'],
  remedy: 'Copy the id of a request into its response as it is: a string stays a string.',
  judge(seen) {
    const questions = questionsOf(seen);
    for (const answer of answersOf(seen)) {
      const { id } = answer.message;
      ensure(questions.has(id), `a response has the id ${JSON.stringify(id)}, which no request had`, {
        expected: [...questions.keys()],
        received: answer.message,
        ...seen.at(answer),
      });
    }
  },
});

const present = answering({
  id: 'client/jsonrpc-response-result-or-error',
  title: 'A response has a result or an error',
  spec: ['jsonrpc.response.result-or-error', 'jsonrpc.result.present'],
  remedy: 'Put a result, if only {}, or an error into each response.',
  judge(seen) {
    for (const answer of answersOf(seen)) {
      const { message } = answer;
      ensure('result' in message || 'error' in message, 'a response has neither a result nor an error', {
        received: message,
        ...seen.at(answer),
      });
    }
  },
});

const notBoth = answering({
  id: 'client/jsonrpc-response-not-both',
  title: 'No response has both a result and an error',
  spec: ['jsonrpc.response.not-both', 'jsonrpc.conform'],
  remedy: 'Leave the member out that does not apply; null counts as there.',
  judge(seen) {
    for (const answer of answersOf(seen)) {
      const { message } = answer;
      ensure(!('result' in message && 'error' in message), 'a response has both a result and an error', {
        received: message,
        ...seen.at(answer),
      });
    }
  },
});

const errorCode = answering({
  id: 'client/jsonrpc-error-code-integer',
  title: 'The code of an error is an integer',
  spec: ['jsonrpc.error.code-integer'],
  remedy: 'Use an integer as the code of an error.',
  judge(seen) {
    const errors = answersOf(seen).filter(({ message }) => isObject(message.error));
    if (errors.length === 0) notApplicable('the client sent no error');
    for (const answer of errors) {
      const code = isObject(answer.message.error) ? answer.message.error.code : undefined;
      ensure(code === undefined || Number.isInteger(code), 'the code of an error is no integer', {
        received: answer.message,
        ...seen.at(answer),
      });
    }
  },
});

const codeAndMessage: ClientCheck = {
  ...answering({
    id: 'client/jsonrpc-error-code-and-message',
    title: 'An error has a code and a message',
    spec: ['jsonrpc.error.code-and-message'],
    remedy: 'Put a code and a message, a string, into each error.',
    judge(seen) {
      const errors = answersOf(seen).filter(({ message }) => isObject(message.error));
      if (errors.length === 0) notApplicable('the client sent no error');
      for (const answer of errors) {
        const error = isObject(answer.message.error) ? answer.message.error : {};
        ensure('code' in error && typeof error.message === 'string', 'an error has no code or no message', {
          received: answer.message,
          ...seen.at(answer),
        });
      }
    },
  }),
  revisions: LEGACY.filter((revision) => revision !== '2024-11-05'),
};

const noResponse: ClientCheck = {
  id: 'client/jsonrpc-notification-no-response',
  level: 'must',
  title: 'Notifications are not answered, unknown ones included',
  spec: ['jsonrpc.notification.no-response'],
  transports: BOTH,
  revisions: EVERY,
  scenes: ['chatter'],
  remedy: 'Drop notifications that the client does not know.',
  judge(seen) {
    if (callsOf(seen).length === 0) notApplicable('the server had no occasion to notify: the client called no tool');
    const asked = new Set(seen.told.flatMap(({ message }) => (isObject(message) && isRequest(message) ? [message.id] : [])));
    // An id of the wrong type is another check's.
    const isKnown = (id: JsonValue | undefined): boolean => asked.has(id) || [...asked].some((each) => String(each) === String(id));
    for (const answer of seen.answered())
      ensure(isKnown(answer.message.id), 'the client answered what was no request', { received: answer.message, ...seen.at(answer) });
  },
};

const unharmed: ClientCheck = {
  id: 'client/cancellation-invalid-ignored',
  level: 'should',
  title: 'Notifications that mean nothing to the client do not disturb it',
  spec: ['cancellation.invalid-ignored'],
  transports: BOTH,
  revisions: EVERY,
  scenes: ['chatter'],
  readsExitCode: true,
  remedy: 'Ignore cancellations of requests that are not there, progress with unknown tokens, and unknown notifications.',
  judge(seen, facts) {
    needsSteps(facts);
    const [call] = callsOf(seen);
    if (!call) return breach('the client called no tool, and does when the server is right', { received: seen.log });
    const answer = seen.answerTo(call.message.id);
    const next = seen.asked('tools/list').find(({ at }) => answer !== undefined && at > answer.at);
    ensure(next !== undefined, 'the client did not go on after notifications that mean nothing to it', seen.at(answer ?? call));
    if (facts.tells) allWentWell(seen, facts, 'a request failed because of notifications that mean nothing to the client');
  },
};

const batch: ClientCheck = {
  id: 'client/batch-receive',
  level: 'must',
  title: 'An array of messages is understood',
  spec: ['batch.receive'],
  transports: BOTH,
  revisions: ['2025-03-26'],
  scenes: ['batch'],
  readsExitCode: true,
  remedy: 'Take an array for the messages in it.',
  judge(seen, facts) {
    needsSteps(facts);
    if (callsOf(seen).length === 0) return breach('the client called no tool, and does when the server is right');
    const told = seen.told.find(({ message }) => Array.isArray(message));
    try {
      allWentWell(seen, facts, 'a call did not get its answer, which came in an array');
    } catch (error) {
      if (error instanceof Error && told) Object.assign((error as { evidence?: object }).evidence ?? {}, seen.at(told));
      throw error;
    }
  },
};

function wrongDirection(id: string, spec: string[], transports: ClientCheck['transports']): ClientCheck {
  return {
    id,
    level: 'must',
    title: 'A request that the server must not send gets no response',
    spec,
    transports,
    revisions: MODERN,
    scenes: ['wrong-direction'],
    remedy: 'Answer nothing in 2026-07-28: what a server needs it asks for in its results.',
    judge(seen) {
      questionsOf(seen);
      for (const answer of seen.answered()) breach('the client sent a response', { received: answer.message, ...seen.at(answer) });
    },
  };
}

export const answerChecks: readonly ClientCheck[] = [
  ping,
  unknownMethod,
  once,
  sameId,
  present,
  notBoth,
  errorCode,
  codeAndMessage,
  noResponse,
  unharmed,
  batch,
  wrongDirection('client/stdio-stdin-no-responses', ['stdio.stdin.no-responses', 'transports.directions'], STDIO),
  wrongDirection('client/streamable-http-no-responses', ['streamable-http.client.no-responses', 'transports.directions'], HTTP),
];
