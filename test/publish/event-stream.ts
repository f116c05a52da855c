import {
  createEventStreamDecoder,
  type DecodedEvent,
  type EventStreamDecoderOptions,
  type EventStreamErrorCode,
  type EventStreamFields,
  encodeEvent,
  isEventStreamError,
} from '@mcpwire/event-stream';

const fields: EventStreamFields = { event: 'greeting', data: 'hello' };
const events: DecodedEvent[] = [];
const errors: EventStreamErrorCode[] = [];
const options: EventStreamDecoderOptions = {
  onevent: (event) => events.push(event),
  onerror: (error) => errors.push(error.code),
  maxEventBytes: 64,
};
const decoder = createEventStreamDecoder(options);
decoder.feed(new TextEncoder().encode(encodeEvent({ data: 'x'.repeat(100) }) + encodeEvent(fields)));
decoder.end();
if (events.length !== 1 || events[0]?.data !== 'hello') throw new Error(`unexpected: ${JSON.stringify(events)}`);
if (errors.join() !== 'event-too-large') throw new Error(`unexpected: ${errors.join()}`);

try {
  encodeEvent({ event: 'two\nlines' });
  throw new Error('taken');
} catch (error) {
  if (!isEventStreamError(error)) throw error;
}

console.log('works');
