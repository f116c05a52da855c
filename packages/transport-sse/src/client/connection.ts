import { createEventStreamDecoder, type DecodedEvent, type EventStreamDecoder, type EventStreamError } from '@mcpwire/event-stream';
import { type BodyConsumer, type BodyFlow, type HttpBody, isHttpClientError, isMediaType } from '@mcpwire/http';
import { quote } from '@mcpwire/http/client/transport-parts';
import { BoundedQueue, TransportError } from '@mcpwire/jsonrpc/transport-parts';
import { parseEndpoint } from './endpoint.js';
import { type PostKind, PostLane } from './post-lane.js';
import type { Requester } from './requester.js';

/** What every connection of one transport has in common. */
export interface ConnectionSettings {
  readonly url: URL;
  readonly startTimeoutMs: number;
  readonly postTimeoutMs: number;
  readonly maxEventBytes: number | undefined;
  readonly maxQueuedBytes: number | undefined;
  readonly maxWaitingSends: number | undefined;
  readonly maxConcurrentPosts: number;
  /** The data of a `message` event has come. */
  readonly onmessage: (data: string) => void;
  /** Something was not delivered. */
  readonly onerror: (error: TransportError) => void;
  /** The stream has ended, and its last events are handed over. Not called before `open` has resolved, nor after `end`. */
  readonly onend: (connection: ClientConnection, error: TransportError | undefined) => void;
  /** The headers of a POST besides the user's. */
  readonly postHeaders: () => Readonly<Record<string, string>>;
}

interface Post {
  readonly text: string;
  readonly kind: PostKind;
}

/** Larger answers to a POST are not read to their end. */
const MAX_DISCARDED_BYTES = 64 * 1024;
/** The rest of an answer that nobody needs: read, so that its connection can be used again. One for all. */
const unread: BodyConsumer = { onchunk() {}, onend() {}, onerror() {} };

/** One stream, the endpoint that it named, and the POSTs to that. A stream that is opened anew is another one of these. */
export class ClientConnection {
  readonly #settings: ConnectionSettings;
  readonly #requester: Requester;
  readonly #queue: BoundedQueue<Post>;
  readonly #lane: PostLane;
  readonly #decoder: EventStreamDecoder;
  #streamUrl: URL;
  #endpoint: URL | undefined;
  #flow: BodyFlow | undefined;
  #paused = false;
  /** Settles `open` once the endpoint is known, or never will be. */
  #opened: { resolve: () => void; reject: (error: Error) => void } | undefined;
  /** `end` was called, or `open` has failed. */
  #over = false;
  #ended: Promise<void> | undefined;
  /** The stream has ended, but what came with its end is not handed over yet. */
  #ending: { error: TransportError | undefined } | undefined;

  /** @param requester is closed with the connection */
  constructor(settings: ConnectionSettings, requester: Requester) {
    this.#settings = settings;
    this.#requester = requester;
    this.#streamUrl = settings.url;
    const { maxQueuedBytes, maxWaitingSends, maxConcurrentPosts, maxEventBytes } = settings;
    this.#lane = new PostLane(maxConcurrentPosts, (text) => this.#send(text));
    this.#queue = new BoundedQueue<Post>({
      maxQueuedBytes,
      maxWaitingSends,
      accept: ({ text, kind }, bytes) => {
        const posted = this.#lane.add(text, kind);
        const release = (): void => this.#queue.release(bytes);
        posted.then(release, release);
        return posted;
      },
    });
    this.#decoder = createEventStreamDecoder({
      maxEventBytes,
      invalidUtf8: 'skip',
      onevent: (event) => this.#onevent(event),
      onerror: (error) => this.#ondecodererror(error),
    });
  }

  /** Where messages are posted to; undefined until the server has said it. */
  get endpoint(): URL | undefined {
    return this.#endpoint;
  }

  /** How long the server wants clients to wait before they come back. */
  get retryMs(): number | undefined {
    return this.#decoder.retryMs;
  }

  /**
   * Opens the stream and waits for its endpoint.
   * @throws TransportError (as a rejection) `timeout`, `peer-gone`, `bad-endpoint`, `bad-response`, what an HTTP status comes down to, or
   *   what `end` was called with meanwhile
   */
  async open(): Promise<void> {
    const { url, startTimeoutMs } = this.#settings;
    let timer: ReturnType<typeof setTimeout> | undefined;
    if (startTimeoutMs > 0) {
      const late = (): void => {
        const seen = this.#flow ? 'It was opened, but no endpoint event came.' : 'There was no response.';
        void this.end(
          new TransportError(
            'timeout',
            `The event stream of ${url.href} did not start within startTimeoutMs, ${startTimeoutMs} ms. ${seen}`,
            {
              details: { limitMs: startTimeoutMs },
            },
          ),
        );
      };
      timer = setTimeout(late, startTimeoutMs);
    }
    try {
      const { response, url: streamUrl } = await this.#requester.request({
        method: 'GET',
        url,
        headers: { accept: 'text/event-stream' },
        timeoutMs: 0,
      });
      const contentType = response.headers['content-type'];
      if (response.status !== 200 || !isMediaType(contentType, 'text/event-stream')) {
        response.body.cancel();
        const what = contentType === undefined ? 'without a Content-Type' : quote(contentType);
        throw new TransportError(
          'bad-response',
          `GET ${url.href} was answered with HTTP ${response.status}, ${what}, and not with an event stream`,
          {
            details: { status: response.status, contentType },
          },
        );
      }
      this.#streamUrl = streamUrl;
      await this.#read(response.body);
    } catch (error) {
      void this.end(error as Error);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Resolves once the server has accepted the message. */
  post(text: string, kind: PostKind, signal: AbortSignal | undefined): Promise<void> {
    return this.#queue.push({ text, kind }, text.length, signal);
  }

  /** Takes no more messages. Resolves when those that were accepted are answered, one way or another. */
  finishPosts(error: Error): Promise<void> {
    this.#queue.fail(error);
    return this.#lane.idle();
  }

  pause(): void {
    this.#paused = true;
    this.#flow?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#flow?.resume();
    if (this.#ending) this.#endSoon();
  }

  /** Ends it from this side: the stream, and with `error` every POST. Resolves when its sockets are closed. */
  end(error: Error): Promise<void> {
    this.#ended ??= this.#end(error);
    return this.#ended;
  }

  #end(error: Error): Promise<void> {
    this.#over = true;
    this.#ending = undefined;
    this.#opened?.reject(error);
    this.#queue.fail(error);
    const closed = this.#requester.close(error);
    this.#flow?.cancel();
    this.#decoder.end();
    return closed;
  }

  #read(body: HttpBody): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#opened = { resolve, reject };
      this.#flow = body.read({
        onchunk: (chunk) => {
          if (!this.#over) this.#decoder.feed(chunk);
        },
        onend: () => this.#onstreamend(undefined),
        onerror: (error) => this.#onstreamend(error),
      });
      if (this.#paused) this.#flow.pause();
    });
  }

  #onevent({ event, data }: DecodedEvent): void {
    if (this.#over) return;
    if (event === 'message') {
      if (this.#endpoint) this.#settings.onmessage(data);
      else
        this.#settings.onerror(new TransportError('malformed-message', 'A message event came before the endpoint event; it was skipped.'));
    } else if (event === 'endpoint') this.#onendpoint(data);
    // Others are not this transport's: some servers send pings as events.
  }

  #onendpoint(data: string): void {
    let endpoint: URL;
    try {
      endpoint = parseEndpoint(data, this.#streamUrl);
    } catch (error) {
      if (this.#endpoint) this.#settings.onerror(error as TransportError);
      else void this.end(error as Error);
      return;
    }
    if (this.#endpoint) {
      if (this.#endpoint.href === endpoint.href) return;
      // Another session, in which nobody has made a handshake: whatever was posted there would fail.
      this.#settings.onerror(
        new TransportError('bad-endpoint', `A second endpoint event was ignored: ${quote(data)}`, {
          details: { endpoint: data.slice(0, 200) },
        }),
      );
      return;
    }
    this.#endpoint = endpoint;
    this.#opened?.resolve();
  }

  #ondecodererror(error: EventStreamError): void {
    // What the end cut off is told with the end; a stray line has no message in it.
    if (this.#over || error.code === 'truncated-event' || error.code === 'ignored-line') return;
    const code = error.code === 'event-too-large' ? 'message-too-large' : 'malformed-message';
    this.#settings.onerror(new TransportError(code, error.message, { cause: error }));
  }

  #onstreamend(cause: Error | undefined): void {
    if (this.#over) return;
    const { pendingBytes } = this.#decoder;
    const cut = pendingBytes > 0 ? `, ${pendingBytes} bytes into an event` : '';
    if (!this.#endpoint) {
      const how = cause ? `: ${cause.message}` : '.';
      void this.end(new TransportError('peer-gone', `The event stream ended before its endpoint event${cut}${how}`, { cause }));
      return;
    }
    const why = isHttpClientError(cause) ? `broke: ${cause.message}` : cause ? `broke: ${cause.message}` : 'ended';
    const error = cause || cut !== '' ? new TransportError('peer-gone', `The event stream ${why}${cut}`, { cause }) : undefined;
    this.#ending = { error };
    if (!this.#paused) this.#endSoon();
  }

  /** In a task of its own: responses that came with the end may be held for a microtask, behind a notification. */
  #endSoon(): void {
    setTimeout(() => {
      const ending = this.#ending;
      if (this.#over || !ending || this.#paused) return;
      this.#ending = undefined;
      this.#settings.onend(this, ending.error);
    }, 0);
  }

  async #send(text: string): Promise<void> {
    const { postHeaders, postTimeoutMs } = this.#settings;
    const { response } = await this.#requester.request({
      method: 'POST',
      url: this.#endpoint as URL,
      headers: postHeaders(),
      body: text,
      timeoutMs: postTimeoutMs,
    });
    const { body } = response;
    if (body.lengthBytes !== undefined && body.lengthBytes <= MAX_DISCARDED_BYTES) body.read(unread);
    else body.cancel();
  }
}
