import type { Inbox, JsonValue } from '../inbox.js';

/** A server that writes a longer line is cut off. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;
/** Lines that are kept to see whether they are one message together, and characters of each. */
const MAX_BROKEN_LINES = 200;
const MAX_BROKEN_CHARS = 4_000;
const LF = 0x0a;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads lines of UTF-8 JSON, strictly: whatever is none is a fault in the inbox. A carriage return before the newline is white space to
 * JSON, and so allowed. Each byte is looked at once, whatever the chunks.
 */
export class LineReader {
  readonly #inbox: Inbox;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  /** Lines in a row that were no messages: together they may be one that was broken up. */
  #broken: string[] = [];

  constructor(inbox: Inbox) {
    this.#inbox = inbox;
  }

  feed(chunk: Uint8Array): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(LF, start);
      if (end < 0) break;
      this.#push(chunk.subarray(start, end));
      if (this.#inbox.isFull) return;
      this.#line();
      if (this.#inbox.isFull) return;
      start = end + 1;
    }
    if (start < chunk.length) this.#push(chunk.subarray(start));
  }

  /** The beginning of the line that is not finished yet. */
  get unfinished(): string {
    const [part] = this.#parts;
    return part ? head(part) : '';
  }

  /** The stream is over: what is left had no newline. */
  end(): void {
    if (this.#bytes > 0) this.#inbox.addFault({ kind: 'unterminated', why: 'has no newline at its end', text: head(this.#take()) });
  }

  #push(part: Uint8Array): void {
    this.#bytes += part.length;
    if (this.#bytes <= MAX_LINE_BYTES) {
      this.#parts.push(part);
      return;
    }
    this.#inbox.addFault({ kind: 'too-long', why: `is longer than ${MAX_LINE_BYTES} bytes`, text: this.unfinished });
    this.#parts = [];
    this.#inbox.cutOff(`it sent a line of more than ${MAX_LINE_BYTES} bytes`);
  }

  #take(): Uint8Array {
    const line = this.#parts.length === 1 && this.#parts[0] ? this.#parts[0] : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    return line;
  }

  #line(): void {
    const line = this.#take();
    if (isBlank(line)) {
      this.#inbox.addFault({ kind: 'empty', why: 'is empty', text: head(line) });
      return;
    }
    let text: string;
    try {
      text = utf8.decode(line);
    } catch {
      this.#inbox.addFault({ kind: 'not-utf8', why: 'is not UTF-8', text: head(line) });
      return;
    }
    let value: JsonValue;
    try {
      value = JSON.parse(text) as JsonValue;
    } catch {
      this.#inbox.addFault({ kind: 'not-json', why: 'is not JSON', text: head(line) });
      this.#tryBroken(text);
      return;
    }
    const isMessage = typeof value === 'object' && value !== null;
    if (isMessage) this.#broken = [];
    else this.#tryBroken(text);
    this.#inbox.add(value);
  }

  #tryBroken(text: string): void {
    if (this.#broken.length === 0 && !text.trimStart().startsWith('{')) return;
    this.#broken.push(text.slice(0, MAX_BROKEN_CHARS));
    if (this.#broken.length > MAX_BROKEN_LINES) this.#broken.length = 0;
    if (this.#broken.length < 2 || !text.trimEnd().endsWith('}')) return;
    const whole = this.#broken.join('\n');
    for (const candidate of [whole, this.#broken.join('')]) {
      try {
        JSON.parse(candidate);
      } catch {
        continue;
      }
      this.#inbox.addFault({ kind: 'broken-line', why: 'is one message over several lines', text: whole.slice(0, 300) });
      this.#broken = [];
      return;
    }
  }
}

function isBlank(line: Uint8Array): boolean {
  return line.length < 64 && line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

function head(line: Uint8Array): string {
  return Buffer.from(line.subarray(0, 300))
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
