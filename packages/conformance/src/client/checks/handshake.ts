import { eraOf, REVISIONS } from '@mcpwire/protocol';
import { breach, ensure, notApplicable } from '../../expect.js';
import type { ClientCheck } from '../client-check.js';
import { type Heard, isObject, isRequest, type Observation, type Told } from '../observation.js';
import { BOTH, EVERY, LEGACY } from '../revisions.js';

/** The handshake of a scene: what opened it, and the answer. */
function handshakeOf(seen: Observation): { initialize: Heard; answer: Told } {
  const [initialize] = seen.asked('initialize');
  const answer = initialize && seen.answerTo(initialize.message.id);
  if (!initialize || !answer) return notApplicable('there was no handshake');
  return { initialize, answer };
}

/** What a client of both eras asks before it opens a handshake, and how it gives that up. */
function isProbe({ message }: Heard): boolean {
  return message.method === 'server/discover' || message.method === 'notifications/cancelled';
}

const first: ClientCheck = {
  id: 'client/lifecycle-initialize-first',
  level: 'must',
  title: 'The first message of a session is initialize',
  spec: ['lifecycle.initialize.first'],
  transports: BOTH,
  revisions: LEGACY,
  scenes: 'every',
  remedy: 'Send initialize before anything else.',
  judge(seen) {
    const links = new Set(seen.heard.map(({ link }) => link));
    for (const link of links) {
      const opening = seen.heard.find((heard) => heard.link === link && !isProbe(heard));
      if (!opening) continue;
      ensure(opening.message.method === 'initialize', 'the first message was no initialize', {
        received: opening.message,
        ...seen.at(opening),
      });
    }
  },
};

const sent: ClientCheck = {
  id: 'client/lifecycle-initialize-sent',
  level: 'must',
  title: 'initialize tells the revision, the capabilities, and the name and version of the client',
  spec: ['lifecycle.initialize.sent', 'base.core'],
  transports: BOTH,
  revisions: LEGACY,
  scenes: ['plain'],
  remedy: 'Send protocolVersion, capabilities and clientInfo with a name and a version in the params of initialize.',
  judge(seen) {
    const { initialize } = handshakeOf(seen);
    const params = isObject(initialize.message.params) ? initialize.message.params : {};
    const evidence = { received: initialize.message, ...seen.at(initialize) };
    ensure(typeof params.protocolVersion === 'string', 'initialize has no protocolVersion', evidence);
    ensure(isObject(params.capabilities), 'initialize has no capabilities', evidence);
    const { clientInfo } = params;
    ensure(isObject(clientInfo), 'initialize has no clientInfo', evidence);
    ensure(typeof clientInfo.name === 'string' && typeof clientInfo.version === 'string', 'clientInfo has no name or no version', evidence);
  },
};

const initialized: ClientCheck = {
  id: 'client/lifecycle-initialized-sent',
  level: 'must',
  title: 'When initialize is answered the client sends notifications/initialized',
  spec: ['lifecycle.initialized.sent'],
  transports: BOTH,
  revisions: LEGACY,
  scenes: ['plain'],
  remedy: 'Send notifications/initialized as soon as initialize is answered, before the first request.',
  judge(seen) {
    const { answer } = handshakeOf(seen);
    const [notified] = seen.notified('notifications/initialized');
    const evidence = seen.at(answer);
    if (!notified) return breach('notifications/initialized never came', evidence);
    ensure(notified.at >= answer.at, 'notifications/initialized came before initialize was answered', {
      ...evidence,
      ...seen.at(notified),
    });
    const early = seen.asked().find(({ at, message }) => at > answer.at && at < notified.at && message.method !== 'ping');
    ensure(!early, 'a request came before notifications/initialized', { received: early?.message, ...(early && seen.at(early)) });
  },
};

const waits: ClientCheck = {
  id: 'client/lifecycle-initialize-client-waits',
  level: 'should',
  title: 'Until initialize is answered the client requests nothing but ping',
  spec: ['lifecycle.initialize.client-waits'],
  transports: BOTH,
  revisions: LEGACY,
  scenes: ['plain', 'no-handshake'],
  remedy: 'Wait for the answer to initialize before the next request.',
  judge(seen) {
    const [initialize] = seen.asked('initialize');
    if (!initialize) return notApplicable('there was no initialize');
    const answer = seen.answerTo(initialize.message.id);
    const early = seen
      .asked()
      .find(
        ({ at, message }) =>
          at >= initialize.at &&
          at < (answer?.at ?? Infinity) &&
          !['initialize', 'ping', 'server/discover'].includes(message.method as string),
      );
    ensure(!early, `${early?.message.method} was requested before initialize was answered`, {
      received: early?.message,
      ...(early && seen.at(early)),
    });
  },
};

const notInBatch: ClientCheck = {
  id: 'client/lifecycle-initialize-not-in-batch',
  level: 'must',
  title: 'initialize is not part of an array',
  spec: ['lifecycle.initialize.not-in-batch'],
  transports: BOTH,
  revisions: ['2025-03-26'],
  scenes: 'every',
  remedy: 'Send initialize as one message.',
  judge(seen) {
    for (const heard of seen.asked('initialize'))
      ensure(!heard.inBatch, 'initialize came inside an array', { received: heard.message, ...seen.at(heard) });
  },
};

const supported: ClientCheck = {
  id: 'client/lifecycle-version-client-supported',
  level: 'must',
  title: 'The revision in initialize is one that the client speaks',
  spec: ['lifecycle.version.client-supported'],
  transports: BOTH,
  revisions: LEGACY,
  scenes: ['plain'],
  remedy: 'Ask for a revision that the client goes along with when it gets it.',
  judge(seen, facts) {
    const { initialize } = handshakeOf(seen);
    const asked = isObject(initialize.message.params) ? initialize.message.params.protocolVersion : undefined;
    const revision = REVISIONS.find((each) => each === asked && eraOf(each) === 'legacy');
    if (!revision)
      return breach(`initialize asks for ${JSON.stringify(asked)}, which has no handshake or is no revision`, {
        received: asked,
        ...seen.at(initialize),
      });
    if (seen.transport === 'streamable-http' && revision === '2024-11-05') return;
    ensure(facts.revisions.includes(revision), `the client asked for ${revision}, and did not go along when it got it`, {
      ...seen.at(initialize),
    });
  },
};

const disconnect: ClientCheck = {
  id: 'client/lifecycle-version-disconnect',
  level: 'should',
  title: 'A client that is offered a revision that it cannot speak disconnects',
  spec: ['lifecycle.version.disconnect'],
  transports: BOTH,
  revisions: LEGACY,
  scenes: ['other-version'],
  remedy: 'Compare the protocolVersion of the answer with those that the client speaks, and close the connection if it is not among them.',
  judge(seen) {
    const { answer } = handshakeOf(seen);
    const evidence = { expected: 'the end of the connection', ...seen.at(answer) };
    const next = seen.heard.find(({ at, message }) => at > answer.at && message.method !== 'notifications/cancelled');
    ensure(!next, 'the client went on with a revision that does not exist', { ...evidence, received: next?.message });
    const isOpen =
      seen.exit === undefined && seen.links.some(({ endedAt, signals, gone }) => endedAt === undefined && signals.length === 0 && !gone);
    ensure(!isOpen, 'the client left the connection open', evidence);
  },
};

const capabilities: ClientCheck = {
  id: 'client/lifecycle-operation-capabilities',
  level: 'should',
  title: 'The client uses only what the server declared',
  spec: ['lifecycle.operation.capabilities'],
  transports: BOTH,
  revisions: LEGACY,
  scenes: ['chatter'],
  remedy: 'Look at the capabilities in the answer to initialize before a request.',
  judge(seen) {
    handshakeOf(seen);
    const undeclared = seen.heard.find(
      ({ message }) => isRequest(message) && /^(?:resources|prompts|logging|completion|tasks)\//.test(String(message.method)),
    );
    ensure(!undeclared, `the client requested ${undeclared?.message.method}, and the server declared tools alone`, {
      received: undeclared?.message,
      ...(undeclared && seen.at(undeclared)),
    });
  },
};

const selects: ClientCheck = {
  id: 'client/versioning-client-selects',
  level: 'should',
  title: 'Told that none of its versions fits, the client stops asking',
  spec: ['versioning.client-selects'],
  transports: BOTH,
  revisions: EVERY.filter((revision) => eraOf(revision) === 'modern'),
  scenes: ['modern-error'],
  remedy: 'Compare data.supported of the error -32022 with the versions that the client speaks, and report that none fits.',
  judge(seen) {
    const refused = seen.told.find(({ message }) => isObject(message) && isObject(message.error) && message.error.code === -32022);
    if (!refused) return notApplicable('the client asked nothing');
    const again = seen.asked().filter(({ at, message }) => at > refused.at && message.method !== 'initialize');
    ensure(again.length <= 1, 'the client went on asking a server that has none of its versions', {
      received: again.at(1)?.message,
      ...seen.at(refused),
    });
  },
};

export const handshakeChecks: readonly ClientCheck[] = [
  first,
  sent,
  initialized,
  waits,
  notInBatch,
  supported,
  disconnect,
  capabilities,
  selects,
];
