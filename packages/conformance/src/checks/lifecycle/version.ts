import { eraOf } from '@mcpwire/protocol';
import type { Check, CheckContext } from '../../check.js';
import { breach, ensure, notApplicable } from '../../expect.js';
import type { JsonObject } from '../../inbox.js';
import { isObject, resultOf } from '../../session.js';
import { breachInGreeting } from '../observed.js';
import { EVERY_TRANSPORT, LEGACY } from '../scope.js';

/** No revision had or will have this date. */
const UNKNOWN_VERSION = '1900-01-01';
const INVALID_PARAMS = -32602;

export const versionChecks: readonly Check[] = [
  {
    id: 'lifecycle/version-echo',
    level: 'must',
    title: 'initialize with a version that the server supports is answered with that version',
    spec: ['lifecycle.version.echo'],
    transports: EVERY_TRANSPORT,
    revisions: LEGACY,
    uses: 'shared',
    remedy: 'Answer with the requested protocolVersion if you support it.',
    async run(context) {
      const { protocolVersion } = context.server.greeting;
      if (protocolVersion === context.revision) return;
      breachInGreeting(context, `initialize with ${context.revision} was answered with another version`, context.revision, protocolVersion);
    },
  },
  {
    id: 'lifecycle/version-counter',
    level: 'must',
    title: 'initialize with a version that the server lacks is answered with one that it has',
    spec: ['lifecycle.version.counter'],
    transports: EVERY_TRANSPORT,
    revisions: LEGACY,
    remedy: 'Answer a version that you do not support with one that you do, your newest; the client decides then.',
    async run(context) {
      const offer = await context.once('offered version', () => offerFor(context));
      if (offer === undefined) return;
      ensure(offer !== UNKNOWN_VERSION, `the server agreed on ${UNKNOWN_VERSION}, which no revision is called`, {
        expected: context.server.revisions,
        received: offer,
      });
      if (context.server.revisions.some((revision) => revision === offer)) return;
      const session = await context.connect();
      const params = { ...session.initializeParams, protocolVersion: offer };
      const { protocolVersion } = await session.result('initialize', params);
      ensure(protocolVersion === offer, `the server offered ${offer}, and then did not agree on it`, {
        expected: offer,
        received: protocolVersion,
      });
    },
  },
  {
    id: 'lifecycle/version-server-latest',
    level: 'should',
    title: 'The version that the server offers instead of one it lacks is its newest',
    spec: ['lifecycle.version.server-latest'],
    transports: EVERY_TRANSPORT,
    revisions: LEGACY,
    remedy: 'Offer the newest version that you support.',
    async run(context) {
      const offer = await context.control('the server offers a version', () => context.once('offered version', () => offerFor(context)));
      if (offer === undefined) notApplicable('the server refuses a version that it lacks, and names those that it has');
      const newest = context.server.revisions.filter((revision) => eraOf(revision) === 'legacy').at(-1);
      if (newest === undefined) notApplicable('the server agreed on no revision');
      ensure(offer >= newest, 'the server offers an older version than its newest', { expected: newest, received: offer });
    },
  },
];

/**
 * What the server offers when it is asked for a version that nobody has; undefined when it refuses in the way that the specification's
 * own example does ("Error Handling"): with -32602, and the versions that it supports.
 */
async function offerFor(context: CheckContext): Promise<string | undefined> {
  const session = await context.connect();
  session.connection.declared = {};
  const response = await session.request('initialize', { ...session.initializeParams, protocolVersion: UNKNOWN_VERSION });
  if (isObject(response.error)) {
    if (isExampleRefusal(response.error)) return undefined;
    breach('initialize with a version that the server lacks was answered with an error', {
      expected: 'a result with a protocolVersion that the server has, or the error -32602 with data.supported',
      received: response,
    });
  }
  const { protocolVersion } = resultOf(response, 'initialize');
  if (typeof protocolVersion !== 'string') breach('the result of initialize has no protocolVersion', { received: response });
  return protocolVersion;
}

function isExampleRefusal({ code, data }: JsonObject): boolean {
  return code === INVALID_PARAMS && isObject(data) && Array.isArray(data.supported) && data.supported.length > 0;
}
