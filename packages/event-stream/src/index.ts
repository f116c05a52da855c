export {
  createEventStreamDecoder,
  DEFAULT_MAX_EVENT_BYTES,
  type DecodedEvent,
  type EventStreamDecoder,
  type EventStreamDecoderOptions,
} from './decoder.js';
export { type EventStreamFields, encodeComment, encodeEvent } from './encode.js';
export { EventStreamError, type EventStreamErrorCode, isEventStreamError } from './errors.js';
