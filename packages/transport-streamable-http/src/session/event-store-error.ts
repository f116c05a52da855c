/** Why a stream cannot be resumed. Each code has a heading in this package's README. */
export type EventStoreErrorCode = 'event-dropped' | 'event-unknown';

// Symbol.for, not instanceof: a project may hold two copies of this package, and their errors must still agree.
const brand = Symbol.for('mcpwire.EventStoreError');

/** The event that a client wants to resume from is not there: dropped because of a limit or a deletion, or never in this store. */
export class EventStoreError extends Error {
  static {
    Object.defineProperty(this.prototype, brand, { value: true });
  }

  override readonly name = 'EventStoreError';
  readonly code: EventStoreErrorCode;

  constructor(code: EventStoreErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export function isEventStoreError(value: unknown): value is EventStoreError {
  return typeof value === 'object' && value !== null && brand in value;
}
