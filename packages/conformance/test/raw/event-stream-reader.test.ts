import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventStreamReader, type StreamEvent, type StreamFault } from '../../src/raw/event-stream-reader.js';

function read(
  chunks: readonly (string | Uint8Array)[],
  end = true,
): { events: Omit<StreamEvent, 'at'>[]; faults: string[]; comments: string[] } {
  const events: Omit<StreamEvent, 'at'>[] = [];
  const faults: StreamFault[] = [];
  const comments: string[] = [];
  const reader = new EventStreamReader({
    onevent: ({ event, data, id, retryMs }) => events.push({ event, data, id, retryMs }),
    onfault: (fault) => faults.push(fault),
    oncomment: (text) => comments.push(text),
  });
  for (const chunk of chunks) reader.feed(Buffer.from(chunk as Uint8Array));
  if (end) reader.end();
  return { events, faults: faults.map(({ kind }) => kind), comments };
}
const none = { event: 'message', data: undefined, id: undefined, retryMs: undefined };

describe('a strict reader of event streams', () => {
  test('reads fields, with and without the space after the colon', () => {
    expect(read(['event: endpoint\ndata:/x?a=b: c\nid: 7\nretry: 1500\n\n']).events).toEqual([
      { event: 'endpoint', data: '/x?a=b: c', id: '7', retryMs: 1500 },
    ]);
  });

  test('joins data lines, and takes LF, CR and CRLF for the end of a line', () => {
    expect(read(['data: a\r\ndata: b\rdata: c\ndata:  d\n\n']).events).toEqual([{ ...none, data: 'a\nb\nc\n d' }]);
    expect(read(['data: a\r\n\r\ndata: b\r\rdata: c\n\n']).events.map(({ data }) => data)).toEqual(['a', 'b', 'c']);
  });

  test('tells an event with empty data from a block without data', () => {
    expect(read(['id: 1\ndata:\n\nid: 2\n\nretry: 3\n\n']).events).toEqual([
      { ...none, id: '1', data: '' },
      { ...none, id: '2' },
      { ...none, retryMs: 3 },
    ]);
  });

  test('reports what readers skip in silence', () => {
    expect(read(['{"jsonrpc":"2.0"}\n\n'])).toEqual({ events: [], faults: ['unknown-field'], comments: [] });
    expect(read(['Data: x\n\n']).faults).toEqual(['unknown-field']);
    expect(read([' data: x\n\n']).faults).toEqual(['unknown-field']);
    expect(read(['retry: 1s\ndata: x\n\n']).faults).toEqual(['invalid-retry']);
    expect(read(['id: a\0b\ndata: x\n\n']).faults).toEqual(['invalid-id']);
    expect(read([Uint8Array.of(0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0x0a, 0x0a)]).faults).toEqual(['not-utf8']);
    expect(read(['data: x\n']).faults).toEqual(['unfinished']);
    expect(read(['data: x']).faults).toEqual(['unfinished']);
    expect(read(['data: x\n\n']).faults).toEqual([]);
  });

  test('takes a byte order mark at the beginning alone, and comments anywhere', () => {
    expect(read(['\ufeffdata: x\n\n: keep-alive\n\n:\n\n'])).toEqual({
      events: [{ ...none, data: 'x' }],
      faults: [],
      comments: [' keep-alive', ''],
    });
    expect(read(['data: x\n\n\ufeffdata: y\n\n']).faults).toEqual(['unknown-field']);
  });

  test('reads the same in any split', () => {
    const pieces = fc.array(
      fc.constantFrom('data: ', 'id: 1', 'event: e', 'retry: 5', ':', 'x', 'ü🙂', '\n', '\r', '\r\n', '\n\n', 'datum'),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(pieces, fc.array(fc.nat(200), { maxLength: 8 }), (parts, cuts) => {
        const bytes = Buffer.from(parts.join(''));
        const at = [...new Set(cuts.map((cut) => Math.min(cut, bytes.length)))].sort((a, b) => a - b);
        const chunks = [...at, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : at[index - 1], end));
        expect(read(chunks)).toEqual(read([bytes]));
      }),
    );
  });
});
