import process from 'node:process';
import type { ServeOptions, TransportCommand } from './transports/transport.js';

/** Milliseconds for answers in flight, unless told otherwise. */
export const DEFAULT_GRACE_MS = 5_000;

/**
 * Serves until the transport ends. SIGTERM and SIGINT end it in good order; a second one ends it as signals do.
 */
export async function serve(
  transport: TransportCommand,
  options: ServeOptions,
  own: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const serving = await transport.serve(options, own);
  const onsignal = (signal: NodeJS.Signals): void => {
    options.log?.(`${signal}: stopping`);
    void serving.stop();
  };
  process.once('SIGTERM', onsignal);
  process.once('SIGINT', onsignal);
  await serving.closed;
  process.off('SIGTERM', onsignal);
  process.off('SIGINT', onsignal);
  options.log?.('stopped');
}
