import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { excerptOf, excerptOfBytes, printable, quote } from '../src/excerpt.js';

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

describe('an excerpt', () => {
  test('of a short text is all of it', () => {
    for (const text of ['', 'a', '€'.repeat(66), 'x'.repeat(200)]) {
      expect(excerptOf(text)).toBe(text);
      expect(excerptOfBytes(new TextEncoder().encode(text))).toBe(text);
    }
  });

  test('of a long text is as many whole characters as 200 bytes hold', () => {
    expect(excerptOf('x'.repeat(1000))).toBe('x'.repeat(200));
    expect(excerptOf('é'.repeat(1000))).toBe('é'.repeat(100));
    expect(excerptOf('€'.repeat(1000))).toBe('€'.repeat(66));
    expect(excerptOf(`x${'😀'.repeat(1000)}`)).toBe(`x${'😀'.repeat(49)}`);
  });

  test('of bytes cut inside a character ends before it', () => {
    expect(excerptOfBytes(new TextEncoder().encode('€'.repeat(1000)))).toBe('€'.repeat(66));
  });

  test('of bytes that are no UTF-8 shows so, in at most 200 bytes all the same', () => {
    expect(excerptOfBytes(Uint8Array.of(0x61, 0xff, 0x62))).toBe('a\uFFFDb');
    expect(excerptOfBytes(Uint8Array.of(0xe2))).toBe('\uFFFD');
    expect(excerptOfBytes(new Uint8Array(1000).fill(0xff))).toBe('\uFFFD'.repeat(66));
  });

  test('of half a surrogate pair shows that it is none', () => {
    expect(excerptOf(`${'x'.repeat(197)}\ud83d`)).toBe(`${'x'.repeat(197)}\uFFFD`);
    expect(excerptOf(`${'x'.repeat(198)}\ud83d`)).toBe('x'.repeat(198));
  });

  test('keeps a byte order mark', () => {
    expect(excerptOf('\uFEFF{')).toBe('\uFEFF{');
    expect(excerptOfBytes(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b))).toBe('\uFEFF{');
  });

  test('is a beginning of at most 200 bytes, of any text and of any bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', size: 'large' }), (text) => {
        const excerpt = excerptOf(text);
        expect(text.startsWith(excerpt)).toBe(true);
        expect(bytesOf(excerpt)).toBeLessThanOrEqual(200);
        expect(excerptOfBytes(new TextEncoder().encode(text))).toBe(excerpt);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ size: 'large' }), (bytes) => {
        expect(bytesOf(excerptOfBytes(bytes))).toBeLessThanOrEqual(200);
      }),
    );
  });
});

describe('text from the wire', () => {
  const nasty = '\u0000\u001b[2J\u007f\u009b2J\u00ad\u200b\u202e\u2028\u2066\uFEFF\u{e0001}';

  test('is safe to print when quoted, and reads back the same', () => {
    const quoted = quote(`"${nasty}é€😀`);
    expect(quoted).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(quoted).toContain('é€😀');
    expect(JSON.parse(quoted)).toBe(`"${nasty}é€😀`);
  });

  test('is safe to print when made printable', () => {
    expect(printable(nasty)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(printable('é€😀 "x"')).toBe('é€😀 "x"');
  });
});
