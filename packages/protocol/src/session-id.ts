/**
 * Whether `value` may be a session id: one or more visible ASCII characters, 0x21 to 0x7E. How long one may be, and whether it can be
 * guessed, is up to whoever makes it.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management
 */
export function isSessionId(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value);
}
