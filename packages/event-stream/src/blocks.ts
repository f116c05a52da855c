import { afterBlankLine, afterLastBlankLine, afterLine, isLineEnd } from './line-ends.js';

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const BYTE_ORDER_MARK = Uint8Array.of(0xef, 0xbb, 0xbf);
/** What an idle splitter may keep allocated. */
const IDLE_BYTES = 16 * 1024;

export interface BlockSplitterOptions {
  maxEventBytes: number;
  /** Whole blocks, one or several. The bytes are only lent: they may be overwritten after the call. */
  onblocks: (bytes: Uint8Array) => void;
  /** A block was dropped, or is being dropped as it comes, after this many bytes of it. */
  ontoolarge: (bytes: number) => void;
}

/**
 * Cuts a byte stream into blocks: what stands between two blank lines, which is at most one event. A comment line between events is a
 * block of its own, so that a keep-alive comment is seen when it comes and a thousand of them add up to nothing.
 *
 * A chunk is copied only where a block began in an earlier one. Memory is bounded by twice `maxEventBytes`, and the work is linear in
 * the bytes whatever the split. The byte order mark that a stream may begin with is dropped.
 */
export class BlockSplitter {
  readonly #options: BlockSplitterOptions;
  /** The unfinished block: either one comment line without its end, or lines without a blank one. */
  #held: Uint8Array = new Uint8Array();
  #heldBytes = 0;
  /** Decides whether an LF belongs to a CR before it. A stream begins as if a line had just ended. */
  #lastByte = LF;
  #markBytes = 0;
  /** What is being dropped because it is too large: up to the line's end, or up to a blank line. */
  #skipping: 'comment' | 'block' | undefined;

  constructor(options: BlockSplitterOptions) {
    this.#options = options;
  }

  /** The block that has begun but not ended; empty between events. Lent, like those of `onblocks`. */
  get unfinished(): Uint8Array {
    return this.#held.subarray(0, this.#heldBytes);
  }

  feed(chunk: Uint8Array): void {
    let from = this.#markBytes < BYTE_ORDER_MARK.length ? this.#skipMark(chunk) : 0;
    if (from === chunk.length) return;
    if (this.#lastByte === CR && chunk[from] === LF) {
      // Inside a block it counts; after one, the CR has already ended the blank line.
      if (this.#heldBytes > 0) this.#hold(chunk.subarray(from, from + 1));
      from++;
      if (from === chunk.length) {
        this.#lastByte = LF;
        return;
      }
    }
    const atLineStart = isLineEnd(this.#lastByte);
    this.#lastByte = chunk[chunk.length - 1] as number;

    if (this.#skipping) {
      from = this.#skipping === 'comment' ? afterLine(chunk, from) : afterBlankLine(chunk, from, atLineStart);
      if (from === -1) return;
      this.#skipping = undefined;
    } else if (this.#heldBytes > 0) {
      const end = this.#held[0] === COLON ? afterLine(chunk, from) : afterBlankLine(chunk, from, atLineStart);
      if (end === -1) {
        this.#hold(chunk.subarray(from));
        return;
      }
      this.#finish(chunk.subarray(from, end));
      from = end;
    }

    // Here a block begins.
    const end = afterComments(chunk, afterLastBlankLine(chunk, from));
    if (end > from) this.#deliver(chunk.subarray(from, end));
    if (end < chunk.length) this.#hold(chunk.subarray(end));
  }

  /** Drops what is unfinished. */
  clear(): void {
    this.#heldBytes = 0;
    this.#held = new Uint8Array();
  }

  #skipMark(chunk: Uint8Array): number {
    let index = 0;
    while (index < chunk.length && this.#markBytes < BYTE_ORDER_MARK.length) {
      if (chunk[index] !== BYTE_ORDER_MARK[this.#markBytes]) {
        // No mark after all: what looked like its beginning is the stream's.
        const lookalike = BYTE_ORDER_MARK.subarray(0, this.#markBytes);
        this.#markBytes = BYTE_ORDER_MARK.length;
        if (lookalike.length > 0) {
          this.#hold(lookalike);
          this.#lastByte = lookalike[lookalike.length - 1] as number;
        }
        return index;
      }
      index++;
      this.#markBytes++;
    }
    return index;
  }

  /** Ends the held block with `rest`, whose last line end does not count towards its size. */
  #finish(rest: Uint8Array): void {
    const bytes = this.#heldBytes + rest.length - lineEndBytes(rest);
    if (bytes > this.#options.maxEventBytes) {
      this.#heldBytes = 0;
      this.#options.ontoolarge(bytes);
      return;
    }
    this.#append(rest);
    const block = this.unfinished;
    this.#heldBytes = 0;
    if (this.#held.length > IDLE_BYTES) this.#held = new Uint8Array();
    this.#options.onblocks(block);
  }

  #deliver(bytes: Uint8Array): void {
    if (bytes.length <= this.#options.maxEventBytes) {
      this.#options.onblocks(bytes);
      return;
    }
    for (const block of blocksOf(bytes)) {
      const size = contentOf(block).length;
      if (size > this.#options.maxEventBytes) this.#options.ontoolarge(size);
      else this.#options.onblocks(block);
    }
  }

  #hold(bytes: Uint8Array): void {
    const size = this.#heldBytes + bytes.length;
    if (size <= this.#options.maxEventBytes) {
      this.#append(bytes);
      return;
    }
    this.#skipping = (this.#heldBytes > 0 ? this.#held[0] : bytes[0]) === COLON ? 'comment' : 'block';
    this.clear();
    this.#options.ontoolarge(size);
  }

  #append(bytes: Uint8Array): void {
    const size = this.#heldBytes + bytes.length;
    if (this.#held.length < size) {
      const grown = new Uint8Array(Math.max(256, size, Math.min(2 * this.#held.length, this.#options.maxEventBytes)));
      grown.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = grown;
    }
    this.#held.set(bytes, this.#heldBytes);
    this.#heldBytes = size;
  }
}

/** Cuts blocks apart. A blank line with nothing before it is a block too, and so is what is left at the end. */
export function* blocksOf(bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
  let end: number;
  for (let from = 0; from < bytes.length; from = end) {
    end = bytes[from] === COLON ? afterLine(bytes, from) : afterBlankLine(bytes, from, true);
    if (end === -1) end = bytes.length;
    yield bytes.subarray(from, end);
  }
}

/** The index after the comment lines that stand at `from`, as far as they are finished. */
function afterComments(bytes: Uint8Array, from: number): number {
  let end = from;
  while (bytes[end] === COLON) {
    const next = afterLine(bytes, end);
    if (next === -1) break;
    end = next;
  }
  return end;
}

/** What counts towards a block's size: all but the line end that completes it. */
export function contentOf(block: Uint8Array): Uint8Array {
  return block.subarray(0, block.length - lineEndBytes(block));
}

function lineEndBytes(bytes: Uint8Array): number {
  return bytes[bytes.length - 1] === LF && bytes[bytes.length - 2] === CR ? 2 : 1;
}
