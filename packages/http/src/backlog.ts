/** A piece handed on at once is no longer than this, so that a slow reader's progress shows. */
const MAX_PIECE_BYTES = 256 * 1024;

const encoder = new TextEncoder();

/** What waits until the runtime has room for it, in order. */
export class Backlog {
  #pieces: (string | Uint8Array)[] = [];
  /** A moving head: shifting an array of thousands would cost a copy each time. */
  #head = 0;
  #bytes = 0;

  /** Text counts by its characters. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#head === this.#pieces.length;
  }

  push(chunk: string | Uint8Array): void {
    // Text may be three times as long once it is encoded, and is not cut: that could split a character.
    const piece = typeof chunk === 'string' && chunk.length > MAX_PIECE_BYTES ? encoder.encode(chunk) : chunk;
    if (typeof piece === 'string' || piece.length <= MAX_PIECE_BYTES) this.#pieces.push(piece);
    else for (let at = 0; at < piece.length; at += MAX_PIECE_BYTES) this.#pieces.push(piece.subarray(at, at + MAX_PIECE_BYTES));
    this.#bytes += piece.length;
  }

  shift(): string | Uint8Array {
    const piece = this.#pieces[this.#head] as string | Uint8Array;
    this.#pieces[this.#head++] = '';
    this.#bytes -= piece.length;
    if (this.#head === this.#pieces.length) this.clear();
    else if (this.#head > 1024 && this.#head * 2 > this.#pieces.length) {
      this.#pieces = this.#pieces.slice(this.#head);
      this.#head = 0;
    }
    return piece;
  }

  clear(): void {
    this.#pieces = [];
    this.#head = 0;
    this.#bytes = 0;
  }
}
