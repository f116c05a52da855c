import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeHeaderValue, encodeHeaderValue, headerTextMatches, toHeaderText } from '../src/index.js';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('=?base64?', '?=', '=', '?', ' ', '\t', 'a', '\r', '\n', '\0', 'é', '\uFEFF') }),
  fc.string().map((text) => `=?base64?${text}?=`),
);

describe('any text', () => {
  test('comes back from its header value', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(decodeHeaderValue(encodeHeaderValue(text))).toEqual({ text });
      }),
      { numRuns: 5000 },
    );
  });

  test('leaves as visible ASCII, without white space around it: nothing for an injection to begin with', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.string({ unit: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)) })), (text) => {
        expect(encodeHeaderValue(text)).toMatch(/^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/);
      }),
      { numRuns: 5000 },
    );
  });

  test('is left readable where that is safe', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[!-~]([ -~]*[!-~])?$/), (text) => {
        fc.pre(!(text.startsWith('=?base64?') && text.endsWith('?=')));
        expect(encodeHeaderValue(text)).toBe(text);
      }),
    );
  });

  test('comes back from an encoder that encodes everything, white space around it or not', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.stringMatching(/^[ \t]{0,3}$/), (text, space) => {
        const field = `${space}=?base64?${Buffer.from(text, 'utf8').toString('base64')}?=${space}`;
        expect(decodeHeaderValue(field)).toEqual({ text });
      }),
    );
  });

  test('of a million spaces is read like any other', () => {
    expect(decodeHeaderValue(`a${' \t'.repeat(500_000)}b`).text?.length).toBe(1_000_002);
    expect(encodeHeaderValue(`a${' '.repeat(1_000_000)}\n`).length).toBeGreaterThan(1_000_000);
  });
});

/** 2026-07-28, "Value Encoding", and the cases of SEP-2243. */
const encodings: Array<[why: string, text: string, field: string]> = [
  ['plain ASCII', 'us-west1', 'us-west1'],
  ['a URI', 'file:///path/to/file%20name.txt?id=123', 'file:///path/to/file%20name.txt?id=123'],
  ['not ASCII', 'Hello, 世界', '=?base64?SGVsbG8sIOS4lueVjA==?='],
  ['spaces around it', ' padded ', '=?base64?IHBhZGRlZCA=?='],
  ['a space before it', ' us-west1', '=?base64?IHVzLXdlc3Qx?='],
  ['a space after it', 'us-west1 ', '=?base64?dXMtd2VzdDEg?='],
  ['spaces inside it only', 'us west 1', 'us west 1'],
  ['a line feed', 'line1\nline2', '=?base64?bGluZTEKbGluZTI=?='],
  ['CR and LF', 'line1\r\nline2', '=?base64?bGluZTENCmxpbmUy?='],
  ['a tab before it', '\tindented', '=?base64?CWluZGVudGVk?='],
  ['a tab inside it, which a header could hold but is a control character', 'a\tb', '=?base64?YQli?='],
  ['DEL', 'a\x7f', '=?base64?YX8=?='],
  ['the form of an encoded value', '=?base64?literal?=', '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
  ['prefix and suffix of that form, sharing a character', '=?base64?=', '=?base64?PT9iYXNlNjQ/PQ==?='],
  ['only its prefix', '=?base64?x', '=?base64?x'],
  ['only its suffix', 'x?=', 'x?='],
  ['nothing', '', ''],
  ['a byte order mark', '\uFEFFx', '=?base64?77u/eA==?='],
];

describe('a value', () => {
  test.each(encodings)('%s', (_why, text, field) => {
    expect(encodeHeaderValue(text)).toBe(field);
    expect(decodeHeaderValue(field)).toEqual({ text });
  });

  test('with half a surrogate pair, which UTF-8 does not have, gets U+FFFD, and still matches its body', () => {
    const field = encodeHeaderValue('a\uD83D');
    expect(decodeHeaderValue(field)).toEqual({ text: 'a\uFFFD' });
    expect(headerTextMatches('a\uFFFD', 'a\uD83D')).toBe(true);
  });
});

describe('a header value from the wire', () => {
  const literal: Array<[string, string]> = [
    ['without the prefix', 'SGVsbG8='],
    ['without the suffix', '=?base64?SGVsbG8='],
    ['in upper case', '=?BASE64?SGVsbG8=?='],
    ['of another encoding', '=?utf-8?B?SGVsbG8=?='],
    ['with prefix and suffix in one', '=?base64?='],
    ['with a tab inside', 'a\tb'],
  ];
  test.each(literal)('%s stands for itself', (_what, field) => {
    expect(decodeHeaderValue(field)).toEqual({ text: field });
  });

  test('loses the white space around it, as HTTP has it', () => {
    expect(decodeHeaderValue(' \t foo \t')).toEqual({ text: 'foo' });
    expect(decodeHeaderValue('  =?base64?SGVsbG8=?= ')).toEqual({ text: 'Hello' });
    expect(decodeHeaderValue(' ')).toEqual({ text: '' });
    // As the official SDK writes it.
    expect(decodeHeaderValue('=?base64??=')).toEqual({ text: '' });
  });

  const faulty: Array<[string, string, string]> = [
    ['padding is missing', '=?base64?SGVsbG8?=', 'is not valid Base64'],
    ['a character is none of Base64', '=?base64?SGVs!!!bG8=?=', 'is not valid Base64'],
    ['a space is inside', '=?base64?SGVs bG8=?=', 'is not valid Base64'],
    ['it is Base64url', '=?base64?_-8=?=', 'is not valid Base64'],
    ['padding is in the middle', '=?base64?SGVsbG8=SGVsbG8=?=', 'is not valid Base64'],
    ['there is too much padding', '=?base64?SGVsbG8==?=', 'is not valid Base64'],
    ['bits are left over', '=?base64?SGVsbG9=?=', 'is not canonical Base64'],
    ['the bytes are not UTF-8', '=?base64?/w==?=', 'is Base64, but not of UTF-8'],
    ['the bytes are a surrogate', '=?base64?7aCA?=', 'is Base64, but not of UTF-8'],
    ['a character is not ASCII', 'caf\u00E9', 'contains characters that are not allowed in a header'],
    ['a control character is inside', 'a\u0000b', 'contains characters that are not allowed in a header'],
    ['a line ends', 'a\r\nb: c', 'contains characters that are not allowed in a header'],
  ];
  test.each(faulty)('is refused when %s', (_why, field, fault) => {
    expect(decodeHeaderValue(field)).toEqual({ fault });
  });
});

describe('an argument', () => {
  const texts: Array<[unknown, string | undefined]> = [
    ['us-west1', 'us-west1'],
    ['', ''],
    [true, 'true'],
    [false, 'false'],
    [42, '42'],
    [-7, '-7'],
    [0, '0'],
    [-0, '0'],
    [2.75, '2.75'],
    [2 ** 53 - 1, '9007199254740991'],
    [-(2 ** 53) + 1, '-9007199254740991'],
    [2 ** 53, undefined],
    [1e21, undefined],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [null, undefined],
    [undefined, undefined],
    [{}, undefined],
    [['a'], undefined],
  ];
  test.each(texts)('%j is the text %j', (value, text) => {
    expect(toHeaderText(value)).toBe(text);
  });

  test('matches its own header, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.boolean(), fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true })),
        (value) => {
          const text = toHeaderText(value);
          fc.pre(text !== undefined);
          expect(headerTextMatches(decodeHeaderValue(encodeHeaderValue(text)).text as string, value)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  const numbers: Array<[string, number, boolean]> = [
    ['42', 42, true],
    ['42.0', 42, true],
    ['42.000', 42, true],
    ['042', 42, true],
    ['-7.0', -7, true],
    ['0', 0, true],
    ['-0', 0, true],
    ['0.0', -0, true],
    ['9007199254740991', 9007199254740991, true],
    ['43', 42, false],
    ['-42', 42, false],
    ['42.1', 42, false],
    // By rounding these two would be equal.
    ['42.00000000000000000001', 42, false],
    ['9007199254740991.1', 9007199254740991, false],
    ['9007199254740993', 9007199254740992, false],
    ['0x2a', 42, false],
    ['4.2e1', 42, false],
    ['42.', 42, false],
    ['', 0, false],
    [' 42', 42, false],
    ['+42', 42, false],
    ['forty-two', 42, false],
    ['3.50', 3.5, true],
    ['1e-7', 1e-7, true],
    ['3.6', 3.5, false],
  ];
  test.each(numbers)('the header %j and the number %j: equal is %j', (text, value, equal) => {
    expect(headerTextMatches(text, value)).toBe(equal);
  });

  test('text and booleans compare exactly, and a string is no number', () => {
    expect(headerTextMatches('US-WEST1', 'us-west1')).toBe(false);
    expect(headerTextMatches('42.0', '42')).toBe(false);
    expect(headerTextMatches('true', true)).toBe(true);
    expect(headerTextMatches('True', true)).toBe(false);
    expect(headerTextMatches('1', true)).toBe(false);
    for (const value of [null, undefined, {}, []]) expect(headerTextMatches(String(value), value)).toBe(false);
  });
});
