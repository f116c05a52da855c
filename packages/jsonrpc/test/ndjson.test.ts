import { afterEach, describe, expect, test, vi } from 'vitest';
import { encode, isJsonRpcError, isTransportError, type JsonRpcMessage, NdjsonDecoder, type TransportError } from '../src/index.js';
import { decode } from './fixtures/decode.js';

const utf8 = new TextEncoder();
const ping: JsonRpcMessage = { jsonrpc: '2.0', id: 1, method: 'ping' };
const note = (method: string): JsonRpcMessage => ({ jsonrpc: '2.0', method });
const line = (message: JsonRpcMessage): string => JSON.stringify(message);
/** A notification of exactly so many bytes. */
const sized = (bytes: number, filling = 'x'): string => {
  const room = bytes - line(note('')).length;
  const count = Math.floor(room / utf8.encode(filling).length);
  return line(note(filling.repeat(count) + 'x'.repeat(room - count * utf8.encode(filling).length)));
};

describe('encode', () => {
  test('writes one line that ends in LF', () => {
    expect(encode(ping)).toBe('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
    expect(encode([ping, note('a')])).toBe('[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"a"}]\n');
  });

  test('leaves no newline inside, whatever the text', () => {
    expect(encode(note('a\nb\r\nc\u2028d')).indexOf('\n')).toBe(encode(note('a\nb\r\nc\u2028d')).length - 1);
  });

  const circular: Record<string, unknown> = {};
  circular.self = circular;
  test.each([
    ['a BigInt', { ...ping, params: { big: 1n } }],
    ['a circle', { ...ping, params: circular }],
    [
      'a toJSON that throws',
      {
        ...ping,
        params: {
          toJSON() {
            throw new Error('no');
          },
        },
      },
    ],
    [
      'a toJSON that throws nothing at all',
      {
        ...ping,
        params: {
          toJSON() {
            // biome-ignore lint/style/useThrowOnlyError: what others throw is the point
            throw undefined;
          },
        },
      },
    ],
    ['undefined', undefined],
    ['a function', () => {}],
  ])('refuses %s with encode-failed', (_what, message) => {
    expect(() => encode(message as JsonRpcMessage)).toThrow(expect.objectContaining({ name: 'TransportError', code: 'encode-failed' }));
  });
});

describe('a decoder delivers', () => {
  test('each line of a chunk, in order', () => {
    const { messages, errors } = decode().feed(encode(note('a')) + encode(note('b')) + encode(ping));
    expect(messages).toEqual([note('a'), note('b'), ping]);
    expect(errors).toEqual([]);
  });

  test('at once, before feed returns', () => {
    const decoded = decode().feed(line(ping));
    expect(decoded.messages).toEqual([]);
    expect(decoded.feed('\n').messages).toEqual([ping]);
  });

  test('lines that end in CRLF, wherever the chunks end', () => {
    const bytes = utf8.encode(`${line(note('a'))}\r\n${line(note('b'))}\n${line(note('c'))}\r\n`);
    for (let at = 0; at <= bytes.length; at++) {
      const { messages, errors } = decode().feed(bytes.subarray(0, at), bytes.subarray(at));
      expect([messages.length, errors.length], `cut at ${at}`).toEqual([3, 0]);
    }
  });

  test('nothing for empty and blank lines', () => {
    const { messages, errors } = decode().feed('\n\n\r\n \n\t \r\n', line(ping), '\n', '\r', '\n', ' ', '\n\n', line(ping), '\n\n');
    expect(messages).toEqual([ping, ping]);
    expect(errors).toEqual([]);
  });

  test('the same when every byte comes alone, also inside characters', () => {
    const message = note('é€😀 \u2028');
    const { messages, errors } = decode().feed(
      ...Array.from(utf8.encode(`${encode(message)}${encode(ping)}`), (byte) => Uint8Array.of(byte)),
    );
    expect(messages).toEqual([message, ping]);
    expect(errors).toEqual([]);
  });

  test('nothing for empty chunks', () => {
    const { messages, decoder } = decode().feed('', line(ping), '', '');
    expect(decoder.pendingBytes).toBe(line(ping).length);
    expect(messages).toEqual([]);
  });

  test('from chunks that the caller uses again at once', () => {
    const decoded = decode();
    const buffer = Buffer.alloc(7);
    const bytes = Buffer.from(encode(ping) + encode(note('again')));
    for (let at = 0; at < bytes.length; at += buffer.length) {
      const length = bytes.copy(buffer, 0, at, at + buffer.length);
      decoded.decoder.feed(buffer.subarray(0, length));
      buffer.fill(0x21);
    }
    expect(decoded.messages).toEqual([ping, note('again')]);
  });

  test('a batch to onbatch, its bad elements as errors', () => {
    const { batches, messages, errors } = decode({ batches: true }).feed(`[${line(ping)},1,${line(note('a'))}]\n`);
    expect(batches).toHaveLength(1);
    expect(batches[0]?.map((item) => (isJsonRpcError(item) ? item.code : item))).toEqual([ping, -32600, note('a')]);
    expect([messages, errors]).toEqual([[], []]);
  });
});

/** Texts long enough that pieces of them are decoded before the line ends, with characters across every boundary of such pieces. */
describe('long lines, whatever the size of their chunks', () => {
  const every = (size: number, offset = 0) => {
    return (length: number): number[] => Array.from({ length: Math.ceil((length - offset) / size) }, (_, n) => offset + n * size);
  };
  const feeds: [what: string, cuts: (length: number) => number[]][] = [
    ['in one chunk', () => []],
    ['in a small and a huge chunk', () => [11]],
    ['in a huge and a small chunk', (length) => [length - 2]],
    ...[1000, 4095, 4096, 4097, 16_383, 16_384, 16_385, 20_000, 65_535, 65_536, 65_537].flatMap((size): typeof feeds => [
      [`in chunks of ${size}`, every(size)],
      [`in chunks of ${size} after a small one`, every(size, 10)],
    ]),
  ];

  for (const filling of ['x', 'é', '€', '😀', 'x€', '\u2028😀é']) {
    test.each(feeds)(`${JSON.stringify(filling)} %s`, (_what, cuts) => {
      for (const lead of ['', 'x', 'xx', 'xxx']) {
        const message = note(lead + filling.repeat(Math.ceil(150_000 / utf8.encode(filling).length)));
        const bytes = utf8.encode(`${encode(message)}${encode(ping)}`);
        const ends = [...cuts(bytes.length), bytes.length];
        const { messages, errors, decoder } = decode().feed(...ends.map((end, n) => bytes.subarray(ends[n - 1] ?? 0, end)));
        expect(errors).toEqual([]);
        expect(messages).toHaveLength(2);
        expect(messages[0]).toEqual(message);
        expect(decoder.pendingBytes).toBe(0);
      }
    });
  }
});

describe('a bad line is reported with its length and beginning, and costs only itself:', () => {
  const cases: [what: string, bad: string | Uint8Array, code: number, says: RegExp][] = [
    ['no JSON', 'Server listening on port 3000', -32700, /Parse error/],
    ['half a message', '{"jsonrpc":"2.0","method":', -32700, /Parse error/],
    ['JSON that is no message', '{"hello":"world"}', -32600, /"jsonrpc"/],
    ['a number', '42', -32600, /not an object/],
    ['a batch where none is expected', `[${line(ping)}]`, -32600, /batch/],
    ['an empty batch', '[]', -32600, /empty batch/],
    ['a byte order mark before a message', `\uFEFF${line(ping)}`, -32700, /byte order mark/],
    ['a byte order mark alone', '\uFEFF', -32700, /byte order mark/],
    ['white space that is none in JSON', '\u00a0', -32700, /Parse error/],
    ['two messages in one line', line(ping) + line(ping), -32700, /Parse error/],
    ['invalid UTF-8', Uint8Array.of(...utf8.encode('{"jsonrpc":"2.0","method":"'), 0xc3, 0x28, ...utf8.encode('"}')), -32700, /UTF-8/],
    ['a character cut off', Uint8Array.of(...utf8.encode('{"jsonrpc":"2.0","method":"'), 0xe2, 0x82), -32700, /UTF-8/],
    ['a surrogate written as UTF-8', Uint8Array.of(0xed, 0xa0, 0x80), -32700, /UTF-8/],
    ['UTF-16', Buffer.from(line(ping), 'utf16le'), -32700, /Parse error/],
  ];

  test.each(cases)('%s', (_what, bad, code, says) => {
    const bytes = typeof bad === 'string' ? utf8.encode(bad) : bad;
    for (const end of ['\n', '\r\n']) {
      const text = Buffer.concat([utf8.encode(encode(note('before'))), bytes, utf8.encode(end + encode(note('after')))]);
      for (const chunks of [[text], Array.from(text, (byte) => Uint8Array.of(byte))]) {
        const { messages, errors } = decode().feed(...chunks);
        expect(messages).toEqual([note('before'), note('after')]);
        expect(errors).toHaveLength(1);
        const [error] = errors as [TransportError];
        expect(isTransportError(error)).toBe(true);
        expect(error).toMatchObject({ code: 'malformed-message', message: expect.stringMatching(says), details: { bytes: bytes.length } });
        expect(error.message).toContain(`${bytes.length} bytes`);
        expect(error.cause).toMatchObject({ name: 'JsonRpcError', code });
      }
    }
  });

  test('the answer to it has its id, where that could be read', () => {
    const { errors } = decode().feed('{"jsonrpc":"2.0","id":"a7","method":1}\n');
    expect(errors[0]?.cause).toMatchObject({ code: -32600, id: 'a7' });
  });

  test('the excerpt is at most 200 bytes of whole characters, however the line came', () => {
    const text = `${'€'.repeat(70_000)}`;
    const bytes = utf8.encode(`${text}\n`);
    for (const size of [1, 7, 150, 199, 200, 201, 65_536, bytes.length]) {
      const chunks =
        size === 1
          ? [bytes.subarray(0, 1), bytes.subarray(1)]
          : Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
      const { errors } = decode().feed(...chunks);
      expect(errors[0]?.details).toEqual({ bytes: 210_000, excerpt: '€'.repeat(66) });
    }
  });

  test('the excerpt is the beginning also of a line that turns out bad after many chunks', () => {
    for (const head of [1, 199, 200, 201, 500]) {
      const beginning = `${'abcdefghij'.repeat(50)}`.slice(0, head);
      const { errors } = decode().feed(beginning, 'x'.repeat(100_000), Uint8Array.of(0xff), 'y'.repeat(100_000), '\n');
      expect(errors[0]).toMatchObject({
        code: 'malformed-message',
        details: { bytes: head + 200_001, excerpt: (beginning + 'x'.repeat(200)).slice(0, 200) },
      });
    }
  });

  test('what the wire sent reaches no terminal as it is', () => {
    const { errors } = decode({ maxMessageBytes: 40 }).feed(
      '\u001b[2J\u009b2J\u202e\n',
      `\u001b[2J${'x'.repeat(50)}\n`,
      Uint8Array.of(0x1b, 0x5b, 0xff, 0x0a),
    );
    expect(errors).toHaveLength(3);
    for (const { message } of errors) expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(errors[0]?.details?.excerpt).toBe('\u001b[2J\u009b2J\u202e');
  });
});

describe('maxMessageBytes', () => {
  test('is the longest line taken, without its line end, however it comes', () => {
    const limit = 100;
    for (const end of ['\n', '\r\n']) {
      for (const [length, fits] of [
        [99, true],
        [100, true],
        [101, false],
        [102, false],
        [300, false],
      ] as const) {
        const bytes = utf8.encode(sized(length) + end + encode(ping));
        for (let at = 0; at <= bytes.length; at++) {
          for (const chunks of [
            [bytes.subarray(0, at), bytes.subarray(at)],
            [bytes.subarray(0, at), bytes.subarray(at, at + 1), bytes.subarray(at + 1)],
          ]) {
            const { messages, errors } = decode({ maxMessageBytes: limit }).feed(...chunks);
            expect(
              [messages.length, errors.map(({ code, details }) => [code, details?.bytes, details?.limit])],
              `${length} bytes, cut at ${at}`,
            ).toEqual(fits ? [2, []] : [1, [['message-too-large', length, limit]]]);
          }
        }
      }
    }
  });

  test('counts bytes, not characters', () => {
    expect(decode({ maxMessageBytes: 100 }).feed(`${sized(100, '€')}\n`).messages).toHaveLength(1);
    expect(decode({ maxMessageBytes: 99 }).feed(`${sized(100, '€')}\n`).errors).toHaveLength(1);
  });

  test('names itself, the length and the remedy', () => {
    const { errors } = decode({ maxMessageBytes: 10 }).feed('x'.repeat(5000), 'y'.repeat(5000), '\n');
    expect(errors[0]).toMatchObject({ code: 'message-too-large', details: { bytes: 10_000, limit: 10, excerpt: 'x'.repeat(200) } });
    expect(errors[0]?.message).toMatch(/10000 bytes.*maxMessageBytes is 10\b.*Raise it/);
    expect(errors[0]?.cause).toMatchObject({ name: 'JsonRpcError', code: -32600 });
  });

  test('keeps the first bytes as the excerpt when the line goes on after it was given up', () => {
    const { errors } = decode({ maxMessageBytes: 30 }).feed('a'.repeat(40), 'b'.repeat(400), '\n');
    expect(errors[0]?.details).toMatchObject({ bytes: 440, excerpt: 'a'.repeat(40) });
  });

  test('takes a message of 16 MiB unless told otherwise', () => {
    expect(decode().feed(`${sized(16 * 1024 * 1024)}\n`).messages).toHaveLength(1);
  });

  test('may be as high as a number goes', () => {
    expect(decode({ maxMessageBytes: Number.POSITIVE_INFINITY }).feed(encode(ping)).messages).toEqual([ping]);
  });

  test.each([0, -1, Number.NaN])('can not be %d, nor can maxBatchLength', (maxMessageBytes) => {
    expect(() => decode({ maxMessageBytes })).toThrow(/^maxMessageBytes must be/);
    expect(() => decode({ maxBatchLength: maxMessageBytes })).toThrow(/^maxBatchLength must be/);
  });

  test('maxBatchLength bounds a batch', () => {
    const { batches, errors } = decode({ batches: true, maxBatchLength: 2 }).feed(`[${line(ping)},${line(ping)}]\n[1,2,3]\n`);
    expect(batches).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: 'malformed-message', cause: { code: -32600 } });
  });
});

describe('when the stream ends', () => {
  test('a whole message counts without its newline', () => {
    const decoded = decode().feed(line(ping));
    decoded.decoder.end();
    expect(decoded.messages).toEqual([ping]);
    expect(decoded.decoder.pendingBytes).toBe(0);
  });

  test.each([
    ['inside a message', '{"jsonrpc":"2.0","meth'],
    ['inside a character', utf8.encode('{"jsonrpc":"2.0","method":"€').subarray(0, -1)],
    ['inside a character after a whole message', Uint8Array.of(...utf8.encode(line(ping)), 0xe2)],
  ])('%s, that is reported', (_what, rest) => {
    const decoded = decode().feed(encode(ping), rest);
    decoded.decoder.end();
    expect(decoded.messages).toEqual([ping]);
    expect(decoded.errors).toEqual([
      expect.objectContaining({ code: 'truncated-message', details: { bytes: rest.length, excerpt: expect.any(String) } }),
    ]);
  });

  test('after a whole line that is no message, that is reported as such', () => {
    const decoded = decode().feed('{"hello":"world"}');
    decoded.decoder.end();
    expect(decoded.errors).toMatchObject([{ code: 'malformed-message' }]);
  });

  test('inside a line over the limit, that is reported as such', () => {
    const decoded = decode({ maxMessageBytes: 10 }).feed('x'.repeat(11));
    decoded.decoder.end();
    expect(decoded.errors).toMatchObject([{ code: 'message-too-large', details: { bytes: 11 } }]);
  });

  test('after a line end or white space, nothing is reported', () => {
    for (const rest of ['', ' ', '\r']) {
      const decoded = decode().feed(encode(ping), rest);
      decoded.decoder.end();
      decoded.decoder.end();
      expect([decoded.messages.length, decoded.errors]).toEqual([1, []]);
    }
  });
});

describe('a handler', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('that throws costs no other message: feed throws afterwards', () => {
    const thrown = new Error('thrown by the handler');
    const seen: string[] = [];
    const decoder = new NdjsonDecoder({
      onmessage: (message) => {
        seen.push((message as { method: string }).method);
        if (seen.length === 2) throw thrown;
      },
      onerror: () => {},
    });
    expect(() =>
      decoder.feed(utf8.encode(encode(note('a')) + encode(note('b')) + encode(note('c')) + line(note('d')).slice(0, 20))),
    ).toThrow(thrown);
    decoder.feed(utf8.encode(line(note('d')).slice(20)));
    decoder.feed(utf8.encode('\n'));
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
  });

  test('that throws each time is told of all of it', () => {
    const decoder = new NdjsonDecoder({
      onmessage: () => {
        throw new Error('from onmessage');
      },
      onerror: () => {
        throw new Error('from onerror');
      },
    });
    expect(() => decoder.feed(utf8.encode(`${encode(ping)}nonsense\n`))).toThrow(
      expect.objectContaining({ name: 'AggregateError', errors: [new Error('from onmessage'), new Error('from onerror')] }),
    );
    expect(() => decoder.feed(utf8.encode('\n'))).not.toThrow();
  });

  test('that throws when the end is told may throw from end', () => {
    const decoder = new NdjsonDecoder({
      onmessage: () => {
        throw new Error('at the end');
      },
      onerror: () => {},
    });
    decoder.feed(utf8.encode(line(ping)));
    expect(() => decoder.end()).toThrow('at the end');
  });

  test('may feed: those bytes come after the ones that are being read', () => {
    const seen: string[] = [];
    const reused = Buffer.alloc(100);
    const decoder = new NdjsonDecoder({
      onmessage: (message) => {
        const { method } = message as { method: string };
        seen.push(method);
        if (method !== 'a') return;
        const length = reused.write(`${line(note('c')).slice(20)}\n${encode(note('d'))}`);
        decoder.feed(reused.subarray(0, length));
        reused.fill(0);
        expect(seen).toEqual(['a']);
      },
      onerror: (error) => seen.push(error.message),
    });
    decoder.feed(utf8.encode(encode(note('a')) + encode(note('b')) + line(note('c')).slice(0, 20)));
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
    expect(decoder.pendingBytes).toBe(0);
  });

  test('may end: that too comes after the bytes that are being read', () => {
    const seen: string[] = [];
    const decoder = new NdjsonDecoder({
      onmessage: (message) => {
        seen.push((message as { method: string }).method);
        if (seen.length === 1) decoder.end();
      },
      onerror: (error) => seen.push(error.code),
    });
    decoder.feed(utf8.encode(encode(note('a')) + encode(note('b')) + line(note('c'))));
    expect(seen).toEqual(['a', 'b', 'c']);
  });
});
