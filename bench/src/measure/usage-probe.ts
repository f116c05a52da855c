import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { ProcessUsage } from './process-usage.js';
import type { ProcessLoad } from './process-watch.js';

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
   * @throws Error when no server has reported within 30 s, or when it has ended.
   */
  read(options?: { collect: boolean }): Promise<ProcessUsage>;
  /** Reads, and has the server watch its event loop and its garbage collector from now on. @throws Error as `read` does */
  startWatch(): Promise<ProcessUsage>;
  /** Reads, and ends the watch. @throws Error as `read` does */
  stopWatch(): Promise<WatchedUsage>;
  close(): void;
}

/** What a server answers at the end of a watch. */
export interface WatchedUsage extends ProcessUsage {
  readonly load: ProcessLoad;
}

/** What the bench asks of a reporter, a line each. */
export type UsageRequest = 'read' | 'collect' | 'watch' | 'unwatch';

const timeoutMs = 30_000;
const endedMessage = 'the server process has ended';

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
  const ask = async (request: UsageRequest): Promise<unknown> => {
    const signal = AbortSignal.timeout(timeoutMs);
    const late = once(signal, 'abort').then((): never => {
      throw new Error(`the server process did not report its usage within ${timeoutMs} ms`);
    });
    late.catch(() => {});
    const peer = await Promise.race([connected, late]);
    if (peer.socket.closed) throw new Error(endedMessage);
    const stop = new AbortController();
    const answer = once(peer.lines, 'line', { signal: stop.signal });
    const ended = once(peer.socket, 'close', { signal: stop.signal }).then((): never => {
      throw new Error(endedMessage);
    });
    ended.catch(() => {});
    answer.catch(() => {});
    peer.socket.write(`${request}\n`);
    try {
      return JSON.parse(String((await Promise.race([answer, ended, late]))[0]));
    } finally {
      stop.abort();
    }
  };
  return {
    nodeFlags: ['--import', reporter.href],
    read: async (options) => (await ask(options?.collect ? 'collect' : 'read')) as ProcessUsage,
    startWatch: async () => (await ask('watch')) as ProcessUsage,
    stopWatch: async () => (await ask('unwatch')) as WatchedUsage,
    close: () => {
      socket?.destroy();
      listener.close();
    },
  };
}
