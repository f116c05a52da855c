import type { BodySink, HttpResponseHeaders, KeepAlive, SinkListener } from '@mcpwire/http';
import type { CloseReason, JsonRpcMessage, SendOptions } from '@mcpwire/jsonrpc';
import { BoundedQueue, encode, TransportError } from '@mcpwire/jsonrpc/transport-parts';
import { PostedTransport } from './posted-transport.js';

/** What the response that is the stream says of itself. */
export const STREAM_HEADERS: HttpResponseHeaders = Object.freeze({
  'content-type': 'text/event-stream',
  // no-transform: a proxy that compresses would hold events back.
  'cache-control': 'no-cache, no-transform',
  // nginx, and what is built on it, gathers a response unless told not to.
  'x-accel-buffering': 'no',
});

/** What the connections of one server have in common. */
export interface ConnectionSettings {
  readonly maxQueuedBytes: number | undefined;
  readonly maxWaitingSends: number | undefined;
  readonly graceMs: number;
  /** Keeps the streams alive; undefined where nobody wants that. */
  readonly keepAlive: KeepAlive | undefined;
  /** The streams that `keepAlive` has cut off. */
  readonly stalled: WeakSet<BodySink>;
}

const SENT: Promise<void> = Promise.resolve();

/**
 * The server's end of one client's connection: a stream of events to the client, and what the client posts. It ends with the stream.
 *
 * - `send` resolves once the event is in the stream's queue. While the queue holds `maxQueuedBytes` it waits, until its signal aborts.
 * - A client that disconnects ends it: `onclose` says `peer-gone`. So does a reader that stalls for `stallTimeoutMs`; then with an error.
 * - `close` sends what was accepted, for up to `graceMs`, and ends the stream.
 *
 * @see https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse
 */
export class SSEConnection extends PostedTransport implements SinkListener {
  declare sessionId: string;
  readonly #settings: ConnectionSettings;
  /** Let go of once it is said: there may be very many connections. */
  #endpoint: string;
  #sink: BodySink | undefined;
  /** The sink is full, or not there yet: what is sent goes through the queue. */
  #blocked = true;
  /** What was sent before there was a sink. */
  #early = '';
  /** Made when first needed: most connections never fall behind. */
  #queue: BoundedQueue<string> | undefined;
  /** The server stops: close once nothing is owed. */
  #retiring = false;
  #closing: Promise<void> | undefined;
  #onended: (() => void) | undefined;
  /** The client is gone, but messages of its wait for an `onmessage`: then this is why the connection has ended. */
  #gone: CloseReason | undefined;

  constructor(sessionId: string, endpoint: string, settings: ConnectionSettings) {
    super();
    this.sessionId = sessionId;
    this.#endpoint = endpoint;
    this.#settings = settings;
  }

  /** What an event costs here: one JSON.stringify, one concatenation, one append to the tick's text. */
  send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    const unusable = this.unusable();
    if (unusable) return Promise.reject(unusable);
    if (this.#closing) return Promise.reject(new TransportError('closed', 'The transport is closing.'));
    if (this.#gone) return Promise.reject(peerGone(this.#gone));
    const signal = options?.signal;
    if (signal?.aborted)
      return Promise.reject(new TransportError('aborted', 'The send was aborted before it began', { cause: signal.reason }));
    let event: string;
    try {
      // `encode` ends the JSON with the newline that ends the data line.
      event = `event: message\ndata: ${encode(message)}\n`;
    } catch (error) {
      return Promise.reject(error);
    }
    let sent = SENT;
    if (this.#blocked) sent = this.#wait(event, signal);
    else this.#write(event);
    if (!('method' in message) && this.owed > 0 && --this.owed === 0 && this.#retiring) this.#closeAfter(sent);
    return sent;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** @internal The sink has room: whoever waits goes first. */
  onsinkdrain(): void {
    this.#blocked = false;
    const queue = this.#queue;
    // What does not fit still waits for the next time: something that was written here has blocked the sink then.
    queue?.release(queue.queuedBytes);
  }

  /** @internal */
  onsinkclose(aborted: boolean): void {
    const sink = this.#sink as BodySink;
    // Ended, and not aborted: the server's own doing, such as its stopping.
    if (this.#closing || !aborted) this.#end({ kind: 'closed' });
    else if (this.#settings.stalled.has(sink)) {
      const error = new TransportError('timeout', 'The client took nothing of what was queued for stallTimeoutMs: it was disconnected.');
      this.#endOnceTaken({ kind: 'peer-gone', error });
    } else this.#endOnceTaken({ kind: 'peer-gone' });
  }

  /** @internal */
  onsinkclosing(): void {
    this.retire();
  }

  /** The stream to write to. What was sent meanwhile goes first. */
  protected attach(sink: BodySink): void {
    this.#sink = sink;
    if (this.closeReason || this.#closing) {
      sink.end();
      return;
    }
    sink.listener = this;
    this.#settings.keepAlive?.add(sink);
    if (this.#early !== '') sink.write(this.#early);
    this.#early = '';
    this.onsinkdrain();
  }

  protected async open(): Promise<void> {
    // First of all events, so it is written before anything can wait.
    const event = `event: endpoint\ndata: ${this.#endpoint}\n\n`;
    this.#endpoint = '';
    if (this.#sink) this.#write(event);
    else this.#early += event;
  }

  /** Closes as soon as every request received is answered; `close` does not wait for that. */
  protected retire(): void {
    this.#retiring = true;
    if (this.owed === 0) void this.close();
  }

  /** The client has gone before it had a stream. */
  protected leave(): void {
    this.#endOnceTaken({ kind: 'peer-gone' });
  }

  /** Closes for a reason of its own. */
  protected fail(error: Error): void {
    this.#end({ kind: 'failed', error });
    this.#sink?.destroy();
  }

  /** The connection has ended, and `onclose` is about to be called. */
  protected onended(): void {}

  protected override onInbox(waiting: boolean): void {
    super.onInbox(waiting);
    if (!waiting && this.#gone) this.#end(this.#gone);
  }

  #write(event: string): void {
    const sink = this.#sink as BodySink;
    if (!sink.write(event)) this.#blocked = true;
  }

  #wait(event: string, signal: AbortSignal | undefined): Promise<void> {
    this.#queue ??= this.#makeQueue();
    const queue = this.#queue;
    // What is in the sink's queue counts too, as it is now: it says nothing while it drains.
    if (queue.waiting === 0) queue.charge((this.#sink?.queuedBytes ?? this.#early.length) - queue.queuedBytes);
    return queue.push(event, event.length, signal);
  }

  #makeQueue(): BoundedQueue<string> {
    const { maxQueuedBytes, maxWaitingSends } = this.#settings;
    const queue: BoundedQueue<string> = new BoundedQueue({
      maxQueuedBytes,
      maxWaitingSends,
      accept: (event, bytes) => {
        if (!this.#sink) this.#early += event;
        else {
          this.#write(event);
          if (!this.#blocked) queue.release(bytes);
        }
        return SENT;
      },
    });
    return queue;
  }

  #closeAfter(sent: Promise<void>): void {
    const close = (): void => {
      if (this.owed === 0) void this.close();
    };
    sent.then(close, close);
  }

  async #close(): Promise<void> {
    if (this.closeReason) return;
    const closed = new TransportError('closed', 'The transport is closed.');
    this.#queue?.fail(closed);
    const sink = this.#sink;
    if (!sink || this.#gone) {
      this.#end({ kind: 'closed' });
      return;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ended = new Promise<void>((resolve) => {
      this.#onended = resolve;
      timer = setTimeout(resolve, this.#settings.graceMs);
    });
    sink.end();
    if (!this.closeReason) await ended;
    clearTimeout(timer);
    if (this.closeReason) return;
    sink.destroy();
    this.#end({ kind: 'closed' });
  }

  #endOnceTaken(reason: CloseReason): void {
    if (!this.inboxWaits) {
      this.#end(reason);
      return;
    }
    this.#gone = reason;
    this.#queue?.fail(peerGone(reason));
    this.onended();
  }

  #end(reason: CloseReason): void {
    if (this.closeReason) return;
    const sink = this.#sink;
    if (sink) this.#settings.keepAlive?.delete(sink);
    this.#early = '';
    this.#queue?.fail(reason.kind === 'closed' ? new TransportError('closed', 'The transport is closed.') : peerGone(reason));
    this.onended();
    this.finish(reason);
    this.releaseInbox();
    this.#onended?.();
  }
}

function peerGone({ error }: CloseReason): TransportError {
  return new TransportError('peer-gone', `The client is gone${error ? `: ${error.message}` : '.'}`, { cause: error });
}
