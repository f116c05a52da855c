import type { Check } from '../../check.js';
import { breach } from '../../expect.js';
import { seenResponses } from '../observed.js';
import { EVERY_REVISION } from '../scope.js';

const common = { transports: ['stdio'], revisions: EVERY_REVISION, uses: 'after', level: 'must' } as const;

/** Everything that any process of this revision wrote to its stdout. */
export const stdoutChecks: readonly Check[] = [
  {
    ...common,
    id: 'stdio/stdout-only-messages',
    title: 'Everything on stdout is a message, from the start of the server to its end',
    spec: ['stdio.stdout.only-messages'],
    remedy: 'Write logs to stderr. Look for console.log and print, in libraries too, for banners, and for empty lines.',
    async run(context) {
      seenResponses(context);
      for (const { inbox, transcript } of context.observed) {
        const fault = inbox.faults.find(({ kind }) => kind !== 'broken-line');
        if (fault)
          breach(`a line on stdout ${fault.why}`, {
            expected: 'a message',
            received: fault.text,
            at: { transcript, position: fault.position ?? 0 },
          });
      }
    },
  },
  {
    ...common,
    id: 'stdio/message-no-newline',
    title: 'A message that the server writes fills exactly one line',
    spec: ['stdio.message.no-newline'],
    remedy: 'Serialize without line breaks or indentation, and write one newline after each message.',
    async run(context) {
      seenResponses(context);
      for (const { inbox, transcript } of context.observed) {
        const fault = inbox.faults.find(({ kind }) => kind === 'broken-line' || kind === 'unterminated');
        if (fault)
          breach(`what is on stdout ${fault.why}`, {
            expected: 'one line',
            received: fault.text,
            at: { transcript, position: fault.position ?? 0 },
          });
      }
    },
  },
];
