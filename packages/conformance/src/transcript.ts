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
    const text = this.#redact(toText(content));
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

function toText(content: string | Uint8Array): string {
  if (typeof content === 'string') return content.length > MAX_ENTRY_BYTES ? `${content.slice(0, MAX_ENTRY_BYTES)}…` : content;
  const cut = content.length > MAX_ENTRY_BYTES;
  const head = content.subarray(0, MAX_ENTRY_BYTES);
  return cut ? `${bytesToText(head)}…` : bytesToText(head);
}

/** UTF-8 as text; bytes that are none as `\xNN`. */
function bytesToText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    let text = '';
    for (const byte of bytes) text += byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
    return text;
  }
}
