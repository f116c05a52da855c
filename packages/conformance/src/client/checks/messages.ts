import { hasMethod, REVISIONS } from '@mcpwire/protocol';
import { breach, ensure, notApplicable } from '../../expect.js';
import type { JsonObject, JsonValue } from '../../inbox.js';
import type { ClientCheck } from '../client-check.js';
import { type Heard, isId, isObject, isRequest, type Observation } from '../observation.js';
import { BOTH, EVERY, LEGACY, MODERN } from '../revisions.js';

const REQUEST_METHODS =
  /^(?:initialize|ping|server\/discover|(?:tools|resources|prompts|completion|logging|roots|tasks|subscriptions)\/.+)$/;

function each(seen: Observation, judge: (heard: Heard) => void): void {
  if (seen.heard.length === 0) notApplicable('the client sent no message');
  for (const heard of seen.heard) judge(heard);
}

function eachRequest(seen: Observation, judge: (heard: Heard) => void): void {
  each(seen, (heard) => {
    if (isRequest(heard.message)) judge(heard);
  });
}

/** What is wrong with the shape of a message; ids and versions have checks of their own. */
function shapeFault(message: JsonObject): string | undefined {
  const { method, params } = message;
  if ('method' in message) {
    if (typeof method !== 'string') return 'its method is no string';
    if ('params' in message && !isObject(params)) return 'its params are no object';
    if ('result' in message || 'error' in message) return 'it has a method, and a result or an error';
    return undefined;
  }
  if (!('id' in message)) return 'it has neither a method nor an id';
  if (!('result' in message) && !('error' in message)) return 'it has no method, no result and no error';
  if ('error' in message && !isObject(message.error)) return 'its error is no object';
  return undefined;
}

const shape: ClientCheck = {
  id: 'client/jsonrpc-message-shape',
  level: 'must',
  title: 'Everything that the client sends is a JSON-RPC message',
  spec: ['jsonrpc.conform'],
  transports: BOTH,
  revisions: EVERY,
  scenes: 'every',
  remedy: 'Send requests, notifications and responses with the members that JSON-RPC 2.0 gives them, and params as an object.',
  judge(seen) {
    each(seen, ({ message, position }) => {
      const fault = shapeFault(message);
      ensure(fault === undefined, `the client sent a message that is none: ${fault}`, { received: message, ...seen.at({ position }) });
    });
  },
};

const version: ClientCheck = {
  id: 'client/jsonrpc-version-member',
  level: 'must',
  title: 'Each message has "jsonrpc": "2.0"',
  spec: ['jsonrpc.version-member'],
  transports: BOTH,
  revisions: EVERY,
  scenes: 'every',
  remedy: 'Put "jsonrpc": "2.0" into each message.',
  judge(seen) {
    each(seen, ({ message, position }) =>
      ensure(message.jsonrpc === '2.0', 'the client sent a message without "jsonrpc": "2.0"', {
        received: message,
        ...seen.at({ position }),
      }),
    );
  },
};

const idPresent: ClientCheck = {
  id: 'client/jsonrpc-request-id-present',
  level: 'must',
  title: 'Each request has an id, a string or an integer',
  spec: ['jsonrpc.request.id-present'],
  transports: BOTH,
  revisions: EVERY,
  scenes: 'every',
  remedy: 'Give each request an id that is a string or an integer.',
  judge(seen) {
    each(seen, ({ message, position }) => {
      const { method, id } = message;
      if (typeof method !== 'string') return;
      const evidence = { received: message, ...seen.at({ position }) };
      if (!('id' in message)) ensure(!REQUEST_METHODS.test(method), `the client sent a request for ${method} without an id`, evidence);
      // Null has a check of its own.
      else if (id !== null) ensure(isId(id), `the id of a request for ${method} is neither a string nor an integer`, evidence);
    });
  },
};

const idNotNull: ClientCheck = {
  id: 'client/jsonrpc-request-id-not-null',
  level: 'must',
  title: 'No request has the id null',
  spec: ['jsonrpc.request.id-not-null'],
  transports: BOTH,
  revisions: EVERY,
  scenes: 'every',
  remedy: 'Give each request an id that is a string or an integer.',
  judge(seen) {
    eachRequest(seen, ({ message, position }) =>
      ensure(message.id !== null, 'the client sent a request with the id null', { received: message, ...seen.at({ position }) }),
    );
  },
};

const idUnused: ClientCheck = {
  id: 'client/jsonrpc-request-id-unused',
  level: 'must',
  title: 'No id is used for two requests of a session',
  spec: ['jsonrpc.request.id-unused'],
  transports: BOTH,
  revisions: LEGACY,
  scenes: 'every',
  remedy: 'Count ids up for as long as a session lasts.',
  judge(seen) {
    const used = new Map<number, Set<JsonValue | undefined>>();
    eachRequest(seen, ({ message, link, position }) => {
      // A session begins with initialize; what was asked before, it does not know.
      const ids = (message.method !== 'initialize' && used.get(link)) || new Set();
      used.set(link, ids);
      ensure(!ids.has(message.id), `the id ${JSON.stringify(message.id)} was used before in this session`, {
        received: message,
        ...seen.at({ position }),
      });
      ids.add(message.id);
    });
  },
};

const idNotInFlight: ClientCheck = {
  id: 'client/jsonrpc-request-id-not-in-flight',
  level: 'must',
  title: 'No two requests that wait for their answers have the same id',
  spec: ['jsonrpc.request.id-not-in-flight'],
  transports: BOTH,
  revisions: MODERN,
  scenes: 'every',
  remedy: 'Use an id again only when its request is answered; better never.',
  judge(seen) {
    const waiting = new Map<string, Heard>();
    const key = ({ link }: Heard, id: JsonValue | undefined): string => `${link} ${JSON.stringify(id)}`;
    const isOver = ({ message, http }: Heard, at: number): boolean =>
      seen.told.some((told) => told.at <= at && isObject(told.message) && !('method' in told.message) && told.message.id === message.id) ||
      (http?.answeredAt !== undefined && http.answeredAt <= at) ||
      (http?.abandonedAt !== undefined && http.abandonedAt <= at);
    each(seen, (heard) => {
      const { message, at, position } = heard;
      if (message.method === 'notifications/cancelled' && isObject(message.params)) waiting.delete(key(heard, message.params.requestId));
      if (!isRequest(message)) return;
      const other = waiting.get(key(heard, message.id));
      ensure(other === undefined || isOver(other, at), `the id ${JSON.stringify(message.id)} is that of a request that still waits`, {
        received: message,
        ...seen.at({ position }),
      });
      waiting.set(key(heard, message.id), heard);
    });
  },
};

const notificationNoId: ClientCheck = {
  id: 'client/jsonrpc-notification-no-id',
  level: 'must',
  title: 'No notification has an id',
  spec: ['jsonrpc.notification.no-id'],
  transports: BOTH,
  revisions: EVERY,
  scenes: 'every',
  remedy: 'Leave the member id out of notifications.',
  judge(seen) {
    each(seen, ({ message, position }) => {
      const isNotification = typeof message.method === 'string' && message.method.startsWith('notifications/');
      ensure(!isNotification || !('id' in message), `the notification ${message.method} has an id`, {
        received: message,
        ...seen.at({ position }),
      });
    });
  },
};

const utf8: ClientCheck = {
  id: 'client/transports-utf-8',
  level: 'must',
  title: 'What the client sends is UTF-8',
  spec: ['transports.utf-8'],
  transports: BOTH,
  revisions: EVERY.filter((revision) => revision !== '2024-11-05'),
  scenes: 'every',
  remedy: 'Encode messages as UTF-8.',
  judge(seen) {
    const fault = seen.faults.find(({ kind }) => kind === 'not-utf8');
    if (fault) breach('the client sent bytes that are not UTF-8', { received: fault.text, ...seen.at(fault) });
    if (seen.heard.length === 0) notApplicable('the client sent no message');
  },
};

const operationVersion: ClientCheck = {
  id: 'client/lifecycle-operation-version',
  level: 'should',
  title: 'The client uses the methods of the revision agreed on, and of no other',
  spec: ['lifecycle.operation.version'],
  transports: BOTH,
  revisions: LEGACY,
  scenes: 'every',
  remedy: 'Send what the revision agreed on has.',
  judge(seen) {
    const [initialize] = seen.asked('initialize');
    const answer = initialize && seen.answerTo(initialize.message.id);
    if (!answer) return notApplicable('there was no handshake');
    for (const { message, at, position } of seen.heard) {
      const { method } = message;
      // A client of both eras asks this before the handshake.
      if (typeof method !== 'string' || at < answer.at || method === 'server/discover') continue;
      const others = REVISIONS.filter((revision) => hasMethod(revision, 'client', method));
      ensure(others.length === 0 || others.includes(seen.revision), `${method} is of ${others.join(', ')} and not of ${seen.revision}`, {
        received: message,
        ...seen.at({ position }),
      });
    }
  },
};

export const messageChecks: readonly ClientCheck[] = [
  shape,
  version,
  idPresent,
  idNotNull,
  idUnused,
  idNotInFlight,
  notificationNoId,
  utf8,
  operationVersion,
];
