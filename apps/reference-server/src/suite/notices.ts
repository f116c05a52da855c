import { setTimeout } from 'node:timers/promises';
import type { Call } from '../call.js';
import { type Tool, textResult } from '../tools/tool.js';
import { defineTool } from './define-tool.js';

/** Between one notice and the next: long enough for a client to see that they come one by one. */
const PAUSE_MS = 50;

/** Tools that say something before they are done. */
export const noticeTools: readonly Tool[] = [
  defineTool({
    name: 'test_tool_with_logging',
    title: 'Log',
    description: 'Sends three log messages, with pauses between them.',
    async run(_, call) {
      await call.log('info', 'begun');
      await pause(call);
      await call.log('info', 'half done');
      await pause(call);
      await call.log('info', 'done');
      return textResult('Done, and logged.');
    },
  }),
  defineTool({
    name: 'test_logging_tool',
    title: 'Log, where that is asked for',
    description: 'Sends a log message to whoever has set a level, and none to anybody else.',
    async run(_, call) {
      await call.log('info', 'called');
      return textResult('Done.');
    },
  }),
  defineTool({
    name: 'test_tool_with_progress',
    title: 'Progress',
    description: 'Reports progress three times, with pauses between.',
    async run(_, call) {
      await call.progress(0, 100, 'begun');
      await pause(call);
      await call.progress(50, 100, 'half done');
      await pause(call);
      await call.progress(100, 100, 'done');
      return textResult('Done, step by step.');
    },
  }),
];

async function pause({ signal }: Call): Promise<void> {
  await setTimeout(PAUSE_MS, undefined, { signal });
}
