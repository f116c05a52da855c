import { EVERY, STDIO } from '../revisions.js';
import type { Scene } from '../scene.js';
import { anyway, CALL_ECHO, LIST_TOOLS } from '../step.js';

export const stdioScenes: readonly Scene[] = [
  {
    name: 'stubborn',
    what: 'the server exits neither when its stdin ends nor at SIGTERM',
    transports: STDIO,
    revisions: EVERY,
    steps: [LIST_TOOLS],
    idleMs: 12_000,
    create: () => ({ stdinEnd: () => true, signal: () => true }),
  },
  {
    name: 'stderr',
    what: 'the server writes to stderr what looks like errors',
    transports: STDIO,
    revisions: ['2025-11-25', '2026-07-28'],
    steps: [LIST_TOOLS, CALL_ECHO],
    create: () => ({
      started: () => 'Error: this looks worse than it is\n    at conformance (raw-server:1:1)\n',
      request(exchange) {
        exchange.stdio?.stderr(`FATAL: ${exchange.method} {"jsonrpc":"2.0"}\n`);
        return false;
      },
    }),
  },
  {
    name: 'crash',
    what: 'the server exits with code 1 in the middle of a call',
    transports: STDIO,
    revisions: ['2026-07-28'],
    steps: [LIST_TOOLS, anyway(CALL_ECHO), anyway(LIST_TOOLS)],
    create: () => {
      let crashed = false;
      return {
        request({ method, stdio }) {
          if (crashed || method !== 'tools/call') return false;
          crashed = true;
          stdio?.exit(1);
          return true;
        },
      };
    },
  },
];
