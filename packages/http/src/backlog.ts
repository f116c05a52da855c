/** A piece handed on at once is no longer than this, so that a slow reader's progress shows. */
const MAX_PIECE_BYTES = 256 * 1024;
/** Text that waits is joined until there is so much of it, in characters. */
export const PIECE_LENGTH: number = 64 * 1024;

/**
 * What waits until the runtime has room for it, in order, and each byte of it once: text is joined, and encoded where there is enough of it.
 * A runtime that is handed text holds that beside what it makes of it.
 */
export class Backlog {
  readonly #encode: (text: string) => Uint8Array;
  #pieces: Uint8Array[] = [];
  /** A moving head: shifting an array of thousands would cost a copy each time. */
  #head = 0;
  #bytes = 0;
  /** What was pushed last, and is not yet enough for a piece. */
  #text = '';

  /** @param encode makes UTF-8 of text, in memory that nothing else shares */
  constructor(encode: (text: string) => Uint8Array) {
    this.#encode = encode;
  }

  /** Text counts by its characters until it is encoded. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  /** Whether there is more than a text that others may still be joined to. */
  get hasPiece(): boolean {
    return this.#head < this.#pieces.length;
  }

  /** @returns how much `bytes` has grown by */
  push(chunk: string | Uint8Array): number {
    const before = this.#bytes;
    if (typeof chunk === 'string') {
      this.#text += chunk;
      this.#bytes += chunk.length;
      if (this.#text.length >= PIECE_LENGTH) this.#encodeText();
    } else {
      this.#encodeText();
      this.#add(chunk);
    }
    return this.#bytes - before;
  }

  /** The oldest piece; else all of the text. Call it only where there is something. */
  shift(): string | Uint8Array {
    if (!this.hasPiece) return this.#takeText();
    const piece = this.#pieces[this.#head] as Uint8Array;
    this.#pieces[this.#head++] = NOTHING;
    this.#bytes -= piece.length;
    if (this.#head === this.#pieces.length) {
      this.#pieces = [];
      this.#head = 0;
    } else if (this.#head > 1024 && this.#head * 2 > this.#pieces.length) {
      this.#pieces = this.#pieces.slice(this.#head);
      this.#head = 0;
    }
    return piece;
  }

  clear(): void {
    this.#pieces = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#text = '';
  }

  #takeText(): string {
    const text = this.#text;
    this.#text = '';
    this.#bytes -= text.length;
    return text;
  }

  #encodeText(): void {
    const text = this.#takeText();
    for (let at = 0; at < text.length; ) {
      const end = wholeCharacters(text, at + MAX_PIECE_BYTES);
      // Cut before it is encoded, so that each piece is let go by itself.
      this.#add(this.#encode(text.slice(at, end)));
      at = end;
    }
  }

  #add(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    if (bytes.length === 0) return;
    if (bytes.length <= MAX_PIECE_BYTES) this.#pieces.push(bytes);
    else for (let at = 0; at < bytes.length; at += MAX_PIECE_BYTES) this.#pieces.push(bytes.subarray(at, at + MAX_PIECE_BYTES));
  }
}

const NOTHING = new Uint8Array(0);

/** `end`, or one before it where that would cut a surrogate pair. */
function wholeCharacters(text: string, end: number): number {
  if (end >= text.length) return text.length;
  return (text.charCodeAt(end - 1) & 0xfc00) === 0xd800 ? end - 1 : end;
}
