import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventStreamError, encodeComment, encodeEvent } from '../src/index.js';
import { anySizes, bytes, cut, decode } from './streams.js';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\n', '\r', ' ', ':', '\uFEFF', 'a', '\0', '😀') }),
);
const anyName = anyText.map((text) => text.replace(/[\r\n]/g, ''));
const anyId = anyName.map((text) => text.replaceAll('\0', ''));

describe('what is encoded', () => {
  test('decodes to the same, whatever it is and however it is cut', () => {
    const anyEvent = fc.record(
      { event: anyName, id: anyId, retryMs: fc.nat({ max: 2 ** 31 - 1 }), comment: anyText, data: anyText },
      { requiredKeys: ['data'] },
    );
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 5 }), anySizes, (events, sizes) => {
        const decoded = decode(cut(bytes(events.map(encodeEvent).join('')), sizes));
        expect(decoded.errors).toEqual([]);
        expect(decoded.events.map(({ event, data, id }) => ({ event, data, id }))).toEqual(
          events.map(({ event, data, id }) => ({ event: event || 'message', data: data.replace(/\r\n?/g, '\n'), id })),
        );
        expect(decoded.retries).toEqual(events.flatMap(({ retryMs }) => retryMs ?? []));
        expect(decoded.comments).toEqual(events.flatMap(({ comment }) => comment?.split(/\r\n|\r|\n/) ?? []));
      }),
      { numRuns: 1000 },
    );
  });

  test('is what every server writes, byte for byte', () => {
    expect(encodeEvent({ data: '{}' })).toBe('data: {}\n\n');
    expect(encodeEvent({ event: 'message', id: '7', data: '{}' })).toBe('event: message\nid: 7\ndata: {}\n\n');
    expect(encodeEvent({ event: 'endpoint', data: '/messages?session_id=1' })).toBe('event: endpoint\ndata: /messages?session_id=1\n\n');
    expect(encodeEvent({ id: '7', data: '' })).toBe('id: 7\ndata: \n\n');
    expect(encodeEvent({ id: '7', retryMs: 0, data: '' })).toBe('id: 7\nretry: 0\ndata: \n\n');
    expect(encodeEvent({ data: 'a\nb\r\nc\rd\n' })).toBe('data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n');
    expect(encodeEvent({ id: '', comment: 'forget' })).toBe(': forget\nid: \n\n');
    expect(encodeEvent({ event: '', data: 'x' })).toBe('data: x\n\n');
  });

  test('a comment alone is no event to anyone', () => {
    expect(encodeComment()).toBe(':\n\n');
    expect(encodeComment('ping')).toBe(': ping\n\n');
    expect(encodeComment('a\r\nb')).toBe(': a\n: b\n\n');
    const { events, comments, errors } = decode([bytes(encodeComment() + encodeComment('data: x\ndata: y'))]);
    expect({ events, comments, errors }).toEqual({ events: [], comments: ['', 'data: x', 'data: y'], errors: [] });
  });
});

describe('what a receiver would take for something else is refused', () => {
  const refused: Array<[string, Parameters<typeof encodeEvent>[0], string, string]> = [
    [
      'a name with LF',
      { event: 'a\ndata: forged', data: 'x' },
      'invalid-event-name',
      'An event name cannot contain CR or LF: "a\\ndata: forged"',
    ],
    ['a name with CR', { event: 'a\r', data: 'x' }, 'invalid-event-name', 'An event name cannot contain CR or LF: "a\\r"'],
    ['an id with LF', { id: '1\n2', data: 'x' }, 'invalid-id', 'An event id cannot contain CR or LF: "1\\n2"'],
    ['an id with CR', { id: '1\r2', data: 'x' }, 'invalid-id', 'An event id cannot contain CR or LF: "1\\r2"'],
    ['an id with NUL', { id: '1\0', data: 'x' }, 'invalid-id', 'An event id cannot contain NUL: "1\\u0000"'],
    ['a negative retry', { retryMs: -1 }, 'invalid-retry', 'retryMs must be a whole number of milliseconds, zero or more, not -1'],
    ['a fractional retry', { retryMs: 1.5 }, 'invalid-retry', 'retryMs must be a whole number of milliseconds, zero or more, not 1.5'],
    ['a retry that would be written with an exponent', { retryMs: 1e21 }, 'invalid-retry', 'not 1e+21'],
    ['a retry that is no number', { retryMs: Number.NaN }, 'invalid-retry', 'not NaN'],
  ];
  for (const [title, fields, code, message] of refused) {
    test(title, () => {
      const error = thrownBy(() => encodeEvent(fields));
      expect(error).toBeInstanceOf(EventStreamError);
      expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    });
  }

  test('an error quotes a long value in part', () => {
    const { message } = thrownBy(() => encodeEvent({ id: `${'x'.repeat(5000)}\n` })) as Error;
    expect(message.length).toBeLessThan(200);
  });
});

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
