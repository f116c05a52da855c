/** The longest excerpt of anything from the wire, in bytes of UTF-8. */
export const EXCERPT_BYTES = 200;

/** The beginning of `text`: whole characters, at most 200 bytes of UTF-8. */
export function excerptOf(text: string): string {
  const bytes = new Uint8Array(EXCERPT_BYTES);
  // No character is shorter than a byte, so nothing beyond is ever looked at.
  const { written } = new TextEncoder().encodeInto(text.slice(0, EXCERPT_BYTES + 1), bytes);
  // Decoded again, because a slice would keep all of the text it was cut from.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, written));
}

/** The same of bytes that may be no UTF-8: what is none shows as U+FFFD, a character cut off at the end not at all. */
export function excerptOfBytes(bytes: Uint8Array): string {
  const beginning = bytes.subarray(0, EXCERPT_BYTES);
  const cutOff = beginning.length === EXCERPT_BYTES ? unfinishedCharacterBytes(beginning) : 0;
  const whole = beginning.subarray(0, beginning.length - cutOff);
  return excerptOf(new TextDecoder('utf-8', { ignoreBOM: true }).decode(whole));
}

/** What moves a cursor, ends a line, reverses text or is not seen. Text from the wire may be meant for a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** `text` with U+FFFD for each character that is not safe to print. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '\uFFFD');
}

/** `text` as a JSON string that is safe to print. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(UNPRINTABLE, escapeAll);
}

function escapeAll(character: string): string {
  return Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
}

/** How many bytes at the end begin a character that is not finished: 0 to 3 (RFC 3629, section 3). */
export function unfinishedCharacterBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] as number;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}
