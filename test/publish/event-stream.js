import assert from 'node:assert/strict';
import { createEventStreamDecoder, encodeComment, encodeEvent } from '@mcpwire/event-stream';

const events = [];
const decoder = createEventStreamDecoder({ onevent: (event) => events.push(event), onerror: assert.fail });
const text = encodeComment('hello') + encodeEvent({ id: '7', event: 'price', data: 'two\nlines' });
for (const byte of new TextEncoder().encode(text)) decoder.feed(Uint8Array.of(byte));
decoder.end();
assert.deepEqual(events, [{ event: 'price', data: 'two\nlines', id: '7' }]);
assert.equal(decoder.lastEventId, '7');

console.log('works');
