import type { Check } from '../../check.js';
import { ensure } from '../../expect.js';
import type { StdioConnection } from '../../raw/stdio-connection.js';
import { EVERY_REVISION } from '../scope.js';

/** What is prompt, and reasonable: clients wait about two seconds before they use force. */
const PROMPT_MS = 2_000;
const common = { transports: ['stdio'], revisions: EVERY_REVISION, level: 'should' } as const;

export const shutdownChecks: readonly Check<StdioConnection>[] = [
  {
    ...common,
    id: 'stdio/shutdown-exit-on-eof',
    title: 'The server exits by itself, soon after its stdin was closed',
    spec: ['stdio.shutdown.exit-on-eof'],
    remedy: 'Listen for the end of stdin, and end the process: nothing more can come. Timers and sockets that are left keep it alive.',
    async run(context) {
      const { connection } = await context.open();
      connection.endInput();
      const exit = await connection.waitForExit(PROMPT_MS);
      ensure(exit !== undefined, `the server still runs ${PROMPT_MS} ms after its stdin was closed`, {
        expected: 'an exit',
        received: 'it runs',
      });
    },
  },
  {
    ...common,
    id: 'stdio/shutdown-exit-on-sigterm',
    title: 'The server ends soon after SIGTERM',
    spec: ['stdio.shutdown.exit-on-sigterm'],
    needs: ['signals'],
    remedy: 'If you catch SIGTERM, end the process when what is urgent is done.',
    async run(context) {
      const { connection } = await context.open();
      connection.signal('SIGTERM');
      const exit = await connection.waitForExit(PROMPT_MS);
      ensure(exit !== undefined, `the server still runs ${PROMPT_MS} ms after SIGTERM`, { expected: 'an exit', received: 'it runs' });
    },
  },
];
