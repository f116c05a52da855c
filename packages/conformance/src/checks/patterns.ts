import type { Check } from '../check.js';
import { isNotificationMethod } from './jsonrpc/responses.js';
import { breachAt, kindOf, seen, seenResponses } from './observed.js';
import { EVERY_TRANSPORT, MODERN } from './scope.js';

const title = 'The server sends no requests';
const remedy = 'Ask for input with a result of the kind input_required; a server sends responses and notifications only.';

export const patternChecks: readonly Check[] = [
  {
    id: 'patterns/no-server-requests',
    level: 'must',
    title,
    spec: ['transports.directions', 'patterns.no-server-requests'],
    transports: EVERY_TRANSPORT,
    revisions: MODERN,
    uses: 'after',
    remedy,
    run: async (context) => {
      seenResponses(context);
      for (const each of seen(context, 'any')) {
        if (kindOf(each.message) === 'request' && !isNotificationMethod(each.message.method))
          breachAt(each, `the server requested ${String(each.message.method)}`);
      }
    },
  },
  {
    id: 'stdio/stdout-no-requests',
    level: 'must',
    title: 'No line of stdout is a request',
    spec: ['stdio.stdout.no-requests'],
    transports: ['stdio'],
    revisions: MODERN,
    uses: 'after',
    remedy,
    run: async (context) => {
      seenResponses(context);
      for (const each of seen(context, 'any')) {
        if (kindOf(each.message) === 'request' && !isNotificationMethod(each.message.method))
          breachAt(each, `a line of stdout requests ${String(each.message.method)}`);
      }
    },
  },
];
