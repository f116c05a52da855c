import { createEventStreamDecoder } from '@mcpwire/event-stream';
import { type Dispatcher, Pool } from 'undici';

/** A message on the way to an answer, or the answer. */
export interface StreamedMessage {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: { readonly progressToken?: number | string; readonly progress?: number; readonly message?: string };
  readonly result?: { readonly content?: readonly { readonly text?: string }[] };
  readonly error?: unknown;
}

/** Posts over connections that are kept, and hears each message of an event stream as it comes. */
export class StreamingPoster {
  readonly #pool: Pool;
  readonly #path: string;

  /** `connections`: how many streams may be open at once; further ones wait. */
  constructor(url: string, connections: number) {
    const { origin, pathname } = new URL(url);
    this.#pool = new Pool(origin, { connections, pipelining: 1, bodyTimeout: 0, headersTimeout: 60_000 });
    this.#path = pathname;
  }

  /** Resolves at the end of the reply. @throws Error when it is no reply of 200, or has no message. */
  post(headers: Record<string, string>, message: object, onmessage: (message: StreamedMessage) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const handler = new StreamHandler(onmessage, resolve, reject);
      this.#pool.dispatch({ path: this.#path, method: 'POST', headers, body: JSON.stringify(message) }, handler);
    });
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}

class StreamHandler implements Dispatcher.DispatchHandler {
  readonly #onmessage: (message: StreamedMessage) => void;
  readonly #resolve: () => void;
  readonly #reject: (error: Error) => void;
  readonly #decoder: ReturnType<typeof createEventStreamDecoder>;
  #isStream = false;
  #status = 0;
  #text = '';

  constructor(onmessage: (message: StreamedMessage) => void, resolve: () => void, reject: (error: Error) => void) {
    this.#onmessage = onmessage;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#decoder = createEventStreamDecoder({
      // An event without data only gives an id to come back with.
      onevent: ({ data }) => data !== '' && onmessage(JSON.parse(data) as StreamedMessage),
      onerror: reject,
    });
  }

  onRequestStart(): void {}

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[] | undefined>): void {
    this.#status = status;
    this.#isStream = status === 200 && String(headers['content-type'] ?? '').startsWith('text/event-stream');
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isStream) this.#decoder.feed(chunk);
    else this.#text += chunk.toString('latin1');
  }

  onResponseEnd(): void {
    if (this.#status !== 200)
      return this.#reject(new Error(`the server answered with status ${this.#status}: ${this.#text.slice(0, 200)}`));
    if (!this.#isStream) this.#onmessage(JSON.parse(this.#text) as StreamedMessage);
    this.#resolve();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#reject(error);
  }
}
