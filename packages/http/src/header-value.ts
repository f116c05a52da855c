import type { HttpResponseHeaders } from './message.js';

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const unsafe = /[^\t\x20-\x7e\x80-\xff]/;

/** @throws RangeError for what is no final status: informational ones are the runtime's own affair */
export function assertStatus(status: number): void {
  if (!Number.isInteger(status) || status < 200 || status > 599) throw new RangeError(`A response's status is 200 to 599, not ${status}.`);
}

/**
 * Refuses what would let a value from outside start a field of its own (RFC 9110 section 5.5).
 * @throws TypeError that names the field, and not its value
 */
export function assertHeaders(headers: HttpResponseHeaders): void {
  for (const name in headers) {
    if (!token.test(name)) throw new TypeError(`Not a header name: ${JSON.stringify(name)}`);
    const value = headers[name];
    if (typeof value === 'object') for (const each of value) assertValue(name, each);
    else assertValue(name, value);
  }
}

function assertValue(name: string, value: unknown): void {
  if (typeof value !== 'string' && typeof value !== 'number') throw new TypeError(`The header ${name} has no value.`);
  if (unsafe.test(String(value))) throw new TypeError(`The header ${name} has a value with a character that no header can have.`);
}

/**
 * `text` as a quoted-string (RFC 9110 section 5.6.4). What it can't carry safely, control characters and anything beyond
 * ASCII, becomes `?`.
 */
export function toQuotedString(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`;
}
