import { createEventStreamDecoder } from '@mcpwire/event-stream';
import { Client, type Dispatcher } from 'undici';

export interface EventReaderOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** `id`: what to come back with, where the stream has ids. */
  onevent(event: string, data: string, id: string | undefined): void;
  /** The stream has ended, or can't be read on. It is not called where the stream could not be opened. */
  onend(error: Error): void;
}

/** An event stream that is being read, on a connection of its own. */
export interface EventReader {
  close(): Promise<void>;
}

/**
 * Opens an event stream by GET, and resolves once the server has answered. Its end is told to `onend`, unless `close` brought it about.
 * @throws Error when the answer is no event stream.
 */
export async function openEventReader(url: string, { headers, onevent, onend }: EventReaderOptions): Promise<EventReader> {
  const { origin, pathname, search } = new URL(url);
  const client = new Client(origin, { bodyTimeout: 0, pipelining: 1 });
  let isOpen = false;
  let isClosed = false;
  const end = (error: Error): void => {
    if (isOpen && !isClosed) onend(error);
  };
  const close = (): Promise<void> => {
    isClosed = true;
    return client.destroy();
  };
  try {
    await new Promise<void>((resolve, reject) => {
      const decoder = createEventStreamDecoder({ onevent: ({ event, data, id }) => onevent(event, data, id), onerror: end });
      const handler: Dispatcher.DispatchHandler = {
        onRequestStart: () => {},
        onResponseStart: (_, status, fields) => {
          const type = String(fields['content-type'] ?? '');
          isOpen = status === 200 && type.startsWith('text/event-stream');
          if (isOpen) resolve();
          else reject(new Error(`the stream was answered with status ${status} and type '${type}'`));
        },
        onResponseData: (_, chunk) => decoder.feed(chunk),
        onResponseEnd: () => end(new Error('the server ended the event stream')),
        onResponseError: (_, error) => {
          reject(error);
          end(error);
        },
      };
      client.dispatch({ path: pathname + search, method: 'GET', headers: { accept: 'text/event-stream', ...headers } }, handler);
    });
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}
