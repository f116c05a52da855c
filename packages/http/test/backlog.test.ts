import { describe, expect, it } from 'vitest';
import { Backlog, PIECE_LENGTH } from '../src/backlog.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

function newBacklog(): Backlog {
  return new Backlog((text) => encoder.encode(text));
}

/** Everything that is in it, in pieces. */
function drain(backlog: Backlog): (string | Uint8Array)[] {
  const pieces: (string | Uint8Array)[] = [];
  while (!backlog.isEmpty) pieces.push(backlog.shift());
  return pieces;
}

function textOf(pieces: (string | Uint8Array)[]): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : decoder.decode(piece))).join('');
}

describe('what waits for room', () => {
  it('comes out in order, text and bytes', () => {
    const backlog = newBacklog();
    for (const chunk of ['a', 'b', encoder.encode('c'), encoder.encode('d'), 'e', '', new Uint8Array(0)]) backlog.push(chunk);
    expect(backlog.bytes).toBe(5);
    expect(textOf(drain(backlog))).toBe('abcde');
    expect([backlog.bytes, backlog.isEmpty, backlog.hasPiece]).toEqual([0, true, false]);
  });

  it('is joined where it is text, so that a thousand small events leave as one', () => {
    const backlog = newBacklog();
    for (let i = 0; i < 1000; i++) backlog.push(`event ${i}\n`);
    expect(backlog.hasPiece).toBe(false);
    expect(drain(backlog)).toHaveLength(1);
  });

  it('is bytes as soon as it is long, and counts as bytes from then on', () => {
    const backlog = newBacklog();
    expect(backlog.push('é'.repeat(PIECE_LENGTH - 1))).toBe(PIECE_LENGTH - 1);
    expect(backlog.push('é')).toBe(PIECE_LENGTH + 1);
    expect([backlog.bytes, backlog.hasPiece]).toEqual([2 * PIECE_LENGTH, true]);
    expect(drain(backlog)).toEqual([encoder.encode('é'.repeat(PIECE_LENGTH))]);
  });

  it('is cut into pieces of 256 KiB at most, each in memory of its own, and no character is cut in two', () => {
    const text = `x${'😀'.repeat(300_000)}`;
    const backlog = newBacklog();
    backlog.push(text);
    const pieces = drain(backlog) as Uint8Array[];
    expect(textOf([Buffer.concat(pieces)])).toBe(text);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(256 * 1024);
    expect(Math.max(...pieces.map(({ buffer }) => buffer.byteLength))).toBeLessThanOrEqual(3 * 256 * 1024);
  });

  it('comes out in order when thousands of pieces go in and out', () => {
    const backlog = newBacklog();
    const taken: (string | Uint8Array)[] = [];
    for (let i = 0; i < 5000; i++) {
      backlog.push(encoder.encode(`${i},`));
      if (i % 2 === 1) taken.push(backlog.shift());
    }
    taken.push(...drain(backlog));
    expect(textOf(taken)).toBe(Array.from({ length: 5000 }, (_, i) => `${i},`).join(''));
  });
});
