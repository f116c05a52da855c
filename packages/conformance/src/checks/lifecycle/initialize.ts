import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from '../../check.js';
import { ensure } from '../../expect.js';
import { compareShape } from '../../schemas/compare.js';
import { breachAt, breachInGreeting, kindOf, seenResponses } from '../observed.js';
import { EVERY_TRANSPORT, LEGACY } from '../scope.js';

/** How long a server is watched that has not yet been told to begin. */
const WATCH_MS = 300;

export const initializeChecks: readonly Check[] = [
  {
    id: 'lifecycle/initialize-result',
    level: 'must',
    title: 'The result of initialize tells the version, the capabilities and who the server is',
    spec: ['base.core', 'lifecycle.initialize.result'],
    transports: EVERY_TRANSPORT,
    revisions: LEGACY,
    uses: 'shared',
    remedy: 'Answer initialize with protocolVersion, capabilities, and serverInfo with name and version.',
    async run(context) {
      const differences = compareShape(context.revision, 'InitializeResult', context.server.greeting);
      if (differences.length === 0) return;
      const why = `the result of initialize is not as the schema of ${context.revision} has it: ${differences.join('; ')}`;
      breachInGreeting(context, why, 'InitializeResult', context.server.greeting);
    },
  },
  {
    id: 'lifecycle/initialize-first',
    level: 'must',
    title: 'Nothing but pings and log messages comes from the server before it has answered initialize',
    spec: ['lifecycle.initialize.first'],
    transports: EVERY_TRANSPORT,
    revisions: LEGACY,
    uses: 'after',
    remedy: 'Send nothing of your own before initialize is answered.',
    async run(context) {
      seenResponses(context);
      for (const connection of context.observed) {
        const handshakes = connection.sent.idsOf.get('initialize');
        if (!handshakes) continue;
        for (const received of connection.inbox.messages) {
          const { message } = received;
          if (kindOf(message) === 'response' && handshakes.has(message.id ?? null)) break;
          if (kindOf(message) === 'response' || message.method === 'ping' || message.method === 'notifications/message') continue;
          breachAt(
            { message, received, connection },
            `${String(message.method)} came before initialize was answered`,
            'the response to initialize first',
          );
        }
      }
    },
  },
  {
    id: 'lifecycle/initialized-server-waits',
    level: 'should',
    title: 'Until notifications/initialized comes, the server requests nothing but ping',
    spec: ['lifecycle.initialized.server-waits'],
    transports: EVERY_TRANSPORT,
    revisions: LEGACY,
    remedy: 'Wait for notifications/initialized before you ask for roots, sampling or elicitation.',
    async run(context) {
      const clientCapabilities = { roots: { listChanged: true }, sampling: {}, elicitation: {} };
      const session = await context.connect({ clientCapabilities });
      session.connection.declared = clientCapabilities;
      const mark = session.mark;
      await context.control('initialize is answered', () => session.result('initialize', session.initializeParams));
      await sleep(Math.max(WATCH_MS, 2 * context.quietMs), undefined, { signal: context.signal });
      const early = session.messagesSince(mark).find(({ message }) => kindOf(message) === 'request' && message.method !== 'ping');
      ensure(early === undefined, `${String(early?.message.method)} was requested before notifications/initialized`, {
        expected: 'no request but ping',
        received: early?.message,
      });
    },
  },
];
