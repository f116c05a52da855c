import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { endServerProcess, startServerProcess } from '../server-process.js';
import type { ServerCommand } from '../target.js';

const timeoutMs = 25_000;

/**
 * Starts a server program, waits until it says on a line where it listens, and connects there. Closing the client ends the server too.
 * @throws Error when the server ends first or does not listen in time, or when `connect` fails.
 */
export async function connectToServer<T extends { close(): Promise<void> }>(
  command: ServerCommand,
  connect: (url: string) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const child = await startServerProcess(command, (error) => ended.abort(error));
  const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const [url] = (await once(createInterface({ input: child.stdout }), 'line', { signal })) as [string];
    const client = await connect(url);
    const close = client.close.bind(client);
    client.close = async () => {
      await close();
      await endServerProcess(child);
    };
    return client;
  } catch (error) {
    await endServerProcess(child, 0);
    if (ended.signal.aborted) throw ended.signal.reason;
    throw signal.aborted ? new Error(`the server did not listen within ${timeoutMs} ms`) : error;
  }
}
