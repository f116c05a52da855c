const PREFIX = '=?base64?';
const SUFFIX = '?=';
/** Visible ASCII, with spaces inside only. A tab would be allowed inside, but is a control character: better encoded. */
const PLAIN = /^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/;
/** What a field value may hold as it is (RFC 9110, section 5.5, without obs-text). */
const FIELD_VALUE = /^[\t\x20-\x7e]*$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const DECIMAL = /^(-?)0*(\d+)(?:\.(\d+))?$/;

/*
 * 2026-07-28, basic/transports/streamable-http, "Value Encoding": the values of Mcp-Name and Mcp-Param-*.
 * https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#value-encoding
 */

/**
 * A parameter's value as text, before it is encoded: strings as they are, integers in decimal, `true` or `false`. Undefined for
 * what has no header: null, absent, objects, arrays, and integers that JavaScript cannot hold exactly (beyond ±(2^53 - 1)).
 */
export function toHeaderText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return undefined;
  return String(value);
}

/**
 * `text` as a header value: as it is where that is safe, otherwise `=?base64?…?=` around its UTF-8. What comes out is visible ASCII,
 * with spaces inside at most. A lone surrogate, which UTF-8 does not have, becomes U+FFFD.
 */
export function encodeHeaderValue(text: string): string {
  if (PLAIN.test(text) && !(text.startsWith(PREFIX) && text.endsWith(SUFFIX))) return text;
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return `${PREFIX}${btoa(binary)}${SUFFIX}`;
}

/** What a header value says, or what is wrong with it: a sentence's end, as in "Mcp-Name is not valid Base64". */
export type DecodedHeaderValue =
  | { readonly text: string; readonly fault?: undefined }
  | { readonly text?: undefined; readonly fault: string };

/**
 * Reads a header value, without the white space around it. Only the exact form `=?base64?…?=` is decoded, strictly: padded, canonical
 * Base64 (RFC 4648, section 4) of valid UTF-8. Anything else stands for itself, if its characters are allowed in a header at all.
 */
export function decodeHeaderValue(field: string): DecodedHeaderValue {
  const value = trimField(field);
  if (!FIELD_VALUE.test(value)) return { fault: 'contains characters that are not allowed in a header' };
  // Shorter, prefix and suffix would share their question mark: no encoder writes that.
  if (!value.startsWith(PREFIX) || !value.endsWith(SUFFIX) || value.length < PREFIX.length + SUFFIX.length) return { text: value };
  const base64 = value.slice(PREFIX.length, -SUFFIX.length);
  if (!BASE64.test(base64)) return { fault: 'is not valid Base64' };
  const binary = atob(base64);
  // Bits that the padding leaves over must be zero, so that a text has one encoding only.
  if (btoa(binary) !== base64) return { fault: 'is not canonical Base64' };
  try {
    // ignoreBOM: U+FEFF at its beginning is part of the text.
    return {
      text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(binary, (char) => char.charCodeAt(0))),
    };
  } catch {
    return { fault: 'is Base64, but not of UTF-8' };
  }
}

/**
 * Whether a decoded header says the same as the body. Strings and booleans compare as text, case-sensitively. Numbers compare by
 * value, so that `42.0` is 42 ("Server Validation", note); only in decimal, and exactly: no rounding makes two integers equal.
 */
export function headerTextMatches(text: string, value: unknown): boolean {
  if (typeof value === 'string') return text === value || text === wellFormed(value);
  if (typeof value !== 'number') return text === toHeaderText(value);
  const [, sign = '', whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return text === toHeaderText(value);
  if (!Number.isSafeInteger(value)) return Number(text) === value && toHeaderText(value) !== undefined;
  const negative = sign === '-' && whole !== '0';
  return /^0*$/.test(fraction) && whole === String(Math.abs(value)) && negative === value < 0;
}

/** As UTF-8 would have it: the body may hold half a surrogate pair, the header cannot. */
function wellFormed(text: string): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text));
}

/**
 * A field value without the white space that HTTP allows around it (RFC 9110, section 5.6.3). Not by a regular expression: one that
 * looks for white space at the end takes quadratic time on white space in the middle.
 */
export function trimField(field: string): string {
  let start = 0;
  let end = field.length;
  while (start < end && (field[start] === ' ' || field[start] === '\t')) start++;
  while (end > start && (field[end - 1] === ' ' || field[end - 1] === '\t')) end--;
  return field.slice(start, end);
}
