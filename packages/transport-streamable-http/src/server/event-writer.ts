import type { BodySink, HttpResponse, HttpResponseHeaders, SinkListener } from '@mcpwire/http';
import { BoundedQueue, type JsonRpcMessage, TransportError } from '@mcpwire/jsonrpc';
import type { StreamSettings } from './stream-settings.js';

/**
 * What every event stream is sent with: no cache keeps it, nothing on the way compresses or holds it back.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#sending-messages
 */
export const EVENT_STREAM_HEADERS: HttpResponseHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/** What a send resolves with when nothing has to be waited for: one promise for all of them. */
export const SENT: Promise<void> = Promise.resolve();

/** One message as JSON. @throws TransportError `encode-failed` */
export function toJson(message: JsonRpcMessage): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(message);
  } catch (cause) {
    const why = cause instanceof Error ? `: ${cause.message}` : '';
    throw new TransportError('encode-failed', `The message cannot be written as JSON${why}`, { cause });
  }
  if (json === undefined) throw new TransportError('encode-failed', `The message cannot be written as JSON: it is ${typeof message}`);
  return json;
}

/** Why something that is no message at all cannot be sent; undefined for what may be one. */
export function unsendable(message: JsonRpcMessage): TransportError | undefined {
  if (typeof message === 'object' && message !== null) return undefined;
  return new TransportError('encode-failed', `The message cannot be written as JSON: it is ${message === null ? 'null' : typeof message}`);
}

/** One message as an event. JSON has no line end outside of a string, and none inside that is not escaped, so that one `data` line holds it. */
export function toEvent(json: string): string {
  return `event: message\ndata: ${json}\n\n`;
}

/**
 * Writes events to one response, with real back-pressure: a write settles at once while the reader keeps up, waits for room past
 * `maxQueuedBytes`, and is rejected when the reader is gone. What is written before the response's body is asked for is kept for it.
 *
 * An open stream costs this object; the queue is made when a write has to wait for the first time.
 */
export class EventWriter implements SinkListener {
  /** The response is over: `aborted` when its reader went, or was cut off, before it had everything. Called once. */
  onclose: ((aborted: boolean) => void) | undefined;
  /** The HTTP server is about to stop. A stream that owes nothing should `end`. */
  onclosing: (() => void) | undefined;
  readonly #settings: StreamSettings;
  #sink: BodySink | undefined;
  /** What was written before there was a sink. */
  #early = '';
  /** The sink has said that it is full. */
  #blocked = false;
  #queue: BoundedQueue<string> | undefined;
  /** Resolves what `drained` gave before there was a sink. */
  #onready: (() => void) | undefined;
  #state: 'open' | 'ending' | 'over' = 'open';

  constructor(settings: StreamSettings) {
    this.#settings = settings;
  }

  /** True until `end`, `destroy`, or the reader's going. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Bytes written and not yet taken by the reader's connection, without what waits for room. */
  get queuedBytes(): number {
    return this.#sink === undefined ? this.#early.length : this.#sink.queuedBytes;
  }

  /** True while a write waits for room, because the reader is slow. */
  get hasWaiting(): boolean {
    return this.#queue !== undefined;
  }

  /** The response that this writer writes. Ask for it once. */
  toResponse(headers: HttpResponseHeaders = EVENT_STREAM_HEADERS): HttpResponse {
    return { status: 200, headers, body: (sink) => this.attach(sink) };
  }

  attach(sink: BodySink): void {
    this.#sink = sink;
    if (this.#state === 'over') {
      sink.destroy();
      return;
    }
    this.#tellReady();
    sink.listener = this;
    const early = this.#early;
    this.#early = '';
    if (early !== '') this.#put(early);
    if (this.#state === 'ending' && this.#queue === undefined) {
      sink.end();
      return;
    }
    this.#settings.keepAlive?.add(sink);
    if (this.#queue && !this.#blocked) this.onsinkdrain();
  }

  /**
   * Writes the text of one or more whole events.
   * @param signal gives up waiting for room
   * @throws TransportError (as a rejection) `peer-gone`, `queue-overflow`, `aborted`
   */
  write(text: string, signal?: AbortSignal): Promise<void> {
    if (this.#state !== 'open') return Promise.reject(gone());
    if (this.#queue === undefined) {
      if (this.#hasRoom(text.length)) {
        this.#put(text);
        return SENT;
      }
      this.#queue = this.#makeQueue();
    }
    return this.#queue.push(text, text.length, signal);
  }

  /**
   * For whoever has much to write and need not hurry: resolves when the connection has room by its own mark (64 KiB, and not
   * `maxQueuedBytes`), or takes nothing more. @returns undefined when that is so already
   */
  drained(): Promise<void> | undefined {
    if (this.#state !== 'open') return undefined;
    if (this.#sink) return this.#blocked ? this.#sink.drained() : undefined;
    if (this.#early === '') return undefined;
    // Until there is a connection.
    return new Promise((resolve) => {
      this.#onready = resolve;
    });
  }

  /** Rejects whoever waits for room. */
  giveUpWaiting(error: Error): void {
    const queue = this.#queue;
    this.#queue = undefined;
    queue?.fail(error);
    if (queue && this.#state === 'ending') this.#sink?.end();
  }

  /** Ends the stream after all that was written, what waits for room included. */
  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.#tellReady();
    if (this.#queue === undefined) this.#sink?.end();
  }

  /** Cuts the stream off; what is queued is lost. */
  destroy(): void {
    if (this.#state === 'over') return;
    const sink = this.#sink;
    this.#finish(true);
    sink?.destroy();
  }

  /** @internal The sink has room again. */
  onsinkdrain(): void {
    this.#blocked = false;
    const queue = this.#queue;
    if (queue === undefined) return;
    queue.release(queue.queuedBytes - this.queuedBytes);
    while (queue.waiting > 0 && !this.#blocked) queue.release(queue.queuedBytes);
    if (queue.waiting > 0) return;
    this.#queue = undefined;
    if (this.#state === 'ending') this.#sink?.end();
  }

  /** @internal */
  onsinkclose(aborted: boolean): void {
    this.#finish(aborted);
  }

  /** @internal */
  onsinkclosing(): void {
    this.onclosing?.();
  }

  /** One text larger than the limit is taken alone. */
  #hasRoom(bytes: number): boolean {
    // A sink that is not blocked tells nothing when it has room: below its own mark nothing has to wait.
    if (this.#sink !== undefined && !this.#blocked) return true;
    const { queuedBytes } = this;
    return queuedBytes === 0 || queuedBytes + bytes <= this.#settings.maxQueuedBytes;
  }

  #put(text: string): void {
    if (this.#sink === undefined) this.#early += text;
    else if (!this.#sink.write(text)) this.#blocked = true;
  }

  #tellReady(): void {
    this.#onready?.();
    this.#onready = undefined;
  }

  #makeQueue(): BoundedQueue<string> {
    const { maxQueuedBytes, maxWaitingSends } = this.#settings;
    const queue = new BoundedQueue<string>({
      maxQueuedBytes,
      maxWaitingSends,
      accept: (text) => {
        this.#put(text);
        return SENT;
      },
    });
    queue.charge(this.queuedBytes);
    return queue;
  }

  #finish(aborted: boolean): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#tellReady();
    this.#early = '';
    if (this.#sink) this.#settings.keepAlive?.delete(this.#sink);
    this.#queue?.fail(gone());
    this.#queue = undefined;
    const { onclose } = this;
    this.onclose = undefined;
    this.onclosing = undefined;
    onclose?.(aborted);
  }
}

function gone(): TransportError {
  return new TransportError('peer-gone', 'The event stream is over: its reader is gone, or it was ended.');
}
