/** What is wrong with an event, or with a stream of them. Each code has a heading in this package's README. */
export type EventStreamErrorCode =
  | 'event-too-large'
  | 'ignored-line'
  | 'invalid-event-name'
  | 'invalid-id'
  | 'invalid-retry'
  | 'invalid-utf8'
  | 'truncated-event';

// Symbol.for, not instanceof: a project may hold two copies of this package, and their errors must still agree.
const brand = Symbol.for('mcpwire.EventStreamError');

/** Thrown by the encoder, given to the decoder's `onerror`. `details` has the figures that the message names. */
export class EventStreamError extends Error {
  static {
    Object.defineProperty(this.prototype, brand, { value: true });
  }

  override readonly name = 'EventStreamError';
  readonly code: EventStreamErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: EventStreamErrorCode, message: string, details?: Readonly<Record<string, unknown>>) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

export function isEventStreamError(value: unknown): value is EventStreamError {
  return typeof value === 'object' && value !== null && brand in value;
}
