import { malformedLine, notUtf8Line, tooLargeLine, truncatedLine } from './bad-line.js';
import { ErrorCode, isJsonRpcError, JsonRpcError, messageOf, TransportError } from './errors.js';
import { EXCERPT_BYTES, excerptOfBytes, unfinishedCharacterBytes } from './excerpt.js';
import type { JsonRpcMessage } from './message.js';
import { DEFAULT_MAX_BATCH_LENGTH, parse } from './parse.js';

/** 64 MiB: the longest line a decoder takes unless told otherwise. */
export const DEFAULT_MAX_MESSAGE_BYTES: number = 64 * 1024 * 1024;
/** What a string holds in V8: a longer line could be neither decoded nor parsed. */
const MAX_STRING_LENGTH = 2 ** 29 - 24;

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Small pieces of an unfinished line are gathered to this size before they are decoded, so that single bytes stay cheap. */
const TAIL_BYTES = 16 * 1024;
/** A piece of at least this size is decoded where it lies. */
const DIRECT_BYTES = 4 * 1024;
/** What an idle decoder may keep allocated. */
const IDLE_TAIL_BYTES = 4 * 1024;

/**
 * One line for the wire: the message as JSON, then LF. `JSON.stringify` escapes every newline inside.
 * @throws TransportError `encode-failed`
 */
export function encode(message: JsonRpcMessage | readonly JsonRpcMessage[]): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(message);
  } catch (cause) {
    throw new TransportError('encode-failed', `The message cannot be written as JSON: ${messageOf(cause)}`, { cause });
  }
  if (json === undefined) throw new TransportError('encode-failed', `The message cannot be written as JSON: it is ${typeof message}`);
  return `${json}\n`;
}

export interface NdjsonDecoderOptions {
  /** The longest line taken, in bytes without its line end. Default 64 MiB, at most 512 MiB - 24 (what a string can hold). */
  maxMessageBytes?: number | undefined;
  onmessage: (message: JsonRpcMessage) => void;
  /** A line that held a batch, an element each. Without it a batch is malformed. */
  onbatch?: ((batch: Array<JsonRpcMessage | JsonRpcError>) => void) | undefined;
  /** How many messages a batch may hold; a longer one is malformed. Default 1,024. */
  maxBatchLength?: number | undefined;
  /**
   * A line that was not delivered: `malformed-message` (its `cause` is the JsonRpcError to answer with), `message-too-large`
   * or `truncated-message`. `details` has `bytes`, the line's length without its line end, and `excerpt`, at most 200 bytes of its
   * beginning; the error's own message shows the excerpt escaped, so that control characters from the wire never reach a terminal.
   */
  onerror: (error: TransportError) => void;
}

/**
 * Newline-delimited JSON-RPC, incrementally: bytes in, messages out, synchronously. Lines end in LF or CRLF; blank ones are skipped.
 * A bad line costs itself only. Work is linear in the bytes, whatever the split, and no message is retained once delivered.
 *
 * A handler may throw: the rest of the chunk is delivered all the same, then `feed` throws what it threw. A handler may feed: those
 * bytes come after the ones being read.
 *
 * All complete lines of a chunk are decoded by one call and cut as strings: at 100 bytes a message, that costs about 30 ns
 * each beside `JSON.parse`. A long line is decoded as it arrives, so its last chunk finds most of the work done.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio
 */
export class NdjsonDecoder {
  readonly #options: NdjsonDecoderOptions;
  readonly #maxMessageBytes: number;
  readonly #maxBatchLength: number;
  // fatal: a replacement character would silently change a message. ignoreBOM: a BOM has to stay visible to be reported.
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  // The unfinished line: #text decoded, then #tailLength bytes of #tail not yet decoded; #lineBytes counts all of it.
  #text = '';
  #tail: Uint8Array | undefined;
  #tailLength = 0;
  #lineBytes = 0;
  #endsInCarriageReturn = false;
  /** Set when the unfinished line is already known to be bad: only its length is still counted. */
  #fault: 'too-large' | 'not-utf8' | undefined;
  #excerpt: Uint8Array | undefined;

  #reading = false;
  /** What handlers have fed meanwhile; undefined stands for the end. */
  #later: Array<Uint8Array | undefined> = [];
  /** What handlers have thrown meanwhile. */
  #thrown: unknown[] = [];

  constructor(options: NdjsonDecoderOptions) {
    const { maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES, maxBatchLength = DEFAULT_MAX_BATCH_LENGTH } = options;
    if (!(maxMessageBytes > 0)) throw new RangeError(`maxMessageBytes must be a positive number, not ${maxMessageBytes}`);
    if (!(maxBatchLength > 0)) throw new RangeError(`maxBatchLength must be a positive number, not ${maxBatchLength}`);
    this.#options = options;
    this.#maxMessageBytes = Math.min(maxMessageBytes, MAX_STRING_LENGTH);
    this.#maxBatchLength = maxBatchLength;
  }

  /** Bytes of the unfinished line so far. Those of a line over the limit count too, though they are not kept. */
  get pendingBytes(): number {
    return this.#lineBytes;
  }

  /** Takes the next bytes. The chunk may be reused by the caller afterwards. */
  feed(chunk: Uint8Array): void {
    // A copy: this chunk has to wait, while its owner may fill it anew.
    if (this.#reading) this.#later.push(new Uint8Array(chunk));
    else this.#run(chunk);
  }

  /** The stream has ended: a last line without its newline counts if it is a whole message. */
  end(): void {
    if (this.#reading) this.#later.push(undefined);
    else this.#run(undefined);
  }

  #run(first: Uint8Array | undefined): void {
    this.#reading = true;
    try {
      this.#read(first);
      while (this.#later.length > 0) for (const chunk of this.#later.splice(0)) this.#read(chunk);
    } finally {
      this.#reading = false;
    }
    if (this.#thrown.length === 0) return;
    const thrown = this.#thrown.splice(0);
    throw thrown.length === 1 ? thrown[0] : new AggregateError(thrown, `${thrown.length} handlers threw`);
  }

  #read(chunk: Uint8Array | undefined): void {
    if (chunk === undefined) {
      if (this.#lineBytes > 0) this.#endLine(true);
      this.#tail = undefined;
      return;
    }
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

  /** @param bytes the line's length without its line end, where it is known */
  #line(text: string, bytes?: number, truncated = false): void {
    if (isBlank(text)) return;
    const parsed = parse(text, this.#maxBatchLength);
    if (Array.isArray(parsed)) {
      const { onbatch } = this.#options;
      if (onbatch) this.#call(onbatch, parsed);
      else
        this.#report(
          malformedLine(
            text,
            bytes,
            new JsonRpcError(ErrorCode.InvalidRequest, 'Invalid request: a batch, where only single messages are allowed'),
          ),
        );
    } else if (!isJsonRpcError(parsed)) {
      this.#call(this.#options.onmessage, parsed);
    } else {
      const describe = truncated && parsed.code === ErrorCode.ParseError ? truncatedLine : malformedLine;
      this.#report(describe(text, bytes, parsed));
    }
  }

  #report(error: TransportError): void {
    this.#call(this.#options.onerror, error);
  }

  #call<T>(handler: (value: T) => void, value: T): void {
    try {
      handler.call(this.#options, value);
    } catch (thrown) {
      this.#thrown.push(thrown);
    }
  }

  #append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#lineBytes <= EXCERPT_BYTES && bytes.length + this.#lineBytes > EXCERPT_BYTES && !this.#fault) {
      // Kept only for lines that outgrow it: a shorter line can still be read back when it turns out bad.
      this.#excerpt = this.#head(bytes);
    }
    this.#lineBytes += bytes.length;
    this.#endsInCarriageReturn = bytes[bytes.length - 1] === CARRIAGE_RETURN;
    if (this.#fault) return;
    // One CR more than the limit may still be the line's end.
    if (this.#lineLength() > this.#maxMessageBytes) return this.#fail('too-large', bytes);
    while (bytes.length > 0) {
      if (this.#tailLength === 0 && bytes.length >= DIRECT_BYTES) {
        if (!this.#decode(bytes)) this.#fail('not-utf8', bytes);
        return;
      }
      const taken = Math.min(bytes.length, TAIL_BYTES - this.#tailLength);
      const tail = this.#reserve(this.#tailLength + taken);
      tail.set(bytes.subarray(0, taken), this.#tailLength);
      this.#tailLength += taken;
      bytes = bytes.subarray(taken);
      // A character that is split at the end of the piece stays in the tail.
      if (this.#tailLength === TAIL_BYTES && !this.#decode(tail)) return this.#fail('not-utf8', bytes);
    }
  }

  /** Adds `bytes` to #text, except an unfinished character at their end, which becomes the tail. */
  #decode(bytes: Uint8Array): boolean {
    const whole = bytes.length - unfinishedCharacterBytes(bytes);
    const rest = new Uint8Array(bytes.subarray(whole));
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
    const bytes = this.#lineLength();
    let text = this.#text;
    const tail = this.#tail?.subarray(0, this.#tailLength) ?? new Uint8Array();
    let notUtf8 = fault === 'not-utf8';
    if (!fault && tail.length > 0) {
      const unfinished = truncated ? unfinishedCharacterBytes(tail) : 0;
      try {
        const decoded = this.#utf8.decode(tail.subarray(0, tail.length - unfinished));
        text = text === '' ? decoded : text + decoded;
        // The stream ended inside a character, so what is here cannot be a whole message.
        if (unfinished > 0) text += '\uFFFD';
      } catch {
        notUtf8 = true;
      }
    }
    const excerpt = fault || notUtf8 ? excerptOfBytes(this.#excerpt ?? tail) : '';
    // Reset before anything is called: what a handler does may depend on it.
    this.#text = '';
    this.#tailLength = 0;
    this.#lineBytes = 0;
    this.#endsInCarriageReturn = false;
    this.#fault = undefined;
    this.#excerpt = undefined;
    if (this.#tail && this.#tail.length > IDLE_TAIL_BYTES) this.#tail = undefined;
    if (fault === 'too-large') this.#report(tooLargeLine(bytes, this.#maxMessageBytes, excerpt));
    else if (notUtf8) this.#report(notUtf8Line(bytes, excerpt));
    else this.#line(text, bytes, truncated);
  }

  #fail(fault: 'too-large' | 'not-utf8', bytes: Uint8Array): void {
    this.#excerpt ??= this.#head(bytes);
    this.#fault = fault;
    this.#text = '';
    this.#tail = undefined;
    this.#tailLength = 0;
  }

  /** Bytes of the unfinished line, without the CR that may belong to its end. */
  #lineLength(): number {
    return this.#endsInCarriageReturn ? this.#lineBytes - 1 : this.#lineBytes;
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
    const grown = new Uint8Array(Math.min(TAIL_BYTES, Math.max(256, 2 ** Math.ceil(Math.log2(length)))));
    if (this.#tail) grown.set(this.#tail.subarray(0, this.#tailLength));
    this.#tail = grown;
    return grown;
  }
}

/** JSON's white space: no message, and no error either. */
function isBlank(line: string): boolean {
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code !== 0x20 && code !== 0x09 && code !== CARRIAGE_RETURN) return false;
  }
  return true;
}
