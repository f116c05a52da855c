import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { toServerCommand } from '../../targets/server-command.js';
import { endServerProcess, startServerProcess } from '../../targets/server-process.js';

const timeoutMs = 10_000;

/** A running relay process. */
export interface RelayProcess {
  /** The given URL, through the relay. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts a relay in front of what serves `url`; without a round trip there is none, and nothing in between.
 * @throws Error when it does not start within 10 s.
 */
export async function openRelay(url: string, roundTripMs: number, core?: number): Promise<RelayProcess> {
  if (roundTripMs === 0) return { url, close: async () => {} };
  const relayed = new URL(url);
  const program = fileURLToPath(new URL('./relay-program.js', import.meta.url));
  const ended = new AbortController();
  const command = toServerCommand(program, [], core, [relayed.port, String(roundTripMs)]);
  const child = await startServerProcess(command, (error) => ended.abort(error));
  const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const [port] = (await once(createInterface({ input: child.stdout }), 'line', { signal })) as [string];
    relayed.port = port;
  } catch (error) {
    await endServerProcess(child, 0);
    throw ended.signal.aborted
      ? ended.signal.reason
      : signal.aborted
        ? new Error(`the relay did not listen within ${timeoutMs} ms`)
        : error;
  }
  return { url: relayed.href, close: () => endServerProcess(child) };
}
