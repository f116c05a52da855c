/** One block of an event stream: what stands between two blank lines, with at least one field. */
export interface StreamEvent {
  /** The value of the last `event` field; `message` without one. */
  readonly event: string;
  /** The `data` fields, joined with newlines; undefined if there was none, so that no event came of the block. */
  readonly data: string | undefined;
  /** The value of the last `id` field of this block; undefined if it had none. */
  readonly id: string | undefined;
  /** The value of the last `retry` field in milliseconds; undefined if it had none. */
  readonly retryMs: number | undefined;
  /** Milliseconds of the process's clock (`performance.now()`). */
  readonly at: number;
}

/** What in a stream is no part of the format, or of MCP's use of it. */
export interface StreamFault {
  readonly kind: 'not-utf8' | 'unknown-field' | 'invalid-retry' | 'invalid-id' | 'unfinished' | 'too-long';
  /** A sentence's end: 'is no field of an event'. */
  readonly why: string;
  readonly text: string;
}

export interface EventStreamReaderOptions {
  onevent(event: StreamEvent): void;
  onfault(fault: StreamFault): void;
  oncomment?: ((text: string) => void) | undefined;
}

const MAX_EVENT_BYTES = 64 * 1024 * 1024;
const LF = 0x0a;
const CR = 0x0d;
const BYTE_ORDER_MARK = '\ufeff';

interface Block {
  data: string[] | undefined;
  event: string | undefined;
  id: string | undefined;
  retryMs: number | undefined;
}

/**
 * Reads `text/event-stream` as the HTML standard has it, in any split, and says what in it nobody can have meant: readers have to skip
 * such lines in silence, so that their author never learns of them. Each byte is looked at once; a chunk is copied where a line began in
 * an earlier one.
 */
export class EventStreamReader {
  readonly #options: EventStreamReaderOptions;
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #parts: Uint8Array[] = [];
  #lineBytes = 0;
  #blockBytes = 0;
  #block: Block = emptyBlock();
  #hasFields = false;
  /** The last byte was a CR: a LF that follows belongs to it. */
  #afterCr = false;
  #firstLine = true;

  constructor(options: EventStreamReaderOptions) {
    this.#options = options;
  }

  feed(chunk: Uint8Array): void {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === LF && this.#afterCr && at === start && this.#lineBytes === 0) {
        this.#afterCr = false;
        start = at + 1;
        continue;
      }
      this.#afterCr = false;
      if (byte !== LF && byte !== CR) {
        // Native search is an order of magnitude quicker than this loop.
        const lf = chunk.indexOf(LF, at);
        const cr = chunk.indexOf(CR, at);
        const next = lf < 0 ? cr : cr < 0 ? lf : Math.min(lf, cr);
        if (next < 0) break;
        at = next - 1;
        continue;
      }
      this.#push(chunk.subarray(start, at));
      this.#line();
      this.#afterCr = byte === CR;
      start = at + 1;
    }
    if (start < chunk.length) this.#push(chunk.subarray(start).slice());
  }

  /** The stream is over. */
  end(): void {
    if (this.#lineBytes > 0 || this.#hasFields) {
      this.#fault('unfinished', 'ends without the blank line that makes an event of it', this.#block.data?.join('\n') ?? '');
    }
  }

  #push(part: Uint8Array): void {
    this.#lineBytes += part.length;
    this.#blockBytes += part.length;
    // Of an event that is too long only the count goes on.
    if (this.#blockBytes <= MAX_EVENT_BYTES) this.#parts.push(part);
  }

  #line(): void {
    const bytes = this.#parts.length === 1 && this.#parts[0] ? this.#parts[0] : Buffer.concat(this.#parts);
    const length = this.#lineBytes;
    this.#parts = [];
    this.#lineBytes = 0;
    if (length === 0) {
      this.#dispatch();
      return;
    }
    let text: string;
    try {
      text = this.#utf8.decode(bytes);
    } catch {
      this.#fault('not-utf8', 'is not UTF-8', Buffer.from(bytes.subarray(0, 300)).toString('latin1'));
      this.#hasFields = true;
      return;
    }
    if (this.#firstLine) {
      this.#firstLine = false;
      if (text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1);
      if (text === '') return;
    }
    const colon = text.indexOf(':');
    if (colon === 0) {
      this.#options.oncomment?.(text.slice(1));
      return;
    }
    const name = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(text[colon + 1] === ' ' ? colon + 2 : colon + 1);
    this.#field(name, value, text);
  }

  #field(name: string, value: string, line: string): void {
    const block = this.#block;
    this.#hasFields = true;
    if (name === 'data') {
      block.data ??= [];
      block.data.push(value);
    } else if (name === 'event') block.event = value;
    else if (name === 'id') {
      if (value.includes('\0')) this.#fault('invalid-id', 'has a NUL in its id, so that it is ignored', line);
      else block.id = value;
    } else if (name === 'retry') {
      if (/^\d{1,15}$/.test(value)) block.retryMs = Number(value);
      else this.#fault('invalid-retry', 'has a retry that is no number of milliseconds, so that it is ignored', line);
    } else this.#fault('unknown-field', 'is no field of an event, so that it is ignored', line);
  }

  #dispatch(): void {
    const tooLong = this.#blockBytes > MAX_EVENT_BYTES;
    const block = this.#block;
    const hasFields = this.#hasFields;
    this.#block = emptyBlock();
    this.#hasFields = false;
    this.#blockBytes = 0;
    if (tooLong) {
      this.#fault('too-long', `is longer than ${MAX_EVENT_BYTES} bytes`, '');
      return;
    }
    if (!hasFields) return;
    const { data, event, id, retryMs } = block;
    if (data === undefined && event === undefined && id === undefined && retryMs === undefined) return;
    this.#options.onevent({ event: event || 'message', data: data?.join('\n'), id, retryMs, at: performance.now() });
  }

  #fault(kind: StreamFault['kind'], why: string, text: string): void {
    this.#options.onfault({ kind, why, text: text.slice(0, 300) });
  }
}

function emptyBlock(): Block {
  return { data: undefined, event: undefined, id: undefined, retryMs: undefined };
}
