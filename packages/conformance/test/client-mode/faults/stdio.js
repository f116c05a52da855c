import { override } from '../../broken-servers/faults/override.js';
import { MODERN, stdio } from './kinds.js';

/** Faults of lines, pipes and processes. */
export const stdioFaults = {
  'pretty-json': stdio({
    is: 'writes a message over several lines',
    caughtBy: ['client/stdio-message-no-newline'],
    neighbours: { 'client/stdio-stdin-only-messages': 'its lines are no messages' },
    apply: ({ wire }) =>
      override(wire, 'write', (old, text) =>
        old(/initialized/.test(text) ? `${JSON.stringify(JSON.parse(text), null, 1)}\n${text}` : text),
      ),
  }),
  'logs-to-stdin': stdio({
    is: 'logs to the stdin of the server',
    caughtBy: ['client/stdio-stdin-only-messages'],
    apply: ({ wire }) => override(wire, 'write', (old, text) => old(/initialized/.test(text) ? `connected!\n${text}` : text)),
  }),
  'writes-arrays': stdio({
    is: 'writes an array of one message',
    caughtBy: ['client/stdio-message-single'],
    apply: ({ wire }) => override(wire, 'write', (old, text) => old(/initialized/.test(text) ? `[${text.trim()}]\n` : text)),
  }),
  'latin-1': stdio({
    is: 'writes Latin-1',
    caughtBy: ['client/transports-utf-8'],
    apply: ({ wire }) => {
      wire.write = (text) => wire.child.stdin.write(/initialized/.test(text) ? Buffer.from(`{"ü":1}\n${text}`, 'latin1') : text);
    },
  }),
  'kills-at-once': stdio({
    is: 'kills its server without closing stdin',
    caughtBy: ['client/stdio-shutdown-client-ladder'],
    apply: ({ wire }) => {
      wire.close = async () => {
        wire.closing = true;
        wire.child.kill('SIGKILL');
        await wire.exited;
      };
    },
  }),
  'no-sigterm': stdio({
    is: 'kills its server without SIGTERM first',
    caughtBy: ['client/stdio-shutdown-client-ladder'],
    apply: ({ wire }) => {
      wire.close = async () => {
        wire.closing = true;
        wire.child.stdin.end();
        if (!(await wire.hasExited())) wire.child.kill('SIGKILL');
        await wire.exited;
      };
    },
  }),
  'fears-stderr': stdio({
    is: 'gives up when the server writes to stderr',
    caughtBy: ['client/stdio-stderr-no-error'],
    apply: ({ wire }) => override(wire, 'log', () => process.exit(3)),
  }),
  'no-restart': stdio({
    is: 'does not start a server again',
    caughtBy: ['client/stdio-restarts'],
    revision: MODERN,
    apply: ({ wire, client }) => {
      wire.ended = () => {
        for (const { reject } of [...client.waiting.values()]) reject(new Error('the server ended'));
      };
    },
  }),
};
