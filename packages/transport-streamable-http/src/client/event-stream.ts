import { createEventStreamDecoder, type DecodedEvent, type EventStreamDecoder, type EventStreamError } from '@mcpwire/event-stream';
import type { BodyConsumer, BodyFlow, HttpBody } from '@mcpwire/http';
import { quote } from '@mcpwire/http/client/transport-parts';
import { isJsonRpcError, type JsonRpcMessage, parse, TransportError, type TransportErrorCode } from '@mcpwire/jsonrpc';

/** Whom a connection's event stream tells what it brings. */
export interface EventStreamOwner {
  readonly maxMessageBytes: number;
  onmessage(message: JsonRpcMessage): void;
  /** An event had an id, from which the stream can be resumed. */
  onid(id: string): void;
  /** Something that came was no message. The stream goes on. */
  onfault(error: TransportError): void;
  /** The stream is over; with an error when it broke off. Called once, unless it was cancelled. */
  onend(error?: Error): void;
}

const codeOf: Readonly<Record<EventStreamError['code'], TransportErrorCode>> = {
  'event-too-large': 'message-too-large',
  'ignored-line': 'malformed-message',
  'invalid-event-name': 'malformed-message',
  'invalid-id': 'malformed-message',
  'invalid-retry': 'malformed-message',
  'invalid-utf8': 'malformed-message',
  'truncated-event': 'truncated-message',
};

/** One response's event stream: bytes in, messages out, on the tick they arrive. */
export class EventStream implements BodyConsumer {
  /** Whether any event came, be it without a message. */
  broughtEvent = false;
  readonly #owner: EventStreamOwner;
  readonly #openedAt: number = performance.now();
  readonly #decoder: EventStreamDecoder;
  readonly #flow: BodyFlow;
  #lastEventId = '';

  constructor(body: HttpBody, owner: EventStreamOwner) {
    this.#owner = owner;
    this.#decoder = createEventStreamDecoder({
      maxEventBytes: owner.maxMessageBytes,
      // A message arrives as it was sent, or not at all.
      invalidUtf8: 'skip',
      onevent: (event) => this.#event(event),
      onerror: (cause) => owner.onfault(new TransportError(codeOf[cause.code], cause.message, { cause, details: cause.details ?? {} })),
    });
    this.#flow = body.read(this);
  }

  /** What the server asks to wait before it is asked again. */
  get retryMs(): number | undefined {
    return this.#decoder.retryMs;
  }

  get livedMs(): number {
    return performance.now() - this.#openedAt;
  }

  pause(): void {
    this.#flow.pause();
  }

  resume(): void {
    this.#flow.resume();
  }

  /** Nothing more is told of it. */
  cancel(): void {
    // What is left of a chunk that is being decoded.
    this.#decoder.end();
    this.#flow.cancel();
  }

  onchunk(chunk: Uint8Array): void {
    this.#decoder.feed(chunk);
    this.#noteId();
  }

  onend(): void {
    this.#decoder.end();
    this.#noteId();
    this.#owner.onend();
  }

  onerror(error: Error): void {
    this.#decoder.end();
    this.#noteId();
    this.#owner.onend(error);
  }

  #event({ event, data, id }: DecodedEvent): void {
    this.broughtEvent = true;
    // Before its message: whoever is told of an answer may look at the id.
    if (id !== undefined) this.#id(id);
    // Events of other names are for others, and one without data only brings an id.
    if (event !== 'message' || data === '') return;
    const parsed = parse(data);
    for (const item of Array.isArray(parsed) ? parsed : [parsed]) {
      if (!isJsonRpcError(item)) {
        this.#owner.onmessage(item);
        continue;
      }
      const details = { excerpt: data.slice(0, 200) };
      const message = `An event was skipped, since its data is no message. ${item.message}: ${quote(data)}`;
      this.#owner.onfault(new TransportError('malformed-message', message, { cause: item, details }));
    }
  }

  /** An id may also come without an event. */
  #noteId(): void {
    this.#id(this.#decoder.lastEventId);
  }

  #id(id: string): void {
    if (id === this.#lastEventId) return;
    this.#lastEventId = id;
    if (id !== '') this.#owner.onid(id);
  }
}
