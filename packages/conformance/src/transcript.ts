import type { Redactor } from './redact.js';

/** `sent` and `received` are bytes on the wire; `stderr` is the server's log; `event` is what happened: a start, an exit, a connection. */
export type TranscriptKind = 'sent' | 'received' | 'stderr' | 'event';

export interface TranscriptEntry {
  /** Milliseconds since the connection began. */
  readonly atMs: number;
  readonly kind: TranscriptKind;
  /** As it was on the wire, secrets masked; bytes that are no UTF-8 as `\xNN`. The beginning only, if it was long. */
  readonly text: string;
  /** How many bytes it had on the wire. */
  readonly bytes: number;
}

/** Bytes of one entry that are kept: enough for a tool list's beginning. */
const MAX_ENTRY_BYTES = 2_048;
/** Bytes beyond those that are looked at for secrets: of one that is cut in two not even the first half may be kept. */
const MARGIN_BYTES = 4_096;
/** Entries of one connection that are kept: its beginning, and what came last. */
const MAX_HEAD = 40;
const MAX_TAIL = 160;
/** Entries that lead to the one in question. */
const AROUND = 6;

/** What went over one connection, bounded: the first entries and the last, and how many between them were dropped. */
export class Transcript {
  readonly #startedAt = performance.now();
  readonly #redact: Redactor;
  readonly #head: TranscriptEntry[] = [];
  readonly #tail: TranscriptEntry[] = [];
  #length = 0;

  constructor(redact: Redactor) {
    this.#redact = redact;
  }

  /** How many entries there were, kept or not: a mark for `since`. */
  get length(): number {
    return this.#length;
  }

  add(kind: TranscriptKind, content: string | Uint8Array): void {
    const bytes = typeof content === 'string' ? Buffer.byteLength(content) : content.length;
    const clean = this.#redact(toText(content));
    const text = bytes > MAX_ENTRY_BYTES ? `${clean.slice(0, MAX_ENTRY_BYTES)}…` : clean;
    const entry = { atMs: Math.round((performance.now() - this.#startedAt) * 10) / 10, kind, text, bytes };
    this.#length++;
    if (this.#head.length < MAX_HEAD) {
      this.#head.push(entry);
      return;
    }
    this.#tail.push(entry);
    // Shifting one by one from an array of this size is cheap; from an unbounded one it would not be.
    if (this.#tail.length > MAX_TAIL) this.#tail.shift();
  }

  /** The entries around `position`, a former `length`: those that were last then, and a few that followed. */
  around(position: number): TranscriptEntry[] {
    const firstOfTail = this.#length - this.#tail.length;
    const from = Math.max(0, position - AROUND);
    const head = this.#head.slice(from, position + 2);
    const tail = this.#tail.slice(Math.max(0, from - firstOfTail), Math.max(0, position + 2 - firstOfTail));
    return [...head, ...tail];
  }

  /** The entries after `mark`, a former `length`; a word about dropped ones stands where they were. */
  since(mark = 0): TranscriptEntry[] {
    const firstOfTail = this.#length - this.#tail.length;
    const head = this.#head.slice(mark);
    const tail = this.#tail.slice(Math.max(0, mark - firstOfTail));
    const dropped = firstOfTail - Math.max(mark, this.#head.length);
    if (dropped <= 0) return [...head, ...tail];
    const atMs = tail[0]?.atMs ?? 0;
    return [...head, { atMs, kind: 'event', text: `… ${dropped} more …`, bytes: 0 }, ...tail];
  }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** As much as is kept, and the margin. */
function toText(content: string | Uint8Array): string {
  const most = MAX_ENTRY_BYTES + MARGIN_BYTES;
  return typeof content === 'string' ? content.slice(0, most) : bytesToText(content.subarray(0, most));
}

/** Characters of UTF-8 (RFC 3629, section 4) in bytes that were read as Latin-1, and as the last resort one byte that belongs to none. */
const SEQUENCES =
  /[^\x80-\xff]+|[\xc2-\xdf][\x80-\xbf]|(?:\xe0[\xa0-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]|\xed[\x80-\x9f])[\x80-\xbf]|(?:\xf0[\x90-\xbf]|[\xf1-\xf3][\x80-\xbf]|\xf4[\x80-\x8f])[\x80-\xbf]{2}|[\x80-\xff]/g;

/** UTF-8 as text; the bytes that are none, and those of a character that was cut in two, as `\xNN`. */
function bytesToText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    const isOdd = (sequence: string): boolean => sequence.length === 1 && sequence >= '\x80';
    return Buffer.from(bytes)
      .toString('latin1')
      .replace(SEQUENCES, (sequence) =>
        isOdd(sequence) ? `\\x${sequence.charCodeAt(0).toString(16)}` : Buffer.from(sequence, 'latin1').toString('utf8'),
      );
  }
}
