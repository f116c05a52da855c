import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { ProcessUsage } from './process-usage.js';

/**
 * Reads the usage of a server process from the outside, whatever transport it speaks: the server is started with
 * `--import` of `usage-reporter.js`, which connects back over a loopback socket and answers one line for each line asked.
 * Nothing travels on it while a round is being measured.
 */
export interface UsageProbe {
  /** Flags for `node` that make a server report here. */
  readonly nodeFlags: readonly string[];
  /**
   * With `collect`, the server collects its garbage first; it must run with `--expose-gc`.
   * @throws Error when no server has reported within `timeoutMs`.
   */
  read(options?: { collect: boolean }): Promise<ProcessUsage>;
  close(): void;
}

const timeoutMs = 30_000;

/** Opens a probe for one server process. */
export async function openUsageProbe(): Promise<UsageProbe> {
  const listener = createServer();
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const reporter = new URL('./usage-reporter.js', import.meta.url);
  reporter.searchParams.set('port', String((listener.address() as AddressInfo).port));
  let socket: Socket | undefined;
  const connected = once(listener, 'connection').then(([accepted]) => {
    socket = accepted as Socket;
    socket.on('error', () => {});
    return { socket, lines: createInterface({ input: socket }) };
  });
  connected.catch(() => {});
  return {
    nodeFlags: ['--import', reporter.href],
    read: async (options) => {
      const signal = AbortSignal.timeout(timeoutMs);
      const peer = await Promise.race([connected, once(signal, 'abort')]);
      if (!('lines' in peer)) throw new Error(`the server process did not report its usage within ${timeoutMs} ms`);
      const answer = once(peer.lines, 'line', { signal });
      peer.socket.write(options?.collect ? 'collect\n' : 'read\n');
      return JSON.parse(String((await answer)[0])) as ProcessUsage;
    },
    close: () => {
      socket?.destroy();
      listener.close();
    },
  };
}
