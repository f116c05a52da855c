import { BlockParser } from './block-parser.js';
import { BlockSplitter, blocksOf, contentOf } from './blocks.js';
import { EventStreamError } from './errors.js';

/** 64 MiB: the largest event a decoder takes unless told otherwise. */
export const DEFAULT_MAX_EVENT_BYTES: number = 64 * 1024 * 1024;

/** 2 147 483 647 ms, about 25 days: the longest a JavaScript timer takes. A longer one would fire at once. */
const MAX_RETRY_MS = 2 ** 31 - 1;
const EXCERPT_CHARACTERS = 100;

/** An event as it was dispatched. */
export interface DecodedEvent {
  /** Its name; `message` when the stream gave none. */
  event: string;
  /** Its data lines, joined by LF. */
  data: string;
  /** The id that this event brought. The id in force, which an earlier event may have brought, is the decoder's `lastEventId`. */
  id: string | undefined;
}

export interface EventStreamDecoderOptions {
  /** Called for every event with data, an empty `data:` line included. */
  onevent: (event: DecodedEvent) => void;
  /** Called for every comment line, without its colon and one space. */
  oncomment?: ((comment: string) => void) | undefined;
  /** Called for every valid `retry` field. Values past 2 147 483 647 ms, the longest a timer takes, are capped to it. */
  onretry?: ((retryMs: number) => void) | undefined;
  /**
   * Told of what is not delivered: `event-too-large`, `invalid-utf8`, `truncated-event`, and the stream's first `ignored-line`. None
   * of them ends the stream: the decoder goes on with the next event, or with the next line.
   */
  onerror: (error: EventStreamError) => void;
  /**
   * The largest event taken, in bytes: its lines with their line ends, without the blank line. Comments between events do not count,
   * but none may be longer. Past it, `onerror` is told at once and the event is dropped as it comes. Default 64 MiB. The decoder holds
   * at most twice this, and nothing between events.
   */
  maxEventBytes?: number | undefined;
  /**
   * `replace`, the default, is what the WHATWG rules say: U+FFFD for what is not UTF-8, silently. `skip` drops such an event, its id
   * included, and tells `onerror`: where data must arrive unchanged or not at all.
   */
  invalidUtf8?: 'replace' | 'skip' | undefined;
  /** The id in force from the start, when this stream resumes another. */
  lastEventId?: string | undefined;
}

/** What `createEventStreamDecoder` returns. */
export interface EventStreamDecoder {
  /** The last event id string, as the WHATWG rules keep it: what a client sends as `Last-Event-ID`. Empty until there is one. */
  readonly lastEventId: string;
  /** The last valid `retry`, in milliseconds, capped as `onretry` says; undefined until there is one. */
  readonly retryMs: number | undefined;
  /** Bytes held of an event that has begun but not ended. */
  readonly pendingBytes: number;
  /**
   * Takes the next bytes of the stream, cut anywhere. Callbacks run before it returns. The chunk may be reused afterwards.
   * @throws what a callback threw, once the rest of the chunk has been delivered (an AggregateError if several threw).
   * @throws Error after `end`, and when called from inside a callback.
   */
  feed(chunk: Uint8Array): void;
  /**
   * The stream has ended. An event without its blank line is dropped, and `onerror` told. Call it from a callback to be called no
   * more: the rest of the chunk is then ignored.
   */
  end(): void;
}

/**
 * Decodes `text/event-stream` from bytes, synchronously, as the WHATWG rules say: LF, CRLF and CR, one byte order mark at the start,
 * ids that outlive their event, and nothing dispatched without data or without its blank line. Work is linear in the bytes, whatever the split.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createEventStreamDecoder(options: EventStreamDecoderOptions): EventStreamDecoder {
  return new Decoder(options);
}

class Decoder implements EventStreamDecoder {
  readonly #options: EventStreamDecoderOptions;
  readonly #splitter: BlockSplitter;
  readonly #parser: BlockParser;
  readonly #utf8: InstanceType<typeof TextDecoder>;
  #lastEventId: string;
  #retryMs: number | undefined;
  #state: 'idle' | 'feeding' | 'ended' = 'idle';
  #thrown: unknown[] = [];

  constructor(options: EventStreamDecoderOptions) {
    const { maxEventBytes = DEFAULT_MAX_EVENT_BYTES, lastEventId = '', invalidUtf8 = 'replace' } = options;
    if (!(maxEventBytes > 0)) throw new RangeError(`maxEventBytes must be a positive number, not ${maxEventBytes}`);
    this.#options = options;
    this.#lastEventId = lastEventId;
    // ignoreBOM: the splitter has dropped the stream's mark, and one that follows a blank line is not the stream's.
    this.#utf8 = new TextDecoder('utf-8', { ignoreBOM: true, fatal: invalidUtf8 === 'skip' });
    this.#splitter = new BlockSplitter({
      maxEventBytes,
      onblocks: (bytes) => this.#blocks(bytes),
      ontoolarge: (bytes) => this.#tooLarge(bytes, maxEventBytes),
    });
    const { oncomment } = options;
    this.#parser = new BlockParser({
      onevent: ({ event = 'message', data, id }) => {
        if (id !== undefined) this.#setLastEventId(id);
        this.#call(options.onevent, { event, data, id });
      },
      onid: (id) => this.#setLastEventId(id),
      onretry: (retry) => {
        if (this.#state === 'ended') return;
        this.#retryMs = Math.min(retry, MAX_RETRY_MS);
        this.#call(options.onretry, this.#retryMs);
      },
      oncomment: oncomment && ((comment) => this.#call(oncomment, comment)),
      onignored: (line, why) => this.#ignored(line, why),
    });
  }

  get lastEventId(): string {
    return this.#lastEventId;
  }

  get retryMs(): number | undefined {
    return this.#retryMs;
  }

  get pendingBytes(): number {
    return this.#splitter.unfinished.length;
  }

  feed(chunk: Uint8Array): void {
    if (this.#state !== 'idle') {
      throw new Error(
        this.#state === 'ended' ? 'The decoder was fed after its end' : 'The decoder was fed from inside one of its callbacks',
      );
    }
    this.#state = 'feeding';
    this.#splitter.feed(chunk);
    if (this.#state === 'feeding') this.#state = 'idle';
    this.#rethrow();
  }

  end(): void {
    if (this.#state !== 'idle') {
      this.#state = 'ended';
      return;
    }
    this.#state = 'feeding';
    const unfinished = this.#splitter.unfinished;
    if (unfinished.length > 0) this.#truncated(unfinished);
    this.#splitter.clear();
    this.#state = 'ended';
    this.#rethrow();
  }

  #blocks(bytes: Uint8Array): void {
    if (this.#state === 'ended') return;
    let text: string;
    try {
      text = this.#utf8.decode(bytes);
    } catch {
      this.#notUtf8(bytes);
      return;
    }
    this.#parser.parse(text);
  }

  /** Not for an event that comes after `end`: whoever resumes here has yet to see it. */
  #setLastEventId(id: string): void {
    if (this.#state !== 'ended') this.#lastEventId = id;
  }

  #notUtf8(bytes: Uint8Array): void {
    for (const block of blocksOf(bytes)) {
      if (block.length < bytes.length) {
        this.#blocks(block);
        continue;
      }
      const content = contentOf(block);
      const excerpt = new TextDecoder().decode(content.subarray(0, EXCERPT_CHARACTERS));
      const message = `An event of ${content.length} bytes was skipped: it is not valid UTF-8. It begins: ${JSON.stringify(excerpt)}`;
      this.#call(this.#options.onerror, new EventStreamError('invalid-utf8', message, { bytes: content.length, excerpt }));
    }
  }

  #tooLarge(bytes: number, limit: number): void {
    const message = `An event of ${bytes} bytes or more was skipped: maxEventBytes is ${limit}. Raise it, or send less in one event.`;
    this.#call(this.#options.onerror, new EventStreamError('event-too-large', message, { bytes, limit }));
  }

  #ignored(line: string, why: 'invalid-retry' | 'unknown-field'): void {
    const excerpt = line.slice(0, EXCERPT_CHARACTERS);
    const fault = why === 'invalid-retry' ? 'its value is not digits only' : 'it is no field of an event stream';
    const message = `A line was ignored, as any more like it will be: ${fault}: ${JSON.stringify(excerpt)}`;
    this.#call(this.#options.onerror, new EventStreamError('ignored-line', message, { excerpt }));
  }

  /** The whole lines of an event that never ended: its data is lost, but retry and comments take effect line by line. */
  #truncated(unfinished: Uint8Array): void {
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(unfinished);
    this.#parser.parse(text.slice(0, Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1));
    if (text.startsWith(':')) return;
    const bytes = unfinished.length;
    const message = `The stream ended inside an event, after ${bytes} bytes of it: ${JSON.stringify(text.slice(0, EXCERPT_CHARACTERS))}`;
    this.#call(this.#options.onerror, new EventStreamError('truncated-event', message, { bytes }));
  }

  /** A callback that throws must not leave the parser in the middle of an event. */
  #call<T>(callback: ((value: T) => void) | undefined, value: T): void {
    if (this.#state === 'ended' || !callback) return;
    try {
      callback(value);
    } catch (error) {
      this.#thrown.push(error);
    }
  }

  #rethrow(): void {
    if (this.#thrown.length === 0) return;
    const thrown = this.#thrown;
    this.#thrown = [];
    if (thrown.length === 1) throw thrown[0];
    throw new AggregateError(thrown, `${thrown.length} callbacks threw`);
  }
}
