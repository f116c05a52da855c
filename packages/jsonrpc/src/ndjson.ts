import { ErrorCode, isJsonRpcError, JsonRpcError, TransportError } from './errors.js';
import type { JsonRpcMessage } from './message.js';
import { parse } from './parse.js';

/** 64 MiB: the longest line a decoder takes unless told otherwise. */
export const DEFAULT_MAX_MESSAGE_BYTES: number = 64 * 1024 * 1024;

const NEWLINE = 0x0a;
const EXCERPT_BYTES = 200;
/** Pieces of an unfinished line are gathered to this size before they are decoded, so that single bytes stay cheap. */
const MAX_TAIL_BYTES = 64 * 1024;
/** What an idle decoder may keep allocated. */
const IDLE_TAIL_BYTES = 4 * 1024;

/** One line for the wire: the message as JSON, then LF. `JSON.stringify` escapes every newline inside. */
export function encode(message: JsonRpcMessage | readonly JsonRpcMessage[]): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(message);
  } catch (cause) {
    throw new TransportError('encode-failed', `The message cannot be written as JSON: ${(cause as Error).message}`, { cause });
  }
  if (json === undefined) throw new TransportError('encode-failed', `The message cannot be written as JSON: it is ${typeof message}`);
  return `${json}\n`;
}

export interface NdjsonDecoderOptions {
  /** The longest line taken, in bytes without its newline. Default 64 MiB. */
  maxMessageBytes?: number | undefined;
  onmessage: (message: JsonRpcMessage) => void;
  /** A line that held a batch, an element each. Without it a batch is malformed. */
  onbatch?: ((batch: Array<JsonRpcMessage | JsonRpcError>) => void) | undefined;
  /**
   * A line that was not delivered: `malformed-message` (its `cause` is the JsonRpcError to answer with), `message-too-large`
   * or `truncated-message`. `details` has `bytes`, the line's length, and `excerpt`, at most 200 bytes of its beginning; the
   * error's own message shows the excerpt as a JSON string, so that control characters from the wire never reach a terminal.
   */
  onerror: (error: TransportError) => void;
}

/**
 * Newline-delimited JSON-RPC, incrementally: bytes in, messages out, synchronously. Lines end in LF or CRLF; empty ones are skipped.
 * A bad line costs itself only. Work is linear in the bytes, whatever the split, and no message is retained once delivered.
 *
 * All complete lines of a chunk are decoded by one call and cut as strings: at 100 bytes a message, that costs about 30 ns
 * each beside `JSON.parse`. A long line is decoded as it arrives, so its last chunk finds most of the work done.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio
 */
export class NdjsonDecoder {
  readonly #options: NdjsonDecoderOptions;
  readonly #maxMessageBytes: number;
  // fatal: a replacement character would silently change a message. ignoreBOM: a BOM has to stay visible to be reported.
  readonly #utf8: TextDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  // The unfinished line: #text decoded, then #tailLength bytes of #tail not yet decoded; #lineBytes counts all of it.
  #text = '';
  #tail: Uint8Array | undefined;
  #tailLength = 0;
  #lineBytes = 0;
  /** Set when the unfinished line is already known to be bad: only its length is still counted. */
  #fault: 'too-large' | 'not-utf8' | undefined;
  #excerpt: Uint8Array | undefined;

  constructor(options: NdjsonDecoderOptions) {
    this.#options = options;
    this.#maxMessageBytes = options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES;
    if (!(this.#maxMessageBytes > 0)) throw new RangeError(`maxMessageBytes must be a positive number, not ${options.maxMessageBytes}`);
  }

  /** Bytes of the unfinished line so far. */
  get pendingBytes(): number {
    return this.#lineBytes;
  }

  /** Takes the next bytes. The chunk may be reused by the caller afterwards. */
  feed(chunk: Uint8Array): void {
    let start = 0;
    if (this.#lineBytes > 0) {
      const end = chunk.indexOf(NEWLINE);
      if (end === -1) {
        this.#append(chunk);
        return;
      }
      this.#append(chunk.subarray(0, end));
      this.#endLine();
      start = end + 1;
    }
    const end = chunk.lastIndexOf(NEWLINE);
    if (end >= start) {
      this.#lines(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) this.#append(chunk.subarray(start));
  }

  /** The stream has ended: a last line without its newline counts if it is a whole message. */
  end(): void {
    if (this.#lineBytes > 0) this.#endLine(true);
    this.#tail = undefined;
  }

  /** Complete lines, without the last newline. */
  #lines(bytes: Uint8Array): void {
    if (bytes.length <= this.#maxMessageBytes) {
      let text: string | undefined;
      try {
        text = this.#utf8.decode(bytes);
      } catch {
        // Some line is not UTF-8; go through them one by one to find which.
      }
      if (text !== undefined) {
        let start = 0;
        for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
          if (end > start) this.#line(text.slice(start, end));
          start = end + 1;
        }
        if (start < text.length) this.#line(start === 0 ? text : text.slice(start));
        return;
      }
    }
    let start = 0;
    while (start <= bytes.length) {
      let end = bytes.indexOf(NEWLINE, start);
      if (end === -1) end = bytes.length;
      if (end > start) {
        this.#append(bytes.subarray(start, end));
        this.#endLine();
      }
      start = end + 1;
    }
  }

  #line(text: string, truncated = false): void {
    const parsed = parse(text);
    if (Array.isArray(parsed)) {
      if (this.#options.onbatch) this.#options.onbatch(parsed);
      else this.#malformed(text, new JsonRpcError(ErrorCode.InvalidRequest, 'Invalid request: a batch, where only single messages are allowed'));
    } else if (!isJsonRpcError(parsed)) {
      this.#options.onmessage(parsed);
    } else if (parsed.code === ErrorCode.ParseError && text.trim() === '') {
      // A blank line: CR alone, or white space.
    } else if (truncated && parsed.code === ErrorCode.ParseError) {
      const { bytes, excerpt } = describe(text);
      this.#options.onerror(
        new TransportError('truncated-message', `The stream ended inside a message, after ${bytes} bytes of it: ${JSON.stringify(excerpt)}`, {
          cause: parsed,
          details: { bytes, excerpt },
        }),
      );
    } else {
      this.#malformed(text, parsed);
    }
  }

  #malformed(text: string, cause: JsonRpcError): void {
    const { bytes, excerpt } = describe(text);
    const hint = text.startsWith('\uFEFF') ? ' It begins with a byte order mark, which JSON text must not (RFC 8259, section 8.1).' : '';
    this.#options.onerror(
      new TransportError('malformed-message', `A line of ${bytes} bytes was skipped. ${cause.message}.${hint} It reads: ${JSON.stringify(excerpt)}`, {
        cause,
        details: { bytes, excerpt },
      }),
    );
  }

  #append(bytes: Uint8Array): void {
    if (this.#lineBytes < EXCERPT_BYTES && bytes.length + this.#lineBytes > EXCERPT_BYTES) {
      // Kept only for lines that outgrow it: a shorter line can still be read back when it turns out bad.
      this.#excerpt = this.#head(bytes);
    }
    this.#lineBytes += bytes.length;
    if (this.#fault) return;
    if (this.#lineBytes > this.#maxMessageBytes) {
      // One CR more than the limit may still be the line's end.
      if (this.#lineBytes > this.#maxMessageBytes + 1 || bytes[bytes.length - 1] !== 0x0d) return this.#fail('too-large', bytes);
    }
    if (this.#tailLength + bytes.length <= MAX_TAIL_BYTES) {
      const tail = this.#reserve(this.#tailLength + bytes.length);
      tail.set(bytes, this.#tailLength);
      this.#tailLength += bytes.length;
      return;
    }
    if (this.#tailLength > 0) {
      // Top the tail up to a full piece, then go on with what is left of the chunk.
      const taken = MAX_TAIL_BYTES - this.#tailLength;
      this.#reserve(MAX_TAIL_BYTES).set(bytes.subarray(0, taken), this.#tailLength);
      this.#tailLength = 0;
      if (!this.#decode(this.#tail as Uint8Array)) return this.#fail('not-utf8', bytes);
      bytes = bytes.subarray(taken);
    }
    if (bytes.length > MAX_TAIL_BYTES / 4 && this.#tailLength === 0) {
      if (!this.#decode(bytes)) this.#fail('not-utf8', bytes);
      return;
    }
    // #decode may have put back up to three bytes of a split character.
    const tail = this.#reserve(this.#tailLength + bytes.length);
    tail.set(bytes, this.#tailLength);
    this.#tailLength += bytes.length;
  }

  /** Adds `bytes` to #text, except an unfinished character at their end, which becomes the tail. */
  #decode(bytes: Uint8Array): boolean {
    const whole = bytes.length - unfinishedCharacterBytes(bytes);
    const rest = bytes.slice(whole);
    try {
      this.#text += this.#utf8.decode(bytes.subarray(0, whole));
    } catch {
      return false;
    }
    this.#tailLength = rest.length;
    if (rest.length > 0) this.#reserve(rest.length).set(rest);
    return true;
  }

  #endLine(truncated = false): void {
    const fault = this.#fault;
    const bytes = this.#lineBytes;
    let text = this.#text;
    const tail = this.#tailLength > 0 ? (this.#tail as Uint8Array).subarray(0, this.#tailLength) : undefined;
    let notUtf8 = fault === 'not-utf8';
    if (!fault && tail) {
      try {
        const decoded = this.#utf8.decode(tail);
        text = text === '' ? decoded : text + decoded;
      } catch {
        notUtf8 = true;
      }
    }
    const head = fault || notUtf8 ? (this.#excerpt ?? tail?.slice(0, EXCERPT_BYTES)) : undefined;
    // Reset before anything is called: a handler may throw, or feed this decoder.
    this.#text = '';
    this.#tailLength = 0;
    this.#lineBytes = 0;
    this.#fault = undefined;
    this.#excerpt = undefined;
    if (this.#tail && this.#tail.length > IDLE_TAIL_BYTES) this.#tail = undefined;
    if (fault === 'too-large') this.#tooLarge(bytes, excerptOf(head));
    else if (notUtf8) this.#invalidUtf8(bytes, excerptOf(head));
    else this.#line(text, truncated);
  }

  #tooLarge(bytes: number, excerpt: string): void {
    const limit = this.#maxMessageBytes;
    this.#options.onerror(
      new TransportError(
        'message-too-large',
        `A message of ${bytes} bytes was skipped: maxMessageBytes is ${limit}. Raise it, or send less at once. It begins: ${JSON.stringify(excerpt)}`,
        { cause: new JsonRpcError(ErrorCode.InvalidRequest, `Invalid request: ${bytes} bytes, over the limit of ${limit}`), details: { bytes, limit, excerpt } },
      ),
    );
  }

  #invalidUtf8(bytes: number, excerpt: string): void {
    this.#options.onerror(
      new TransportError('malformed-message', `A line of ${bytes} bytes was skipped: it is not valid UTF-8. It begins: ${JSON.stringify(excerpt)}`, {
        cause: new JsonRpcError(ErrorCode.ParseError, 'Parse error: not valid UTF-8'),
        details: { bytes, excerpt },
      }),
    );
  }

  #fail(fault: 'too-large' | 'not-utf8', bytes: Uint8Array): void {
    this.#excerpt ??= this.#head(bytes);
    this.#fault = fault;
    this.#text = '';
    this.#tail = undefined;
    this.#tailLength = 0;
  }

  /** The first bytes of the unfinished line, `next` being what comes after what is held. */
  #head(next: Uint8Array): Uint8Array {
    const held = this.#tail?.subarray(0, Math.min(this.#tailLength, EXCERPT_BYTES)) ?? new Uint8Array();
    const head = new Uint8Array(Math.min(EXCERPT_BYTES, held.length + next.length));
    head.set(held);
    head.set(next.subarray(0, head.length - held.length), held.length);
    return head;
  }

  #reserve(length: number): Uint8Array {
    if (this.#tail && this.#tail.length >= length) return this.#tail;
    const grown = new Uint8Array(Math.min(MAX_TAIL_BYTES, Math.max(256, 2 ** Math.ceil(Math.log2(length)))));
    if (this.#tail) grown.set(this.#tail.subarray(0, this.#tailLength));
    this.#tail = grown;
    return grown;
  }
}

/** How many bytes at the end begin a character that is not finished: 0 to 3 (RFC 3629, section 3). */
function unfinishedCharacterBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] as number;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

function describe(text: string): { bytes: number; excerpt: string } {
  // Only bad lines come here, so encoding one again is cheap enough, and exact.
  const encoded = new TextEncoder().encode(text.endsWith('\r') ? text.slice(0, -1) : text);
  return { bytes: encoded.length, excerpt: excerptOf(encoded) };
}

function excerptOf(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes?.subarray(0, EXCERPT_BYTES));
}
