/**
 * Ids of events: `<store><number>.<secret>-<index>`, in base 36. What stands before the `-` is the key of the stream, which holds nothing of
 * the stream's own id. The secret keeps a client from guessing the ids of others; the store's random part and the number tell an id
 * that was given out once from one that never was.
 */
export class EventIds {
  readonly #store: string = randomText(STORE_LENGTH);
  #streams = 0;

  /** A key for one more stream. */
  createStreamKey(): string {
    return `${this.#store}${(++this.#streams).toString(36)}.${randomText(SECRET_LENGTH)}`;
  }

  /** Undefined for what no store made. */
  parse(eventId: string): { streamKey: string; index: number } | undefined {
    if (eventId.length > MAX_LENGTH || !SHAPE.test(eventId)) return undefined;
    const end = eventId.indexOf('-');
    return { streamKey: eventId.slice(0, end), index: Number.parseInt(eventId.slice(end + 1), 36) };
  }

  /** Whether this store has, or once had, a stream of that key, as far as can be told without keeping each of them. */
  gaveOut(streamKey: string): boolean {
    if (!streamKey.startsWith(this.#store)) return false;
    const number = Number.parseInt(streamKey.slice(STORE_LENGTH, streamKey.indexOf('.')), 36);
    return number >= 1 && number <= this.#streams;
  }
}

export function toEventId(streamKey: string, index: number): string {
  return `${streamKey}-${index.toString(36)}`;
}

const STORE_LENGTH = 8;
const SECRET_LENGTH = 12;
/** Numbers have no leading zeros: one event, one id. */
const SHAPE = /^[0-9a-z]{8}[1-9a-z][0-9a-z]*\.[0-9a-z]{12}-(0|[1-9a-z][0-9a-z]*)$/;
/** Room for numbers up to 2^53, which have 11 digits. */
const MAX_LENGTH = 48;

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';
/** The largest multiple of 36 that fits a byte: what lies above would make some characters likelier than others. */
const FAIR = 252;
/** Random bytes that are yet to be used: asking for a few at a time costs a microsecond each time. */
const pool = new Uint8Array(512);
let used: number = pool.length;

function randomText(length: number): string {
  let text = '';
  while (text.length < length) {
    if (used === pool.length) {
      crypto.getRandomValues(pool);
      used = 0;
    }
    const byte = pool[used++] as number;
    if (byte < FAIR) text += ALPHABET[byte % 36];
  }
  return text;
}
