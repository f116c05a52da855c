import { EventStreamError } from './errors.js';

/** One event to encode. Give at least one member; without `data` an EventSource takes note of the rest but fires nothing. */
export interface EventStreamFields {
  /** The event's name, without CR or LF. Left out or empty, it is `message` to the receiver. */
  event?: string | undefined;
  /** The id a client comes back with as `Last-Event-ID`, without CR, LF or NUL. An empty one makes the client forget the last. */
  id?: string | undefined;
  /** How long the client should wait before it reconnects, in whole milliseconds. */
  retryMs?: number | undefined;
  /** A note that every client ignores, written before the event. */
  comment?: string | undefined;
  /** The payload. Each line of it becomes a `data` line; CRLF and CR reach the receiver as LF. */
  data?: string | undefined;
}

/**
 * One event as text, with the blank line that ends it: `event: message\ndata: {}\n\n`. One-line data costs two searches for a line
 * end and a concatenation.
 *
 * @throws EventStreamError `invalid-event-name`, `invalid-id` or `invalid-retry`: what a receiver would take for something else.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function encodeEvent({ event, id, retryMs, comment, data }: EventStreamFields): string {
  let text = '';
  if (comment !== undefined) text = encodeLines(':', comment);
  if (event !== undefined && event !== '') {
    if (hasLineEnd(event)) throw new EventStreamError('invalid-event-name', `An event name cannot contain CR or LF: ${quote(event)}`);
    text += `event: ${event}\n`;
  }
  if (id !== undefined) {
    if (hasLineEnd(id)) throw new EventStreamError('invalid-id', `An event id cannot contain CR or LF: ${quote(id)}`);
    // A receiver ignores such an id (WHATWG, "Interpreting an event stream"), and would resume from the one before.
    if (id.includes('\0')) throw new EventStreamError('invalid-id', `An event id cannot contain NUL: ${quote(id)}`);
    text += `id: ${id}\n`;
  }
  if (retryMs !== undefined) {
    if (!Number.isSafeInteger(retryMs) || retryMs < 0) {
      throw new EventStreamError('invalid-retry', `retryMs must be a whole number of milliseconds, zero or more, not ${retryMs}`);
    }
    text += `retry: ${retryMs}\n`;
  }
  if (data !== undefined) text += hasLineEnd(data) ? encodeLines('data:', data) : `data: ${data}\n`;
  return `${text}\n`;
}

/** A comment on its own, for keeping a quiet stream alive: `:\n\n`, or `: text\n\n`. */
export function encodeComment(text = ''): string {
  return text === '' ? ':\n\n' : `${encodeLines(':', text)}\n`;
}

function encodeLines(prefix: string, text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => `${prefix} ${line}\n`)
    .join('');
}

function hasLineEnd(text: string): boolean {
  return text.includes('\n') || text.includes('\r');
}

function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
