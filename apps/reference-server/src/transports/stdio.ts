import process from 'node:process';
import { tap } from '@mcpwire/jsonrpc';
import { StdioServerTransport } from '@mcpwire/transport-stdio/server';
import { createReferenceServer } from '../server.js';
import { describeMessage } from './message-log.js';
import type { Serving, TransportCommand } from './transport.js';

/** More time for the transport than for the server: the server has to say that it gives up, and only then the transport may. */
const DRAIN_MARGIN_MS = 2_000;

/** Serves one client: whoever started this process, over its standard input and output. */
export const stdio: TransportCommand = {
  summary: 'serve the process that started this one, over stdin and stdout',
  async serve({ server: options, graceMs, log }): Promise<Serving> {
    const transport = new StdioServerTransport(process.stdin, process.stdout, { redirectStdout: true, drainMs: graceMs + DRAIN_MARGIN_MS });
    if (log)
      tap(transport, {
        onreceive: (message) => log(`→ ${describeMessage(message)}`),
        onsend: (message) => log(`← ${describeMessage(message)}`),
      });
    const server = createReferenceServer(transport, { ...options, onerror: (error) => log?.(`${error.name}: ${error.message}`) });
    const stop = (): Promise<void> => server.stop({ graceMs });
    await server.start();
    // Open subscriptions are requests without an answer yet, and the transport would wait for them.
    process.stdin.once('end', stop);
    process.stdin.once('close', stop);
    const closed = server.closed.finally(() => {
      process.stdin.off('end', stop);
      process.stdin.off('close', stop);
    });
    return { closed, stop };
  },
};
