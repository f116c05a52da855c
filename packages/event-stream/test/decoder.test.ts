import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEventStreamDecoder, type DecodedEvent, EventStreamError, encodeEvent, isEventStreamError } from '../src/index.js';
import { interpret } from './reference.js';
import { anySizes, anyStream, bytes, cut, decode } from './streams.js';

const runs = { numRuns: 3000 };

describe('any stream, cut anywhere', () => {
  test('means what the WHATWG rules say: events, ids, comments and retries', () => {
    fc.assert(
      fc.property(anyStream(), anySizes, (stream, sizes) => {
        const expected = interpret(stream);
        const actual = decode(cut(stream, sizes));
        expect(actual.events.map(({ event, data, lastEventId }) => ({ type: event, data, lastEventId }))).toEqual(expected.events);
        expect(actual.comments).toEqual(expected.comments);
        expect(actual.retries).toEqual(expected.retries.map((retry) => Math.min(retry, 2 ** 31 - 1)));
        expect(actual.lastEventId).toBe(expected.lastEventId);
        expect(actual.retryMs).toBe(actual.retries.at(-1));
      }),
      runs,
    );
  });

  test('tells the same errors as when it comes whole', () => {
    fc.assert(
      fc.property(anyStream(), anySizes, fc.constantFrom('replace' as const, 'skip' as const), (stream, sizes, invalidUtf8) => {
        const whole = decode([stream], { invalidUtf8 });
        const parts = decode(cut(stream, sizes), { invalidUtf8 });
        expect(parts.errors).toEqual(whole.errors);
        expect(parts.events).toEqual(whole.events);
      }),
      runs,
    );
  });

  test('valid UTF-8 is read alike whether or not invalid UTF-8 would be skipped', () => {
    fc.assert(
      fc.property(anyStream({ valid: true }), anySizes, (stream, sizes) => {
        expect(decode(cut(stream, sizes), { invalidUtf8: 'skip' })).toEqual(decode([stream]));
      }),
      runs,
    );
  });
});

/** Each stream, and what it must give: [event, data, lastEventId at that moment]. */
const cases: Array<{ title: string; stream: string | Uint8Array; events: Array<[string, string, string]>; lastEventId?: string }> = [
  { title: 'one line of data is an event named message', stream: 'data: YHOO\n\n', events: [['message', 'YHOO', '']] },
  { title: 'data lines are joined by LF', stream: 'data: a\ndata:b\ndata:  c\n\n', events: [['message', 'a\nb\n c', '']] },
  {
    title: 'LF, CRLF and CR end lines alike',
    stream: 'data: a\r\n\r\ndata: b\r\rdata: c\n\n',
    events: [
      ['message', 'a', ''],
      ['message', 'b', ''],
      ['message', 'c', ''],
    ],
  },
  { title: 'CR at the very end ends the event', stream: 'data: a\r\r', events: [['message', 'a', '']] },
  { title: 'empty data is data: a priming event is dispatched', stream: 'id: 1\ndata: \n\n', events: [['message', '', '1']] },
  {
    title: 'a field name alone is an empty field',
    stream: 'data\n\ndata\ndata\n\n',
    events: [
      ['message', '', ''],
      ['message', '\n', ''],
    ],
  },
  {
    title: 'without data nothing is dispatched, yet the id counts',
    stream: 'id: 7\n\ndata: x\n\n',
    events: [['message', 'x', '7']],
    lastEventId: '7',
  },
  {
    title: 'an id stays in force until the next',
    stream: 'id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n',
    events: [
      ['message', 'a', '1'],
      ['message', 'b', '1'],
      ['message', 'c', ''],
    ],
  },
  { title: 'an id with NUL is ignored', stream: 'id: 1\nid: 2\0\ndata: a\n\n', events: [['message', 'a', '1']] },
  {
    title: 'the name is forgotten after its event, dispatched or not',
    stream: 'event: add\n\ndata: a\n\nevent: add\ndata: b\n\n',
    events: [
      ['message', 'a', ''],
      ['add', 'b', ''],
    ],
  },
  {
    title: 'the last name of an event counts, an empty one included',
    stream: 'event: a\nevent: b\ndata: 1\n\nevent: a\nevent\ndata: 2\n\n',
    events: [
      ['b', '1', ''],
      ['message', '2', ''],
    ],
  },
  { title: 'comments and unknown fields are no part of it', stream: ': hi\ndata: a\n:there\nfoo: bar\n\n', events: [['message', 'a', '']] },
  {
    title: 'an event without its blank line is dropped',
    stream: 'id: 1\ndata: a\n\nid: 2\ndata: b\n',
    events: [['message', 'a', '1']],
    lastEventId: '1',
  },
  { title: 'one byte order mark is dropped at the start', stream: '\uFEFFdata: a\n\n', events: [['message', 'a', '']] },
  { title: 'a second byte order mark is not', stream: '\uFEFF\uFEFFdata: a\n\ndata: \uFEFFb\n\n', events: [['message', '\uFEFFb', '']] },
  {
    title: 'bytes that are not UTF-8 become U+FFFD',
    stream: Uint8Array.of(...bytes('data: '), 0xff, 0xe4, 0xb8, 0x0a, 0x0a),
    events: [['message', '\uFFFD\uFFFD', '']],
  },
];

describe('an event stream', () => {
  for (const { title, stream, events, lastEventId } of cases) {
    test(`${title}, however it is cut`, () => {
      const whole = typeof stream === 'string' ? bytes(stream) : stream;
      for (let size = 1; size <= whole.length; size++) {
        const decoded = decode(cut(whole, [size]));
        expect(decoded.events.map(({ event, data, lastEventId }) => [event, data, lastEventId])).toEqual(events);
        if (lastEventId !== undefined) expect(decoded.lastEventId).toBe(lastEventId);
      }
    });
  }
});

describe('what a reader sees, and when', () => {
  test('an event arrives with the byte that ends its blank line, whatever the line ends', () => {
    for (const lineEnd of ['\n', '\r\n', '\r']) {
      const seen: string[] = [];
      const decoder = createEventStreamDecoder({ onevent: ({ data }) => seen.push(data), onerror: unexpected });
      decoder.feed(bytes(`data: a${lineEnd}${lineEnd}`));
      expect(seen).toEqual(['a']);
      decoder.feed(bytes(`data: b${lineEnd}\r`));
      expect(seen).toEqual(['a', 'b']);
      decoder.feed(bytes('\ndata: c\n\n'));
      expect(seen).toEqual(['a', 'b', 'c']);
    }
  });

  test('a keep-alive comment arrives at once, also without a blank line after it', () => {
    const comments: string[] = [];
    const decoder = createEventStreamDecoder({ onevent: unexpected, onerror: unexpected, oncomment: (comment) => comments.push(comment) });
    decoder.feed(bytes(':\r\n'));
    decoder.feed(bytes(': pi'));
    decoder.feed(bytes('ng\n'));
    expect(comments).toEqual(['', 'ping']);
    expect(decoder.pendingBytes).toBe(0);
  });

  test('an event says which id it brought; the decoder says which is in force', () => {
    const { events } = decode([bytes('id: 1\ndata: a\n\ndata: b\n\nid:\ndata: c\n\n')]);
    expect(events.map(({ id, lastEventId }) => [id, lastEventId])).toEqual([
      ['1', '1'],
      [undefined, '1'],
      ['', ''],
    ]);
  });

  test('a stream that resumes another starts from its id', () => {
    expect(decode([bytes('data: a\n\n')], { lastEventId: '41' }).events).toEqual([
      { event: 'message', data: 'a', id: undefined, lastEventId: '41' },
    ]);
  });

  test('retry is digits only; other values change nothing', () => {
    const { retries, retryMs, errors } = decode([bytes('retry: 3000\n\nretry: -1\nretry: 1.5\nretry: 1e3\nretry:\nretry: ٣\n\n')]);
    expect(retries).toEqual([3000]);
    expect(retryMs).toBe(3000);
    expect(errors).toEqual([
      { code: 'ignored-line', message: 'A line was ignored, as any more like it will be: its value is not digits only: "retry: -1"' },
    ]);
  });

  test('a retry longer than any timer is capped to the longest, so that nobody reconnects at once', () => {
    expect(decode([bytes(`retry: 2147483648\nretry: ${'9'.repeat(400)}\n\n`)]).retries).toEqual([2147483647, 2147483647]);
  });

  test('the retry of an event that was cut off still counts', () => {
    const { retryMs, errors } = decode([bytes('retry: 10\nretry: 20')]);
    expect(retryMs).toBe(10);
    expect(errors).toEqual([
      { code: 'truncated-event', message: 'The stream ended inside an event, after 19 bytes of it: "retry: 10\\nretry: 20"' },
    ]);
  });

  test('the first line that is no field is reported, and what does count is still delivered', () => {
    const { events, comments, retries, errors } = decode([bytes('<html>\n\n{"a":1}\ndata: a\nData: b\n: c\nretry: 5\nid:7\nidx\n\n')]);
    expect(errors).toEqual([
      { code: 'ignored-line', message: 'A line was ignored, as any more like it will be: it is no field of an event stream: "<html>"' },
    ]);
    expect({ events, comments, retries }).toEqual({
      events: [{ event: 'message', data: 'a', id: '7', lastEventId: '7' }],
      comments: ['c'],
      retries: [5],
    });
  });

  test('an unfinished comment at the end is nothing lost', () => {
    expect(decode([bytes('data: a\n\n: ping')]).errors).toEqual([]);
  });
});

describe('invalid UTF-8, where it must not be replaced', () => {
  test('costs the event it stands in and no other', () => {
    const stream = Uint8Array.of(...bytes('id: 1\ndata: a\n\nid: 2\ndata: '), 0xff, ...bytes('\n\ndata: c\n\n'));
    for (let size = 1; size <= stream.length; size++) {
      const { events, errors } = decode(cut(stream, [size]), { invalidUtf8: 'skip' });
      expect(events.map(({ data, lastEventId }) => [data, lastEventId])).toEqual([
        ['a', '1'],
        ['c', '1'],
      ]);
      expect(errors).toEqual([
        {
          code: 'invalid-utf8',
          message: 'An event of 14 bytes was skipped: it is not valid UTF-8. It begins: "id: 2\\ndata: \uFFFD\\n"',
        },
      ]);
    }
  });
});

describe('a callback', () => {
  test('that throws loses nothing: the rest of the chunk is delivered, then feed throws', () => {
    const seen: DecodedEvent[] = [];
    const decoder = createEventStreamDecoder({
      onevent: (event) => {
        seen.push(event);
        if (event.data !== 'b') throw new Error(`no ${event.data}`);
      },
      onerror: unexpected,
    });
    expect(() => decoder.feed(bytes('id: 1\nevent: x\ndata: a\n\ndata: b\n\n'))).toThrow('no a');
    expect(seen).toEqual([
      { event: 'x', data: 'a', id: '1' },
      { event: 'message', data: 'b', id: undefined },
    ]);
    expect(() => decoder.feed(bytes('data: c\n\ndata: d\n\n'))).toThrow(AggregateError);
    expect(seen.map(({ data }) => data)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('that ends the decoder is not called again, and the id in force stays at its event', () => {
    const seen: string[] = [];
    const decoder = createEventStreamDecoder({
      onevent: ({ data }) => {
        seen.push(data);
        decoder.end();
      },
      onerror: unexpected,
    });
    decoder.feed(bytes('id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\n\n'));
    expect(seen).toEqual(['a']);
    expect(decoder.lastEventId).toBe('1');
    expect(() => decoder.feed(bytes('data: c\n\n'))).toThrow('fed after its end');
  });

  test('cannot feed the decoder that called it', () => {
    const decoder = createEventStreamDecoder({ onevent: () => decoder.feed(bytes('data: b\n\n')), onerror: unexpected });
    expect(() => decoder.feed(bytes('data: a\n\n'))).toThrow('from inside one of its callbacks');
  });
});

test('an error of another copy of this package is recognised', () => {
  expect(isEventStreamError(new EventStreamError('invalid-id', 'x'))).toBe(true);
  expect(isEventStreamError(Object.defineProperty(new Error('x'), Symbol.for('mcpwire.EventStreamError'), { value: true }))).toBe(true);
  expect(isEventStreamError(new Error('x'))).toBe(false);
});

describe('the tool call whose wire picture started this project', () => {
  const session = '0123456789abcdef'.repeat(2);
  const endpoint = bytes(`event: endpoint\r\ndata: /messages/?session_id=${session}\r\n\r\n`);
  const result = JSON.stringify({ jsonrpc: '2.0', id: 2, result: { content: [{ type: 'text', text: 'página ' }] } });
  const page = 61_629 - bytes(`event: message\r\ndata: ${result}\r\n\r\n`).length;
  const large = bytes(`event: message\r\ndata: ${result.replace('página ', `página ${'x'.repeat(page)}`)}\r\n\r\n`);

  test('its chunk sizes 51 and f0bd are the sizes of its events, which have no id', () => {
    expect(endpoint.length.toString(16)).toBe('51');
    expect(large.length.toString(16)).toBe('f0bd');
    expect(decode([endpoint, large]).events.map(({ event, id }) => [event, id])).toEqual([
      ['endpoint', undefined],
      ['message', undefined],
    ]);
  });

  test('the event of 61,629 bytes decodes alike from any split in two', () => {
    const expected = decode([large]).events;
    expect(expected).toHaveLength(1);
    const cuts = new Set([...Array(60).keys(), ...Array.from(Array(60).keys(), (back) => large.length - back)]);
    for (let at = 61; at < large.length; at += 211) cuts.add(at);
    for (const at of cuts) {
      const { events, errors } = decode([large.subarray(0, at), large.subarray(at)]);
      // By hand: a comparison of 61 KB objects a hundred times over is what would take the time.
      expect(events.length).toBe(1);
      expect(events[0]?.data === expected[0]?.data).toBe(true);
      expect(errors).toEqual([]);
    }
  });

  test('and from any split in many', () => {
    const expected = decode([large]).events;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 20 }), (sizes) => {
        expect(decode(cut(large, sizes)).events).toEqual(expected);
      }),
      { numRuns: 100, examples: [[[1]], [[2]], [[1460]], [[16_384]]] },
    );
  });

  test('as the encoder writes it, it decodes to the same', () => {
    const [message] = decode([large]).events;
    expect(decode([bytes(encodeEvent({ event: 'message', data: message?.data }))]).events).toEqual([message]);
  });
});

function unexpected(value: unknown): never {
  throw new Error(`unexpected: ${JSON.stringify(value)}`);
}
